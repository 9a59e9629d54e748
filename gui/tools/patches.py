"""Patches of like pixels, picked one by one or swept over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter

from engine.annotation import brush
from engine.annotation.brush import Limits
from engine.annotation.document import Box, Painted, Region
from gui import theme
from gui.label_picture import NOTHING
from gui.labelling import Labelling, Opened
from gui.latest import Latest
from gui.tools._tool import Pointer, Tool, draw_region, pixels_between
from gui.widgets.viewport import Viewport

if TYPE_CHECKING:
    from engine.annotation.superpixels import Patches

Pixel = tuple[int, int]


@dataclass(frozen=True, eq=False)
class _Asked:
    opened: Opened
    spacing: int


class PatchesTool(Tool):
    """The patch under the pointer is shown; those a click or a sweep has touched become one region when the button comes up."""

    name, title, icon, key = "patches", "Patches", "patch", "S"
    help = "Click a patch of like pixels, or sweep over several: letting go makes one region of them. Shift adds to the selected region"

    def __init__(self, labelling: Labelling) -> None:
        super().__init__(labelling)
        self._known: tuple[_Asked, Patches] | None = None
        self._asked: _Asked | None = None
        self._hover: tuple[int, Painted] | None = None
        self._trail: list[Pixel] = []
        self._chosen: set[int] = set()
        self._released = False
        self._into: Region | None = None
        self._limits: Limits | None = None
        self._shown: Box | None = None
        self._finder = Latest(_patches, labelling)
        self._finder.done.connect(self._on_found)
        self._finder.failed.connect(lambda asked, error: labelling.failed.emit(f"The patches of this frame can't be found: {error}", ""))
        labelling.settings.changed.connect(lambda: self.taken() if self.in_hand else None)

    @property
    def busy(self) -> bool:
        return bool(self._trail)

    @property
    def patches(self) -> Patches | None:
        """(H, W) int32 of the open frame; None until they are found."""
        known = self._known
        return known[1] if known is not None and known[0].opened is self.labelling.now and known[0].spacing == self.labelling.settings.spacing else None

    def taken(self) -> None:
        opened, spacing = self.labelling.now, self.labelling.settings.spacing
        if opened is None or self.patches is not None:
            return
        if self._asked is None or self._asked.opened is not opened or self._asked.spacing != spacing:
            self.cancel()
            self._asked = _Asked(opened, spacing)
            self._finder.ask(self._asked)
            self.labelling.preview_changed.emit()

    def close(self) -> None:
        self._finder.close()

    def cancel(self) -> None:
        shown, self._shown = self._shown, None
        self._trail, self._chosen, self._released, self._into, self._hover = [], set(), False, None, None
        if shown is not None and self.labelling.now is not None:
            self.labelling.repaint(shown)

    def press(self, at: Pointer) -> None:
        self.cancel()
        chosen = self.labelling.selected
        self._into = chosen[0] if at.shift and len(chosen) == 1 else None
        self._limits = self.labelling.settings.limits(self.labelling.picture)
        self._trail = [at.pixel]
        self._collect(self._trail)

    def move(self, at: Pointer, *, pressed: bool) -> None:
        if pressed and self._trail and not self._released:
            more = pixels_between(self._trail[-1], at.pixel)[1:]
            self._trail += more
            self._collect(more)
        elif not self._trail:
            self._point(at.pixel)

    def release(self, at: Pointer) -> None:
        if self._trail:
            self._released = True
            self._finish()

    def paint(self, painter: QPainter, view: Viewport, ratio: float) -> None:
        if self.patches is None:
            painter.setPen(QColor(0, 0, 0))
            painter.drawText(QPointF(13, 25), "Finding patches…")
            painter.setPen(theme.tokens().colour("on_picture"))
            painter.drawText(QPointF(12, 24), "Finding patches…")
        elif self._hover is not None:
            draw_region(painter, Region(0, "", self._hover[1]), view, ratio, QColor(Qt.GlobalColor.white), vertices=False)

    @property
    def _label(self) -> str:
        return self._into.label if self._into is not None else self.labelling.settings.label

    def _point(self, pixel: Pixel) -> None:
        """Shows the patch there."""
        among, (x, y) = self.patches, pixel
        if among is None or not (0 <= y < among.shape[0] and 0 <= x < among.shape[1]):
            self._hover = None
        elif self._hover is None or self._hover[0] != among[y, x]:
            found = _patch(among, int(among[y, x]), pixel, reach=self.labelling.settings.spacing)
            self._hover = int(among[y, x]), found

    def _collect(self, pixels: list[Pixel]) -> None:
        """Takes the patches of these pixels, and shows them."""
        among = self.patches
        if among is None:
            return
        value: Any = self.labelling.picture.value(self._label)
        for x, y in pixels:
            if not (0 <= y < among.shape[0] and 0 <= x < among.shape[1]) or int(among[y, x]) in self._chosen:
                continue
            self._chosen.add(int(among[y, x]))
            patch = _patch(among, int(among[y, x]), (x, y), reach=self.labelling.settings.spacing)
            mask = patch.mask if self._limits is None else patch.mask & self._limits.allowed(patch.box)
            cut = self.labelling.picture.paint_stroke(mask, patch.box, value=NOTHING if value is None else value)
            if cut is not None:
                self._shown = cut if self._shown is None else _around(self._shown, cut)
                self.labelling.painted.emit(cut)

    def _finish(self) -> None:
        """Once the button is up and the patches are known."""
        among = self.patches
        if not self._released or among is None:
            return
        from engine.annotation import superpixels

        labelling, into, label = self.labelling, self._into, self._label
        allowed = None if self._limits is None else self._limits.allowed((0, 0, among.shape[1], among.shape[0]))
        found = superpixels.picked(among, self._trail, allowed=allowed)
        self.cancel()
        if found is None:
            return
        document, pixels = labelling.committed, labelling.picture.rasteriser.pixels
        if into is not None and into.key in document.places:
            joined = brush.painted(into.shape, pixels(found), pixels=pixels)
            assert joined is not None
            labelling.commit(document.replaced(into.changed(shape=joined)), f"add to {label}")
        else:
            labelling.commit(document.added(label, found), f"pick {label}", select=(document.next_key,))

    def _on_found(self, asked: _Asked, found: Patches) -> None:
        if asked is not self._asked or asked.opened is not self.labelling.now:
            return
        self._known = asked, found
        if self._trail:
            self._collect(self._trail)
            self._finish()
        self.labelling.preview_changed.emit()


def _patches(asked: _Asked) -> Patches:
    from engine.annotation import superpixels

    return superpixels.patches(asked.opened.image, spacing=asked.spacing)


def _patch(among: Patches, name: int, at: Pixel, *, reach: int) -> Painted:
    """One patch, which holds the pixel `at`: looked for around it, farther where it goes on at the rim of what was looked at."""
    height, width = among.shape
    while True:
        reach *= 3
        left, top, right, bottom = max(0, at[0] - reach), max(0, at[1] - reach), min(width, at[0] + reach + 1), min(height, at[1] + reach + 1)
        mask = among[top:bottom, left:right] == name
        cut = (left and mask[:, 0].any()) or (top and mask[0].any()) or (right < width and mask[:, -1].any()) or (bottom < height and mask[-1].any())
        if not cut:
            found = Painted.of(np.asarray(mask), left, top)
            assert found is not None
            return found


def _around(one: Box, other: Box) -> Box:
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])
