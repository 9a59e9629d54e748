"""A box around a thing: what stands out in it becomes a region, after strokes have said what belongs to it and what doesn't."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from engine.annotation.brush import Limits
from engine.annotation.document import Box, Shape
from gui import theme
from gui.labelling import Labelling, Opened
from gui.latest import Latest
from gui.tools._pending import PendingTool, shapes_of
from gui.tools._tool import Pointer, on_screen, pixels_between
from gui.widgets.viewport import Viewport

Pixel = tuple[int, int]
_Stroke = tuple[bool, tuple[Pixel, ...]]
"""Whether it is inside of the thing, and its pixels."""


@dataclass(frozen=True, eq=False)
class _Asked:
    opened: Opened
    box: Box
    strokes: tuple[_Stroke, ...]
    limits: Limits | None
    as_polygon: bool


class BoxTool(PendingTool):
    """Drag a box a little larger than the thing; what is unlike its surroundings is shown. Strokes in the box mend it, a box elsewhere keeps it."""

    name, title, icon, key = "box", "Cut out", "box", "X"
    help = "Drag a box around a thing. Strokes in it: left = belongs to it, right or Ctrl = doesn't. Enter, F, a double click or the next box keeps it, Esc drops it"
    verb, selects = "cut out", True

    def __init__(self, labelling: Labelling) -> None:
        super().__init__(labelling)
        self._start: Pointer | None = None
        self._end: Pointer | None = None
        self._box: Box = (0, 0, 0, 0)
        self._strokes: list[_Stroke] = []
        self._stroke: list[Pixel] = []
        self._inside = True
        self._asked: _Asked | None = None
        self._cutter = Latest(_cut, labelling)
        self._cutter.done.connect(self._on_cut)
        self._cutter.failed.connect(self._on_failed)
        labelling.settings.changed.connect(self._on_settings)

    @property
    def busy(self) -> bool:
        return self._start is not None or super().busy

    @property
    def hears_right(self) -> bool:
        return self._opened is not None

    def cancel(self) -> None:
        self._start = self._end = None
        super().cancel()

    def close(self) -> None:
        super().close()
        self._cutter.close()

    def press(self, at: Pointer) -> None:
        outside = at.right or at.ctrl
        if self._opened is not None and (outside or self._holds(at)):
            self._stroke, self._inside = [at.pixel], not outside
        elif not at.right:
            self.put_away()
            self._start = self._end = at

    def move(self, at: Pointer, *, pressed: bool) -> None:
        if not pressed:
            return
        if self._start is not None:
            self._end = at
        elif self._stroke and self._stroke[-1] != at.pixel:
            self._stroke += pixels_between(self._stroke[-1], at.pixel)[1:]

    def release(self, at: Pointer) -> None:
        start, opened, stroke = self._start, self.labelling.now, tuple(self._stroke)
        self._start, self._end, self._stroke = None, None, []
        if stroke and self._opened is not None:
            self._strokes.append((self._inside, stroke))
            self._ask()
        elif start is not None and opened is not None:
            (x0, y0), (x1, y1) = start.pixel, at.pixel
            self._box, self._strokes = (min(x0, x1), min(y0, y1), max(x0, x1) + 1, max(y0, y1) + 1), []
            self._begin(opened, None)
            self._ask()

    def double(self, at: Pointer) -> None:
        if self._opened is not None and self._holds(at):
            if self._strokes and len(self._strokes[-1][1]) == 1:
                self._strokes.pop()  # the first click of the two said nothing
                self._ask()
            self.accept()

    def step_back(self) -> None:
        if self._strokes and self._opened is not None:
            self._strokes.pop()
            self._ask()
        else:
            self.cancel()

    def paint(self, painter: QPainter, view: Viewport, ratio: float) -> None:
        if self._start is not None and self._end is not None:
            self._draw_box(painter, on_screen(self._start.point, view, ratio), on_screen(self._end.point, view, ratio))
        elif self._opened is not None:
            left, top, right, bottom = self._box
            self._draw_box(painter, on_screen((left - 0.5, top - 0.5), view, ratio), on_screen((right - 0.5, bottom - 0.5), view, ratio), filled=False)
            width = max(3.0, 2 * view.scale / ratio)
            for inside, pixels in [*self._strokes, *([(self._inside, tuple(self._stroke))] if self._stroke else [])]:
                painter.setPen(QPen(theme.tokens().colour("ok" if inside else "danger"), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
                line = [on_screen(pixel, view, ratio) for pixel in pixels]
                painter.drawPolyline(QPolygonF(line)) if len(line) > 1 else painter.drawPoint(line[0])

    def _forget(self) -> None:
        super()._forget()
        self._strokes, self._stroke, self._asked = [], [], None

    def _draw_box(self, painter: QPainter, one: QPointF, other: QPointF, *, filled: bool = True) -> None:
        painter.setPen(QPen(theme.tokens().colour("accent"), 1.5, Qt.PenStyle.DashLine))
        painter.setBrush(QColor(90, 162, 255, 30) if filled else Qt.BrushStyle.NoBrush)
        painter.drawRect(QRectF(one, other).normalized())

    def _holds(self, at: Pointer) -> bool:
        (x, y), (left, top, right, bottom) = at.pixel, self._box
        return left <= x < right and top <= y < bottom

    def _ask(self) -> None:
        if self._opened is not None:
            self._wait()
            self._asked = _Asked(self._opened, self._box, tuple(self._strokes), self._limits, self.labelling.settings.as_polygon)
            self._cutter.ask(self._asked)

    def _on_settings(self) -> None:
        if self._asked is not None and self._asked.as_polygon != self.labelling.settings.as_polygon:
            self._ask()

    def _on_cut(self, asked: _Asked, found: tuple[Shape, ...]) -> None:
        if self._asked is None or asked.opened is not self._opened or asked.box != self._box:
            return
        if not found and not asked.strokes:
            self.cancel()
            self.labelling.failed.emit("Nothing stands out in this box; draw it closer around one thing, with a little of what is around it", "")
        else:
            self._show(found, last=asked is self._asked)

    def _on_failed(self, asked: _Asked, error: Exception) -> None:
        if asked is self._asked:
            self.cancel()
            self.labelling.failed.emit(f"This box can't be cut out: {error}", "")


def _cut(asked: _Asked) -> tuple[Shape, ...]:
    from engine.annotation import grabcut

    image = asked.opened.image
    allowed = asked.limits.allowed((0, 0, image.shape[1], image.shape[0])) if asked.limits is not None else None
    inside, outside = ([pixel for word, pixels in asked.strokes if word == wanted for pixel in pixels] for wanted in (True, False))
    return shapes_of(grabcut.cut(image, asked.box, inside=inside, outside=outside, allowed=allowed), as_polygon=asked.as_polygon)
