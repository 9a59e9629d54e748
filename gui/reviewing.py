"""The review of the frame that is open: whether it was checked, and what was said of it."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, QTimer, Signal

from engine.annotation import review
from engine.annotation.queue import Standing, State
from engine.annotation.review import Comment, Review
from engine.errors import RoadscopeError
from gui.latest import Latest
from gui.review_records import Records, Reviewed, standing

if TYPE_CHECKING:
    from engine.annotation.document import Document
    from gui.labelling import Labelling, Opened

_AFTER_AN_EDIT_MS = 80
_LEFT = 20
"""Frames that were left and may still be written."""


class Reviewing(QObject):
    """`changed` when the frame's review is another, or it is no longer of these labels; `stood(opened, standing)` tells where a frame stands in the queues."""

    changed = Signal()
    stood = Signal(object, object)
    """An `Opened` and its Standing; `labelled` says that its file has just been written."""
    failed = Signal(str, str)

    def __init__(self, labelling: Labelling) -> None:
        super().__init__(labelling)
        self.records = Records(self)
        self._labelling = labelling
        self._path_of: Callable[[int], Path | None] = lambda frame: None
        self._now: Reviewed | None = None
        self._left: list[Reviewed] = []
        self._digest: tuple[Document, str] | None = None
        self._reader = Latest(self.records.read, self)
        self._edited = QTimer(self, singleShot=True, interval=_AFTER_AN_EDIT_MS)
        self._connect()

    @staticmethod
    def of(labelling: Labelling) -> Reviewing:
        """The one there is, made when it is first asked for."""
        known = labelling.findChild(Reviewing)
        return cast(Reviewing, known) if known is not None else Reviewing(labelling)

    def find_by(self, path_of: Callable[[int], Path | None]) -> None:
        """How the document of a frame of the drive is found."""
        self._path_of = path_of

    def close(self) -> None:
        """Ends the threads."""
        self._reader.close()
        self.records.close()

    @property
    def now(self) -> Reviewed | None:
        """What is known of the frame that is open; None until it was read."""
        return self._now

    @property
    def comments(self) -> tuple[Comment, ...]:
        return self._now.review.comments if self._now is not None else ()

    @property
    def state(self) -> State:
        """Whether the labels as they are now were checked."""
        if self._now is None or self._now.review.check is None:
            return State.NEVER
        return State.CHECKED if self._now.review.check.digest == self._digest_now() else State.CHANGED

    @property
    def standing(self) -> Standing:
        """Where the open frame stands; whether it is `labelled` isn't said."""
        return standing(self.comments, self.state)

    def check(self, checked: bool = True) -> bool:
        """The labels as they are now are right, or were not looked at; False where that can't be kept."""
        now = self._now
        if now is None or self._labelling.now is not now.opened:
            return False
        unsaved, found = now.opened.store.unsaved, None
        try:
            if checked:
                found = self.records.store().check(now.place, self._digest_now(), review.PENDING if unsaved else review.stamp(now.path))
            else:
                self.records.store().uncheck(now.place)
        except RoadscopeError as error:
            self._tell(error)
            return False
        self._show(replace(now.review, check=found))
        if unsaved:
            self._labelling.saving.now()
        return True

    def write(self, comment: Comment, of: Reviewed) -> Comment | None:
        """Keeps a comment: a new one (id 0), or one that says something else, of the frame that is open or was left meanwhile. As it is kept; None where it can't be."""
        try:
            if comment.id:
                self.records.store().change(comment)
            else:
                comment = self.records.store().add(of.place, comment)
        except RoadscopeError as error:
            self._tell(error)
            return None
        self._put(of, comment)
        return comment

    def remove(self, comment: Comment, of: Reviewed, *, removed: bool = True) -> bool:
        """Takes a comment away, or brings it back; whether it could."""
        try:
            self.records.store().remove(comment, removed=removed)
        except RoadscopeError as error:
            self._tell(error)
            return False
        self._put(of, comment, gone=removed)
        return True

    def _connect(self) -> None:
        self._reader.done.connect(self._on_read)
        self._reader.failed.connect(lambda _, error: self._tell(error))
        self.records.failed.connect(self.failed)
        self._labelling.opened.connect(self._on_opened)
        self._labelling.edited.connect(self._edited.start)
        self._labelling.saving.saved.connect(self._on_saved)
        self._edited.timeout.connect(self._on_edited)

    def _on_opened(self, opened: Opened | None) -> None:
        if self._now is not None:
            self._left = [*self._left[-_LEFT:], self._now]
        self._now, self._digest = None, None
        path = self._path_of(opened.frame) if opened is not None else None
        if opened is not None and path is not None:
            self._reader.ask((opened, path))
        self.changed.emit()

    def _on_read(self, asked: tuple[Opened, Path], found: Reviewed) -> None:
        if asked[0] is self._labelling.now:
            self._now = found
            self._show(found.review)

    def _put(self, of: Reviewed, comment: Comment, *, gone: bool = False) -> None:
        found = next((one for one in (self._now, *reversed(self._left)) if one is not None and one.opened is of.opened), of)
        others = [one for one in found.review.comments if one.id != comment.id]
        comments = tuple(others if gone else sorted([*others, comment], key=lambda one: one.id))
        if found is self._now:
            self._show(replace(found.review, comments=comments))
        else:
            self._left = [*(one for one in self._left if one is not found), replace(found, review=replace(found.review, comments=comments))]
            self.stood.emit(found.opened, standing(comments, found.state))

    def _show(self, found: Review) -> None:
        assert self._now is not None
        self._now = replace(self._now, review=found)
        self._on_edited()

    def _on_edited(self) -> None:
        if self._now is not None:
            self.changed.emit()
            self.stood.emit(self._now.opened, self.standing)

    def _on_saved(self, opened: Opened) -> None:
        """Its file is another: it is that of the check where the labels are those."""
        found = next((one for one in (self._now, *reversed(self._left)) if one is not None and one.opened is opened), None)
        if found is not None and found.path.exists():
            state = found.state
            if state == State.CHECKED:
                self.records.settle(found)
            self.stood.emit(opened, replace(found.standing(state), labelled=True))

    def _digest_now(self) -> str:
        document = self._labelling.committed
        if self._digest is None or self._digest[0] is not document:
            self._digest = document, review.digest(document)
        return self._digest[1]

    def _tell(self, error: Exception) -> None:
        told = isinstance(error, RoadscopeError)
        self.failed.emit(str(error) if told else "The review of this frame can't be read", "" if told else "".join(traceback.format_exception(error)))
