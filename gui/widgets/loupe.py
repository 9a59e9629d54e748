"""A magnifier that follows the pointer from a corner of the picture."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from gui import theme
from gui.labelling import Labelling
from gui.widgets.label_canvas import LabelCanvas
from gui.widgets.viewport import LARGEST, Viewport

TIMES = 4.0
_SIDE = 176
_MARGIN = 12
_SHY = 40
"""Logical pixels that the pointer may come near before the magnifier goes to the other corner."""


class Loupe(QWidget):
    """Shows what is around the pointer `TIMES` as large as it is there, and at least so many device pixels a pixel; only that much is drawn."""

    def __init__(self, canvas: LabelCanvas, labelling: Labelling) -> None:
        super().__init__(canvas)
        self._canvas, self._at = canvas, (0.0, 0.0)
        self._wanted = self._left = False
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFixedSize(_SIDE, _SIDE)
        self.hide()
        canvas.pointed.connect(self._on_pointed)
        canvas.zoomed.connect(lambda _: self.update())
        labelling.painted.connect(lambda _: self.update())
        labelling.preview_changed.connect(self.update)
        labelling.opened.connect(lambda _: self.hide())

    @property
    def wanted(self) -> bool:
        """Whether it is shown while the pointer is over the picture."""
        return self._wanted

    def set_wanted(self, wanted: bool) -> None:
        """See `wanted`."""
        self._wanted = wanted
        if not wanted:
            self.hide()
        elif (spot := self._canvas.spot(QPointF(self._canvas.mapFromGlobal(self._canvas.cursor().pos())))) is not None:
            self._on_pointed(spot)

    @property
    def view(self) -> Viewport:
        """The part of the picture that it shows."""
        ratio = self.devicePixelRatioF()
        side, scale = round(_SIDE * ratio), min(LARGEST, TIMES * max(1.0, self._canvas.view.scale))
        whole, (x, y) = self._canvas.view, self._at
        return Viewport(whole.width, whole.height, side, side, scale, side / 2 - scale * x, side / 2 - scale * y, fits=False)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._canvas.empty:
            return
        painter, view, ratio = QPainter(self), self.view, self.devicePixelRatioF()
        painter.drawImage(QRectF(self.rect()), self._canvas.drawn(view))
        tool = self._canvas.tool
        if tool is not None and tool.busy:
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            tool.paint(painter, view, ratio)
            painter.restore()
        middle = _SIDE / 2
        for pen in (QPen(QColor(0, 0, 0, 150), 3.0), QPen(QColor(255, 255, 255, 220), 1.0)):
            painter.setPen(pen)
            for one, other in ((0.0, middle - 6), (middle + 6, float(_SIDE))):
                painter.drawLine(QPointF(one, middle), QPointF(other, middle))
                painter.drawLine(QPointF(middle, one), QPointF(middle, other))
        painter.setPen(QPen(theme.tokens().colour("on_picture"), 2.0))
        painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))

    def _on_pointed(self, spot: tuple[float, float] | None) -> None:
        if not self._wanted or spot is None or self._canvas.empty:
            self.hide()
            return
        self._at = spot
        self._go_away_from(spot)
        self.show()
        self.raise_()
        self.update()

    def _go_away_from(self, spot: tuple[float, float]) -> None:
        """Stays in its lower corner while the pointer isn't near it."""
        view, ratio = self._canvas.view, self._canvas.devicePixelRatioF()
        at = QPointF((view.scale * spot[0] + view.left) / ratio, (view.scale * spot[1] + view.top) / ratio)
        if self._place(self._left).adjusted(-_SHY, -_SHY, _SHY, _SHY).contains(at):
            self._left = not self._left
        self.move(self._place(self._left).topLeft().toPoint())

    def _place(self, left: bool) -> QRectF:
        x = _MARGIN if left else self._canvas.width() - _SIDE - _MARGIN
        return QRectF(x, self._canvas.height() - _SIDE - _MARGIN, _SIDE, _SIDE)
