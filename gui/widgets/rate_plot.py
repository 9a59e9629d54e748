"""The loss over the learning rates of a range test: grows while it runs, and has a line that marks one rate."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
import shiboken6
from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.events import RateTried
from gui import theme
from gui.widgets.curve_data import nearest
from gui.widgets.curve_lines import Line
from gui.widgets.plot_axis import Axis
from gui.widgets.plot_panel import Panel

REDRAW_MS = 100
_LOSS, _MARK = "#5aa2ff", "#f0b840"
_NARROWEST = 0.25
"""Decades: zooming in ends there."""


class RatePlot(QWidget):
    """Hover reads the loss at a rate, drag zooms, a double click shows all again. `moved` tells the rate that the line was dragged to."""

    moved = Signal(float)

    def __init__(self, low: float, high: float, now: float, parent: QWidget | None = None) -> None:
        """From `low` to `high`, with a mark at the rate that is set `now`."""
        super().__init__(parent)
        self._span = (math.log10(low), math.log10(high))
        self.tried: list[RateTried] = []
        self._places: list[float] = []
        self._following = self._dirty = True
        self._pointed: float | None = None
        self._make()
        self.panel.mark([(math.log10(now), "now")])
        self._timer = QTimer(self, interval=REDRAW_MS)
        self._timer.timeout.connect(self._on_tick)
        self._timer.start()

    @property
    def rate(self) -> float | None:
        """The rate that is marked."""
        return 10 ** float(self.line.value()) if self.line.isVisible() else None

    def add(self, tried: RateTried) -> None:
        """One more point; drawn at the next tick."""
        self.tried.append(tried)
        self._places.append(math.log10(tried.learning_rate))
        self._dirty = True

    def choose(self, rate: float, word: str) -> None:
        """Puts the line at `rate` and writes `word` beside it."""
        self.line.show()  # first: a word that nobody sees stays where it was
        self.line.setValue(math.log10(rate))
        self.line.label.setFormat(word)

    def point_at(self, place: float | None) -> None:
        """Reads the values at the rate nearest to 10^`place`, and puts the cursor there; for None at the last."""
        index = None if place is None else nearest(self._places, place)  # type: ignore[arg-type]
        self._pointed = None if index is None else self._places[index]
        self.panel.point_at(self._pointed)
        self._read(len(self.tried) - 1 if index is None else index)

    def redraw(self) -> None:
        """Draws what is new now."""
        self._dirty = False
        x = np.array(self._places)
        raw, smoothed = (np.array([getattr(one, name) for one in self.tried]) for name in ("loss", "smoothed"))
        self.panel.draw([Line("raw", x, raw, _LOSS, faint=True), Line("smoothed", x, smoothed, _LOSS)], follow=self._following, span=self._span)
        self.point_at(self._pointed)

    def close_plot(self) -> None:
        """The window closes: takes the scene apart while Python is still there to answer its last events."""
        self._timer.stop()
        if shiboken6.isValid(self.graphics):
            shiboken6.delete(self.graphics)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self.point_at(None)
        elif event.type() == QEvent.Type.Resize:
            self._dirty = True
        return False

    def _make(self) -> None:
        self.graphics = pg.GraphicsLayoutWidget()
        self.graphics.setBackground(theme.tokens().picture)
        self.graphics.ci.setContentsMargins(8, 4, 12, 4)
        self.graphics.setAccessibleName("Loss over learning rate")
        self.graphics.setMinimumSize(240, 160)
        self.panel = Panel("Loss", unit="over the learning rate", bottom=_RateAxis("bottom"), narrowest=_NARROWEST)
        self.panel.show_steps(True)
        self.panel.zoomed.connect(self._on_zoomed)
        self.panel.reset_asked.connect(self._on_reset)
        options = {"position": 0.8, "color": _MARK, "movable": False}
        pen, hovered = pg.mkPen(_MARK, width=2), pg.mkPen(_MARK, width=4)
        self.line = pg.InfiniteLine(angle=90, movable=True, bounds=self._span, pen=pen, hoverPen=hovered, label="", labelOpts=options)
        self.line.setCursor(Qt.CursorShape.SizeHorCursor)
        self.line.hide()
        self.line.sigDragged.connect(self._on_dragged)
        self.panel.addItem(self.line, ignoreBounds=True)
        self.graphics.addItem(self.panel, 0, 0)
        self.graphics.scene().sigMouseMoved.connect(lambda at: self.point_at(self.panel.view.mapSceneToView(at).x()))
        self.graphics.viewport().installEventFilter(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.graphics)

    def _read(self, index: int) -> None:
        if not 0 <= index < len(self.tried):
            return
        at = self.tried[index]
        self.panel.read([("", f"{at.loss:.4g}", _LOSS), ("smoothed", f"{at.smoothed:.4g}", _LOSS), ("at", spelled(at.learning_rate), "#8b93a1")])

    def _on_tick(self) -> None:
        if self._dirty and self.isVisible():
            self.redraw()

    def _on_zoomed(self) -> None:
        self._following, self._dirty = False, True

    def _on_reset(self) -> None:
        self._following = self._dirty = True

    def _on_dragged(self) -> None:
        self.line.label.setFormat("chosen")
        self.moved.emit(self.rate)


class _RateAxis(Axis):
    """Rates where their logarithms stand."""

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        return [spelled(10**value) for value in values]


def spelled(rate: float) -> str:
    """A rate as people write it, such as 2e-5 or 0.0012: two figures, which is more than a test can tell."""
    return f"{rate:.2g}".replace("e-0", "e-")
