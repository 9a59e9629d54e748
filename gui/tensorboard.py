"""TensorBoard over all runs: a server of this machine alone, started when it is wanted and ended with the window."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices

PATIENCE_MS = 90_000
_END_MS = 3_000
_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/")
# The child also ends when the pipe from here breaks: a window that was killed leaves no server behind.
_CHILD = """
import os, runpy, sys, threading
threading.Thread(target=lambda: (sys.stdin.buffer.read(), os._exit(0)), daemon=True).start()
runpy.run_module("tensorboard.main", run_name="__main__", alter_sys=True)
"""


def browse(address: str) -> None:
    """Shows `address` in the system's own browser, where it has one."""
    QDesktopServices.openUrl(QUrl(address))


class TensorBoard(QObject):
    """At most one server. `opened` tells its address each time the browser was asked to show it."""

    opened = Signal(str)
    failed = Signal(str, str)
    """Why there is none, in a sentence, and all that it said."""
    changed = Signal()
    """`starting` or `address` did."""

    def __init__(self, parent: QObject | None = None, *, browse: Callable[[str], object] = browse) -> None:
        super().__init__(parent)
        self._browse = browse
        self._said = ""
        self._closing = False
        self.address = ""
        """Where it listens; "" while it doesn't."""
        self._process = QProcess(self)
        environment = QProcessEnvironment.systemEnvironment()
        environment.insert("PYTHONUNBUFFERED", "1")
        self._process.setProcessEnvironment(environment)
        self._process.setProcessChannelMode(QProcess.ProcessChannelMode.MergedChannels)
        self._process.readyReadStandardOutput.connect(self._on_said)
        self._process.finished.connect(self._on_ended)
        self._process.errorOccurred.connect(self._on_error)
        self._patience = QTimer(self, interval=PATIENCE_MS, singleShot=True)
        self._patience.timeout.connect(self._on_patience_lost)

    @property
    def starting(self) -> bool:
        return self._up and not self.address

    @property
    def process_id(self) -> int:
        """Of the server; 0 without one."""
        return self._process.processId()

    def open(self, runs: Path) -> None:
        """Shows the runs below the folder `runs` in the browser, as soon as the server listens; starts it where there is none."""
        if self.address:
            self._show()
        elif not self._up:
            self._start(runs)

    def close(self) -> None:
        """Ends the server; the end of the program."""
        self.address, self._closing = "", True
        self._patience.stop()
        self._process.terminate()
        if self._up and not self._process.waitForFinished(_END_MS):
            self._process.kill()
            self._process.waitForFinished(_END_MS)
        self._closing = False

    @property
    def _up(self) -> bool:
        return self._process.state() != QProcess.ProcessState.NotRunning

    def _start(self, runs: Path) -> None:
        if importlib.util.find_spec("tensorboard") is None:
            self.failed.emit("TensorBoard isn't installed; `pip install tensorboard` brings it", "")
            return
        self._said = ""
        # its fast loader is a second process that can outlive it
        self._process.start(sys.executable, ["-c", _CHILD, "--logdir", str(runs), "--host", "127.0.0.1", "--port", "0", "--load_fast=false"])
        self._patience.start()
        self.changed.emit()

    def _show(self) -> None:
        self._browse(self.address)
        self.opened.emit(self.address)

    def _on_said(self) -> None:
        self._said = (self._said + bytes(self._process.readAllStandardOutput().data()).decode("utf-8", "replace"))[-20_000:]
        if not self.address and not self._closing and (found := _ADDRESS.search(self._said)):
            self.address = found[0]
            self._patience.stop()
            self.changed.emit()
            self._show()

    def _on_error(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._said = self._process.errorString()
            self._on_ended()

    def _on_ended(self) -> None:
        if self._closing:
            return
        self._said += bytes(self._process.readAllStandardOutput().data()).decode("utf-8", "replace")
        listened, self.address = bool(self.address), ""
        self._patience.stop()
        said = [line.strip() for line in self._said.splitlines() if line.strip()]
        self.failed.emit(f"TensorBoard {'has ended' if listened else 'could not start'}: {said[-1] if said else 'it said nothing'}", self._said)
        self.changed.emit()

    def _on_patience_lost(self) -> None:
        self.close()
        self.failed.emit("TensorBoard did not start in time; the machine may be busy, try again later", self._said)
        self.changed.emit()
