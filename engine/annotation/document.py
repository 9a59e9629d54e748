"""The label document of one frame: regions in z-order, later ones over earlier ones, as Cityscapes keeps them.

Everything here is immutable: an edit makes another document that shares all regions it leaves alone.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

Box = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels, the last two not included."""
Point = tuple[float, float]
"""x, y in pixels as Cityscapes counts them: whole numbers are the centres of pixels."""

NOTHING: Mapping[str, Any] = {}
FAR = 1 << 20
"""Pixels from the corner of the frame from where on Pillow, which reckons in float32, may paint beside a polygon's outline."""


@dataclass(frozen=True)
class Polygon:
    """An outline without holes; `points` as the file has them, whole numbers where it has whole numbers."""

    points: tuple[Point, ...]

    @staticmethod
    def of_numbers(numbers: NDArray[np.float32]) -> Polygon:
        """Of (2 * N,) x, y, x, y, …, whole ones that float32 holds exactly. `points` are made when they are first asked for: of most polygons they never are."""
        polygon = object.__new__(Polygon)
        vars(polygon)["drawn"] = numbers
        return polygon

    @cached_property
    def drawn(self) -> Any:
        """The points as Pillow takes them: pairs, or all numbers in one array."""
        return self.points

    @cached_property
    def box(self) -> Box:
        """All pixels it can paint; may reach beyond the frame."""
        if not len(self.drawn):
            return 0, 0, 0, 0
        if isinstance(self.drawn, np.ndarray):
            numbers = self.drawn.astype(int).tolist()
            across, down = numbers[::2], numbers[1::2]
        else:
            across, down = [int(x) for x, _ in self.points], [int(y) for _, y in self.points]
        left, top, right, bottom = min(across), min(down), max(across) + 1, max(down) + 1
        return (left, top, right, bottom) if min(left, top) > -FAR and max(right, bottom) < FAR else (-FAR, -FAR, FAR, FAR)


def _points(polygon: Polygon) -> tuple[Point, ...]:
    numbers = iter(polygon.drawn.astype(int).tolist())
    return tuple(zip(numbers, numbers))


_made_late = cached_property(_points)
_made_late.__set_name__(Polygon, "points")
setattr(Polygon, "points", _made_late)  # behind the dataclass's back: a polygon that was made with points has them as ever


@dataclass(frozen=True)
class Painted:
    """Exactly these pixels: `bits` are those of a (bottom - top, right - left) mask, rows after each other, eight to a byte."""

    box: Box
    bits: bytes = field(repr=False)

    @staticmethod
    def of(mask: NDArray[np.bool_], left: int = 0, top: int = 0) -> Painted | None:
        """The pixels of a mask (h, w) whose first is at (left, top), cut to what is set; None where nothing is."""
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        if not len(rows):
            return None
        part = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        box = left + int(columns[0]), top + int(rows[0]), left + int(columns[-1]) + 1, top + int(rows[-1]) + 1
        return Painted(box, np.packbits(part).tobytes())

    @cached_property
    def mask(self) -> NDArray[np.bool_]:
        """(bottom - top, right - left), not to be written to."""
        left, top, right, bottom = self.box
        flat = np.unpackbits(np.frombuffer(self.bits, np.uint8), count=(right - left) * (bottom - top))
        mask = flat.reshape(bottom - top, right - left).astype(bool)
        mask.setflags(write=False)
        return mask


Shape = Polygon | Painted
_key = attrgetter("key")


@dataclass(frozen=True)
class Region:
    """One thing in the frame. `key` tells it from all others of its document for as long as that is open; files don't hold it.

    `label` is a name of the label space, or such a name with `group` at its end: several things that can't be told apart.
    `extra` are the file's other values of this object, by name; `source` is its text in the file, as long as nothing of it changed.
    """

    key: int
    label: str
    shape: Shape
    deleted: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)
    source: str | None = field(default=None, repr=False, compare=False)

    @property
    def box(self) -> Box:
        """All pixels it can paint."""
        return self.shape.box

    def changed(self, **values: Any) -> Region:
        """Another region with the same key."""
        return dataclasses.replace(self, source=None, **values)


@dataclass(frozen=True)
class Envelope:
    """What a file holds around its objects, so that it can be written again as it was. Without texts it is a new file's."""

    before: str | None = None
    """Up to and including the `[` of the objects."""
    after: str | None = None
    """From the `]` on."""
    indent: int | str | None = 4
    """Spaces a level, or the text of a level; None for everything on one line."""
    newline: str = "\n"
    gaps: tuple[str, ...] = field(default=(), repr=False)
    """What stands before the first object, between each and the next, and after the last; the keys of its regions count them."""
    keys: tuple[tuple[str, ...], ...] = field(default=(), repr=False)
    """The names of each object's values in their order; the keys of its regions count them."""
    sample: str | None = field(default=None, repr=False)
    """The text of an object: how those that change are to be written."""


@dataclass(frozen=True)
class Document:
    """A frame's regions, the lowest first. `next_key` is above all keys there ever were."""

    width: int
    height: int
    regions: tuple[Region, ...] = ()
    next_key: int = 0
    envelope: Envelope = field(default_factory=Envelope)

    @cached_property
    def places(self) -> Mapping[int, int]:
        """Where in `regions` each key stands."""
        return {region.key: place for place, region in enumerate(self.regions)}

    def region(self, key: int) -> Region:
        """Raises KeyError."""
        return self.regions[self.places[key]]

    def with_regions(self, regions: Iterable[Region]) -> Document:
        """These regions instead; new ones have keys from `next_key` on."""
        kept = tuple(regions)
        return dataclasses.replace(self, regions=kept, next_key=max(self.next_key, max(map(_key, kept), default=-1) + 1))

    def added(self, label: str, shape: Shape, *, at: int | None = None) -> Document:
        """With a new region on top, or before the region that stands at `at`; its key is this document's `next_key`."""
        place = len(self.regions) if at is None else at
        return self.with_regions((*self.regions[:place], Region(self.next_key, label, shape), *self.regions[place:]))

    def replaced(self, *regions: Region) -> Document:
        """With these regions in the place of those of the same keys. Raises KeyError."""
        found = list(self.regions)
        for region in regions:
            found[self.places[region.key]] = region
        made = dataclasses.replace(self, regions=tuple(found))
        vars(made)["places"] = self.places  # a drag asks for them at every movement
        return made

    def without(self, *keys: int) -> Document:
        """Without the regions of these keys."""
        return self.with_regions(region for region in self.regions if region.key not in keys)
