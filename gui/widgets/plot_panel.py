"""One dark plot over optimiser steps: a word and values above it, zoom by dragging, a cursor that follows the mouse."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from pyqtgraph.GraphicsScene.mouseEvents import HoverEvent, MouseClickEvent
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics
from PySide6.QtWidgets import QGraphicsSceneResizeEvent

from gui import theme
from gui.widgets.curve_data import Numbers, thin, visible
from gui.widgets.curve_lines import Line, Reading
from gui.widgets.plot_axis import Axis, folded, unfolded

_AXIS_WIDTH = 56
_GRID_ALPHA = 36
_ANY_WIDTH = 100_000
_MUTED, _OFF = "#8b93a1", "#6a7180"
_BETWEEN = "&nbsp;&nbsp;&nbsp; "


class Panel(pg.PlotItem):
    """Draws lines thinned to what the screen can show. While nobody has zoomed, the range follows the points.

    With `switches` each word above the plot turns its line on and off: see `switched`.
    """

    zoomed = Signal()
    switched = Signal(str)
    """The word that was clicked."""
    reset_asked = Signal()
    menu_asked = Signal(object)

    def __init__(
        self,
        title: str,
        *,
        unit: str = "",
        floor: float | None = None,
        ceiling: float | None = None,
        switches: bool = False,
        bottom: Axis | None = None,
        narrowest: float = 2,
    ) -> None:
        """`bottom` writes the numbers below where they are no steps; zooming in ends at a width of `narrowest`."""
        self._view = _View(narrowest)
        super().__init__(viewBox=self._view, axisItems={"left": Axis("left"), "bottom": bottom or Axis("bottom")})
        self._title, self._unit, self._floor, self._ceiling, self._switches = title, unit, floor, ceiling, switches
        self._lines: dict[str, pg.PlotDataItem] = {}
        self._drawn: tuple[Line, ...] = ()
        self._marks: list[pg.InfiniteLine] = []
        self._marked: list[tuple[float, str]] = []
        self._cursor = pg.InfiniteLine(angle=90, pen=pg.mkPen("#ffffff", width=1, style=Qt.PenStyle.DotLine))
        self._readout = _Readout()
        self._make()
        self._readout.chosen.connect(self.switched)
        self._readout.setToolTip("A click on a name turns its line on and off" if switches else "")
        self._view.reset_asked.connect(self.reset_asked)
        self._view.menu_asked.connect(self.menu_asked)
        self._view.sigRangeChangedManually.connect(lambda *_: self.zoomed.emit())

    @property
    def reading(self) -> str:
        """What stands above the plot, as HTML."""
        return str(self._readout.text)

    def line_items(self) -> list[pg.PlotDataItem]:
        """The lines that are drawn."""
        return list(self._lines.values())

    @property
    def view(self) -> pg.ViewBox:
        return self._view

    @property
    def folded(self) -> bool:
        """Whether the values stand by powers of ten."""
        return bool(self.getAxis("left").folded)

    def draw(self, lines: Sequence[Line], *, follow: bool, span: tuple[float, float]) -> None:
        """Shows `lines`; where `follow` is set, the range is fitted: steps to `span`, values to the points."""
        self._drawn = tuple(lines)
        for key in self._lines.keys() - {line.key for line in lines}:
            self.removeItem(self._lines.pop(key))
        if follow:
            self._fit_x(span[0], settled(span[1], span[1] - span[0]))
        low, high = self._view.viewRange()[0]
        buckets = max(64, int(self._view.width()) // 2)
        shown = [(line, *_points(line, low, high, buckets)) for line in lines]
        if self.folded:
            shown = [(line, x, folded(y)) for line, x, y in shown]
        if follow:
            self._fit_y(*self._fitted(shown))
        for line, x, y in shown:
            self._item(line).setData(x, y)

    def mark(self, wanted: Sequence[tuple[float, str]]) -> None:
        """Vertical lines at steps, each with its word, such as where a stage began or a run was resumed."""
        if self._marked == list(wanted):
            return
        self._marked = list(wanted)
        for old in self._marks:
            self.removeItem(old)
        options = {"position": 0.92, "color": theme.tokens().on_picture, "movable": False}
        self._marks = [pg.InfiniteLine(step, angle=90, pen=pg.mkPen("#6a7180", style=Qt.PenStyle.DashLine), label=word, labelOpts=options) for step, word in wanted]
        for new in self._marks:
            self.addItem(new, ignoreBounds=True)

    def point_at(self, step: float | None) -> None:
        """Puts the cursor on `step`; None hides it."""
        self._cursor.setVisible(step is not None)
        if step is not None:
            self._cursor.setValue(step)

    def fold(self, wanted: bool) -> None:
        """Whether the values stand by powers of ten, see `plot_axis`; what is in view stays in view."""
        if wanted == self.folded:
            return
        low, high = (float(one) for one in (folded if wanted else unfolded)(np.array(self._view.viewRange()[1])))
        self.getAxis("left").folded = wanted
        self.getAxis("left").picture = None  # its numbers are others, though the range may be the same
        for item in self._lines.values():
            item.setData([], [])
        self._view.setYRange(low, high, padding=0)

    def read(self, values: Sequence[Reading]) -> None:
        """Writes (word, number, colour) triples above the plot, beside its title; a line without a number is one that is turned off."""
        now = theme.tokens()
        said = "".join(f"{_BETWEEN}{self._word(word, number, colour)}&nbsp;<span style='color:{now.on_picture}'>{number}</span>" for word, number, colour in values)
        words = (self._title, *(word for word, _, _ in values)) if self._switches else ()
        unit = f" <span style='color:{_MUTED}'>{self._unit}</span>" if self._unit else ""
        self._readout.say(f"<span style='color:{now.on_picture};font-weight:600'>{self._title}</span>{unit}{said}", words)

    def show_steps(self, shown: bool) -> None:
        """Whether the numbers of the steps stand below this plot."""
        self.getAxis("bottom").setStyle(showValues=shown)
        self.getAxis("bottom").setHeight(22 if shown else 6)

    def _fit_x(self, low: float, high: float) -> None:
        room = 0.012 * (high - low)
        if self._view.viewRange()[0] != [low - room, high + room]:
            self._view.setXRange(low - room, high + room, padding=0)

    def _fit_y(self, low: float, high: float) -> None:
        if self._view.viewRange()[1] != [low, high]:
            self._view.setYRange(low, high, padding=0)

    def _make(self) -> None:
        self.setMenuEnabled(False)
        self.hideButtons()
        self.layout.removeItem(self.titleLabel)
        self.titleLabel.hide()
        self.layout.addItem(self._readout, 0, 0, 1, 3)
        self.getAxis("left").setWidth(_AXIS_WIDTH)
        for axis in (self.getAxis("left"), self.getAxis("bottom")):
            axis.setPen(pg.mkPen("#31353f"))
            axis.setTextPen(pg.mkPen("#9aa1ad"))
        self.showGrid(x=True, y=True, alpha=_GRID_ALPHA / 255)
        self.addItem(self._cursor, ignoreBounds=True)
        self._cursor.hide()
        self.read([])

    def _word(self, word: str, number: str, colour: str) -> str:
        if not self._switches:
            return f"<span style='color:{colour}'>{word}</span>"
        style = f"color:{colour};text-decoration:none" if number else f"color:{_OFF};text-decoration:line-through"
        return f"<a href='{word}' style='{style}'>{word}</a>"

    def _item(self, line: Line) -> pg.PlotDataItem:
        item = self._lines.get(line.key)
        if item is None:
            item = self._lines[line.key] = self.plot()
            item.setZValue(-1 if line.faint else 1)
        colour = QColor(line.colour)
        colour.setAlphaF(0.38 if line.faint else 1.0)
        wanted = (colour.name(QColor.NameFormat.HexArgb), line.width, line.dots)
        if item.property("drawn_as") != wanted:
            item.setProperty("drawn_as", wanted)
            item.setPen(pg.mkPen(colour, width=1 if line.faint else line.width))
            item.opts["antialias"] = not line.faint
            item.setSymbol("o" if line.dots else None)
            item.setSymbolSize(6)
            item.setSymbolBrush(colour)
            item.setSymbolPen(None)
        return item

    def _fitted(self, shown: Sequence[tuple[Line, Numbers, Numbers]]) -> tuple[float, float]:
        solid = [y[np.isfinite(y)] for line, _, y in shown if not line.faint]
        faint = [y[np.isfinite(y)] for line, _, y in shown if line.faint]
        values = np.concatenate(solid) if solid else np.empty(0)
        noise = np.concatenate(faint) if faint else np.empty(0)
        if not len(values):
            return (self._floor or 0.0), (self._ceiling or 1.0)
        low, high = float(values.min()), float(values.max())
        if len(noise):  # a few wild steps must not flatten the rest
            low, high = min(low, float(np.quantile(noise, 0.01))), max(high, float(np.quantile(noise, 0.97)))
        room = 0.08 * ((high - low) or abs(high) or 1.0)
        low, high = -settled(-(low - room), high - low), settled(high + room, high - low)
        return (low if self._floor is None else self._floor), (high if self._ceiling is None else min(high, self._ceiling))


class _Readout(pg.LabelItem):
    """Values above a plot that never widen it: what doesn't fit is cut off, or goes on below where its `words` are known.

    How many lines that takes is reckoned from the words and wide numbers, so that it doesn't change while the numbers do.
    """

    chosen = Signal(str)
    """The word that was clicked, of those that are links."""

    def __init__(self) -> None:
        self._words: tuple[str, ...] = ()
        super().__init__(justify="left")

    def say(self, text: str, words: tuple[str, ...]) -> None:
        """Shows `text` (HTML), in which each of `words` has a number at most."""
        self._words = words
        self.setText(text, size="9pt")

    def updateMin(self) -> None:
        lines = self._lines() if self._words else 1
        self.setMinimumSize(0, 20 * lines)
        self.setMaximumSize(_ANY_WIDTH, 20 * lines)

    def hoverEvent(self, event: HoverEvent) -> None:
        self.setCursor(Qt.CursorShape.PointingHandCursor if not event.isExit() and self._word_at(event.pos()) else Qt.CursorShape.ArrowCursor)

    def mouseClickEvent(self, event: MouseClickEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and (word := self._word_at(event.pos())):
            self.chosen.emit(word)
            event.accept()

    def resizeEvent(self, event: QGraphicsSceneResizeEvent | None) -> None:
        self.item.setTextWidth(self.size().width() if self._words else -1)
        super().resizeEvent(event)

    def _word_at(self, at: QPointF) -> str:
        return str(self.item.document().documentLayout().anchorAt(self.item.mapFromParent(at)))

    def _lines(self) -> int:
        font = QFont(self.item.font())
        font.setPointSizeF(9)
        metrics, lines, room = QFontMetrics(font), 1, self.size().width()
        left = room
        for word in self._words:
            width = metrics.horizontalAdvance(f"{word} -0.0000   ")
            if width > left and left < room:
                lines, left = lines + 1, room
            left -= width
        return lines


class _View(pg.ViewBox):
    reset_asked = Signal()
    menu_asked = Signal(object)

    def __init__(self, narrowest: float) -> None:
        super().__init__(enableMenu=False)
        self.setMouseMode(pg.ViewBox.RectMode)
        self.setBackgroundColor(theme.tokens().picture)
        self.rbScaleBox.setPen(pg.mkPen("#5aa2ff"))
        self.rbScaleBox.setBrush(pg.mkBrush(90, 162, 255, 40))
        self.setLimits(minXRange=narrowest)

    def mouseClickEvent(self, event: MouseClickEvent) -> None:
        if event.button() == Qt.MouseButton.RightButton:
            self.menu_asked.emit(event.screenPos())
        elif event.double():
            self.reset_asked.emit()
        event.accept()


def settled(end: float, length: float) -> float:
    """`end` moved outwards to a round number a little further on: a range that moves with every point costs a new picture of its axes."""
    if not math.isfinite(end) or length <= 0:
        return end
    step = 10 ** math.floor(math.log10(length / 8))
    step *= next(factor for factor in (5, 2, 1) if factor * step <= length / 8)
    return math.ceil(end / step - 1e-9) * step


def _points(line: Line, low: float, high: float, buckets: int) -> tuple[Numbers, Numbers]:
    part = visible(line.x, low, high)
    return thin(line.x[part], line.y[part], buckets)
