"""A rate of each class as bars, one a result: IoU, Dice, precision or recall, side by side."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui import theme

_BAR, _GAP, _AROUND = 9, 1, 9


@dataclass(frozen=True, slots=True)
class Series:
    """A result's rates by class name, NaN for what means nothing, their mean, and its colour."""

    title: str
    colour: str
    values: dict[str, float]
    mean: float


class RateBars(QWidget):
    """The mean first, then a group of bars for each class; the numbers stand at the bars' ends."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._series: list[Series] = []
        self._names: list[str] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Rates of the classes")

    @property
    def names(self) -> Sequence[str]:
        """The rows below the mean, from the top."""
        return self._names

    def show_series(self, series: Sequence[Series]) -> None:
        """Draws others; classes in the first one's order, then those only others have."""
        self._series = list(series)
        self._names = list(dict.fromkeys(name for one in series for name in one.values))
        self.setAccessibleDescription("; ".join(f"{one.title}: mean {_said(one.mean)}" for one in series))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, (len(self._names) + 1) * self._row if self._series else 40)

    def minimumSizeHint(self) -> QSize:
        return QSize(180, self.sizeHint().height())

    @property
    def _row(self) -> int:
        return max(22, len(self._series) * (_BAR + _GAP) + _AROUND)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent) and self._series:
            at = event.pos().y() // self._row
            if 0 <= at <= len(self._names):
                name = ["mean", *self._names][at]
                lines = [f"{one.title}: {_said(self._value(one, at))}" for one in self._series]
                QToolTip.showText(event.globalPos(), "\n".join([name, *lines]), self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._series:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        now, metrics = theme.tokens(), self.fontMetrics()
        names = min(max(metrics.horizontalAdvance(name) for name in ["mean", *self._names]) + 10, self.width() // 3)
        small = QFont(self.font())
        small.setPointSizeF(self.font().pointSizeF() * 0.85)
        painter.setFont(small)
        figure = painter.fontMetrics().horizontalAdvance("0.000")
        room = max(20, self.width() - names - figure - 10)
        for at, name in enumerate(["mean", *self._names]):
            top = at * self._row
            painter.setFont(self.font())
            painter.setPen(now.colour("text" if not at else "muted"))
            painter.drawText(QRect(0, top, names - 8, self._row), Qt.AlignmentFlag.AlignVCenter, metrics.elidedText(name, Qt.TextElideMode.ElideRight, names - 8))
            painter.setFont(small)
            first = top + (self._row - len(self._series) * (_BAR + _GAP)) / 2
            for number, one in enumerate(self._series):
                self._bar(painter, QRectF(names, first + number * (_BAR + _GAP), room, _BAR), self._value(one, at), QColor(one.colour))
            if not at:
                painter.setPen(now.colour("line"))
                painter.drawLine(0, self._row - 1, self.width(), self._row - 1)

    def _bar(self, painter: QPainter, room: QRectF, value: float, colour: QColor) -> None:
        now = theme.tokens()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(now.colour("hover"))
        painter.drawRoundedRect(room, 2, 2)
        if not math.isnan(value):
            painter.setBrush(colour)
            painter.drawRoundedRect(QRectF(room.left(), room.top(), max(2.0, room.width() * value), room.height()), 2, 2)
        painter.setPen(now.colour("muted"))
        end = QRectF(room.right() + 6, room.center().y() - 8, 60, 16)
        painter.drawText(end, Qt.AlignmentFlag.AlignVCenter, _said(value))

    def _value(self, series: Series, row: int) -> float:
        return series.mean if not row else series.values.get(self._names[row - 1], math.nan)


def _said(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.3f}"
