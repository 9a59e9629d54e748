"""Draws a polygon that clings to the edges in the picture: click now and then, the way between is found."""

from __future__ import annotations

from dataclasses import dataclass

from engine.annotation.document import Point
from engine.annotation.scissors import Scissors
from gui.labelling import Labelling, Opened
from gui.latest import Latest
from gui.tools._tool import Pointer
from gui.tools.polygon import PolygonTool


@dataclass(frozen=True, eq=False)
class _Asked:
    opened: Opened
    start: tuple[int, int]
    end: tuple[int, int]


class ScissorsTool(PolygonTool):
    """The dashed line is the way that a click takes; Ctrl goes straight."""

    name, title, icon, key = "scissors", "Edge outline", "magnet", "Q"
    help = "Click along an edge: the outline clings to it between the clicks. Ctrl goes straight. Enter or a click on the first point finishes"

    def __init__(self, labelling: Labelling) -> None:
        super().__init__(labelling)
        self._scissors: tuple[Opened, Scissors] | None = None
        self._finder = Latest(self._found, labelling)
        self._finder.done.connect(self._on_found)

    def close(self) -> None:
        self._finder.close()

    def cancel(self) -> None:
        super().cancel()
        self._finder.forget()

    def press(self, at: Pointer) -> None:
        """Takes the way that is shown, once it leads to where the click is."""
        way = self._ahead
        if self._points and not at.ctrl and way and way[-1] == at.pixel and not (len(self._points) > 2 and self._closes(at)):
            self._points += way
            self._ahead = []
        else:
            super().press(at)
        self._ask(at)

    def move(self, at: Pointer, *, pressed: bool) -> None:
        if at.ctrl or (len(self._points) > 2 and self._closes(at)):
            super().move(at, pressed=pressed)
        else:
            self._ask(at)

    def _ask(self, at: Pointer) -> None:
        opened = self.labelling.now
        if opened is not None and self._points:
            x, y = self._points[-1]
            self._finder.ask(_Asked(opened, (int(x), int(y)), at.pixel))

    def _found(self, asked: _Asked) -> tuple[Point, ...]:
        if self._scissors is None or self._scissors[0] is not asked.opened:
            self._scissors = asked.opened, Scissors(asked.opened.image)
        return self._scissors[1].path(asked.start, asked.end)

    def _on_found(self, asked: _Asked, way: tuple[Point, ...]) -> None:
        if self._points and asked.opened is self.labelling.now and asked.start == self._points[-1]:
            self._ahead = list(way)
            self.labelling.preview_changed.emit()
