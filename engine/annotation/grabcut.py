"""What stands out in a box: GrabCut. C. Rother, V. Kolmogorov, A. Blake (SIGGRAPH 2004); OpenCV's."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.annotation.document import Box, Painted
from engine.sample import Image

_ROUNDS = 3
_MARGIN = 0.25
"""Of the box's sides: so much around it shows what doesn't belong."""
_LONGEST = 160
"""Pixels that the longer side of what is looked at is brought down to: the time grows with the area."""
_LEAST = 4


def cut(image: Image, box: Box, *, allowed: NDArray[np.bool_] | None = None) -> Painted | None:
    """The pixels in a box of an image (H, W, 3) RGB that are unlike what surrounds it; only where `allowed` (H, W). None where nothing stands out.

    Large boxes are looked at smaller, and their border is as coarse as that.
    """
    height, width = image.shape[:2]
    left, top, right, bottom = max(0, box[0]), max(0, box[1]), min(width, box[2]), min(height, box[3])
    if right - left < _LEAST or bottom - top < _LEAST:
        return None
    across, down = round((right - left) * _MARGIN) + 2, round((bottom - top) * _MARGIN) + 2
    x, y = max(0, left - across), max(0, top - down)
    seen = image[y : bottom + down, x : right + across]
    scale = min(1.0, _LONGEST / max(seen.shape[:2]))
    size = max(1, round(seen.shape[1] * scale)), max(1, round(seen.shape[0] * scale))
    small = cv2.resize(seen, size, interpolation=cv2.INTER_AREA) if scale < 1 else np.ascontiguousarray(seen)
    inner = tuple(round(side * scale) for side in (left - x, top - y, right - left, bottom - top))
    found = np.zeros(small.shape[:2], np.uint8)
    if inner[2] >= small.shape[1] or inner[3] >= small.shape[0] or min(inner[2:]) < 2:
        return None  # nothing around it to tell it by
    cv2.setRNGSeed(0)  # its clusters begin at random: the same box gives the same pixels
    cv2.grabCut(small, found, inner, np.zeros((1, 65)), np.zeros((1, 65)), _ROUNDS, cv2.GC_INIT_WITH_RECT)
    inside = ((found == cv2.GC_FGD) | (found == cv2.GC_PR_FGD)).astype(np.uint8)
    if scale < 1:
        inside = (cv2.resize(inside * 255, (seen.shape[1], seen.shape[0]), interpolation=cv2.INTER_LINEAR) > 127).astype(np.uint8)
    kept = inside[top - y : bottom - y, left - x : right - x].astype(bool)
    if allowed is not None:
        kept &= allowed[top:bottom, left:right]
    return Painted.of(kept, left, top)
