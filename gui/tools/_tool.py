"""What every tool of the Annotate page is: it hears the pointer and the keys while it is in the hand, and paints its preview."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import cv2
import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen, QPolygonF

from engine.annotation.document import Point, Polygon, Region, Shape
from gui.labelling import Labelling
from gui.widgets.viewport import Viewport

_CLOSE = 1.5
"""Device pixels a picture pixel from which on single pixels are told apart."""
_STEP = 0.75
GRAB = 9.0
"""Device pixels within which the pointer takes hold of something."""


@dataclass(frozen=True, slots=True)
class Pointer:
    """Where the pointer is: (x, y) in the picture, whose upper left corner is (0, 0), at `scale` device pixels a picture pixel."""

    x: float
    y: float
    scale: float
    shift: bool = False
    ctrl: bool = False
    right: bool = False
    """It is the right button that is down."""

    @property
    def pixel(self) -> tuple[int, int]:
        """The pixel it is in: as a point of a document, that pixel's centre."""
        return math.floor(self.x), math.floor(self.y)

    @property
    def point(self) -> Point:
        """The same place as documents count: whole numbers are the centres of pixels."""
        return self.x - 0.5, self.y - 0.5

    @property
    def grab(self) -> float:
        """`GRAB` in pixels of the picture."""
        return GRAB / self.scale


class Tool:
    """The base of all tools; a tool that is put away forgets what it had begun, or keeps it where it is as good as done."""

    name: ClassVar[str] = ""
    title: ClassVar[str] = ""
    icon: ClassVar[str] = ""
    key: ClassVar[str] = ""
    help: ClassVar[str] = ""
    cursor: ClassVar[Qt.CursorShape] = Qt.CursorShape.CrossCursor

    def __init__(self, labelling: Labelling) -> None:
        self.labelling = labelling
        self.in_hand = False

    @property
    def busy(self) -> bool:
        """Whether something is begun that Esc would throw away."""
        return False

    @property
    def unfinished(self) -> str | None:
        """What would be lost if the window closed now, as a clause; None for nothing."""
        return None

    @property
    def hears_right(self) -> bool:
        """Whether the right button is the tool's now, as the left one is; else it opens the menu."""
        return False

    def reserves(self, event: QKeyEvent) -> bool:
        """Whether a key that does something else in the window is the tool's now."""
        undo = event.key() == Qt.Key.Key_Z and event.modifiers() == Qt.KeyboardModifier.ControlModifier
        return self.busy and (undo or event.key() in (Qt.Key.Key_Backspace, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape))

    def taken(self) -> None:
        """It came into the hand, or another frame was opened while it is there."""

    def put_away(self) -> None:
        """Another tool or another frame comes; the frame it was used in is still open."""
        self.cancel()

    def cancel(self) -> None:
        """Forgets what was begun."""

    def close(self) -> None:
        """The window closes: ends the threads of the tool."""

    def press(self, at: Pointer) -> None:
        """The left button went down, or the right one where the tool hears it."""

    def move(self, at: Pointer, *, pressed: bool) -> None:
        """The pointer moved, with the button down or not."""

    def release(self, at: Pointer) -> None:
        """The button came up."""

    def double(self, at: Pointer) -> None:
        """A second click at the same place; `press` and `release` of the first came before."""

    def turn(self, steps: int) -> bool:
        """The wheel was turned with Shift held; whether that meant something."""
        return False

    def key_pressed(self, event: QKeyEvent) -> bool:
        """Whether the key meant something to the tool."""
        return False

    def paint(self, painter: QPainter, view: Viewport, ratio: float) -> None:
        """Draws what is begun over the picture; `ratio` are device pixels a logical pixel."""


def on_screen(point: Point, view: Viewport, ratio: float) -> QPointF:
    """Where a document's point is drawn, in the widget's own pixels."""
    return QPointF((view.scale * (point[0] + 0.5) + view.left) / ratio, (view.scale * (point[1] + 0.5) + view.top) / ratio)


def pixels_between(one: tuple[int, int], other: tuple[int, int]) -> list[tuple[int, int]]:
    """The pixels on the straight line from one to another, both included."""
    steps = max(abs(other[0] - one[0]), abs(other[1] - one[1]), 1)
    return [(round(one[0] + (other[0] - one[0]) * at / steps), round(one[1] + (other[1] - one[1]) * at / steps)) for at in range(steps + 1)]


def outline(points: tuple[Point, ...] | list[Point], view: Viewport, ratio: float) -> QPolygonF:
    """A polygon's outline in the widget's own pixels."""
    return QPolygonF([on_screen(point, view, ratio) for point in points])


def draw_line(painter: QPainter, line: QPolygonF, colour: QColor, *, closed: bool, dashed: bool = False) -> None:
    """A line that stands out from any picture: dark below, the colour on it."""
    for pen in (QPen(QColor(0, 0, 0, 170), 3.0), QPen(colour, 1.5, Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine)):
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolygon(line) if closed else painter.drawPolyline(line)


def draw_vertices(painter: QPainter, line: QPolygonF, colour: QColor, *, hot: int = -1) -> None:
    """Square handles; the one under the pointer is larger."""
    painter.setPen(QPen(QColor(0, 0, 0, 200), 1.0))
    for number, point in enumerate(line.toList()):
        half = 5.0 if number == hot else 3.0
        painter.setBrush(QColor("white") if number == hot else colour)
        painter.drawRect(QRectF(point.x() - half, point.y() - half, 2 * half, 2 * half))


def draw_region(painter: QPainter, region: Region, view: Viewport, ratio: float, colour: QColor, *, vertices: bool) -> None:
    """A region that is selected: its outline, and its vertices where they can be edited."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, isinstance(region.shape, Polygon))
    painter.translate((view.left + 0.5 * view.scale) / ratio, (view.top + 0.5 * view.scale) / ratio)
    painter.scale(view.scale / ratio, view.scale / ratio)
    lines = _edges(region.shape, view.scale < _CLOSE)
    for pen in (QPen(QColor(0, 0, 0, 170), 3.0), QPen(colour, 1.5)):
        pen.setCosmetic(True)
        painter.setPen(pen)
        for line in lines:
            painter.drawPolygon(line)
    painter.restore()
    if vertices and isinstance(region.shape, Polygon):
        draw_vertices(painter, outline(region.shape.points, view, ratio), colour)


@lru_cache(maxsize=64)
def _edges(shape: Shape, far: bool) -> list[QPolygonF]:
    """Outlines as documents count; of painted pixels and their holes through the middles of the outermost ones, seen from `far` without their steps."""
    if isinstance(shape, Polygon):
        return [QPolygonF([QPointF(x, y) for x, y in shape.points])]
    left, top, _, _ = shape.box
    found, _ = cv2.findContours(shape.mask.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE, offset=(left, top))
    found = [cv2.approxPolyDP(contour, _STEP, True) if far else contour for contour in found]  # wide lines are slow to draw, and the more so the more corners they have
    return [QPolygonF([QPointF(x, y) for x, y in contour[:, 0].tolist()]) for contour in found]
