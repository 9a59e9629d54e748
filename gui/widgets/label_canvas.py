"""The picture of the Annotate page: labels over it pixel by pixel, and a tool in the hand."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QCursor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QWidget

from engine.annotation.document import Box
from gui import theme
from gui.labelling import Labelling, Opened
from gui.tools._tool import Pointer, Tool, draw_region
from gui.widgets import layers
from gui.widgets.image_canvas import ImageCanvas
from gui.widgets.viewport import Viewport

_GRID_FROM = 12.0
"""Device pixels a picture pixel from which on the pixels' borders are drawn."""


Overlay = Callable[[QPainter, Viewport, float], object]
"""Paints over picture and labels, below what the tool in the hand paints: painter, view, device pixels a logical pixel."""


class LabelCanvas(ImageCanvas):
    """The left button is the tool's; the middle one, or the left with Space held, pans; the wheel zooms."""

    pointed = Signal(object)
    """The pixel (x, y) under the pointer, or None."""

    def __init__(self, labelling: Labelling, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._labelling = labelling
        self._tool: Tool | None = None
        self._pressed = Qt.MouseButton.NoButton
        self._panning = False
        self.cross = True  # lines follow the pointer through the whole picture while something is drawn
        self._at: QPointF | None = None
        self.overlays: list[Overlay] = []
        labelling.painted.connect(self.refresh)
        labelling.selection_changed.connect(self.update)
        labelling.preview_changed.connect(self.update)
        labelling.leaving.connect(lambda: self._tool.put_away() if self._tool is not None else None)
        labelling.opened.connect(self._on_opened)

    @property
    def tool(self) -> Tool | None:
        """What is in the hand."""
        return self._tool

    def take(self, tool: Tool) -> None:
        """Puts the tool away that is in the hand, and takes another."""
        if self._tool is not tool:
            if self._tool is not None:
                self._tool.put_away()
                self._tool.in_hand = False
            self._tool = tool
            tool.in_hand = True
            tool.taken()
            self._point()
        self._dress()
        self.update()

    def refresh(self, box: Box) -> None:
        """The labels inside `box` are others: only that part is drawn anew."""
        if self._over is None or self._mask is None:
            self.update()
            return
        view, ratio = self.view, self.devicePixelRatioF()
        step = self._reduction
        left = max(0, (math.floor(view.scale * box[0] + view.left) - 2) // step * step)
        top = max(0, (math.floor(view.scale * box[1] + view.top) - 2) // step * step)
        right = min(self._over.shape[1] * step, math.ceil(view.scale * box[2] + view.left) + 2)
        bottom = min(self._over.shape[0] * step, math.ceil(view.scale * box[3] + view.top) + 2)
        if right <= left or bottom <= top:
            return
        part = dataclasses.replace(view, left=view.left - left, top=view.top - top, view_width=right - left, view_height=bottom - top)
        mask = layers.sampled_mask(self._mask, part, reduction=step)
        drawn = self._tinted(mask, (left // step, top // step))
        target = self._over[top // step :, left // step :][: drawn.shape[0], : drawn.shape[1]]
        target[...] = drawn[: target.shape[0], : target.shape[1]]
        self.update(QRect(int(left / ratio) - 1, int(top / ratio) - 1, int((right - left) / ratio) + 3, int((bottom - top) / ratio) + 3))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.empty or self._labelling.document is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ratio = self.devicePixelRatioF()
        if self.view.scale >= _GRID_FROM:
            self._draw_grid(painter, ratio)
        vertices = self._tool is not None and self._tool.name == "select" and len(self._labelling.selection) == 1
        accent = theme.tokens().colour("accent")
        drawing = self._tool is not None and self._tool.busy and not vertices
        for region in [] if drawing else self._labelling.selected:  # what is drawn is looked at, not what is selected
            draw_region(painter, region, self.view, ratio, accent, vertices=vertices)
        for overlay in self.overlays:
            overlay(painter, self.view, ratio)
        if self._tool is not None:
            self._tool.paint(painter, self.view, ratio)
            if self.cross and self._at is not None and self._tool.cursor == Qt.CursorShape.CrossCursor:
                painter.setPen(QPen(QColor(255, 255, 255, 70), 1.0))
                painter.drawLine(QPointF(0, self._at.y()), QPointF(self.width(), self._at.y()))
                painter.drawLine(QPointF(self._at.x(), 0), QPointF(self._at.x(), self.height()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._panning or event.button() == Qt.MouseButton.MiddleButton or (event.button() == Qt.MouseButton.LeftButton and self._space):
            self._panning = True
            super().mousePressEvent(event)
        elif self._can_draw and self._pressed == Qt.MouseButton.NoButton and self._is_drawn_with(event.button()):
            self._pressed = event.button()
            self._tool.press(self._pointer(event))  # type: ignore[union-attr]
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._panning:
            super().mouseMoveEvent(event)
            return
        self._at = event.position()
        self.pointed.emit(self.spot(event.position()))
        self.hovered.emit(self.spot(event.position()))
        if self._can_draw:
            self._tool.move(self._pointer(event), pressed=self._pressed != Qt.MouseButton.NoButton)  # type: ignore[union-attr]
            self._dress()
            if self._tool.cursor == Qt.CursorShape.CrossCursor or self._tool.busy:  # type: ignore[union-attr]
                self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._panning:
            super().mouseReleaseEvent(event)
            self._panning = False
            self._dress()
        elif event.button() == self._pressed:
            at = self._pointer(event)
            self._pressed = Qt.MouseButton.NoButton
            if self._can_draw:
                self._tool.release(at)  # type: ignore[union-attr]
            self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._can_draw:
            self._tool.double(self._pointer(event))  # type: ignore[union-attr]
            self.update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        if not (by_mouse and self._can_draw and self._tool.hears_right):  # type: ignore[union-attr]
            super().contextMenuEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and self._tool is not None:
            delta = event.angleDelta().y() or event.angleDelta().x()
            if delta and self._tool.turn(1 if delta > 0 else -1):
                self.update()
                event.accept()
                return
        super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._tool is not None and self._can_draw and self._tool.key_pressed(event):
            self.update()
            event.accept()
        elif event.key() == Qt.Key.Key_Escape and self._labelling.selection:
            self._labelling.select(())
            event.accept()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        is_key = event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent)
        if is_key and self._tool is not None and (self._pressed != Qt.MouseButton.NoButton or self._tool.reserves(event)):  # type: ignore[arg-type]
            event.accept()  # while something is drawn these are the tool's, in the middle of a drag all: an edit by a key would be undone or doubled by its end
            return True
        if event.type() == QEvent.Type.Leave:
            self._at = None
            self.pointed.emit(None)
            self.update()
        return super().event(event)

    @property
    def _can_draw(self) -> bool:
        return self._tool is not None and self._labelling.editable and not self.empty

    def _pointer(self, event: QMouseEvent) -> Pointer:
        ratio = self.devicePixelRatioF()
        x, y = self.view.picture_point(event.position().x() * ratio, event.position().y() * ratio)
        held = event.modifiers()
        shift, ctrl = (bool(held & key) for key in (Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier))
        return Pointer(x, y, self.view.scale, shift, ctrl, self._pressed == Qt.MouseButton.RightButton)

    def _is_drawn_with(self, button: Qt.MouseButton) -> bool:
        return button == Qt.MouseButton.LeftButton or (button == Qt.MouseButton.RightButton and self._tool is not None and self._tool.hears_right)

    def _on_opened(self, opened: Opened | None) -> None:
        """What was begun on the frame before ends with it."""
        if self._tool is not None:
            self._tool.cancel()
            if opened is not None:
                self._tool.taken()
                self._point()

    def _point(self) -> None:
        """Tells the tool where the pointer rests: keys may come before it moves."""
        if self._at is not None and self._can_draw and self._pressed == Qt.MouseButton.NoButton:
            ratio = self.devicePixelRatioF()
            x, y = self.view.picture_point(self._at.x() * ratio, self._at.y() * ratio)
            self._tool.move(Pointer(x, y, self.view.scale), pressed=False)  # type: ignore[union-attr]

    def _draw_grid(self, painter: QPainter, ratio: float) -> None:
        view = self.view
        painter.setPen(QPen(QColor(255, 255, 255, 40), 1.0))
        across = range(max(0, math.floor(-view.left / view.scale)), min(view.width, math.ceil((view.view_width - view.left) / view.scale)) + 1)
        down = range(max(0, math.floor(-view.top / view.scale)), min(view.height, math.ceil((view.view_height - view.top) / view.scale)) + 1)
        frame = QRectF(view.left / ratio, view.top / ratio, view.scale * view.width / ratio, view.scale * view.height / ratio).intersected(QRectF(self.rect()))
        for x in across:
            place = (view.scale * x + view.left) / ratio
            painter.drawLine(QPointF(place, frame.top()), QPointF(place, frame.bottom()))
        for y in down:
            place = (view.scale * y + view.top) / ratio
            painter.drawLine(QPointF(frame.left(), place), QPointF(frame.right(), place))

    def _dress(self) -> None:
        self.setCursor(QCursor(self._tool.cursor if self._tool is not None else Qt.CursorShape.ArrowCursor))
