"""The network's prediction of the frame as a first draft: regions under the labels that are there, to be edited like any others."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from engine.annotation.document import Document, Shape
from gui.actions import Action
from gui.label_part import LabelDesk, LabelPart
from gui.labelling import Opened
from gui.latest import Latest

if TYPE_CHECKING:
    from engine.labels import ClassSet
    from engine.sample import Prediction


@dataclass(frozen=True, eq=False)
class _Asked:
    opened: Opened
    prediction: Prediction
    classes: ClassSet


class Draft(LabelPart):
    """`changed` when a draft begins and ends."""

    changed = Signal()

    def __init__(self, desk: LabelDesk) -> None:
        super().__init__(desk)
        self._labelling, self._player, self._session = desk.labelling, desk.player, desk.session
        self._wanted: Opened | None = None
        self._maker = Latest(_made, self)
        self._maker.done.connect(self._on_made)
        self._maker.failed.connect(self._on_failed)
        self._player.masks.ready.connect(self._on_prediction)
        self._player.masks.failed.connect(lambda text, details: self._give_up(text, details))

    def rows(self) -> list[Action]:
        words = "Puts the checkpoint's prediction under the labels, as regions to edit"
        return [self.row("draft", "First draft by the network", "G", "checkpoint", self.make, words, need="edit")]

    @property
    def busy(self) -> bool:
        """Whether a draft is being made."""
        return self._wanted is not None

    def make(self) -> None:
        """Asks the checkpoint for this frame; the regions come when it has answered."""
        now = self._labelling.now
        if now is None or not self._labelling.editable:
            return
        if not self._player.masks.active or self._session.card is None:
            self.failed.emit("No checkpoint is chosen; choose one in the bar above, such as the bundled student", "")
            return
        self._wanted = now
        self._player.masks.ask(now.frame)
        self.changed.emit()

    def close(self) -> None:
        """Ends the thread."""
        self._maker.close()

    def _on_prediction(self, frame: int, prediction: Prediction) -> None:
        wanted, card = self._wanted, self._session.card
        if wanted is None or frame != wanted.frame or card is None:
            return
        if wanted is self._labelling.now:
            self._maker.ask(_Asked(wanted, prediction, card.classes))
        else:
            self._give_up("", "")

    def _on_made(self, asked: _Asked, found: Sequence[tuple[str, Shape]]) -> None:
        self._give_up("", "")
        if asked.opened is not self._labelling.now:
            return
        if not found:
            self.said.emit("The network sees nothing here that this label space has a name for")
            return
        document = self._labelling.committed
        drawn = Document(document.width, document.height, next_key=document.next_key)
        for label, shape in found:
            drawn = drawn.added(label, shape)
        keys = [region.key for region in drawn.regions]
        if self._labelling.commit(document.with_regions([*drawn.regions, *document.regions]), f"first draft, {len(found)} regions", select=()):
            self.said.emit(f"{len(keys)} regions drafted, below what was there; Ctrl+Z takes them back")

    def _on_failed(self, asked: _Asked, error: Exception) -> None:
        self._give_up(str(error), "".join(traceback.format_exception(error)))

    def _give_up(self, text: str, details: str) -> None:
        if self._wanted is not None:
            self._wanted = None
            self.changed.emit()
            if text:
                self.failed.emit(text, details)


def _made(asked: _Asked) -> Sequence[tuple[str, Shape]]:
    from engine.annotation import drafts

    return drafts.polygons_of(asked.prediction.mask, classes=asked.classes, space=asked.opened.picture.space, confidence=asked.prediction.confidence)
