"""Asks the network for the frame that is open, and outlines what it says as other options, or other labels, want it."""

from __future__ import annotations

import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from engine.annotation.document import Box
from gui.draft_proposal import Asked, Proposal, proposed
from gui.draft_settings import BOX, FREE, DraftSettings
from gui.label_picture import NOTHING
from gui.labelling import Labelling, Opened
from gui.latest import Latest
from gui.player import Player
from gui.session import Session

if TYPE_CHECKING:
    from engine.labels import ClassSet
    from engine.sample import Prediction


@dataclass(frozen=True, eq=False)
class _Seen:
    """What the network said of the frame that is open: kept, so that other options need no network."""

    opened: Opened
    prediction: Prediction
    classes: ClassSet
    checkpoint: Path | None


class DraftMaker(QObject):
    """`made` when the first proposal of a frame is there, `changed` whenever another is, or some of it is left out, or it is gone."""

    made = Signal()
    changed = Signal()
    nothing = Signal(str)
    """There is nothing to propose, and why."""
    failed = Signal(str, str)

    def __init__(self, session: Session, player: Player, labelling: Labelling, settings: DraftSettings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._player, self._labelling, self._settings = session, player, labelling, settings
        self.proposal: Proposal | None = None
        self._wanted: Opened | None = None
        self._seen: _Seen | None = None
        self._box: Box | None = None
        self._maker = Latest(proposed, self)
        self._maker.done.connect(self._on_made)
        self._maker.failed.connect(lambda _, error: self._give_up(str(error), "".join(traceback.format_exception(error))))
        player.masks.ready.connect(self._on_prediction)
        player.masks.failed.connect(self._give_up)

    @property
    def busy(self) -> bool:
        """Whether the first proposal is still to come."""
        return self._wanted is not None

    @property
    def possible(self) -> bool:
        """Whether there is a checkpoint to ask."""
        return self._player.masks.active and self._session.card is not None

    def ask(self, *, box: Box | None = None) -> None:
        """Proposes a draft of the frame that is open; in a box where the settings say so."""
        now, card = self._labelling.now, self._session.card
        if now is None or card is None:
            return
        self._box = box or self._box
        known = self._seen is not None and self._seen.opened is now and self._seen.checkpoint == self._player.masks.checkpoint
        if self.proposal is None:
            self._wanted = now
        if known and self.proposal is not None:
            self.again()
        else:
            self._player.masks.ask(now.frame)
        self.changed.emit()

    def again(self) -> None:
        """Options or labels are others: outlines anew what the network said; what was left out stays left out."""
        seen, now = self._seen, self._labelling.now
        if seen is None or now is not seen.opened or (self.proposal is None and not self.busy) or (self._settings.where == BOX and self._box is None):
            return
        left_out = self.proposal.anchors() if self.proposal is not None else ()
        options = self._settings.options(self._labelling.settings.label, self._box)
        self._maker.ask(Asked(now, seen.prediction, seen.classes, options, now.picture.index != NOTHING, left_out))

    def leave_out(self, places: Iterable[int], left_out: bool) -> None:
        """Leaves regions out of what will be kept, or takes them in again."""
        if self.proposal is not None:
            self.proposal.leave_out(places, left_out)
            self.changed.emit()

    def forget(self) -> None:
        """Drops the proposal, and what was asked for."""
        self.proposal = self._wanted = self._box = None
        self.changed.emit()

    def close(self) -> None:
        """Ends the thread."""
        self._maker.close()

    def _on_prediction(self, frame: int, prediction: Prediction) -> None:
        now, card = self._labelling.now, self._session.card
        here = now is not None and now.frame == frame and (self._wanted is now or (self.proposal is not None and self.proposal.opened is now))
        if here and now is not None and card is not None:
            self._seen = _Seen(now, prediction, card.classes, self._player.masks.checkpoint)
            self.again()

    def _on_made(self, asked: Asked, proposal: Proposal) -> None:
        if asked.opened is not self._labelling.now or (self._wanted is None and self.proposal is None):
            return
        first, self._wanted = self.busy, None
        if first and not proposal.regions:
            self.forget()
            self.nothing.emit(self._why_nothing(asked))
            return
        self.proposal = proposal
        self.changed.emit()
        if first:
            self.made.emit()

    def _why_nothing(self, asked: Asked) -> str:
        if asked.labelled.mean() > 0.999:
            return "Labels cover the whole frame: a draft would lie below them, unseen"
        if asked.labelled.mean() > 0.9:
            return "Nearly all is labelled, and of the rest nothing is large enough for a draft"
        if asked.options.sure or asked.options.only or asked.options.within or self._settings.where == FREE:
            return "The network sees nothing here that fits the options of the section First draft"
        return "The network sees nothing here that this label space has a name for"

    def _give_up(self, text: str, details: str) -> None:
        if self.busy:
            self.forget()
            self.failed.emit(text, details)
