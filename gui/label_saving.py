"""Keeps what is drawn: the file follows the journal a moment later, in the background."""

from __future__ import annotations

import time
import traceback
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from engine.errors import RoadscopeError
from gui.latest import Latest

if TYPE_CHECKING:
    from gui.labelling import Opened

AFTER_MS = 700


class LabelSaving(QObject):
    """One document at a time. A failed save is told once and tried again with the next edit."""

    changed = Signal()
    saved = Signal(object)
    failed = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._opened: Opened | None = None
        self._told = ""
        self._saved_at = 0.0
        self._timer = QTimer(self, singleShot=True, interval=AFTER_MS)
        self._saver = Latest(_write, self)
        self._timer.timeout.connect(self.now)
        self._saver.done.connect(self._on_saved)
        self._saver.failed.connect(self._on_failed)

    def watch(self, opened: Opened | None) -> None:
        """Another document; the one before is written and closed first."""
        self._timer.stop()
        before, self._opened = self._opened, opened
        self._told, self._saved_at = "", 0.0
        if before is not None:
            try:
                if before.store.unsaved and not before.store.blocked:
                    _write(before)
            except RoadscopeError as error:
                self.failed.emit(str(error), "")
            finally:
                before.store.close()
        self.changed.emit()

    def soon(self) -> None:
        """After an edit."""
        self._timer.start()
        self.changed.emit()

    def now(self) -> None:
        """Writes what is unsaved."""
        self._timer.stop()
        if self._opened is not None and self._opened.store.unsaved and not self._opened.store.blocked:
            self._saver.ask(self._opened)
            self.changed.emit()

    def close(self) -> None:
        """The window closes."""
        self._saver.close()
        self.watch(None)

    @property
    def state(self) -> str:
        """Whether everything is in the file, for people."""
        if self._opened is None:
            return ""
        if self._opened.store.blocked:
            return "Can't be edited"
        if self._told:
            return "Not saved"
        if self._opened.store.unsaved:
            return "Saving…" if self._saver.busy else "Edited"
        return f"Saved {time.strftime('%H:%M', time.localtime(self._saved_at))}" if self._saved_at else "Saved"

    def _on_saved(self, opened: Opened, _: object) -> None:
        if opened is self._opened:
            self._saved_at, self._told = time.time(), ""
            self.saved.emit(opened)
            self.changed.emit()

    def _on_failed(self, opened: Opened, error: Exception) -> None:
        if opened is not self._opened:
            return
        text = str(error)
        if text != self._told:
            told = isinstance(error, RoadscopeError)
            self.failed.emit(text if told else "The labels can't be saved", "" if told else "".join(traceback.format_exception(error)))
        self._told = text
        self.changed.emit()


def _write(opened: Opened) -> None:
    """The polygons, and where they lie in a Cityscapes folder the masks that are trained on."""
    opened.store.save()
    masks = opened.masks
    if masks is not None:
        from engine.annotation.export import export

        export(opened.store.document, opened.picture.space, stem=masks.stem, folder=opened.store.path.parent, kinds=masks.kinds, truth=masks.truth)
