"""Gestures and keys of a 3-D view: orbit, pan, zoom at the cursor, set the target."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.lidar.orbit import Orbit

_TURN = 0.006
"""Radians a logical pixel of dragging."""
_KEY_TURN = 0.08
_TURNS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
_ZOOMS = {Qt.Key.Key_PageUp: 1.15, Qt.Key.Key_PageDown: 1 / 1.15}


class OrbitView(QWidget):
    """Left drag orbits, right or middle drag (or one with Shift) pans, the wheel zooms, a double click sets the target; Alt with arrows and PgUp/PgDn likewise."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._orbit = Orbit()
        self._grip: QPointF | None = None
        self._dragged = False
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 160)

    @property
    def orbit(self) -> Orbit:
        return self._orbit

    @orbit.setter
    def orbit(self, view: Orbit) -> None:
        if view != self._orbit:
            self._orbit = view
            self.on_orbit_changed()

    def on_orbit_changed(self) -> None:
        """For subclasses: the camera stands elsewhere."""

    def open_menu(self, position: QPoint) -> None:
        """For subclasses: what can be done at a position."""

    def on_pointed(self) -> None:
        """For subclasses: the pointer moved without a button."""

    def target_at(self, position: QPointF) -> tuple[float, float, float] | None:
        """For subclasses: the point (metres, lidar space) under a position, or None."""
        return None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._grip, self._dragged = event.position(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grip is None or event.buttons() == Qt.MouseButton.NoButton:
            self.on_pointed()
            return
        step = event.position() - self._grip
        if not self._dragged and step.manhattanLength() < 3:
            return
        self._grip, self._dragged = event.position(), True
        others = Qt.MouseButton.RightButton | Qt.MouseButton.MiddleButton
        if event.buttons() & others or event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.orbit = self._orbit.panned(step.x(), step.y(), self.height())
        else:
            self.orbit = self._orbit.turned(step.x() * _TURN, step.y() * _TURN)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._grip = None
        if event.button() == Qt.MouseButton.RightButton and not self._dragged:
            self.open_menu(event.position().toPoint())

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The menu key alone: the right button may be about to pan, and opens the menu when it is let go without."""
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            self.open_menu(self.rect().center())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        target = self.target_at(event.position())
        if target is not None and event.button() == Qt.MouseButton.LeftButton:
            self.aim(target)

    def aim(self, target: tuple[float, float, float]) -> None:
        """The same direction and distance around another point."""
        self.orbit = self._orbit.around(np.array(target))

    def wheelEvent(self, event: QWheelEvent) -> None:
        steps = event.angleDelta().y() / 120 or event.pixelDelta().y() / 60
        at = event.position()
        self.orbit = self._orbit.zoomed(1.15**steps, (at.x(), at.y()), (self.height(), self.width()))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if not event.modifiers() & Qt.KeyboardModifier.AltModifier:
            super().keyPressEvent(event)
        elif key in _TURNS:
            right, down = _TURNS[key]
            self.orbit = self._orbit.turned(right * _KEY_TURN, down * _KEY_TURN)
        elif key in _ZOOMS:
            self.orbit = self._orbit.zoomed(_ZOOMS[key])
