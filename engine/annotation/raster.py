"""The pixels of regions, and what they paint: one rasteriser for the screen, for training and for export, so that all three agree.

A polygon's pixels are exactly those that Pillow's `ImageDraw.polygon` fills, as cityscapesScripts' json2labelImg has it do.
"""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.annotation.changes import difference
from engine.annotation.document import FAR, Box, Document, Painted, Polygon, Region, Shape

KEPT_BYTES = 256 << 20
_ENTRY_BYTES = 1000
_STEP_S = 0.001
_NOWHERE: Box = (0, 0, 0, 0)


@dataclass(frozen=True, eq=False, slots=True)
class Pixels:
    """`mask` (bottom - top, right - left) of what is painted in `box`, which lies within the frame; not to be written to."""

    box: Box
    mask: NDArray[np.bool_] = field(repr=False)


class Rasteriser:
    """The pixels of the regions of frames of one size. The latest masks are kept, up to `kept_bytes`. Any number of threads may use it at once."""

    def __init__(self, width: int, height: int, *, kept_bytes: int = KEPT_BYTES) -> None:
        self.width = width
        self.height = height
        self._kept_bytes = kept_bytes
        self._kept: OrderedDict[int, tuple[Shape, Pixels]] = OrderedDict()
        self._bytes = 0
        self._scratch: _Brush | None = None
        self._lock = threading.Lock()
        self._boxes = _Boxes(width, height)

    def pixels(self, shape: Shape) -> Pixels:
        """What the shape paints, within the frame. A polygon of fewer than two points, which Pillow refuses, paints nothing."""
        if isinstance(shape, Painted):
            return self._of_painted(shape)
        with self._lock:
            found = self._kept.get(id(shape))
            if found is not None:
                self._kept.move_to_end(id(shape))
                return found[1]
            drawn = self._drawn(shape)
            self._kept[id(shape)] = shape, drawn  # the shape stays alive as long as its id stands for it
            self._bytes += drawn.mask.nbytes + _ENTRY_BYTES
            while self._bytes > self._kept_bytes:
                _, (_, gone) = self._kept.popitem(last=False)
                self._bytes -= gone.mask.nbytes + _ENTRY_BYTES
            return drawn

    def paint(self, document: Document, target: NDArray[Any], value_of: Callable[[Region], int | None], *, window: Box | None = None) -> None:
        """Fills regions into `target`, which is the whole frame (H, W), the lowest first; only within `window` where there is one.

        Deleted regions, and those whose value is None, are left out. What no region covers stays as it is.
        """
        self._check(document)
        if target.shape != (self.height, self.width):
            raise ValueError(f"the target is {target.shape}, the frame {(self.height, self.width)}")
        within = _cut(window or (0, 0, self.width, self.height), self.width, self.height)
        regions = document.regions
        if within == (0, 0, self.width, self.height) and len(self._kept) < len(regions) / 2 and target.dtype == np.uint8 and target.flags.c_contiguous:
            self._paint_all(regions, target, value_of)
            self._boxes.of(document)  # so that the first question about a place is answered at once
            return
        for place, left, top, right, bottom in self._parts(document, within):
            region = regions[place]
            if region.deleted or (value := value_of(region)) is None:
                continue
            pixels = self.pixels(region.shape)
            if not pixels.mask.size:
                continue
            x, y, _, _ = pixels.box
            np.copyto(target[top:bottom, left:right], value, where=pixels.mask[top - y : bottom - y, left - x : right - x])

    def _paint_all(self, regions: Iterable[Region], target: NDArray[np.uint8], value_of: Callable[[Region], int | None]) -> None:
        """Into the target itself, a quarter of the time that masks take of which few may be asked for again."""
        brush = _Brush(target)
        for region in regions:
            if region.deleted or (value := value_of(region)) is None:
                continue
            if isinstance(region.shape, Polygon):
                brush.fill(region.shape, int(value))
            else:
                pixels = self._of_painted(region.shape)
                left, top, right, bottom = pixels.box
                np.copyto(target[top:bottom, left:right], value, where=pixels.mask)

    def prepare(self, document: Document, going_on: Callable[[], bool]) -> None:
        """Draws what of the document isn't kept yet, in small steps that leave other threads most of the time, while `going_on` says yes."""
        end = time.perf_counter() + _STEP_S
        for region in document.regions:
            self.pixels(region.shape)
            if time.perf_counter() > end:
                time.sleep(_STEP_S)
                if not going_on():
                    return
                end = time.perf_counter() + _STEP_S

    def top_at(self, document: Document, x: float, y: float, *, where: Callable[[Region], bool] | None = None) -> Region | None:
        """The topmost region one of whose pixels holds the point (x, y), whole numbers being the centres of pixels; None where there is none.

        Deleted regions, and those that `where` says no to, let the point through.
        """
        self._check(document)
        left, top = math.floor(x + 0.5), math.floor(y + 0.5)
        point = _cut((left, top, left + 1, top + 1), self.width, self.height)
        for place in reversed(self._touching(document, point)):
            region = document.regions[place]
            if not region.deleted and (where is None or where(region)) and _part(self.pixels(region.shape), point).any():
                return region
        return None

    def regions_in(self, document: Document, box: Box, *, whole: bool = False) -> tuple[Region, ...]:
        """The regions that have a pixel in `box`, or with `whole` none outside it, the lowest first; deleted ones and those without pixels never."""
        self._check(document)
        within = _cut(box, self.width, self.height)
        found = []
        for place in self._touching(document, within):
            region = document.regions[place]
            if region.deleted:
                continue
            pixels = self.pixels(region.shape)
            inside = np.count_nonzero(_part(pixels, _shared(pixels.box, within)))
            if inside and (not whole or inside == np.count_nonzero(pixels.mask)):
                found.append(region)
        return tuple(found)

    def touching(self, document: Document, box: Box) -> tuple[Region, ...]:
        """The regions that may have a pixel in the box, deleted ones too, the lowest first: what is in it is theirs alone."""
        self._check(document)
        regions = document.regions
        return tuple([regions[place] for place in self._touching(document, _cut(box, self.width, self.height))])

    def _touching(self, document: Document, box: Box) -> list[int]:
        """Places of the regions whose boxes share a pixel with `box`, which lies within the frame."""
        left, top, right, bottom = self._boxes.of(document)
        return np.flatnonzero((left < box[2]) & (right > box[0]) & (top < box[3]) & (bottom > box[1])).tolist()

    def _parts(self, document: Document, box: Box) -> list[list[int]]:
        """Places of the regions whose boxes share a pixel with `box`, which lies within the frame, and what they share: left, top, right, bottom."""
        places = self._touching(document, box)
        left, top, right, bottom = self._boxes.of(document)[:, places]
        edges = np.maximum(left, box[0]), np.maximum(top, box[1]), np.minimum(right, box[2]), np.minimum(bottom, box[3])
        return np.stack((places, *edges), axis=1).tolist()

    def _of_painted(self, shape: Painted) -> Pixels:
        left, top, right, bottom = box = _cut(shape.box, self.width, self.height)
        across, down, _, _ = shape.box if box != _NOWHERE else box
        return Pixels(box, shape.mask[top - down : bottom - down, left - across : right - across])

    def _drawn(self, shape: Polygon) -> Pixels:
        box = _cut(shape.box, self.width, self.height)
        if box == _NOWHERE or not _is_drawn(shape):
            return Pixels(_NOWHERE, _read_only(np.zeros((0, 0), bool)))
        if self._scratch is None:
            self._scratch = _Brush(np.zeros((self.height, self.width), np.uint8))
        return Pixels(box, _read_only(self._scratch.mask(shape, box)))

    def _check(self, document: Document) -> None:
        if (document.width, document.height) != (self.width, self.height):
            raise ValueError(f"a document of {document.width}×{document.height} was given to the rasteriser of {self.width}×{self.height}")


