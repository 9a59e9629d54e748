"""Comments over the picture: a box each, numbered as in the list; the one under the pointer or chosen says what it says."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from engine.annotation.review import Comment, Kind
from gui.comments import Comments
from gui.widgets.label_canvas import LabelCanvas
from gui.widgets.viewport import Viewport

COLOURS = {Kind.CORRECT: "#ff7b70", Kind.QUESTION: "#f0b840", Kind.RESOLVED: "#52c78f"}
WORDS = {Kind.CORRECT: "To correct", Kind.QUESTION: "Question", Kind.RESOLVED: "Resolved"}
_TAG = 18
_WIDEST = 320


class CommentMarks(QObject):
    """Paints on a canvas as long as the comments are to be shown."""

    def __init__(self, comments: Comments, canvas: LabelCanvas) -> None:
        super().__init__(canvas)
        self._comments, self._canvas = comments, canvas
        self._under = 0
        canvas.overlays.append(self.paint)
        canvas.pointed.connect(self._on_pointed)
        comments.changed.connect(canvas.update)

    def paint(self, painter: QPainter, view: Viewport, ratio: float) -> None:
        """See `gui.widgets.label_canvas.Overlay`."""
        if not self._comments.shown:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        told = [*enumerate(self._comments.all, 1)]
        told.sort(key=lambda one: one[1].id in (self._comments.chosen, self._under))  # what says something lies on top
        for number, comment in told:
            self._paint_one(painter, _on_screen(comment, view, ratio), comment, number)
        if (new := self._comments.pending) is not None:
            self._paint_one(painter, _on_screen(new, view, ratio), new, len(told) + 1)
        painter.restore()

    def _paint_one(self, painter: QPainter, box: QRectF, comment: Comment, number: int) -> None:
        colour, speaks = QColor(COLOURS[comment.kind]), comment.id in (self._comments.chosen, self._under)
        painter.setBrush(Qt.BrushStyle.NoBrush if not speaks else QColor(colour.red(), colour.green(), colour.blue(), 36))
        for pen in (QPen(QColor(0, 0, 0, 170), 4.0 if speaks else 3.0), QPen(colour, 2.0 if speaks else 1.5, Qt.PenStyle.DotLine if comment.kind == Kind.RESOLVED and not speaks else Qt.PenStyle.SolidLine)):
            pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
            painter.setPen(pen)
            painter.drawRect(box)
        words = f"{number}" if not speaks else f"{number}  {comment.text or WORDS[comment.kind]}"
        metrics = painter.fontMetrics()
        words = metrics.elidedText(words, Qt.TextElideMode.ElideRight, _WIDEST)
        tag = QRectF(box.left() - 1, box.top() - _TAG, metrics.horizontalAdvance(words) + 12, _TAG)
        if tag.top() < 0:
            tag.moveTop(max(0.0, box.top()))
        tag.moveLeft(max(0.0, min(tag.left(), self._canvas.width() - tag.width())))
        painter.fillRect(tag, colour)
        painter.setPen(QColor("#17191e"))
        painter.drawText(tag, Qt.AlignmentFlag.AlignCenter, words)

    def _on_pointed(self, spot: object) -> None:
        found = self._comments.at(spot[0], spot[1]) if isinstance(spot, tuple) and self._comments.shown else None
        under = found.id if found is not None else 0
        if under != self._under:
            self._under = under
            self._canvas.update()


def _on_screen(comment: Comment, view: Viewport, ratio: float) -> QRectF:
    left, top, right, bottom = comment.box
    corner = QPointF((view.scale * left + view.left) / ratio, (view.scale * top + view.top) / ratio)
    return QRectF(corner, QPointF((view.scale * right + view.left) / ratio, (view.scale * bottom + view.top) / ratio))


def look_at(canvas: LabelCanvas, comment: Comment) -> None:
    """Shows its box in the middle, with as much around it; a view that shows it well already stays."""
    view, (left, top, right, bottom) = canvas.view, comment.box
    wide, high = max(1, right - left) * 2.5, max(1, bottom - top) * 2.5
    scale = max(view.fit_scale, min(4.0, view.view_width / wide, view.view_height / high))
    seen = view.picture_point(0, 0), view.picture_point(view.view_width, view.view_height)
    inside = seen[0][0] <= left and seen[0][1] <= top and right <= seen[1][0] and bottom <= seen[1][1]
    if inside and view.scale >= scale / 2.5:
        return
    view = view.scaled(scale)
    canvas.view = view.moved(view.view_width / 2 - (view.scale * (left + right) / 2 + view.left), view.view_height / 2 - (view.scale * (top + bottom) / 2 + view.top))
