"""The magic wand: what looks like the pixel that was clicked and hangs together with it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.annotation.document import Painted
from engine.sample import Image

_TAKEN = 2


def selected(image: Image, seed: tuple[int, int], tolerance: int, *, allowed: NDArray[np.bool_] | None = None) -> Painted | None:
    """The pixels of an image (H, W, 3) that are at most `tolerance` away from the one at `seed` (x, y) in each channel, reached from it over
    such pixels alone, side by side; only where `allowed` (H, W). None where the seed lies outside of both."""
    height, width = image.shape[:2]
    x, y = seed
    if not (0 <= x < width and 0 <= y < height):
        return None
    reached = np.zeros((height + 2, width + 2), np.uint8)
    inner = reached[1:-1, 1:-1]
    if allowed is not None:
        inner[~allowed] = 1
    if inner[y, x]:
        return None
    flags = 4 | cv2.FLOODFILL_FIXED_RANGE | cv2.FLOODFILL_MASK_ONLY | _TAKEN << 8
    room = (tolerance,) * 3
    # With MASK_ONLY the picture isn't written to, though OpenCV asks for one that could be.
    _, _, _, (left, top, across, down) = cv2.floodFill(image, reached, (x, y), (0, 0, 0), room, room, flags)
    return Painted.of(inner[top : top + down, left : left + across] == _TAKEN, left, top)
