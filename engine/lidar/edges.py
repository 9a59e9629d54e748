"""Points on the edge between two classes: half a pixel decides which side they fall on, their place in space often tells better.

At the rim of a car the lidar's point may lie on the car and its pixel on the road behind, or the other way round. Within a pixel
of an edge the scan itself settles that: the points close by in space, a beam's spacing or two away, vote with their own pixels'
classes, and when at least twice as many are for a neighbouring pixel's class as for the point's own (which counts itself), the
point takes theirs. So a pole's points keep to the pole and the wall's to the wall, even where both are all edge; away from edges
nothing is ever changed. On the procedural street this rights a third of the points that are wrong behind the depth buffer.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.labels import Mask
from engine.lidar.scan import Points

_CELL, _REACH = 3, 2
"""Neighbours are looked for in cells of so many pixels, one a cell, in so many cells each way."""
_NEAR, _NEAR_SHARE = 0.1, 0.02
"""A neighbour is close by within this many metres and this share of the depth."""
_MAJORITY = 2
_STEPS = [(dx, dy) for dy in range(-_REACH, _REACH + 1) for dx in range(-_REACH, _REACH + 1) if dx or dy]


def settled(points: Points, pixel: NDArray[np.int32], depth: NDArray[np.float32], mask: Mask) -> Mask:
    """(M,) the class of each of the points (M, 3), which are seen at `pixel` (M, 2) x, y of the `mask` (H, W) of train ids."""
    x, y = pixel.T
    own = mask[y, x]
    kernel = np.ones((3, 3), np.uint8)
    edge = np.flatnonzero((cv2.erode(mask, kernel) != cv2.dilate(mask, kernel))[y, x])
    around = _around(pixel, edge, mask.shape[:2])
    away = np.take(points, around, axis=0) - points[edge, None]
    close = (around >= 0) & (np.einsum("ijk,ijk->ij", away, away) < np.square(_NEAR + _NEAR_SHARE * depth[edge, None]))
    votes = own[around]
    for_own = 1 + np.count_nonzero(close & (votes == own[edge, None]), axis=1)
    outvoted = np.flatnonzero(np.count_nonzero(close, axis=1) + 1 - for_own >= _MAJORITY * for_own)
    other, count = _winner(votes[outvoted], close[outvoted] & (votes[outvoted] != own[edge[outvoted], None]))
    changed = (count >= _MAJORITY * for_own[outvoted]) & _borders(mask, pixel[edge[outvoted]], other)
    own[edge[outvoted[changed]]] = other[changed]
    return own


def _around(pixel: NDArray[np.int32], edge: NDArray[np.intp], size: tuple[int, ...]) -> NDArray[np.int32]:
    """(E, 24) rows of points around each edge point, one a cell; -1 where a cell has none."""
    rows, columns = (side // _CELL + 1 + 2 * _REACH for side in size)
    cell = (pixel[:, 1] // _CELL + _REACH) * columns + pixel[:, 0] // _CELL + _REACH
    owner = np.full(rows * columns, -1, np.int32)
    owner[cell] = np.arange(len(pixel), dtype=np.int32)
    steps = np.array([dy * columns + dx for dx, dy in _STEPS], np.int32)
    return owner[cell[edge, None] + steps]


def _winner(votes: Mask, valid: NDArray[np.bool_]) -> tuple[Mask, NDArray[np.int64]]:
    """(C,) the class with most of the valid votes (C, 24) in each row, and how many."""
    row, column = np.nonzero(valid)
    counts = np.bincount(row * 256 + votes[row, column], minlength=256 * len(votes)).reshape(-1, 256)
    best = counts.argmax(axis=1)
    return best.astype(np.uint8), np.take_along_axis(counts, best[:, None], axis=1)[:, 0]


def _borders(mask: Mask, pixel: NDArray[np.int32], train_id: Mask) -> NDArray[np.bool_]:
    """(C,) whether one of the eight pixels around each has that class."""
    height, width = mask.shape[:2]
    found = np.zeros(len(pixel), bool)
    for dx in (-1, 0, 1):
        for dy in (-1, 0, 1):
            found |= mask[np.clip(pixel[:, 1] + dy, 0, height - 1), np.clip(pixel[:, 0] + dx, 0, width - 1)] == train_id
    return found
