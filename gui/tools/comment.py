"""A box over what should be looked at, with words; a click on a box changes what it says."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from gui.comments import Comments
from gui.labelling import Labelling
from gui.tools._tool import Pointer, Tool, on_screen
from gui.widgets import comment_marks
from gui.widgets.viewport import Viewport

_SMALLEST = 3
"""Pixels from which on a drag makes a box."""


class CommentTool(Tool):
    """Comments are no labels: they are neither trained on nor written into the label file."""

    name, title, icon, key = "comment", "Comment", "comment", "M"
    help = "Drag a box over what should be looked at and say why; click a box to change what it says. Comments are no labels"

    def __init__(self, labelling: Labelling) -> None:
        super().__init__(labelling)
        self._comments = Comments.of(labelling)
        self._start: Pointer | None = None
        self._end: Pointer | None = None

    @property
    def busy(self) -> bool:
        return self._start is not None

    def cancel(self) -> None:
        self._start = self._end = None

    def press(self, at: Pointer) -> None:
        self._start = self._end = at

    def move(self, at: Pointer, *, pressed: bool) -> None:
        if pressed and self._start is not None:
            self._end = at

    def release(self, at: Pointer) -> None:
        start = self._start
        self.cancel()
        if start is None:
            return
        (x0, y0), (x1, y1), document = start.pixel, at.pixel, self.labelling.committed
        if abs(x1 - x0) < _SMALLEST and abs(y1 - y0) < _SMALLEST:
            if (found := self._comments.at(at.x, at.y)) is not None:
                self._comments.ask_words(found)
            return
        left, top, right, bottom = max(0, min(x0, x1)), max(0, min(y0, y1)), min(document.width, max(x0, x1) + 1), min(document.height, max(y0, y1) + 1)
        if right > left and bottom > top:
            self._comments.ask_words((left, top, right, bottom))

    def paint(self, painter: QPainter, view: Viewport, ratio: float) -> None:
        if self._start is not None and self._end is not None:
            colour = QColor(comment_marks.COLOURS[comment_marks.Kind.CORRECT])
            painter.setPen(QPen(colour, 1.5, Qt.PenStyle.DashLine))
            painter.setBrush(QColor(colour.red(), colour.green(), colour.blue(), 30))
            painter.drawRect(QRectF(on_screen(self._start.point, view, ratio), on_screen(self._end.point, view, ratio)).normalized())
