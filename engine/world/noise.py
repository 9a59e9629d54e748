"""Noise that tiles: soft at several scales, and in clumps."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.floating]


def fractal(rng: np.random.Generator, size: int, cells: int, octaves: int) -> Picture:
    """(size, size) smooth noise around 0, mostly within −1…1, that tiles; `cells` bumps across at the coarsest scale."""
    total = np.zeros((size, size), np.float32)
    for octave in range(octaves):
        count = cells << octave
        if count * 2 > size:
            break
        total += soft(rng.normal(0, 1, (count, count)).astype(np.float32), size) * np.float32(0.55**octave)
    return total * np.float32(0.75)


def soft(values: Picture, size: int) -> Picture:
    """(size, size) from a coarse grid (n, n), bicubic, wrapping round."""
    count = len(values)
    margin = 2
    padded = np.pad(values, margin, mode="wrap")
    scale = size / count
    large = cv2.resize(padded, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    start = round(margin * scale)
    return large[start : start + size, start : start + size]


def sampled(tile: NDArray, at: NDArray[np.float32], *, wrap: bool = True) -> NDArray:
    """(N,) or (N, C) bilinear values of a tile (S, S) or picture (H, W, C) at places (N, 2) in texels, in one call of OpenCV's."""
    count, columns = len(at), 4096
    rows = max(1, -(-count // columns))
    grid = np.zeros((rows * columns, 2), np.float32)
    grid[:count] = at
    if wrap:
        grid -= np.floor(grid * np.float32(1 / len(tile))) * np.float32(len(tile))
    border = cv2.BORDER_WRAP if wrap else cv2.BORDER_REPLICATE
    found = cv2.remap(tile, grid.reshape(rows, columns, 2), None, cv2.INTER_LINEAR, borderMode=border)
    return found.reshape(rows * columns, *tile.shape[2:])[:count]


def clumps(rng: np.random.Generator, size: int, count: int, radius: tuple[int, int]) -> Picture:
    """(size, size) overlapping little leaves, each lit at one end, −1…1; it tiles."""
    value = np.full((size, size), -0.9, np.float32)
    for x, y, reach, angle, tone in zip(
        rng.integers(0, size, count),
        rng.integers(0, size, count),
        rng.integers(*radius, count),
        rng.uniform(0, 360, count),
        rng.uniform(-0.6, 1.0, count),
        strict=True,
    ):
        for dx in (-size, 0, size):
            for dy in (-size, 0, size):
                if -20 < x + dx < size + 20 and -20 < y + dy < size + 20:
                    cv2.ellipse(value, (int(x + dx), int(y + dy)), (int(reach), int(reach * 0.55)), float(angle), 0, 360, float(tone), -1)
    return cv2.GaussianBlur(value, (3, 3), 0.6)
