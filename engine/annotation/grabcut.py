"""What stands out in a box: GrabCut. C. Rother, V. Kolmogorov, A. Blake (SIGGRAPH 2004); OpenCV's."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.annotation.document import Box, Painted
from engine.sample import Image

Pixel = tuple[int, int]
"""x, y."""
Bits = NDArray[np.bool_]
Strokes = list[tuple[bool, list[Pixel]]]
"""Whether they are inside of the thing, and their pixels."""

_ROUNDS = 1
"""More of them lose as many things of the procedural street as they find, and take longer."""
_MARGIN = 0.25
"""Of the box's sides: so much around it shows what doesn't belong."""
_LONGEST = 160
"""Pixels that the longer side of what is looked at is brought down to: the time grows with the area."""
_LEAST = 4
_UNSURE = 1.5
"""Pixels of the picture brought down, on both sides of the border found there, in which the picture itself says where it runs."""
_BESIDE = 2
"""Pixels around one right on the border that say on which side it lies."""
_STROKE = 1
"""Pixels around a stroke's that belong to it, in the picture brought down."""


def cut(image: Image, box: Box, *, inside: Iterable[Pixel] = (), outside: Iterable[Pixel] = (), allowed: Bits | None = None) -> Painted | None:
    """The pixels in a box of an image (H, W, 3) RGB that are unlike what surrounds it; only where `allowed` (H, W). None where nothing stands out.

    Pixels of strokes inside of the thing and outside of it, clicked or drawn, come out as they were said to be and speak for those like them.
    Large boxes are looked at smaller; their border then goes to the strongest edge near by.
    """
    height, width = image.shape[:2]
    left, top, right, bottom = max(0, box[0]), max(0, box[1]), min(width, box[2]), min(height, box[3])
    if right - left < _LEAST or bottom - top < _LEAST:
        return None
    across, down = round((right - left) * _MARGIN) + 2, round((bottom - top) * _MARGIN) + 2
    x, y = max(0, left - across), max(0, top - down)
    seen = np.ascontiguousarray(image[y : bottom + down, x : right + across])
    strokes = [(word, [(a - x, b - y) for a, b in pixels if left <= a < right and top <= b < bottom]) for word, pixels in ((True, inside), (False, outside))]
    found = _found(seen, (left - x, top - y, right - x, bottom - y), strokes)
    if found is None:
        return None
    for word, pixels in strokes:
        for column, row in pixels:
            found[row, column] = word
    kept = found[top - y : bottom - y, left - x : right - x]
    return Painted.of(kept if allowed is None else kept & allowed[top:bottom, left:right], left, top)


def _found(seen: Image, box: Box, strokes: Strokes) -> Bits | None:
    """(h, w) the thing in a picture (h, w, 3) with a box in it; None where there is nothing to tell it by."""
    height, width = seen.shape[:2]
    scale = min(1.0, _LONGEST / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    known = _known(size, box, strokes, scale)
    if (known == cv2.GC_BGD).all() or not (known == cv2.GC_BGD).any():
        return None
    small = cv2.resize(seen, size, interpolation=cv2.INTER_AREA) if scale < 1 else seen
    cv2.setRNGSeed(0)  # its clusters begin at random: the same box gives the same pixels
    cv2.grabCut(small, known, None, np.zeros((1, 65)), np.zeros((1, 65)), _ROUNDS, cv2.GC_INIT_WITH_MASK)
    inside = (known == cv2.GC_FGD) | (known == cv2.GC_PR_FGD)
    return _bordered(seen, inside, scale) if scale < 1 else inside


def _known(size: tuple[int, int], box: Box, strokes: Strokes, scale: float) -> NDArray[np.uint8]:
    """What is known of each pixel of the picture brought down, in OpenCV's words: perhaps the thing in the box, not the thing around it, and the strokes."""
    left, top, right, bottom = (round(side * scale) for side in box)
    known = np.full(size[::-1], cv2.GC_BGD, np.uint8)
    within = known[top:bottom, left:right]
    within[:] = cv2.GC_PR_FGD
    for word, pixels in strokes:
        for x, y in pixels:
            column, row = int(x * scale) - left, int(y * scale) - top
            within[max(0, row - _STROKE) : row + _STROKE + 1, max(0, column - _STROKE) : column + _STROKE + 1] = cv2.GC_FGD if word else cv2.GC_BGD
    return known


def _bordered(seen: Image, inside: Bits, scale: float) -> Bits:
    """A thing found in a smaller picture, in the picture (h, w, 3) itself: watersheds run between what is surely in and surely out."""
    height, width = seen.shape[:2]
    rough = cv2.resize(inside.astype(np.uint8) * 255, (width, height), interpolation=cv2.INTER_LINEAR) > 127
    side = 2 * max(1, round(_UNSURE / scale)) + 1
    around = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    sides = np.zeros((height, width), np.int32)
    sides[cv2.erode(rough.astype(np.uint8), around) > 0] = 1
    sides[cv2.dilate(rough.astype(np.uint8), around) == 0] = 2
    # Watersheds leave the picture's rim out: it gets another.
    smooth = cv2.copyMakeBorder(cv2.medianBlur(seen, 3), 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    found = cv2.watershed(smooth, np.pad(sides, 1, mode="edge"))[1:-1, 1:-1]
    between = (found < 1).nonzero()
    taken = found == 1
    taken[between] = _away(seen, found == 1, between) <= _away(seen, found == 2, between)
    return taken


def _away(seen: Image, side: Bits, at: tuple[NDArray[np.intp], ...]) -> NDArray[np.float64]:
    """(N,) how far the colours of the pixels at these rows and columns are from the mean of those around them that lie on one side."""
    on_it, window = side.astype(np.uint8), (2 * _BESIDE + 1, 2 * _BESIDE + 1)
    count = cv2.boxFilter(on_it, cv2.CV_16U, window, normalize=False)[at]
    total = cv2.boxFilter(cv2.copyTo(seen, on_it), cv2.CV_16U, window, normalize=False)[at]
    away = np.square(seen[at] - total / np.maximum(count, 1)[:, None]).sum(axis=1)
    return np.where(count > 0, away, np.inf)
