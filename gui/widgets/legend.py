"""What the colours of a picture mean: the classes in it, or a scale of values with its unit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from gui import theme

_ROW, _CHIP, _PAD = 20, 11, 10


@dataclass(frozen=True)
class Scale:
    """A bar of colours (N, 3) from low to high; `marks` are (0…1, text)."""

    title: str
    colours: np.ndarray
    marks: tuple[tuple[float, str], ...]


class Legend(QWidget):
    """Lies over a corner of a picture and lets the mouse through. Hidden while there is nothing to explain."""

    def __init__(self, parent: QWidget, *, bottom: bool = False) -> None:
        super().__init__(parent)
        self._over, self._bottom = parent, bottom
        self._classes: list[tuple[str, tuple[int, int, int]]] = []
        self._scale: Scale | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_classes(self, classes: list[tuple[str, tuple[int, int, int]]]) -> None:
        """Names and colours, from the top; none hides it."""
        if (classes, None) != (self._classes, self._scale):
            self._classes, self._scale = classes, None
            self._fit()

    def show_scale(self, scale: Scale | None) -> None:
        """A bar of values."""
        self._classes, self._scale = [], scale
        self._fit()

    def place(self) -> None:
        """Moves into its corner; the parent calls it when its size changes."""
        size = self.sizeHint()
        self.setGeometry(QRect(QPoint(12, self._over.height() - size.height() - 12 if self._bottom else 12), size))

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        if self._scale is not None:
            return QSize(260, 2 * _PAD + 2 * metrics.height() + 18)
        columns, rows, width = self._grid()
        return QSize(columns * width + 2 * _PAD - 8, rows * _ROW + 2 * _PAD - 6)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(18, 19, 22, 205))
        painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
        painter.setPen(theme.tokens().colour("on_picture"))
        if self._scale is not None:
            self._paint_scale(painter, self._scale)
        else:
            self._paint_classes(painter)

    def _paint_classes(self, painter: QPainter) -> None:
        _, rows, width = self._grid()
        for at, (name, colour) in enumerate(self._classes):
            column, row = divmod(at, rows)
            left, top = _PAD + column * width, _PAD - 3 + row * _ROW
            painter.setBrush(QColor(*colour))
            painter.setPen(QColor(*(min(255, value + 60) for value in colour)))
            painter.drawRoundedRect(QRectF(left + 0.5, top + (_ROW - _CHIP) / 2 + 0.5, _CHIP, _CHIP), 3, 3)
            painter.setPen(theme.tokens().colour("on_picture"))
            painter.drawText(QRect(left + _CHIP + 8, top, width, _ROW), Qt.AlignmentFlag.AlignVCenter, name)

    def _paint_scale(self, painter: QPainter, scale: Scale) -> None:
        height = self.fontMetrics().height()
        bar = QRectF(_PAD, _PAD + height + 4, self.width() - 2 * _PAD, 10)
        painter.drawText(QRect(_PAD, _PAD - 2, int(bar.width()), height), Qt.AlignmentFlag.AlignLeft, scale.title)
        colours = np.ascontiguousarray(scale.colours[None], np.uint8)
        painter.drawImage(bar, QImage(colours.data, colours.shape[1], 1, colours.shape[1] * 3, QImage.Format.Format_RGB888))
        for share, text in scale.marks:
            width = self.fontMetrics().horizontalAdvance(text)
            left = max(bar.left(), min(bar.right() - width, bar.left() + share * bar.width() - width / 2))
            painter.drawText(QRectF(left, bar.bottom() + 2, width + 2, height), text)

    def _grid(self) -> tuple[int, int, int]:
        """Columns, rows and the width of a column: at most as high as the picture allows."""
        room = max(1, (self._over.height() - 24 - 2 * _PAD) // _ROW)
        rows = min(len(self._classes), room, 12) or 1
        columns = -(-len(self._classes) // rows) if self._classes else 1
        widest = max((self.fontMetrics().horizontalAdvance(name) for name, _ in self._classes), default=0)
        return columns, rows, _CHIP + 8 + widest + 12

    def _fit(self) -> None:
        self.setVisible(bool(self._classes) or self._scale is not None)
        self.place()
        self.update()


def scale_of(colouring: str) -> Scale | None:
    """The bar of one of the engine's colourings of points; None for those that have no scale."""
    from engine.lidar import colouring as engine_colouring
    from engine.lidar.fusion import FusedCloud

    steps = 128
    share = np.linspace(0, 1, steps)
    zero, points = np.zeros(steps, np.float32), np.zeros((steps, 3), np.float32)
    ranges = {"height": (4.5, "Height above the road", " m"), "intensity": (1.0, "Intensity", ""), "depth": (60.0, "Distance", " m"), "confidence": (1.0, "Confidence", "")}
    if colouring not in ranges:
        return None
    top, title, unit = ranges[colouring]
    values = (share * top).astype(np.float32)
    if colouring == "height":
        points[:, 2] = values - engine_colouring.LIDAR_HEIGHT
    if colouring == "depth":
        points[:, 0] = values
    of_intensity, of_confidence = (values if colouring == name else zero for name in ("intensity", "confidence"))
    cloud = FusedCloud(points, of_intensity, np.zeros(steps, np.uint8), of_confidence, zero, np.ones(steps, bool), np.zeros((steps, 2), np.int32))
    colours = engine_colouring.colour(colouring, cloud, np.zeros((256, 3), np.uint8))
    marks = tuple((part, f"{part * top:g}{unit}") for part in (0.0, 0.5, 1.0))
    return Scale(title, colours, marks)
