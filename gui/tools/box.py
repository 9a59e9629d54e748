"""A box around a thing: what stands out in it becomes a region."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from engine.annotation.brush import Limits
from engine.annotation.document import Box, Painted
from gui import theme
from gui.labelling import Labelling, Opened
from gui.latest import Latest
from gui.tools._tool import Pointer, Tool, on_screen
from gui.widgets.viewport import Viewport


@dataclass(frozen=True, eq=False)
class _Asked:
    opened: Opened
    box: Box
    label: str
    limits: Limits | None


class BoxTool(Tool):
    """Drag a box a little larger than the thing; what is unlike its surroundings is taken."""

    name, title, icon, key = "box", "Cut out", "box", "X"
    help = "Drag a box a little larger than the thing: what stands out in it becomes a region, to be mended with brush and eraser"

    def __init__(self, labelling: Labelling) -> None:
        super().__init__(labelling)
        self._start: Pointer | None = None
        self._end: Pointer | None = None
        self._cutter = Latest(_cut, labelling)
        self._cutter.done.connect(self._on_cut)

    @property
    def busy(self) -> bool:
        return self._start is not None

    def cancel(self) -> None:
        self._start = self._end = None

    def close(self) -> None:
        self._cutter.close()

    def press(self, at: Pointer) -> None:
        self._start = self._end = at

    def move(self, at: Pointer, *, pressed: bool) -> None:
        if pressed and self._start is not None:
            self._end = at

    def release(self, at: Pointer) -> None:
        start, opened = self._start, self.labelling.now
        self.cancel()
        if start is None or opened is None:
            return
        (x0, y0), (x1, y1) = start.pixel, at.pixel
        box = min(x0, x1), min(y0, y1), max(x0, x1) + 1, max(y0, y1) + 1
        self._cutter.ask(_Asked(opened, box, self.labelling.settings.label, self.labelling.settings.limits(self.labelling.picture)))

    def paint(self, painter: QPainter, view: Viewport, ratio: float) -> None:
        if self._start is not None and self._end is not None:
            painter.setPen(QPen(theme.tokens().colour("accent"), 1.5, Qt.PenStyle.DashLine))
            painter.setBrush(QColor(90, 162, 255, 30))
            painter.drawRect(QRectF(on_screen(self._start.point, view, ratio), on_screen(self._end.point, view, ratio)).normalized())

    def _on_cut(self, asked: _Asked, found: Painted | None) -> None:
        if asked.opened is not self.labelling.now:
            return
        if found is None:
            self.labelling.failed.emit("Nothing stands out in this box; draw it closer around one thing, with a little of what is around it", "")
        else:
            document = self.labelling.committed
            self.labelling.commit(document.added(asked.label, found), f"cut out {asked.label}", select=(document.next_key,))


def _cut(asked: _Asked) -> Painted | None:
    from engine.annotation import grabcut

    image = asked.opened.image
    allowed = asked.limits.allowed((0, 0, image.shape[1], image.shape[0])) if asked.limits is not None else None
    return grabcut.cut(image, asked.box, allowed=allowed)
