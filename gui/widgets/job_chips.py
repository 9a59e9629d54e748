"""Running jobs as one chip: what and how far; a click lists them with time left and cancel."""

from __future__ import annotations

import math

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QToolButton, QVBoxLayout, QWidget

from gui import theme
from gui.jobs import Job, Jobs

SHOWN_AFTER_MS = 300


class JobChips(QToolButton):
    """Hidden while nothing runs that takes longer than a moment."""

    came_or_went = Signal()

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("chip")
        self.setIcon(theme.icon("refresh", "accent"))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._jobs = jobs
        self._popover: JobsPopover | None = None
        self._delay = QTimer(self)
        self._delay.setSingleShot(True)
        self._delay.timeout.connect(self.refresh)
        self._tick = QTimer(self)
        self._tick.setInterval(250)
        self._tick.timeout.connect(self.refresh)
        jobs.changed.connect(self._on_changed)
        self.clicked.connect(self.show_list)
        self.hide()

    @property
    def shown_jobs(self) -> list[Job]:
        """The running jobs that are not quiet."""
        return [job for job in self._jobs.running if not job.quiet]

    def refresh(self) -> None:
        """Brings the words in step with the jobs."""
        shown = self.shown_jobs
        if self.isHidden() == bool(shown):
            self.setVisible(bool(shown))
            QTimer.singleShot(0, self, self.came_or_went.emit)
        if not shown:
            self._tick.stop()
            return
        self._tick.start()
        text = chip_text(shown)
        if text != self.accessibleName():
            self.setText(f" {text}")
            self.setAccessibleName(text)
        self.setToolTip("\n".join(f"{job.title}: {progress_text(job)}" for job in shown))

    def show_list(self) -> None:
        """Opens the list below the chip."""
        self._popover = JobsPopover(self._jobs, self.shown_jobs, self)
        self._popover.adjustSize()
        corner = self.mapToGlobal(QPoint(self.width() - self._popover.width(), self.height() + 4))
        self._popover.move(corner)
        self._popover.show()

    def _on_changed(self) -> None:
        if self.shown_jobs and self.isHidden():
            self._delay.start(SHOWN_AFTER_MS)
        else:
            self.refresh()


class JobsPopover(QFrame):
    """Each job with a bar, what is left, and a button that cancels it."""

    def __init__(self, jobs: Jobs, shown: list[Job], parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("popover")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(12, 10, 12, 10)
        self._column.setSpacing(10)
        self._rows: list[tuple[Job, QLabel, QProgressBar]] = []
        for job in shown:
            self._add(job)
        self._tick = QTimer(self)
        self._tick.timeout.connect(self._refresh)
        self._tick.start(250)
        jobs.changed.connect(self._refresh)
        self._refresh()

    def _add(self, job: Job) -> None:
        title, left, bar = QLabel(job.title), QLabel(), QProgressBar()
        left.setObjectName("muted")
        bar.setTextVisible(False)
        cancel = QToolButton()
        cancel.setIcon(theme.icon("close"))
        cancel.setToolTip(f"Stop: {job.title}")
        cancel.setAccessibleName(f"Stop {job.title}")
        cancel.clicked.connect(job.cancel)
        head = QHBoxLayout()
        head.addWidget(title, 1)
        head.addWidget(cancel)
        for item in (head, bar, left):
            self._column.addLayout(item) if isinstance(item, QHBoxLayout) else self._column.addWidget(item)
        self.setMinimumWidth(320)
        self._rows.append((job, left, bar))

    def _refresh(self) -> None:
        for job, left, bar in self._rows:
            share = progress_share(job)
            bar.setRange(0, 0 if share is None and not job.over else 1000)
            bar.setValue(1000 if job.over else int(1000 * (share or 0)))
            left.setText("done" if job.over else progress_text(job))
        if all(job.over for job, _, _ in self._rows):
            self.close()


def chip_text(jobs: list[Job]) -> str:
    """One job by name and percent, several by number."""
    shares = [share for job in jobs if (share := progress_share(job)) is not None]
    percent = f" · {100 * sum(shares) / len(shares):.0f} %" if shares else ""
    if len(jobs) > 1:
        return f"{len(jobs)} jobs{percent}"
    title = jobs[0].title if len(jobs[0].title) <= 28 else f"{jobs[0].title[:27]}…"
    return ("Stopping: " if jobs[0].stopping else "") + title + percent


def progress_share(job: Job) -> float | None:
    """0…1, None while unknown."""
    progress = job.progress
    return min(1.0, progress.done / progress.total) if progress is not None and progress.total > 0 else None


def progress_text(job: Job) -> str:
    """Such as `412 of 1 000 steps, 1 min 20 s left`."""
    if job.stopping:
        return "stopping…"
    progress = job.progress
    if progress is None:
        return "starting…"
    count = f"{grouped(progress.done)} of {grouped(progress.total)} {progress.what}" if progress.total else f"{progress.what}…"
    left = duration(progress.seconds_left) if progress.seconds_left == progress.seconds_left else ""
    return f"{count}, {left} left" if left else count


def duration(seconds: float) -> str:
    """For people: 40 s, 3 min 20 s, 2 h 5 min."""
    if not math.isfinite(seconds) or seconds < 0:
        return ""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def grouped(number: int) -> str:
    """Thousands apart by a thin blank."""
    return f"{number:,}".replace(",", "\u202f")