class _Brush:
    """Draws into an array (H, W) uint8 as large as the frame: moved or cut polygons would be rounded otherwise."""

    def __init__(self, pixels: NDArray[np.uint8]) -> None:
        from PIL import Image, ImageDraw  # not before something is drawn

        self._pixels = pixels
        height, width = pixels.shape
        picture = Image.frombuffer("L", (width, height), pixels, "raw", "L", 0, 1)
        picture.readonly = 0  # it draws into the array itself: copying its parts out would take ten times as long
        self._drawer = ImageDraw.Draw(picture)
        before = int(pixels[0, 0])
        self._drawer.point((0, 0), fill=255 - before)
        if pixels[0, 0] != 255 - before:
            raise RuntimeError("this version of Pillow doesn't draw into an array")
        pixels[0, 0] = before

    def fill(self, shape: Polygon, value: int) -> None:
        """Pillow refuses polygons of fewer than two points: they paint nothing."""
        if _is_drawn(shape):
            self._drawer.polygon(shape.drawn, fill=value)

    def mask(self, shape: Polygon, box: Box) -> NDArray[np.bool_]:
        """The part `box` of the frame, which holds all that the polygon paints there. The array is to be empty, and is left so."""
        left, top, right, bottom = box
        self._drawer.polygon(shape.drawn, fill=1)
        part = self._pixels[top:bottom, left:right]
        mask = part.astype(bool)
        part[:] = 0
        return mask


