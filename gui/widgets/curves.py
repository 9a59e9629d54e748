"""The curves of a training run, and of others laid over it: loss and its terms, validation mIoU with classes on demand, learning rate.

The run's lists grow while it trains; they are drawn ten times a second at most, and only when something is new.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from pathlib import Path

import shiboken6
from PySide6.QtCore import QEvent, QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from engine.errors import OutputError
from gui.widgets import curve_files
from gui.widgets.curve_data import nearest
from gui.widgets.curve_lines import CurveLines, Reading, Shown
from gui.widgets.plot_panel import Panel
from gui.widgets.plots import LOSS, SCORE, TERMS, Plots

REDRAW_MS = 33
"""Between two plots: each is drawn ten times a second at most."""
PREPARE_S = 0.008
COLOURS = ("#5aa2ff", "#f0b840", "#52c78f", "#ff7b70", "#c38bff", "#4dd0e1", "#ff9f5a", "#d4d95b", "#f48fb1")


class Curves(QWidget):
    """Plots over the same steps. Hover reads every value at a step, drag zooms, a double click shows all again, a right click
    saves, a click on a term's name turns its line on and off. `pointed` tells the step under the mouse, None when it has left."""

    pointed = Signal(object)
    scores_read = Signal(object)
    """The IoU by class where the mouse points, else at the last validation."""
    terms_hidden = Signal(object)
    """The names of the loss's terms that have no line, when somebody has turned one on or off."""
    saved = Signal(object)
    refused = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines = CurveLines()
        self.following = True  # until somebody zooms, the range follows the points
        self.dirty = True  # something new has not been drawn yet
        self._waiting: list[int] = []
        self._step: float | None = None
        self._plots = Plots()
        self._plots.zoomed.connect(self._on_zoomed)
        self._plots.reset_asked.connect(self.reset)
        self._plots.menu_asked.connect(lambda at: curve_files.open_menu(self, at, save=self.ask_and_save, possible=self._lines.first is not None, reset=self.reset))
        self._plots.moved.connect(self.point_at)
        self._plots.resized.connect(self.touch)
        self._plots.switched.connect(self._on_switched)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._plots)
        self._timer = QTimer(self, interval=REDRAW_MS)
        self._timer.timeout.connect(self._on_tick)
        self._timer.start()

    def panel(self, at: int) -> Panel:
        """Loss, validation mIoU, learning rate, and the loss's terms."""
        return self._plots.panels[at]

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

    def hide_terms(self, names: Iterable[str]) -> None:
        """Every other term of the loss has a line."""
        self._lines.hidden = frozenset(names)
        self.touch()

    def fold(self, wanted: bool) -> None:
        """Whether losses stand by powers of ten."""
        self._plots.fold(wanted)
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
        """Draws all plots now."""
        self.dirty, self._waiting = False, []
        for at in self._plots.order(self._lines.parted):
            self._draw(at)

    def save_as(self, path: Path) -> None:
        """Writes what is shown as PNG or SVG, or the first run's numbers as CSV, by the suffix. Raises OutputError."""
        if self._lines.first is not None:
            curve_files.save(self._plots, self._lines.first, path)

    def point_at(self, step: float | None) -> None:
        """Puts the cursor on the optimiser step nearest to `step` and reads the values there; None hides it."""
        steps = self._lines.first.steps if self._lines.first else []
        index = None if step is None else nearest(steps, step)
        at = None if index is None else steps[index]
        if at != self._step:
            self._step = at
            for panel in self._plots.panels:
                panel.point_at(at)
            self._read()
            self.pointed.emit(at)

    def close_plots(self) -> None:
        """The program ends: takes the scene apart while Python is still there to answer its last events."""
        self._timer.stop()
        if shiboken6.isValid(self._plots):
            shiboken6.delete(self._plots)

    def showEvent(self, event: QEvent) -> None:
        if self.dirty:
            self.redraw()

    def _draw(self, at: int) -> None:
        lines = (self._lines.loss, self._lines.score, self._lines.rate, self._lines.terms)[at]()
        panel = self._plots.panels[at]
        panel.draw(lines, follow=self.following, span=self._lines.span())
        panel.read(self._lines.read(self._step)[at])
        if at == LOSS:
            panel.mark(self._lines.first.marks if self._lines.first else [])
        if at == SCORE:
            self.scores_read.emit(self._lines.class_scores(self._step))

    def _read(self) -> None:
        for panel, values in zip(self._plots.panels, self._lines.read(self._step)):
            panel.read(values)
        self.scores_read.emit(self._lines.class_scores(self._step))

    def _on_tick(self) -> None:
        """One plot at a time, and many terms in several goes: short pauses of the event loop instead of a long one."""
        if not self.isVisible():
            return
        if self.dirty and not self._waiting:
            self.dirty, self._waiting = False, self._plots.order(self._lines.parted)
        if self._waiting and (self._waiting[0] != TERMS or self._lines.prepare_terms(time.perf_counter() + PREPARE_S)):
            self._draw(self._waiting.pop(0))

    def _on_switched(self, name: str) -> None:
        self.hide_terms(self._lines.hidden ^ {name})
        self.terms_hidden.emit(self._lines.hidden)

    def _on_zoomed(self) -> None:
        self.following = False
        self.touch()

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
