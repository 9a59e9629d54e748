"""Shows a learning-rate range test while it runs, and lets a rate be taken from it."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from engine import events
from gui.jobs import Job
from gui.widgets.job_chips import progress_text
from gui.widgets.message_bar import MessageBar
from gui.widgets.rate_plot import RatePlot, spelled

LOW, HIGH = 1e-7, 1.0
_ABOUT = (
    "A fresh network is trained for a hundred steps while its learning rate rises, then thrown away. "
    "Take a rate where the loss has fallen and doesn't leap yet; drag the line to choose another."
)


class RateFinder(QDialog):
    """`chosen` gives the rate that the user takes. Closing it stops the job."""

    chosen = Signal(float)

    def __init__(self, job: Job, now: float, parent: QWidget | None = None) -> None:
        """Follows `job`, which is about to start; `now` is the rate that is set."""
        super().__init__(parent)
        self.setWindowTitle("Find learning rate")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._job: Job | None = job
        self.plot = RatePlot(LOW, HIGH, now)
        self._make()
        self._lay_out()
        job.event.connect(self._on_event)
        job.ended.connect(self._on_ended)
        self.plot.moved.connect(lambda rate: self.field.setText(spelled(rate)))
        self.field.textEdited.connect(self._on_typed)
        self.use.clicked.connect(self._on_use)
        self.stop.clicked.connect(self._on_stop)
        self.resize(760, 500)

    def done(self, result: int) -> None:
        if self._job is not None:
            self._job.event.disconnect(self._on_event)
            self._job.ended.disconnect(self._on_ended)
            self._job.cancel()
            self._job = None
        self.plot.close_plot()
        super().done(result)

    def _make(self) -> None:
        self.messages = MessageBar()
        self._about = QLabel(_ABOUT)
        self._about.setObjectName("muted")
        self._about.setWordWrap(True)
        self.status = QLabel("Starting…")
        self.status.setWordWrap(True)
        self.field = QLineEdit()
        self.field.setAccessibleName("Learning rate")
        self.field.setFixedWidth(96)
        self.use = QPushButton("Use this rate")
        self.use.setDefault(True)
        self.use.setProperty("primary", True)
        self.stop = QPushButton("Stopping…")
        self.stop.setMinimumWidth(self.stop.sizeHint().width())  # for the longest of its words: nothing jumps, nothing is cut
        self.stop.setText("Stop")
        self.stop.setAutoDefault(False)
        for widget in (self.field, self.use):
            widget.setEnabled(False)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.status, 1)
        row.addWidget(self.field)
        row.addWidget(self.use)
        row.addWidget(self.stop)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 12)
        column.setSpacing(12)
        column.addWidget(self.messages)
        column.addWidget(self._about)
        column.addWidget(self.plot, 1)
        column.addLayout(row)

    def _on_event(self, event: events.Event) -> None:
        match event:
            case events.RateTried():
                self.plot.add(event)
            case events.Message(text=text, level="warning"):
                self.messages.show_problem(text, level="warning")
        if self._job is not None and not isinstance(event, events.Message):
            said = progress_text(self._job)
            self.status.setText(said[:1].upper() + said[1:])

    def _on_ended(self) -> None:
        job, self._job = self._job, None
        self.stop.setText("Close")
        self.stop.setEnabled(True)
        self.field.setEnabled(bool(self.plot.tried))
        self.plot.redraw()
        if job is not None and job.failure is not None:
            self.status.setText("")
            self.messages.show_problem(job.failure.reason, details=job.failure.details)
        elif job is not None and job.result is not None:
            self._show_result(job.result)

    def _show_result(self, result: events.Finished) -> None:
        rate, steepest, lowest = (result.summary.get(name) for name in ("learning_rate", "steepest", "lowest"))
        steps = f"after {result.summary.get('steps', 0)} steps"
        if rate is None or lowest is None:
            self.status.setText(f"Stopped {steps}" if result.stopped else "The loss falls at none of these rates; look at the data and the loss first")
            return
        self.plot.choose(rate, "suggested")
        self._take(spelled(rate))
        ended = f"Stopped {steps}. " if result.stopped else f"The loss diverged {steps}. " if result.summary.get("diverged") else ""
        steep = f"falls most steeply at {spelled(steepest)}, " if steepest is not None else ""
        self.status.setText(f"{ended}Suggested: {spelled(rate)}. The loss {steep}is smallest at {spelled(lowest)}")

    def _take(self, text: str) -> None:
        self.field.setText(text)
        self.use.setEnabled(_rate(text) is not None)

    def _on_typed(self, text: str) -> None:
        rate = _rate(text)
        self.use.setEnabled(rate is not None)
        if rate is not None:
            self.plot.choose(rate, "chosen")

    def _on_use(self) -> None:
        rate = _rate(self.field.text())
        if rate is not None:
            self.chosen.emit(rate)
            self.accept()

    def _on_stop(self) -> None:
        if self._job is None:
            self.reject()
            return
        self.stop.setEnabled(False)
        self.stop.setText("Stopping…")
        self._job.cancel()


def _rate(text: str) -> float | None:
    """The rate that is typed; None where it isn't one that was tried."""
    try:
        rate = float(text)
    except ValueError:
        return None
    return rate if math.isfinite(rate) and LOW <= rate <= HIGH else None
