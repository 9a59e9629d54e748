"""The frames that wait to be looked at: which, how many are left, and which is next."""

from __future__ import annotations

import traceback
from bisect import insort
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal

from engine.annotation import queue
from engine.annotation.queue import Queue, Standing, State
from engine.errors import RoadscopeError
from gui import label_feed
from gui.frames import Frames
from gui.latest import Latest
from gui.need_finding import NeedFinding
from gui.reviewing import Reviewing

if TYPE_CHECKING:
    from gui.labelling import Opened


class ReviewQueue(QObject):
    """`changed` when another frame waits, or waits no more, or the order is another."""

    changed = Signal()
    kind_changed = Signal()
    failed = Signal(str, str)

    def __init__(self, reviewing: Reviewing, needs: NeedFinding, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reviewing, self._needs = reviewing, needs
        self._frames: Frames | None = None
        self._standings: list[Standing] = []
        self._order: list[int] | None = None
        self._documents: tuple[Frames, list[Path]] | None = None
        self.kind = Queue.UNCHECKED
        self._surveyor = Latest(self._survey, self)
        self._surveyor.done.connect(self._on_surveyed)
        self._surveyor.failed.connect(self._on_failed)
        reviewing.stood.connect(self._on_stood)
        needs.changed.connect(self._on_needs)

    def open(self, frames: Frames | None) -> None:
        """Another drive."""
        self._frames, self._standings, self._order = frames, [], None
        self.changed.emit()
        self.refresh()

    def refresh(self) -> None:
        """Looks again at what lies on the disk."""
        if self._frames is not None and self._frames.drive.has_images:
            self._surveyor.ask(self._frames)

    def set_kind(self, kind: Queue) -> None:
        """What the frames wait for."""
        if kind != self.kind:
            self.kind, self._order = kind, None
            self.kind_changed.emit()
            self.changed.emit()

    def close(self) -> None:
        """Ends the thread."""
        self._surveyor.close()

    @property
    def known(self) -> bool:
        """Whether the frames were looked at yet."""
        return bool(self._standings)

    @property
    def count(self) -> int:
        """Of all frames."""
        return len(self._standings)

    @property
    def order(self) -> list[int]:
        """The frames that wait, the next ones first."""
        if self._order is None:
            self._order = queue.ordered(self._standings, self.kind, self._needs.needs if self.kind == Queue.NEED and self._needs.known else None)
        return self._order

    def next_from(self, frame: int, step: int = 1) -> int | None:
        """Where to go from a frame; None where no other waits."""
        return queue.following(self.order, frame, step=step, by_rank=self.kind == Queue.NEED)

    def standing(self, frame: int) -> Standing:
        """How far a frame has come."""
        return self._standings[frame] if frame < len(self._standings) else Standing()

    def reason(self, frame: int) -> str:
        """Why it waits, in a few words."""
        one = self.standing(frame)
        match self.kind:
            case Queue.COMMENTS:
                asked = f"{one.questions} question{'s' if one.questions > 1 else ''}" if one.questions else ""
                return ", ".join(words for words in (f"{one.to_correct} to correct" if one.to_correct else "", asked) if words)
            case Queue.NEED:
                return self._needs.reason(frame)
            case Queue.UNLABELLED:
                return ""
        return "changed since" if one.state == State.CHANGED else ""

    def name(self, frame: int) -> str:
        """What the frame is called."""
        return self._frames.drive.frames[frame].stem.removesuffix("_leftImg8bit") if self._frames is not None and frame < len(self._frames) else ""

    def need(self, frame: int) -> float | None:
        """0 … 1 how near to the head of the queue by need; None where it isn't that queue, or nothing is known."""
        needs = self._needs.needs
        return float(needs[frame]) if self.kind == Queue.NEED and frame < len(needs) and not np.isnan(needs[frame]) else None

    def details(self, frame: int) -> str:
        """What there is to know of its need."""
        return self._needs.details(frame)

    def _survey(self, frames: Frames) -> list[Standing]:
        if self._documents is None or self._documents[0] is not frames:
            self._documents = frames, [label_feed.path_of(frames, number) for number in range(len(frames))]
        masks = [frame.mask is not None for frame in frames.drive.frames]
        return queue.survey(self._documents[1], masks, self._reviewing.records.store())

    def _on_surveyed(self, frames: Frames, found: list[Standing]) -> None:
        if frames is self._frames:
            self._standings, self._order = found, None
            self.changed.emit()

    def _on_failed(self, frames: Frames, error: Exception) -> None:
        if frames is self._frames:
            told = isinstance(error, RoadscopeError)
            self.failed.emit(str(error) if told else "The frames that wait can't be listed", "" if told else "".join(traceback.format_exception(error)))

    def _on_stood(self, opened: Opened, standing: Standing) -> None:
        if opened.frame >= len(self._standings) or self._frames is None or opened.store.path != label_feed.path_of(self._frames, opened.frame).resolve():
            return
        before = self._standings[opened.frame]
        now = replace(standing, labelled=before.labelled or standing.labelled)
        if now != before:
            self._standings[opened.frame] = now
            self._move(opened.frame, before.waits(self.kind), now.waits(self.kind))
            self.changed.emit()

    def _move(self, frame: int, waited: bool, waits: bool) -> None:
        """One frame comes or goes: the order of thousands needn't be made anew."""
        if self._order is None or waited == waits:
            return
        if waited:
            self._order.remove(frame)
        elif self.kind == Queue.NEED:
            self._order = None
        else:
            insort(self._order, frame)

    def _on_needs(self) -> None:
        if self.kind == Queue.NEED:
            self._order = None
            self.changed.emit()
