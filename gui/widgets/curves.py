"""The curves of a training run, and of others laid over it: loss, validation mIoU with classes on demand, learning rate.

The run's lists grow while it trains; they are drawn ten times a second at most, and only when something is new.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pyqtgraph as pg
import shiboken6
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QMenu, QVBoxLayout, QWidget

from engine.errors import OutputError
from gui import theme
from gui.widgets import curve_files
from gui.widgets.curve_data import nearest
from gui.widgets.curve_lines import CurveLines, Shown
from gui.widgets.plot_panel import Panel

REDRAW_MS = 33
"""Between two plots: each is drawn ten times a second at most."""
COLOURS = ("#5aa2ff", "#f0b840", "#52c78f", "#ff7b70", "#c38bff", "#4dd0e1", "#ff9f5a", "#d4d95b", "#f48fb1")


class Curves(QWidget):
    """Three plots over the same steps. Hover reads every value at a step, drag zooms, a double click shows all again,
    a right click saves. `pointed` tells the step under the mouse, None when it has left."""

    pointed = Signal(object)
    scores_read = Signal(object)
    """The IoU by class where the mouse points, else at the last validation."""
    saved = Signal(object)
    refused = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines = CurveLines()
        self.following = True  # until somebody zooms, the range follows the points
        self.dirty = True  # something new has not been drawn yet
        self._waiting: list[int] = []
        self._step: float | None = None
        self._make()
        self._timer = QTimer(self, interval=REDRAW_MS)
        self._timer.timeout.connect(self._on_tick)
        self._timer.start()

    def panel(self, at: int) -> Panel:
        """Loss, validation mIoU, learning rate."""
        return self._panels[at]

    def show_runs(self, runs: list[Shown]) -> None:
        """The run that is looked at, then those laid over it."""
        if [one.name for one in runs[:1]] != [one.name for one in self._lines.runs[:1]]:
            self.following = True
        self._lines.show(runs)
        self.touch()

    def show_classes(self, colours: Mapping[str, str]) -> None:
        """One line a class for these, by name; colours as #rrggbb."""
        self._lines.classes = dict(colours)
        self.touch()

    def set_smoothing(self, weight: float) -> None:
        """`weight` of the past in 0…0.999; 0 draws the raw line alone."""
        self._lines.smoothing = min(max(weight, 0.0), 0.999)
        self.touch()

    def touch(self) -> None:
        """Something is new: drawn at the next tick, if anybody sees it."""
        self.dirty = True

    def reset(self) -> None:
        """Shows all steps again, and follows new ones."""
        self.following = True
        self.touch()

    def redraw(self) -> None:
        """Draws all three plots now."""
        self.dirty, self._waiting = False, []
        for at in range(len(self._panels)):
            self._draw(at)

    def save_as(self, path: Path) -> None:
        """Writes what is shown as PNG or SVG, or the first run's numbers as CSV, by the suffix. Raises OutputError."""
        if self._lines.first is not None:
            curve_files.save(self._graphics, self._lines.first, path)

    def point_at(self, step: float | None) -> None:
        """Puts the cursor on the optimiser step nearest to `step` and reads the values there; None hides it."""
        steps = self._lines.first.steps if self._lines.first else []
        index = None if step is None else nearest(steps, step)
        at = None if index is None else steps[index]
        if at != self._step:
            self._step = at
            for panel in self._panels:
                panel.point_at(at)
            self._read()
            self.pointed.emit(at)

    def close_plots(self) -> None:
        """The program ends: takes the scene apart while Python is still there to answer its last events."""
        self._timer.stop()
        if shiboken6.isValid(self._graphics):
            shiboken6.delete(self._graphics)

    def showEvent(self, event: QEvent) -> None:
        if self.dirty:
            self.redraw()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self.point_at(None)
        elif event.type() == QEvent.Type.Resize:
            self.touch()
        return False

    def _make(self) -> None:
        self._graphics = pg.GraphicsLayoutWidget()
        self._graphics.setBackground(theme.tokens().picture)
        self._graphics.ci.setContentsMargins(8, 4, 12, 4)
        self._graphics.ci.setSpacing(2)
        self._graphics.setAccessibleName("Curves of the run")
        self._graphics.setMinimumSize(240, 200)
        self._panels = (Panel("Loss"), Panel("Validation mIoU", floor=0.0, ceiling=1.0), Panel("Learning rate", floor=0.0))
        for row, (panel, stretch) in enumerate(zip(self._panels, (5, 5, 2))):
            self._graphics.addItem(panel, row, 0)
            self._graphics.ci.layout.setRowStretchFactor(row, stretch)
            panel.show_steps(row == 2)
            panel.zoomed.connect(self._on_zoomed)
            panel.reset_asked.connect(self.reset)
            panel.menu_asked.connect(self._on_menu)
            if row:
                panel.setXLink(self._panels[0])
        self._graphics.scene().sigMouseMoved.connect(lambda at: self.point_at(self._panels[0].view.mapSceneToView(at).x()))
        self._graphics.viewport().installEventFilter(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._graphics)

    def _draw(self, at: int) -> None:
        lines = (self._lines.loss, self._lines.score, self._lines.rate)[at]()
        self._panels[at].draw(lines, follow=self.following, span=self._lines.span())
        self._panels[at].read(self._lines.read(self._step)[at])
        if at == 0:
            self._panels[0].mark(self._lines.first.marks if self._lines.first else [])
        if at == 1:
            self.scores_read.emit(self._lines.class_scores(self._step))

    def _read(self) -> None:
        for panel, values in zip(self._panels, self._lines.read(self._step)):
            panel.read(values)
        self.scores_read.emit(self._lines.class_scores(self._step))

    def _on_tick(self) -> None:
        """One plot at a time: three short pauses of the event loop instead of a long one."""
        if not self.isVisible():
            return
        if self.dirty and not self._waiting:
            self.dirty, self._waiting = False, list(range(len(self._panels)))
        if self._waiting:
            self._draw(self._waiting.pop(0))

    def _on_zoomed(self) -> None:
        self.following = False
        self.touch()

    def _on_menu(self, position: QPointF) -> None:
        menu = QMenu(self)
        menu.addAction("Show all steps", self.reset)
        menu.addSeparator()
        for words, suffix in (("Save as picture (PNG)…", "png"), ("Save as drawing (SVG)…", "svg"), ("Save the numbers (CSV)…", "csv")):
            made = menu.addAction(words)
            made.triggered.connect(lambda _=False, suffix=suffix: self.ask_and_save(suffix))
            made.setEnabled(self._lines.first is not None)
        menu.popup(QPoint(int(position.x()), int(position.y())))

    def ask_and_save(self, suffix: str) -> None:
        """Asks where to, then saves; another suffix that is typed counts."""
        if not self._lines.runs:
            return
        chosen, _ = QFileDialog.getSaveFileName(self, "Save the curves", f"{self._lines.runs[0].name}.{suffix}", curve_files.FILTERS)
        if not chosen:
            return
        path = Path(chosen) if Path(chosen).suffix else Path(f"{chosen}.{suffix}")
        try:
            self.save_as(path)
        except OutputError as error:
            self.refused.emit(str(error))
        else:
            self.saved.emit(path)
