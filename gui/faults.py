"""Whatever nobody expected: one sentence in the window, the whole story in a log file. Nothing is swallowed."""

from __future__ import annotations

import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QMessageLogContext, QObject, QtMsgType, Signal, qInstallMessageHandler

from engine import places
from engine.errors import RoadscopeError

HARMLESS = ("propagateSizeHints", "QSocketNotifier", "Could not parse application stylesheet", "This plugin supports grabbing the mouse")
LARGEST = 2 << 20


class Faults(QObject):
    """Takes over `sys.excepthook`, the threads' hook and Qt's messages while installed."""

    happened = Signal(str, str)

    def __init__(self, show: Callable[[str, str], None]) -> None:
        super().__init__()
        self.happened.connect(show)  # queued where the fault was on another thread
        self._before: tuple[object, object] | None = None

    def install(self) -> None:
        """From now on."""
        self._before = (sys.excepthook, threading.excepthook)
        sys.excepthook = self.on_exception
        threading.excepthook = lambda said: self.on_exception(said.exc_type, said.exc_value, said.exc_traceback)
        qInstallMessageHandler(self.on_qt_message)

    def remove(self) -> None:
        """Back to what was before."""
        if self._before is not None:
            sys.excepthook, threading.excepthook = self._before  # type: ignore[assignment]
            self._before = None
            qInstallMessageHandler(None)

    def on_exception(self, kind: type[BaseException], value: BaseException | None, trace: TracebackType | None) -> None:
        """Logs the traceback and shows its last line; an error meant for users is shown as it is."""
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, value or kind(), trace)
            return
        details = "".join(traceback.format_exception(kind, value, trace))
        log(details)
        text = str(value) if isinstance(value, RoadscopeError) else f"Something unexpected happened ({kind.__name__}: {value}); it is noted in {log_file()}"
        self.happened.emit(text, details)

    def on_qt_message(self, kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
        """Logs what Qt says; what would end the program is shown as well."""
        if any(word in text for word in HARMLESS):
            return
        log(f"Qt: {text}\n")
        if kind in (QtMsgType.QtCriticalMsg, QtMsgType.QtFatalMsg):
            self.happened.emit(f"Qt says: {text}", "")


def log_file() -> Path:
    """Where the window writes what went wrong."""
    return places.home() / "log" / "window.log"


def log(text: str) -> None:
    """Adds `text` with the time; a log that grew large begins anew, keeping one old one."""
    path = log_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.stat().st_size > LARGEST:
            path.replace(path.with_suffix(".old.log"))
        with path.open("a", encoding="utf-8") as stream:
            stream.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {text.rstrip()}\n")
    except OSError:
        sys.__stderr__.write(text) if sys.__stderr__ else None  # a full disk must not hide the fault itself
