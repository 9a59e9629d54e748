"""Sets of pixels, each in a box of its own, joined, taken away from each other and intersected."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.annotation.document import Box, Painted, Shape

Bits = NDArray[np.bool_]


class Pixels(Protocol):
    """What has pixels: a painted shape, a polygon that was drawn, a stroke of the brush."""

    @property
    def box(self) -> Box: ...

    @property
    def mask(self) -> Bits:
        """(bottom - top, right - left)."""


PixelsOf = Callable[[Shape], Pixels]
"""The pixels that a shape paints."""


def joined(sets: Sequence[Pixels]) -> Painted | None:
    """The pixels of any of these; None where there are none."""
    boxes = [one.box for one in sets if not is_empty(one.box)]
    if not boxes:
        return None
    box = min(box[0] for box in boxes), min(box[1] for box in boxes), max(box[2] for box in boxes), max(box[3] for box in boxes)
    mask = np.zeros((box[3] - box[1], box[2] - box[0]), bool)
    for one in sets:
        if not is_empty(one.box):
            mask[slices(one.box, box)] |= one.mask
    return Painted.of(mask, box[0], box[1])


def without(pixels: Pixels, others: Sequence[Pixels]) -> Painted | None:
    """The pixels that none of the others has; None where there are none."""
    mask = np.array(pixels.mask)
    for other in others:
        shared = overlap(pixels.box, other.box)
        if not is_empty(shared):
            mask[slices(shared, pixels.box)] &= ~other.mask[slices(shared, other.box)]
    return Painted.of(mask, pixels.box[0], pixels.box[1])


def common(sets: Sequence[Pixels]) -> Painted | None:
    """The pixels that all of these have; None where there are none."""
    if not sets:
        return None
    box = sets[0].box
    for one in sets[1:]:
        box = overlap(box, one.box)
    if is_empty(box):
        return None
    mask = np.ones((box[3] - box[1], box[2] - box[0]), bool)
    for one in sets:
        mask &= one.mask[slices(box, one.box)]
    return Painted.of(mask, box[0], box[1])


def slices(box: Box, within: Box) -> tuple[slice, slice]:
    """Rows and columns of a box in the mask of one that holds it."""
    left, top = within[:2]
    return slice(box[1] - top, box[3] - top), slice(box[0] - left, box[2] - left)


def overlap(one: Box, other: Box) -> Box:
    """What two boxes share; may be empty."""
    return max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])


def is_empty(box: Box) -> bool:
    return box[0] >= box[2] or box[1] >= box[3]
