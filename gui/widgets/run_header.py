"""Above the curves: which run, how it stands in figures, and what can be done with it."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QProgressBar, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from engine import events
from gui import theme
from gui.actions import Action
from gui.widgets.curve_data import RunCurves

LOADER = "loader img/s"
THIN = "\u202f"


class RunHeader(QWidget):
    """`rows` are the buttons, in order; each shows only while it is possible."""

    def __init__(self, rows: tuple[Action, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = rows
        self._title = _Title()
        self._state = QLabel()
        self._progress = QProgressBar()
        self._progress.setTextVisible(False)
        self._progress.setMaximum(1000)
        self._figures = {name: (QLabel(), QLabel(name)) for name in ("step", "epoch", "img/s", LOADER, "time left", "best mIoU")}
        self._figures[LOADER][0].setToolTip("As many as could be loaded and augmented: as long as it is the larger figure, training doesn't wait for its frames")
        self._buttons = [(row, _button(row, primary=not at)) for at, row in enumerate(rows)]
        self._lay_out()

    def show_run(self, title: str, state: str, curves: RunCurves) -> None:
        """`state` is running, stopping, starting, finished, stopped, failed or interrupted."""
        self._title.say(title)
        self._state.setText(state)
        token = {"finished": "ok", "failed": "danger", "running": "accent", "starting": "accent"}.get(state, "warning")
        self._colour_state(token)
        for name, value in figures(curves, running=state in ("running", "stopping")).items():
            self._figures[name][0].setText(value)
        done = curves.steps[-1] / curves.steps_total if curves.steps and curves.steps_total else 0
        self._progress.setMaximum(0 if state == "starting" else 1000)
        self._progress.setValue(round(1000 * done))
        self._progress.setVisible(state in ("running", "stopping", "starting"))
        self.refresh()

    def refresh(self) -> None:
        """Asks each button's row whether it is possible."""
        for row, button in self._buttons:
            button.setVisible(row.possible)

    def _colour_state(self, token: str) -> None:
        palette = self._state.palette()
        if palette.color(QPalette.ColorRole.WindowText) != theme.tokens().colour(token):
            palette.setColor(QPalette.ColorRole.WindowText, theme.tokens().colour(token))
            self._state.setPalette(palette)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self._title, 1)
        for _, button in self._buttons:
            top.addWidget(button)
        grid = QGridLayout()
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(0)
        self._state.setObjectName("figure")
        kind = QLabel("state")
        kind.setObjectName("muted")
        grid.addWidget(self._state, 0, 0)
        grid.addWidget(kind, 1, 0)
        for column, (value, name) in enumerate(self._figures.values(), 1):
            value.setObjectName("figure")
            name.setObjectName("muted")
            grid.addWidget(value, 0, column)
            grid.addWidget(name, 1, column)
        grid.setColumnStretch(len(self._figures) + 1, 1)
        column_ = QVBoxLayout(self)
        column_.setContentsMargins(12, 8, 12, 8)
        column_.setSpacing(6)
        column_.addLayout(top)
        column_.addLayout(grid)
        column_.addWidget(self._progress)


class _Title(QLabel):
    """One line, with an ellipsis where it doesn't fit."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("runTitle")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._words = ""

    def say(self, words: str) -> None:
        self._words = words
        self.setToolTip(words)
        self.setAccessibleName(words)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()

    def _fit(self) -> None:
        self.setText(self.fontMetrics().elidedText(self._words, Qt.TextElideMode.ElideRight, self.width()))


def figures(curves: RunCurves, *, running: bool) -> dict[str, str]:
    """The run's figures in words for people; a dash for what isn't known."""
    now: events.StepDone | None = curves.latest
    best = curves.best
    left = now.seconds_left if now and running else math.nan
    return {
        "step": f"{now.step:,} / {now.steps_total:,}".replace(",", THIN) if now else "–",
        "epoch": str(now.epoch + 1) if now else "–",
        "img/s": f"{now.images_per_second:.1f}" if now else "–",
        LOADER: f"{now.loader_images_per_second:.0f}" if now and now.loader_images_per_second else "–",
        "time left": duration(left),
        "best mIoU": f"{best.mean_iou:.3f}" if best else "–",
    }


def duration(seconds: float) -> str:
    """Seconds as people say them: 45 s, 3 min 20 s, 2 h 05 min; a dash for NaN."""
    if not math.isfinite(seconds) or seconds < 0:
        return "–"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


def _button(row: Action, *, primary: bool) -> QPushButton:
    button = QPushButton(row.text.replace("&", ""))
    button.setProperty("primary", primary)
    if row.icon:
        button.setIcon(theme.icon(row.icon, "on_accent" if primary else None))
    button.setToolTip(row.tooltip + (f"\n{row.help}" if row.help else ""))
    button.clicked.connect(lambda: row.call() if row.possible else None)
    return button
