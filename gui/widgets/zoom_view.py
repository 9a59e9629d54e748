"""Zooming at the cursor and panning, for every view of a picture."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QEnterEvent, QGuiApplication, QKeyEvent, QMouseEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.widgets.viewport import Viewport


class ZoomView(QWidget):
    """Holds a `Viewport` in device pixels: the wheel zooms at the cursor; a left or middle drag, or one with Space held, pans."""

    hovered = Signal(object)
    """The picture's point (x, y) under the pointer, or None."""
    clicked = Signal(object)
    """The picture's point (x, y) that was clicked without a drag, or None beside the picture."""
    tapped = Signal()
    """Space was pressed and let go without a drag."""
    resized = Signal()
    zoomed = Signal(float)
    """Device pixels a picture pixel."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view = Viewport()
        self._grip: QPointF | None = None
        self._dragged = False
        self._space = False
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 90)

    @property
    def view(self) -> Viewport:
        return self._view

    @view.setter
    def view(self, view: Viewport) -> None:
        if view == self._view:
            return
        changed = view.scale != self._view.scale
        self._view = view
        self.on_view_changed()
        if changed:
            self.zoomed.emit(view.scale)

    def fit(self) -> None:
        """The whole picture."""
        self.view = self._view.fitted()

    def zoom(self, scale: float) -> None:
        """`scale` device pixels for each pixel of the picture, about the middle."""
        self.view = self._view.scaled(scale)

    def look_as(self, view: Viewport) -> None:
        """Looks at the picture as another view of it did: the same place in the middle, at the same zoom."""
        if (view.width, view.height) == (self.view.width, self.view.height):
            self.view = view.resized(self.view.view_width, self.view.view_height)

    def on_view_changed(self) -> None:
        """For subclasses: the picture lies elsewhere."""
        self.update()

    def spot(self, position: QPointF) -> tuple[float, float] | None:
        """The picture's point at a position in the widget; None beside the picture."""
        ratio = self.devicePixelRatioF()
        x, y = self._view.picture_point(position.x() * ratio, position.y() * ratio)
        return (x, y) if 0 <= x < self._view.width and 0 <= y < self._view.height else None

    def resizeEvent(self, event: QResizeEvent) -> None:
        ratio = self.devicePixelRatioF()
        self.view = self._view.resized(round(self.width() * ratio), round(self.height() * ratio))
        self.resized.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        at = event.position() * self.devicePixelRatioF()
        steps = event.angleDelta().y() / 120 or event.pixelDelta().y() / 60
        if steps:
            self.view = self._view.zoomed(1.2**steps, at.x(), at.y())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._grip, self._dragged = event.position(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grip is None:
            self.hovered.emit(self.spot(event.position()))
            return
        step = event.position() - self._grip
        if not self._dragged and step.manhattanLength() < QGuiApplication.styleHints().startDragDistance() / 2:
            return
        self._dragged, self._grip = True, event.position()
        self.setCursor(Qt.CursorShape.ClosedHandCursor)
        ratio = self.devicePixelRatioF()
        self.view = self._view.moved(step.x() * ratio, step.y() * ratio)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._grip is not None and not self._dragged and event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit(self.spot(event.position()))
        self._grip = None
        self.setCursor(Qt.CursorShape.OpenHandCursor if self._space else Qt.CursorShape.ArrowCursor)

    def event(self, event: QEvent) -> bool:
        match event.type():
            case QEvent.Type.ShortcutOverride if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Space and not event.modifiers():
                event.accept()  # held it pans; `tapped` says when it was only tapped
                return True
            case QEvent.Type.KeyPress | QEvent.Type.KeyRelease if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Space:
                if not event.isAutoRepeat():
                    self._on_space(event.type() == QEvent.Type.KeyPress)
                return True
            case QEvent.Type.FocusOut:
                self._space = False
                self.unsetCursor()
            case QEvent.Type.Leave:
                self.hovered.emit(None)
            case QEvent.Type.Enter if isinstance(event, QEnterEvent):
                self.hovered.emit(self.spot(event.position()))
            case QEvent.Type.DevicePixelRatioChange:
                self.resizeEvent(QResizeEvent(self.size(), self.size()))
        return super().event(event)

    def _on_space(self, pressed: bool) -> None:
        if pressed:
            self._dragged = False
        elif self._space and not self._dragged:
            self.tapped.emit()
        self._space = pressed
        self.setCursor(Qt.CursorShape.OpenHandCursor if pressed else Qt.CursorShape.ArrowCursor)
