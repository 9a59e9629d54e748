"""What was taken for what: a cell for each pair of truth and prediction; a click asks for the frames behind it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui import theme

_SMALLEST, _LARGEST = 15, 46
_WRITTEN = 27
"""A cell this wide has room for its number."""


class ConfusionView(QWidget):
    """Rows are the truth, columns the prediction, shown as shares of each row. `chosen` gives (truth, prediction), or None for all frames."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self._colours: tuple[tuple[int, int, int], ...] = ()
        self._counts: NDArray[np.int64] = np.zeros((0, 0), np.int64)
        self._shares: NDArray[np.float64] = np.zeros((0, 0))
        self._cell: tuple[int, int] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(200, 180)
        self.setAccessibleName("Confusion matrix; arrows move, Escape shows all frames")

    @property
    def cell(self) -> tuple[int, int] | None:
        """The pair that is chosen."""
        return self._cell

    def show_matrix(self, names: Sequence[str], colours: Sequence[tuple[int, int, int]], counts: NDArray[np.int64]) -> None:
        """Shows (K, K) pixels by truth and prediction. The chosen cell stays where the classes do."""
        if tuple(names) != self._names:
            self._cell = None
        self._names, self._colours, self._counts = tuple(names), tuple(colours), counts
        total = counts.sum(axis=1, keepdims=True)
        self._shares = np.divide(counts, total, out=np.zeros(counts.shape), where=total > 0)
        self.update()

    def choose(self, cell: tuple[int, int] | None) -> None:
        """Marks a cell and tells of it; the same one again means all frames."""
        self._cell = None if cell == self._cell else cell
        self.chosen.emit(self._cell)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(380, 340)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0)}
        step = steps.get(Qt.Key(event.key()))
        if step is not None and self._names:
            row, column = self._cell or (0, 0)
            moved = (min(max(row + step[0], 0), len(self._names) - 1), min(max(column + step[1], 0), len(self._names) - 1))
            if moved != self._cell:
                self.choose(moved)
        elif event.key() == Qt.Key.Key_Escape and self._cell is not None:
            self.choose(None)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and (cell := self.cell_at(event.position())) is not None:
            self.choose(cell)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            cell = self.cell_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), self.words(cell), self) if cell else QToolTip.hideText()
            return True
        return super().event(event)

    def words(self, cell: tuple[int, int]) -> str:
        """What a cell says: how much of the truth's pixels were taken for what."""
        row, column = cell
        share, pixels = 100 * float(self._shares[cell]), f"{int(self._counts[cell]):,}".replace(",", "\u202f")
        what = "is right" if row == column else f"taken for {self._names[column]}"
        return f"{share:.1f} % of {self._names[row]} {what}\n{pixels} px. Click for the frames behind it"

    def cell_at(self, point: QPointF) -> tuple[int, int] | None:
        """(truth, prediction) under a point of the widget."""
        grid, side = self._grid()
        if not self._names or not grid.contains(point.toPoint()):
            return None
        return min(int((point.y() - grid.top()) / side), len(self._names) - 1), min(int((point.x() - grid.left()) / side), len(self._names) - 1)

    def centre_of(self, cell: tuple[int, int]) -> QPointF:
        """The middle of a cell in the widget."""
        grid, side = self._grid()
        return QPointF(grid.left() + (cell[1] + 0.5) * side, grid.top() + (cell[0] + 0.5) * side)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._names:
            return
        painter = QPainter(self)
        now = theme.tokens()
        grid, side = self._grid()
        right, wrong, empty = now.colour("ok"), now.colour("danger"), now.colour("raised")
        painter.fillRect(grid, now.colour("line"))
        small = QFont(self.font())
        small.setPointSizeF(self.font().pointSizeF() * 0.8)
        painter.setFont(small)
        for row in range(len(self._names)):
            for column in range(len(self._names)):
                share = float(self._shares[row, column])
                box = QRectF(grid.left() + column * side, grid.top() + row * side, side - 1, side - 1)
                # The square root shows a few per cent, which is what one looks for.
                painter.fillRect(box, _mixed(empty, right if row == column else wrong, share**0.5))
                if side >= _WRITTEN and share >= 0.005:
                    painter.setPen(now.colour("text"))
                    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, f"{100 * share:.0f}")
        self._labels(painter, grid, side)
        if self._cell is not None:
            painter.setPen(QPen(now.colour("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(grid.left() + self._cell[1] * side, grid.top() + self._cell[0] * side, side - 1, side - 1))

    def _labels(self, painter: QPainter, grid: QRect, side: float) -> None:
        painter.setFont(self.font())
        metrics, now = self.fontMetrics(), theme.tokens()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for at, name in enumerate(self._names):
            middle = grid.top() + (at + 0.5) * side
            said = metrics.elidedText(name, Qt.TextElideMode.ElideRight, grid.left() - 20)
            painter.setPen(now.colour("muted"))
            painter.drawText(QRectF(0, middle - 9, grid.left() - 18, 18), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, said)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(*self._colours[at]))
            painter.drawRect(QRectF(grid.left() - 13, middle - 4, 8, 8))
            painter.drawRect(QRectF(grid.left() + (at + 0.5) * side - 4, grid.top() - 13, 8, 8))
            painter.save()
            painter.translate(grid.left() + (at + 0.5) * side, grid.top() - 18)
            painter.rotate(-55)
            painter.setPen(now.colour("muted"))
            painter.drawText(QPointF(0, 4), metrics.elidedText(name, Qt.TextElideMode.ElideRight, 84))
            painter.restore()

    def _grid(self) -> tuple[QRect, float]:
        """Where the cells are, and how wide one is."""
        metrics = self.fontMetrics()
        longest = max((metrics.horizontalAdvance(name) for name in self._names), default=0)
        left, top = min(longest, self.width() // 4) + 22, round(min(longest, 84) * 0.82) + 28
        count = max(1, len(self._names))
        beyond = round(min(longest, 84) * 0.58)
        side = int(max(6, min((self.width() - left - beyond) / count, (self.height() - top - 6) / count, _LARGEST)))
        side = max(side, min(_SMALLEST, side))
        return QRect(left, top, side * count, side * count), float(side)


def _mixed(one: QColor, other: QColor, share: float) -> QColor:
    share = min(1.0, max(0.0, share))
    return QColor(*(round(a + (b - a) * share) for a, b in zip((one.red(), one.green(), one.blue()), (other.red(), other.green(), other.blue()))))
