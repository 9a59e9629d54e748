"""Selects regions, moves them, and edits the vertices of the one that is selected."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen

from engine.annotation import shapes
from engine.annotation.document import Point, Polygon, Region
from engine.annotation.nearest import Outlines
from gui import label_edits, theme
from gui.labelling import Labelling
from gui.tools._tool import Pointer, Tool, draw_vertices, on_screen, outline
from gui.widgets.viewport import Viewport


class SelectTool(Tool):
    """A click selects, Ctrl adds; a drag moves; handles are dragged, Shift takes one away, a click on an edge puts one in."""

    name, title, icon, key = "select", "Select", "select", "V"
    help = "Click a region; drag it, its vertices or its edges. Shift+click a vertex deletes it. Drag from nothing: all in the box"
    cursor = Qt.CursorShape.ArrowCursor

    def __init__(self, labelling: Labelling) -> None:
        super().__init__(labelling)
        self._start: Pointer | None = None
        self._what = ""
        self._vertex = -1
        self._hot = -1
        self._band: tuple[Point, Point] | None = None

    @property
    def busy(self) -> bool:
        return self._what in ("move", "vertex", "band")

    def cancel(self) -> None:
        if self._what in ("move", "vertex") and self.labelling.now is not None:
            self.labelling.show(self.labelling.committed)
        self._start, self._what, self._band = None, "", None

    def press(self, at: Pointer) -> None:
        self._start, self._what = at, "click"
        region = self._edited
        if region is not None and isinstance(region.shape, Polygon):
            self._take_vertex(region, region.shape, at)
            if self._what != "click":
                return
        found = self.labelling.region_at(*at.pixel)
        if found is None:
            self._what = "band"
            self._band = at.point, at.point
            if not at.ctrl:
                self.labelling.select(())
        elif at.ctrl:
            self.labelling.select(self.labelling.selection ^ {found.key})
        elif found.key not in self.labelling.selection:
            self.labelling.select((found.key,))

    def move(self, at: Pointer, *, pressed: bool) -> None:
        start = self._start
        if not pressed or start is None:
            self._hover(at)
            return
        if self._what == "click" and not at.ctrl and abs(at.x - start.x) + abs(at.y - start.y) > at.grab / 2:
            self._what = "move"
        match self._what:
            case "move":
                self._moved(at)
            case "vertex":
                self._drag_vertex(at)
            case "band":
                self._band = start.point, at.point

    def release(self, at: Pointer) -> None:
        what, document = self._what, self.labelling.document
        if what == "band" and self._band is not None:
            (x0, y0), (x1, y1) = self._band
            box = int(min(x0, x1)), int(min(y0, y1)), int(max(x0, x1)) + 1, int(max(y0, y1)) + 1
            if box[2] - box[0] > 2 or box[3] - box[1] > 2:
                held = self.labelling.selection if at.ctrl else frozenset()
                self.labelling.select(held | label_edits.inside(self.labelling, box))
        elif what in ("move", "vertex") and document is not None:
            names = {region.label for region in self.labelling.selected}
            said = "move a vertex" if what == "vertex" else f"move {names.pop() if len(names) == 1 else 'regions'}"
            self._start, self._what = None, ""
            self.labelling.commit(document, said)
        self._start, self._what, self._band = None, "", None

    def key_pressed(self, event: QKeyEvent) -> bool:
        if event.key() == Qt.Key.Key_Escape:
            if self.busy:
                self.cancel()
            else:
                self.labelling.select(())
            return True
        return False

    def paint(self, painter: QPainter, view: Viewport, ratio: float) -> None:
        region = self._edited
        if region is not None and isinstance(region.shape, Polygon) and self._hot >= 0 and self._hot < len(region.shape.points):
            draw_vertices(painter, outline((region.shape.points[self._hot],), view, ratio), theme.tokens().colour("accent"), hot=0)
        if self._band is not None:
            first, last = (on_screen(point, view, ratio) for point in self._band)
            painter.setPen(QPen(theme.tokens().colour("accent"), 1.0, Qt.PenStyle.DashLine))
            painter.setBrush(QColor(90, 162, 255, 40))
            painter.drawRect(QRectF(first, last).normalized())

    @property
    def _edited(self) -> Region | None:
        chosen = self.labelling.selected
        return chosen[0] if len(chosen) == 1 else None

    def _own(self, region: Region) -> Outlines:
        return Outlines((region,))

    def _hover(self, at: Pointer) -> None:
        region = self._edited
        hot = -1
        if region is not None and isinstance(region.shape, Polygon):
            found = self._own(region).nearest_vertex(at.point, within=at.grab)
            hot = -1 if found is None else found.place
        if hot != self._hot:
            self._hot = hot
            self.labelling.preview_changed.emit()

    def _take_vertex(self, region: Region, shape: Polygon, at: Pointer) -> None:
        vertex = self._own(region).nearest_vertex(at.point, within=at.grab)
        document = self.labelling.committed
        if vertex is not None and at.shift:
            self._what = "done"
            if len(shape.points) > 3:
                self.labelling.commit(document.replaced(region.changed(shape=shapes.vertex_deleted(shape, vertex.place))), "delete a vertex")
        elif vertex is not None:
            self._what, self._vertex = "vertex", vertex.place
        elif (edge := self._own(region).nearest_edge(at.point, within=at.grab * 0.7)) is not None and not at.ctrl:
            self.labelling.show(document.replaced(region.changed(shape=shapes.vertex_inserted(shape, edge.place + 1, point=at.pixel))))
            self._what, self._vertex = "vertex", edge.place + 1

    def _moved(self, at: Pointer) -> None:
        assert self._start is not None
        dx, dy = at.pixel[0] - self._start.pixel[0], at.pixel[1] - self._start.pixel[1]
        document = self.labelling.committed
        moved = [region.changed(shape=shapes.moved(region.shape, (dx, dy))) for region in (document.region(key) for key in self.labelling.selection)]
        self.labelling.show(document.replaced(*moved))

    def _drag_vertex(self, at: Pointer) -> None:
        region = self._edited
        if region is None or not isinstance(region.shape, Polygon):
            return
        point = at.pixel if at.ctrl else label_edits.snapped(self.labelling, at.pixel, within=at.grab / 2, but=region.key)
        shown = self.labelling.document
        assert shown is not None
        self.labelling.show(shown.replaced(region.changed(shape=shapes.vertex_moved(region.shape, self._vertex, to=point))))
