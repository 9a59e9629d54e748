"""Keeps what is drawn: the file follows the journal a moment later, on a thread of its own."""

from __future__ import annotations

import time
import traceback
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from engine.errors import RoadscopeError

if TYPE_CHECKING:
    from gui.labelling import Opened

AFTER_MS = 700


class LabelSaving(QObject):
    """One document at a time; one that is left is written and closed behind the next. A failed save is told once, and tried again with the next edit."""

    changed = Signal()
    saved = Signal(object)
    failed = Signal(str, str)
    _ended = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._opened: Opened | None = None
        self._told = ""
        self._saved_at = 0.0
        self._busy = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="saving")
        self._timer = QTimer(self, singleShot=True, interval=AFTER_MS)
        self._timer.timeout.connect(self.now)
        self._ended.connect(self._on_ended)

    def watch(self, opened: Opened | None) -> None:
        """Another document, or none."""
        self._timer.stop()
        before, self._opened = self._opened, opened
        self._told, self._saved_at, self._busy = "", 0.0, False
        if before is not None:
            self._do(partial(_leave, before), before)
        self.changed.emit()

    def soon(self) -> None:
        """After an edit."""
        self._timer.start()
        self.changed.emit()

    def now(self) -> None:
        """Writes what is unsaved."""
        self._timer.stop()
        opened = self._opened
        if opened is None or not opened.store.unsaved or opened.store.blocked:
            return
        if self._busy:
            self._timer.start()
            return
        self._busy = True
        self._do(partial(_write, opened), opened)
        self.changed.emit()

    def again(self) -> None:
        """Writes the masks of what is open too, also where its polygons are in the file: it is another's file that was taken."""
        if self._opened is not None and not self._opened.store.blocked:
            self._do(partial(_write, self._opened), self._opened)

    def wait(self) -> None:
        """Until all that is drawn so far is written; for other threads than the window's. Raises what writing raises."""
        opened = self._opened
        (self._do(partial(_write_unsaved, opened), opened) if opened is not None else self._thread.submit(lambda: None)).result()

    def close(self) -> None:
        """The window closes: waits until all is written."""
        self.watch(None)
        self._thread.shutdown(wait=True)

    @property
    def state(self) -> str:
        """Whether everything is in the file, for people."""
        if self._opened is None:
            return ""
        if self._opened.store.blocked:
            return "Can't be edited"
        if self._told:
            return "Not saved"
        if self._busy:
            return "Saving…"  # the masks too
        if self._opened.store.unsaved:
            return "Edited"
        return f"Saved {time.strftime('%H:%M', time.localtime(self._saved_at))}" if self._saved_at else "Saved"

    def _do(self, work: partial[None], opened: Opened) -> Future[None]:
        """On the thread, after what was asked before; `_ended` brings what became of it."""
        doing = self._thread.submit(work)
        doing.add_done_callback(lambda done: self._ended.emit(opened, done.exception()))
        return doing

    def _on_ended(self, opened: Opened, error: BaseException | None) -> None:
        here = opened is self._opened
        if here:
            self._busy = False
        if error is None:
            self.saved.emit(opened)
            if here:
                self._saved_at, self._told = time.time(), ""
        elif not here or str(error) != self._told:
            told = isinstance(error, RoadscopeError)
            self.failed.emit(str(error) if told else "The labels can't be saved", "" if told else "".join(traceback.format_exception(error)))
            self._told = str(error) if here else self._told
        self.changed.emit()


def _leave(opened: Opened) -> None:
    try:
        _write_unsaved(opened)
    finally:
        opened.store.close()


def _write_unsaved(opened: Opened) -> None:
    if opened.store.unsaved and not opened.store.blocked:
        _write(opened)


def _write(opened: Opened) -> None:
    """The polygons, and where they lie in a Cityscapes folder the masks that are trained on."""
    from engine.annotation import frame_labels

    frame_labels.save(opened.store, opened.masks, space=opened.picture.space)
