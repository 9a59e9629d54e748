"""The user's reviews as the window reads and writes them: opened on a thread when they are first needed."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from engine.annotation import review
from engine.annotation.queue import Standing, State
from engine.annotation.review import Comment, Kind, Review
from engine.errors import RoadscopeError

if TYPE_CHECKING:
    from engine.annotation.review_store import Place, ReviewStore
    from gui.labelling import Opened


@dataclass(frozen=True, eq=False)
class Reviewed:
    """What is known of a frame that is open, or was left a moment ago."""

    opened: Opened
    path: Path
    place: Place
    review: Review

    @property
    def state(self) -> State:
        """Of its labels as they are committed."""
        return State.NEVER if self.review.check is None else State.CHECKED if self.review.holds_for(self.opened.store.document) else State.CHANGED

    def standing(self, state: State) -> Standing:
        """Where it stands with its comments; whether it is `labelled` isn't said."""
        return standing(self.review.comments, state)


class Records(QObject):
    """`store` is for threads until it was first opened; after that each of its calls takes a moment."""

    failed = Signal(str, str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._store: ReviewStore | None = None
        self._opening = threading.Lock()
        self._closed = False
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="review")

    def store(self) -> ReviewStore:
        """Raises OutputError, DataError."""
        from engine.annotation.review_store import ReviewStore

        with self._opening:
            if self._store is None:
                self._store = ReviewStore()
            return self._store

    def read(self, asked: tuple[Opened, Path]) -> Reviewed:
        """The review of a frame that was opened, whose labels are kept at a path. Raises OutputError, DataError."""
        from engine.annotation.review_store import Place

        opened, path = asked
        place, store = Place.of(path), self.store()
        found, document = store.read(place), opened.store.document
        if found.check is not None and not opened.store.unsaved and found.holds_for(document):
            store.settle(place, found.check.digest, review.stamp(path))
        return Reviewed(opened, path, place, found)

    def settle(self, found: Reviewed) -> None:
        """Its file holds the labels that were checked: it is known by its date and size from now on."""
        if not self._closed:
            self._writer.submit(self._settle, found)

    def close(self) -> None:
        """Ends the thread; what is saved after that is looked at when the frames are listed next."""
        self._closed = True
        self._writer.shutdown(wait=True)
        if self._store is not None:
            self._store.close()

    def _settle(self, found: Reviewed) -> None:
        assert found.review.check is not None
        try:
            self.store().settle(found.place, found.review.check.digest, review.stamp(found.path))
        except RoadscopeError as error:
            self.failed.emit(str(error), "")


def standing(comments: tuple[Comment, ...], state: State) -> Standing:
    """Where a frame with these comments stands; whether it is `labelled` isn't said."""
    return Standing(False, state, sum(one.kind == Kind.CORRECT for one in comments), sum(one.kind == Kind.QUESTION for one in comments))
