"""In the hand while a first draft waits to be kept: clicks leave regions out or take them in, a drag says in which box to draft."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen

from gui import theme
from gui.draft_maker import DraftMaker
from gui.draft_settings import BOX, DraftSettings
from gui.labelling import Labelling
from gui.tools._tool import Pointer, Tool, on_screen
from gui.widgets.viewport import Viewport

_KEEP, _LEAVE = (Qt.Key.Key_Y,), (Qt.Key.Key_N, Qt.Key.Key_Delete, Qt.Key.Key_Backspace)


class DraftTool(Tool):
    """Put away, it leaves the proposal as it is."""

    name, title, icon = "draft", "First draft", "checkpoint"
    help = "Click a proposed region to leave it out, or to take it in again; Shift+click all of its class. Under the pointer: N leaves out, Y takes in. Enter keeps the rest, Esc drops all"

    def __init__(
        self, labelling: Labelling, maker: DraftMaker, *, settings: DraftSettings, keep: Callable[[], None], drop: Callable[[], None], hover: Callable[[int | None], None]
    ) -> None:
        """`hover` gets the place of the region under the pointer whenever that is another."""
        super().__init__(labelling)
        self._maker, self._settings, self._keep, self._drop, self._hover = maker, settings, keep, drop, hover
        self._start: Pointer | None = None
        self._end: Pointer | None = None
        self._at: Pointer | None = None
        self._under: int | None = None

    @property
    def cursor(self) -> Qt.CursorShape:  # type: ignore[override]  # it follows what can be done
        return Qt.CursorShape.CrossCursor if self._takes_box else Qt.CursorShape.PointingHandCursor if self._under is not None else Qt.CursorShape.ArrowCursor

    @property
    def busy(self) -> bool:
        return self._maker.proposal is not None or self._maker.busy or self._start is not None

    def reserves(self, event: QKeyEvent) -> bool:
        if not self.busy or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return False  # Ctrl+Z stays the document's
        keys = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape)
        return event.key() in (*keys, Qt.Key.Key_Y, Qt.Key.Key_N) or (self._under is not None and event.key() in _KEEP + _LEAVE)

    def put_away(self) -> None:
        self._start = self._end = self._at = None
        self._point(None)

    def cancel(self) -> None:
        self.put_away()

    def press(self, at: Pointer) -> None:
        self._start = self._end = at

    def move(self, at: Pointer, *, pressed: bool) -> None:
        if pressed:
            self._end = at
        self._at = at
        self.refresh()

    def refresh(self) -> None:
        """Another proposal: looks again at what is under the pointer."""
        proposal = self._maker.proposal
        self._point(proposal.at(*self._at.pixel) if proposal is not None and self._at is not None else None)

    def release(self, at: Pointer) -> None:
        start, proposal = self._start, self._maker.proposal
        self._start = self._end = None
        if start is None:
            return
        (x0, y0), (x1, y1) = start.pixel, at.pixel
        dragged = max(abs(at.x - start.x), abs(at.y - start.y)) * at.scale > 5
        if self._takes_box and dragged:
            self._maker.ask(box=(min(x0, x1), min(y0, y1), max(x0, x1) + 1, max(y0, y1) + 1))
        elif proposal is not None and not dragged and (place := proposal.at(x1, y1)) is not None:
            places = proposal.of_class(proposal.regions[place].label) if at.shift else [place]
            self._maker.leave_out(places, place not in proposal.left_out)

    def double(self, at: Pointer) -> None:
        """The second of two quick clicks counts as the first does."""
        self.press(at)

    def key_pressed(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._keep()
        elif key == Qt.Key.Key_Escape:
            self._drop()
        elif key in _KEEP + _LEAVE and self._under is not None:
            self._maker.leave_out([self._under], key in _LEAVE)
        else:
            return False
        return True

    def paint(self, painter: QPainter, view: Viewport, ratio: float) -> None:
        if self._start is not None and self._end is not None and self._takes_box:
            painter.setPen(QPen(theme.tokens().colour("accent"), 1.5, Qt.PenStyle.DashLine))
            painter.setBrush(QColor(90, 162, 255, 30))
            painter.drawRect(QRectF(on_screen(self._start.point, view, ratio), on_screen(self._end.point, view, ratio)).normalized())

    @property
    def _takes_box(self) -> bool:
        return self._settings.where == BOX

    def _point(self, place: int | None) -> None:
        if place != self._under:
            self._under = place
            self._hover(place)
