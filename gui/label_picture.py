"""The labels of a frame as pixels on the screen: painted by the same rasteriser that writes the masks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.annotation.document import Box, Document, Painted, Region, Shape
from gui.label_patches import LabelPatches

if TYPE_CHECKING:
    from engine.annotation.raster import Rasteriser
    from engine.labels import LabelSpace

NOTHING = 255
"""In the index mask: no label."""


@dataclass(eq=False)
class LabelPicture:
    """`index` (H, W) uint8 is each pixel's label as its place in `space.labels`; it changes in place."""

    space: LabelSpace
    rasteriser: Rasteriser
    index: NDArray[np.uint8]
    _values: dict[str, int | None] = field(init=False)
    _patches: LabelPatches = field(init=False, default_factory=LabelPatches)
    _painted: Document | None = field(init=False, default=None)
    """What the whole index mask shows, but for a stroke that goes on."""

    def __post_init__(self) -> None:
        self._values = _values(self.space)

    @property
    def palette(self) -> NDArray[np.uint8]:
        """(256, 3) RGB of what the index mask holds."""
        palette = np.zeros((256, 3), np.uint8)
        palette[: len(self.space.labels)] = [label.colour for label in self.space.labels]
        return palette

    def adopt(self, space: LabelSpace) -> None:
        """Takes another label space: what is painted keeps its id; labels that this one didn't know are painted when they are painted next."""
        places = {label.id: place for place, label in enumerate(space.labels)}
        table = np.full(256, NOTHING, np.uint8)
        for place, label in enumerate(self.space.labels):
            table[place] = places.get(label.id, NOTHING)
        self.index[...] = table[self.index]
        self.space, self._values = space, _values(space)
        self._patches.clear()
        self._painted = None

    def value(self, label: str) -> int | None:
        """What stands for a label in the index mask; None where it is never painted."""
        return self._values.get(label, self._values.get(label.removesuffix("group")))

    def paint(self, document: Document, box: Box | None) -> Box | None:
        """Paints what the document has in `box`; returns the part of it that lies in the frame."""
        cut = self._cut(box)
        if cut is None:
            return None
        left, top, right, bottom = cut
        shown, before, patches = self.index[top:bottom, left:right], self._painted, self._patches
        whole = shown.shape == self.index.shape
        kept = patches.before_stroke(cut)
        if kept is not None and before is not None:
            patches.keep(self.rasteriser.touching(before, cut), cut, kept)
        regions = self.rasteriser.touching(document, cut)
        known = patches.find(regions, cut)
        if known is not None:
            shown[...] = known
        else:
            self._draw(document, cut)
            if not whole:
                patches.keep(regions, cut, shown)
        self._painted = document if whole or before is not None else None
        return cut

    def paint_stroke(self, mask: NDArray[np.bool_], box: Box, *, value: int | None, below: Document | None = None) -> Box | None:
        """Shows a stroke that goes on: `mask` are its pixels in `box`, which get `value`, or with None what the document `below` has there."""
        cut = self._cut(box)
        if cut is None:
            return None
        left, top, right, bottom = cut
        here = mask[top - box[1] : bottom - box[1], left - box[0] : right - box[0]]
        target = self.index[top:bottom, left:right]
        self._patches.stroke_begins(self.index)
        before = target.copy()
        if value is not None:
            target[here] = value
        elif below is not None:
            self._draw(below, cut)
            np.copyto(target, before, where=~here)
        other = target != before
        rows, columns = np.flatnonzero(other.any(axis=1)), np.flatnonzero(other.any(axis=0))
        if len(rows):
            self._patches.stroke_drew((left + int(columns[0]), top + int(rows[0]), left + int(columns[-1]) + 1, top + int(rows[-1]) + 1))
        return cut

    def region_at(self, document: Document, x: int, y: int) -> Region | None:
        """The topmost region that paints this pixel."""
        return self.rasteriser.top_at(document, x, y)

    def as_painted(self, shape: Shape) -> Painted | None:
        """The shape's pixels within the frame; None where it has none."""
        if isinstance(shape, Painted):
            return shape
        pixels = self.rasteriser.pixels(shape)
        return Painted.of(pixels.mask, pixels.box[0], pixels.box[1])

    def _draw(self, document: Document, cut: Box) -> None:
        left, top, right, bottom = cut
        self.index[top:bottom, left:right] = NOTHING
        self.rasteriser.paint(document, self.index, lambda region: self.value(region.label), window=cut)

    def _cut(self, box: Box | None) -> Box | None:
        if box is None:
            return None
        height, width = self.index.shape
        left, top, right, bottom = max(0, box[0]), max(0, box[1]), min(width, box[2]), min(height, box[3])
        return (left, top, right, bottom) if left < right and top < bottom else None


def _values(space: LabelSpace) -> dict[str, int | None]:
    places = {label.id: place if label.id >= 0 else None for place, label in enumerate(space.labels)}
    return {name: places[label.id] for name, label in space.by_name.items()}
