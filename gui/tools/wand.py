"""Takes what looks alike: a click takes the pixels around it, a drag changes how alike they must be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtGui import QPainter

from engine.annotation import brush
from engine.annotation.brush import Limits
from engine.annotation.document import Box, Document, Painted, Region
from gui.label_picture import NOTHING
from gui.labelling import Labelling, Opened
from gui.latest import Latest
from gui.tools._tool import Pointer, Tool
from gui.widgets.viewport import Viewport

_STEP = 4.0
"""Device pixels of a drag for one more of tolerance."""


@dataclass(frozen=True, eq=False)
class _Asked:
    opened: Opened
    seed: tuple[int, int]
    tolerance: int
    limits: Limits | None


class WandTool(Tool):
    """While the button is held a drag to the right takes more, one to the left less; letting go makes a region of it."""

    name, title, icon, key = "wand", "Magic wand", "wand", "W"
    help = "Press on a surface, drag right for more of it or left for less, let go to keep it. Shift adds to the selected region"

    def __init__(self, labelling: Labelling) -> None:
        super().__init__(labelling)
        self._start: Pointer | None = None
        self._tolerance = 0
        self._asked: _Asked | None = None
        self._found: Painted | None = None
        self._released = self._answered = False
        self._shown: Box | None = None
        self._limits: Limits | None = None
        self._finder = Latest(_selected, labelling)
        self._finder.done.connect(self._on_found)

    @property
    def busy(self) -> bool:
        return self._start is not None

    def cancel(self) -> None:
        self._start, self._asked, self._found, self._released = None, None, None, False
        self._show(None)

    def close(self) -> None:
        self._finder.close()

    def press(self, at: Pointer) -> None:
        self.cancel()
        self._start, self._tolerance = at, self.labelling.settings.tolerance
        self._limits = self.labelling.settings.limits(self.labelling.picture)
        self._ask()

    def move(self, at: Pointer, *, pressed: bool) -> None:
        if pressed and self._start is not None:
            self.labelling.settings.set_tolerance(self._tolerance + round((at.x - self._start.x) * at.scale / _STEP))
            self._ask()

    def release(self, at: Pointer) -> None:
        if self._start is not None:
            self._released = True
            self._finish()

    def paint(self, painter: QPainter, view: Viewport, ratio: float) -> None:
        """What is found is shown in the labels themselves."""

    def _ask(self) -> None:
        opened, start = self.labelling.now, self._start
        if opened is None or start is None:
            return
        wanted = _Asked(opened, start.pixel, self.labelling.settings.tolerance, self._limits)
        if self._asked is None or wanted.tolerance != self._asked.tolerance:
            self._asked, self._answered = wanted, False
            self._finder.ask(wanted)

    def _on_found(self, asked: _Asked, found: Painted | None) -> None:
        if self._start is None or asked.opened is not self.labelling.now:
            return
        self._found = found
        self._show(found)
        if asked is self._asked:
            self._answered = True
            self._finish()

    def _show(self, found: Painted | None) -> None:
        if self._shown is not None:
            box, self._shown = self._shown, None
            if self.labelling.now is not None:
                self.labelling.repaint(box)
        if found is not None:
            value: Any = self.labelling.picture.value(self._label)
            cut = self.labelling.picture.paint_stroke(found.mask, found.box, value=NOTHING if value is None else value)
            if cut is not None:
                self._shown = cut
                self.labelling.painted.emit(cut)

    @property
    def _target(self) -> Region | None:
        chosen = self.labelling.selected
        shift = self._start is not None and self._start.shift
        return chosen[0] if shift and len(chosen) == 1 else None

    @property
    def _label(self) -> str:
        return self._target.label if self._target is not None else self.labelling.settings.label

    def _finish(self) -> None:
        """Once the button is up and the last answer is there."""
        if not self._released or not self._answered:
            return
        found, target, labelling = self._found, self._target, self.labelling
        label = self._label
        self._start, self._asked, self._found, self._released = None, None, None, False
        self._show(None)
        if found is None:
            return
        document: Document = labelling.committed
        pixels = labelling.picture.rasteriser.pixels
        if target is not None:
            joined = brush.painted(target.shape, pixels(found), pixels=pixels)
            assert joined is not None
            labelling.commit(document.replaced(target.changed(shape=joined)), f"add to {label}")
        else:
            labelling.commit(document.added(label, found), f"pick {label}", select=(document.next_key,))


def _selected(asked: _Asked) -> Painted | None:
    from engine.annotation import wand

    image = asked.opened.image
    allowed = asked.limits.allowed((0, 0, image.shape[1], image.shape[0])) if asked.limits is not None else None
    return wand.selected(image, asked.seed, asked.tolerance, allowed=allowed)
