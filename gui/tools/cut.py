"""Cuts the selected regions in two along a line."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPolygonF

from engine.annotation import combining
from engine.annotation.document import Point, Region
from gui import theme
from gui.labelling import Labelling
from gui.tools._tool import Pointer, Tool, draw_line, draw_vertices, on_screen, outline
from gui.widgets.viewport import Viewport


class CutTool(Tool):
    """Click a line right through; Enter or a double click cuts the selected regions, or the one that the line begins in."""

    name, title, icon, key = "cut", "Cut", "scissors", "C"
    help = "Click a line through the selected region, Enter cuts. With nothing selected: what lies under the middle of the line"

    def __init__(self, labelling: Labelling) -> None:
        super().__init__(labelling)
        self._points: list[Point] = []
        self._ahead: Point | None = None

    @property
    def busy(self) -> bool:
        return bool(self._points)

    def cancel(self) -> None:
        self._points, self._ahead = [], None

    def press(self, at: Pointer) -> None:
        if not self._points or self._points[-1] != at.pixel:
            self._points.append(at.pixel)

    def move(self, at: Pointer, *, pressed: bool) -> None:
        self._ahead = at.pixel

    def double(self, at: Pointer) -> None:
        self._finish()

    def key_pressed(self, event: QKeyEvent) -> bool:
        if not self._points:
            return False
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._finish()
            case Qt.Key.Key_Backspace | Qt.Key.Key_Z:
                self._points.pop()
            case Qt.Key.Key_Escape:
                self.cancel()
            case _:
                return False
        return True

    def paint(self, painter: QPainter, view: Viewport, ratio: float) -> None:
        if self._points:
            colour = theme.tokens().colour("danger")
            drawn = outline(self._points, view, ratio)
            ahead = [on_screen(self._ahead, view, ratio)] if self._ahead is not None else []
            draw_line(painter, QPolygonF([*drawn.toList(), *ahead]), colour, closed=False)
            draw_vertices(painter, drawn, colour)

    def _finish(self) -> None:
        line, labelling = self._points, self.labelling
        chosen = labelling.selected or self._under(line)
        if len(line) < 2:
            return
        document = labelling.committed
        regions, fresh, keys = list(document.regions), document.next_key, []
        for region in chosen:
            parts = combining.split(region.shape, line)
            if len(parts) < 2:
                continue
            new = [region.changed(shape=parts[0]), *(Region(fresh + at, region.label, shape) for at, shape in enumerate(parts[1:]))]
            fresh += len(parts) - 1
            place = next(at for at, one in enumerate(regions) if one.key == region.key)
            regions[place : place + 1] = new
            keys += [one.key for one in new]
        if not keys:
            labelling.failed.emit("The line cuts nothing: it has to begin and end outside of the region", "")
            return
        self.cancel()
        labelling.commit(document.with_regions(regions), f"cut {chosen[0].label}" if len(chosen) == 1 else f"cut {len(chosen)} regions", select=keys)

    def _under(self, line: list[Point]) -> list[Region]:
        if len(line) < 2:
            return []
        x, y = (sum(side) / 2 for side in zip(line[len(line) // 2 - 1], line[len(line) // 2]))
        found = self.labelling.region_at(int(x), int(y))
        return [found] if found is not None else []
