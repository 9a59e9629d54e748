"""Closing the window while work goes on, or is begun: asks once, stops everything in order, and waits with the window alive."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from gui.jobs import Jobs


class Closing(QObject):
    """`ready` fires when nothing runs any more; until then `allowed` is False."""

    ready = Signal()

    def __init__(self, window: QWidget, jobs: Jobs, reasons: Callable[[], Iterable[str]]) -> None:
        super().__init__(window)
        self._window, self._jobs, self._reasons = window, jobs, reasons
        self.stopping = False
        jobs.changed.connect(self._on_jobs_changed)

    def allowed(self) -> bool:
        """Whether the window may close now; if not, the user was asked, and where he agreed everything is stopping."""
        running = bool(self._jobs.running)
        if self.stopping:
            return not running
        reasons = [*self._reasons()]
        if reasons and not self._agreed(reasons):
            return False
        if not running:
            return True
        self.stopping = True
        self._jobs.cancel_all()
        return False

    def _agreed(self, reasons: list[str]) -> bool:
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle("Close Roadscope?")
        said = " and ".join(reasons)
        box.setText(f"{said[:1].upper()}{said[1:]}.")
        runs = bool(self._jobs.running)
        box.setInformativeText("It will be stopped in order: what can be resumed is kept." if runs else "It is lost when the window closes.")
        stop = box.addButton("Stop and close" if runs else "Close", QMessageBox.ButtonRole.AcceptRole)
        stay = box.addButton("Keep running" if runs else "Go back", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(stay)
        box.setEscapeButton(stay)
        box.exec()
        return box.clickedButton() is stop

    def _on_jobs_changed(self) -> None:
        if self.stopping and not self._jobs.running:
            QTimer.singleShot(0, self, self.ready.emit)
