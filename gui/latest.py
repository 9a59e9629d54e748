"""Runs a slow function on a thread for the newest request only; older ones are dropped."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, QThread, Signal


class Latest(QThread):
    """A worker for what the user looks at now: of several requests that wait, only the newest is worked on.

    `done(request, result)` and `failed(request, error)` arrive in the thread of the receiver. A result may belong to an older
    request than the last one asked: compare the request where that matters.
    """

    done = Signal(object, object)
    failed = Signal(object, object)

    def __init__(self, work: Callable[[Any], Any], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work = work
        self._slot: list[Any] = []  # at most one request waits
        self._wake = threading.Condition()
        self._closing = False
        self._busy = False
        if app := QCoreApplication.instance():
            app.aboutToQuit.connect(self.close)  # a thread that outlives its object ends the process

    @property
    def busy(self) -> bool:
        """Whether a request is worked on or waits."""
        with self._wake:
            return self._busy or bool(self._slot)

    def ask(self, request: Any) -> None:
        """Asks for `request`, in place of any that waits. After `close` nothing happens."""
        with self._wake:
            if self._closing:
                return
            self._slot[:] = [request]
            self._wake.notify()
        if not self.isRunning():
            self.start()

    def forget(self) -> None:
        """Drops the request that waits; the one that is worked on still comes."""
        with self._wake:
            self._slot.clear()

    def close(self) -> None:
        """Ends the thread, after the request it is working on."""
        with self._wake:
            self._closing = True
            self._slot.clear()
            self._wake.notify()
        self.wait()

    def run(self) -> None:
        while True:
            with self._wake:
                self._busy = False
                self._wake.wait_for(lambda: self._slot or self._closing)
                if self._closing:
                    return
                request = self._slot.pop()
                self._busy = True
            try:
                result = self._work(request)
            except Exception as error:  # whatever it is, it is told to the one who asked
                self.failed.emit(request, error)
            else:
                self.done.emit(request, result)