class _Boxes:
    """The boxes of a document's regions, cut to the frame; after an edit only those of the regions that came are looked up."""

    def __init__(self, width: int, height: int) -> None:
        self._size = width, height
        self._last = Document(width, height), np.zeros((4, 0), np.int32)

    def of(self, document: Document) -> NDArray[np.int32]:
        """(4, N): left, top, right and bottom of each region; 0 for those outside the frame."""
        known, boxes = self._last  # one reading and one writing: threads may come between
        if known is document:
            return boxes
        boxes = boxes.copy()
        for splice in difference(known, document, "").splices:
            end = splice.place + len(splice.removed)
            rows = _boxes(splice.inserted, *self._size)
            if len(splice.removed) == len(splice.inserted):
                boxes[:, splice.place : end] = rows
            else:
                boxes = np.concatenate((boxes[:, : splice.place], rows, boxes[:, end:]), axis=1)
        self._last = document, boxes
        return boxes


def _boxes(regions: Sequence[Region], width: int, height: int) -> NDArray[np.int32]:
    """(4, N): left, top, right and bottom of each region, cut to the frame; 0 for those outside. Those of polygons given as arrays are found all at once."""
    boxes = np.zeros((len(regions), 4), np.int64)
    arrays: list[NDArray[np.float32]] = []
    places: list[int] = []
    for place, region in enumerate(regions):
        drawn = region.shape.drawn if isinstance(region.shape, Polygon) else None
        if isinstance(drawn, np.ndarray) and drawn.size:
            arrays.append(drawn)
            places.append(place)
        else:
            boxes[place] = region.shape.box
    if arrays:
        points = np.concatenate(arrays).astype(np.int64).reshape(-1, 2)
        starts = np.cumsum([0, *(one.size // 2 for one in arrays[:-1])])
        boxes[places] = np.concatenate((np.minimum.reduceat(points, starts), np.maximum.reduceat(points, starts) + 1), axis=1)
        boxes[places] = np.where((boxes[places] > -FAR).all(axis=1, keepdims=True) & (boxes[places] < FAR).all(axis=1, keepdims=True), boxes[places], (-FAR, -FAR, FAR, FAR))
    cut = np.concatenate((np.maximum(boxes[:, :2], 0), np.minimum(boxes[:, 2:], (width, height))), axis=1)
    cut[(cut[:, 0] >= cut[:, 2]) | (cut[:, 1] >= cut[:, 3])] = _NOWHERE
    return cut.astype(np.int32).T


def _is_drawn(shape: Polygon) -> bool:
    return len(shape.drawn) > (2 if isinstance(shape.drawn, np.ndarray) else 1)


def _cut(box: Box, width: int, height: int) -> Box:
    left, top, right, bottom = box
    left, top, right, bottom = max(left, 0), max(top, 0), min(right, width), min(bottom, height)
    return (left, top, right, bottom) if left < right and top < bottom else _NOWHERE


def _shared(one: Box, other: Box) -> Box:
    """What two boxes that touch have in common."""
    return max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])


def _part(pixels: Pixels, box: Box) -> NDArray[np.bool_]:
    """The mask within a box that lies within that of the pixels; empty where there are none."""
    left, top, _, _ = pixels.box
    return pixels.mask[box[1] - top : box[3] - top, box[0] - left : box[2] - left]


def _read_only(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    mask.setflags(write=False)
    return mask
