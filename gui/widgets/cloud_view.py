"""The 3-D view of a cloud: paints what the render process draws."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QCursor, QImage, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QMenu, QWidget

from engine.lidar import orbit
from engine.lidar.orbit import Lines
from gui import theme
from gui.widgets.orbit_view import OrbitView
from gui.widgets.render_link import RenderLink

LARGEST_PICTURE = 2_600_000
"""Device pixels that are drawn at most; larger views are scaled up."""
POINT_SIZES = (1.0, 12.0)


class CloudView(OrbitView):
    """`hovered(row)` is the row of the cloud's point under the pointer or None, `painted(ticket)` says that this pose is on the screen."""

    hovered = Signal(object)
    painted = Signal(int)
    point_size_changed = Signal(float)
    menu_opening = Signal(QMenu, object)
    """The right-click menu and the row of the point there, or None."""
    resized = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.link = RenderLink(self)
        self.ticket = 0
        """Of the pose that was set last."""
        self._points: NDArray[np.float32] = np.zeros((0, 3), np.float32)
        self._colours: NDArray[np.uint8] = np.zeros((0, 3), np.uint8)
        self._extras: list[Lines] = []
        self._point_size = 2.0
        self._picture: QImage | None = None
        self._hover = QTimer(self)
        self._hover.setSingleShot(True)
        self._hover.setInterval(40)
        self._hover.timeout.connect(lambda: self.hovered.emit(self.point_at(QPointF(self.mapFromGlobal(QCursor.pos())))))
        self.link.pictured.connect(self._on_pictured)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Lidar cloud in 3-D")

    @property
    def point_size(self) -> float:
        """Logical pixels."""
        return self._point_size

    @point_size.setter
    def point_size(self, size: float) -> None:
        size = min(POINT_SIZES[1], max(POINT_SIZES[0], size))
        if size != self._point_size:
            self._point_size = size
            self._send_size()
            self.point_size_changed.emit(size)

    @property
    def picture(self) -> QImage | None:
        """What was drawn last."""
        return self._picture

    def show_cloud(self, points: NDArray[np.float32], colours: NDArray[np.uint8]) -> None:
        """(N, 3) metres in lidar space, (N, 3) uint8."""
        self._points, self._colours = points, colours
        self.link.set_cloud(points, colours)

    def show_extras(self, extras: list[Lines]) -> None:
        """Lines beside the points."""
        self._extras = extras
        self.link.set_extras(extras)

    def point_at(self, position: QPointF) -> int | None:
        """The row of the point under a position in the widget; None where there is none."""
        if not len(self._points) or not self.rect().contains(position.toPoint()):
            return None
        lens = orbit.intrinsics(self.orbit.fov, (self.height(), self.width()))
        return orbit.pick(self._points, (position.x(), position.y()), self.orbit.camera_from_lidar, lens)

    def target_at(self, position: QPointF) -> tuple[float, float, float] | None:
        row = self.point_at(position)
        if row is None:
            return None
        x, y, z = (float(value) for value in self._points[row])
        return x, y, z

    def on_orbit_changed(self) -> None:
        self.ticket += 1
        self.link.set_pose(self.ticket, self.orbit)

    def on_pointed(self) -> None:
        if not self._hover.isActive():
            self._hover.start()

    def showEvent(self, event: QShowEvent) -> None:
        QTimer.singleShot(0, self, self._start)  # the page first, its 3-D picture when it is on the screen

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._picture is not None:
            painter.drawImage(QRectF(self.rect()), self._picture)
            return
        painter.fillRect(self.rect(), theme.tokens().colour("picture"))
        painter.setPen(theme.tokens().colour("on_picture"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "Starting the 3-D view…")

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._send_size()
        self.resized.emit()

    def event(self, event: QEvent) -> bool:
        match event.type():
            case QEvent.Type.Leave:
                self._hover.stop()
                self.hovered.emit(None)
            case QEvent.Type.DevicePixelRatioChange:
                self._send_size()
        return super().event(event)

    def open_menu(self, position: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.menu_opening.emit(menu, self.point_at(QPointF(position)))
        menu.popup(self.mapToGlobal(position))

    def _start(self) -> None:
        if self.link.renderer is not None:
            return
        background = theme.tokens().colour("picture")
        self.link.start(self._size(), (background.red(), background.green(), background.blue()))
        self.link.set_cloud(self._points, self._colours)
        self.link.set_extras(self._extras)
        self.link.set_pose(self.ticket, self.orbit)
        self._send_size()

    def _on_pictured(self, picture: QImage, ticket: int) -> None:
        self._picture = picture
        self.repaint()
        self.painted.emit(ticket)

    def _size(self) -> tuple[int, int]:
        """(height, width) of the pictures in device pixels, bounded."""
        ratio = self.devicePixelRatioF()
        width, height = max(16.0, self.width() * ratio), max(16.0, self.height() * ratio)
        factor = min(1.0, (LARGEST_PICTURE / (width * height)) ** 0.5)
        return round(height * factor), round(width * factor)

    def _send_size(self) -> None:
        size = self._size()
        self.link.set_size(size, self._point_size * size[1] / max(1, self.width()))
