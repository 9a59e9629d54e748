"""Draws a polygon point by point; borders of neighbours can be taken over."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPolygonF

from engine.annotation.document import Point, Polygon
from gui import label_edits, theme
from gui.labelling import Labelling
from gui.tools._tool import Pointer, Tool, draw_line, draw_vertices, on_screen, outline
from gui.widgets.viewport import Viewport


class PolygonTool(Tool):
    """Click for each point; Enter, a double click or a click on the first one finishes. Shift takes over a neighbour's border.

    What is begun waits where another tool or another frame comes, until the tool is taken there again.
    """

    name, title, icon, key = "polygon", "Polygon", "polygon", "P"
    help = "Click point by point; Enter or a click on the first point finishes. Ctrl: no snapping. Shift: follow a neighbour's border"

    def __init__(self, labelling: Labelling) -> None:
        super().__init__(labelling)
        self._points: list[Point] = []
        self._ahead: list[Point] = []
        self._waiting: dict[Path, list[Point]] = {}

    @property
    def busy(self) -> bool:
        return bool(self._points)

    @property
    def unfinished(self) -> str | None:
        begun = max(map(len, (self._points, *self._waiting.values())))
        return f"an outline of {begun} points is begun and no label yet" if begun > 2 else None

    @property
    def points(self) -> tuple[Point, ...]:
        """What is drawn so far."""
        return tuple(self._points)

    def taken(self) -> None:
        now = self.labelling.now
        if now is not None and not self._points:
            self._points = self._waiting.pop(now.store.path, [])

    def put_away(self) -> None:
        now = self.labelling.now
        if now is not None and len(self._points) > 1:
            self._waiting[now.store.path] = self._points
        self.cancel()

    def cancel(self) -> None:
        self._points, self._ahead = [], []

    def press(self, at: Pointer) -> None:
        if len(self._points) > 2 and self._closes(at):
            self._finish()
            return
        if not self._points:
            self.labelling.select(())  # a digit is the class of what is drawn, not of what was selected before
        self._points += self._next(at)

    def move(self, at: Pointer, *, pressed: bool) -> None:
        self._ahead = self._next(at) if self._points else []

    def double(self, at: Pointer) -> None:
        self._finish()

    def key_pressed(self, event: QKeyEvent) -> bool:
        if not self._points:
            return False
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._finish()
            case Qt.Key.Key_Backspace:
                self._points.pop()
            case Qt.Key.Key_Z if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self._points.pop()
            case Qt.Key.Key_Escape:
                self.cancel()
            case _:
                return False
        return True

    def paint(self, painter: QPainter, view: Viewport, ratio: float) -> None:
        if not self._points:
            return
        accent = theme.tokens().colour("accent")
        drawn = outline(self._points, view, ratio)
        draw_line(painter, drawn, accent, closed=False)
        if self._ahead:
            draw_line(painter, QPolygonF([on_screen(self._points[-1], view, ratio), *outline(self._ahead, view, ratio).toList()]), accent, closed=False, dashed=True)
        draw_vertices(painter, drawn, accent, hot=0 if self._ahead and len(self._points) > 2 and self._ahead[-1] == self._points[0] else -1)

    def _closes(self, at: Pointer) -> bool:
        first = self._points[0]
        return abs(at.point[0] - first[0]) <= at.grab and abs(at.point[1] - first[1]) <= at.grab

    def _next(self, at: Pointer) -> list[Point]:
        """The points that a click here adds: one, or with Shift the neighbour's border on the way to it."""
        if len(self._points) > 2 and self._closes(at):
            return [self._points[0]]
        point = at.pixel if at.ctrl else label_edits.snapped(self.labelling, at.pixel, within=at.grab)
        if at.shift and self._points:
            return [*label_edits.followed(self.labelling, self._points[-1], point), point]
        return [point]

    def _finish(self) -> None:
        """Makes a region of it; fewer than three points go on waiting for the next."""
        points = [point for number, point in enumerate(self._points) if not number or point != self._points[number - 1]]
        if len(points) < 3:
            return
        document, label = self.labelling.committed, self.labelling.settings.label
        if self.labelling.commit(document.added(label, Polygon(tuple(points))), f"draw {label}", select=()):
            self.cancel()
