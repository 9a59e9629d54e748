"""The brush, the eraser and the fill: pixels that a stroke or a click chooses, and what they do to a shape."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.annotation import pixelwise
from engine.annotation.document import Box, Painted, Point, Shape
from engine.annotation.pixelwise import Bits, Pixels, PixelsOf
from engine.annotation.shapes import whole
from engine.labels import Mask

NOWHERE: Box = (0, 0, 0, 0)
SMALLEST = 0.5
"""Radius in pixels of a brush of one pixel."""


@dataclass(frozen=True)
class Limits:
    """Where pixels may be chosen, by what lies on top there when a stroke begins.

    `index` is (H, W), the index of the topmost label, 255 where there is none; `only` are the indices to paint over, None for all;
    `protected` are those to leave alone.
    """

    index: Mask
    only: frozenset[int] | None = None
    protected: frozenset[int] = frozenset()

    def allowed(self, box: Box) -> Bits:
        """(bottom - top, right - left) whether a pixel may be chosen, of a box inside the frame."""
        table = np.full(256, self.only is None)
        table[list(self.only or ())] = True
        table[list(self.protected)] = False
        return table[self.index[box[1] : box[3], box[0] : box[2]]]


class Stroke:
    """The pixels at most `radius` pixels away from the way of the cursor; it grows by one cursor point at a time.

    The cursor counts as in the middle of its pixel, so that a radius of 0.5 is a line of single pixels. Each point costs its own
    piece only: of the buffer in the frame's size no memory is used but where the stroke went. Raises ValueError for a smaller radius.
    """

    def __init__(self, width: int, height: int, *, radius: float, limits: Limits | None = None) -> None:
        if radius < SMALLEST:
            raise ValueError(f"a brush of radius {radius} paints nothing; the smallest is {SMALLEST}")
        self.radius = radius
        self._frame: Box = (0, 0, width, height)
        self._limits = limits
        self._set = np.zeros((height, width), bool)
        self._box = NOWHERE
        self._last: tuple[int, int] | None = None
        self._reach = math.floor(radius)
        across = np.arange(-self._reach, self._reach + 1) ** 2
        self._disc: Bits = across[None, :] + across[:, None] <= radius * radius

    @property
    def box(self) -> Box:
        """Holds all its pixels; empty before the first."""
        return self._box

    @property
    def mask(self) -> Bits:
        """(bottom - top, right - left) of `box`, a view that goes on growing."""
        return self._set[self._box[1] : self._box[3], self._box[0] : self._box[2]]

    def add(self, point: Point) -> Box:
        """Draws on to a point, inside the frame or outside; returns the box in which pixels may have changed, an empty one for none."""
        here = whole(point)
        if here == self._last:
            return NOWHERE
        changed = NOWHERE
        if self._last:
            for box, piece in _bodies(self._last, here, self.radius, self._frame):
                changed = _around(changed, self._stamp(piece, box))
        reach = self._reach
        disc = here[0] - reach, here[1] - reach, here[0] + reach + 1, here[1] + reach + 1
        changed = _around(changed, self._stamp(self._disc, disc))
        self._last = here
        self._box = _around(self._box, changed)
        return changed

    def painted(self) -> Painted | None:
        """Its pixels so far; None where there are none."""
        return Painted.of(self.mask, self._box[0], self._box[1])

    def _stamp(self, piece: Bits, box: Box) -> Box:
        inside = pixelwise.overlap(box, self._frame)
        if pixelwise.is_empty(inside):
            return NOWHERE
        part = piece[pixelwise.slices(inside, box)]
        if self._limits:
            part = part & self._limits.allowed(inside)
        self._set[pixelwise.slices(inside, self._frame)] |= part
        return inside


def painted(shape: Shape | None, stroke: Pixels, *, pixels: PixelsOf) -> Painted | None:
    """The shape, or nothing, with the pixels of a stroke or a fill; None where that is nothing."""
    return pixelwise.joined([stroke] if shape is None else [pixels(shape), stroke])


def erased(shape: Shape, stroke: Pixels, *, pixels: PixelsOf) -> Shape | None:
    """The shape without the pixels of a stroke; the same object where the stroke takes none, None where it takes all."""
    own = pixels(shape)
    left = pixelwise.without(own, [stroke])
    untouched = left is not None and np.count_nonzero(left.mask) == np.count_nonzero(own.mask)
    return shape if untouched else left


def fill(ids: Mask, point: Point, *, window: Box | None = None, limits: Limits | None = None) -> Painted | None:
    """The pixels around a point that have its value in `ids` (H, W) and hang together side by side, inside a window and limits.

    None where the point itself lies outside of them.
    """
    frame = 0, 0, ids.shape[1], ids.shape[0]
    box = pixelwise.overlap(window, frame) if window else frame
    x, y = whole(point)
    if not (box[0] <= x < box[2] and box[1] <= y < box[3]):
        return None
    part = np.ascontiguousarray(ids[pixelwise.slices(box, frame)])
    reached: NDArray[np.uint8] = np.zeros((part.shape[0] + 2, part.shape[1] + 2), np.uint8)
    inner = reached[1:-1, 1:-1]
    if limits:
        inner[~limits.allowed(box)] = 1
    if inner[y - box[1], x - box[0]]:
        return None
    chosen = 2  # apart from 1, what OpenCV may not enter
    _, _, _, (left, top, width, height) = cv2.floodFill(part, reached, (x - box[0], y - box[1]), 0, flags=4 | cv2.FLOODFILL_MASK_ONLY | chosen << 8)
    return Painted.of(inner[top : top + height, left : left + width] == chosen, box[0] + left, box[1] + top)


def _bodies(a: tuple[int, int], b: tuple[int, int], radius: float, frame: Box) -> Iterator[tuple[Box, Bits]]:
    """The band along the straight line from one pixel to another, without its round ends: in boxes along it that hold little else."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    square = dx * dx + dy * dy
    furthest = math.isqrt(math.floor(radius * radius * square))
    margin = radius + 1e-6  # the ends of the pieces aren't exact
    count = max(1, math.ceil(math.sqrt(square) / (2 * radius + 16)))
    for place in range(count):
        xs = sorted((a[0] + dx * place / count, a[0] + dx * (place + 1) / count))
        ys = sorted((a[1] + dy * place / count, a[1] + dy * (place + 1) / count))
        around = math.ceil(xs[0] - margin), math.ceil(ys[0] - margin), math.floor(xs[1] + margin) + 1, math.floor(ys[1] + margin) + 1
        box = pixelwise.overlap(around, frame)
        if pixelwise.is_empty(box):
            continue
        across = np.arange(box[0] - a[0], box[2] - a[0], dtype=np.int64)
        down = np.arange(box[1] - a[1], box[3] - a[1], dtype=np.int64)[:, None]
        along, beside = across * dx + down * dy, across * dy - down * dx
        yield box, (along >= 0) & (along <= square) & (np.abs(beside) <= furthest)


def _around(one: Box, other: Box) -> Box:
    """The box of both; an empty one counts for nothing."""
    if pixelwise.is_empty(one) or pixelwise.is_empty(other):
        return other if pixelwise.is_empty(one) else one
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])
