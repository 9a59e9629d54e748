"""Painted regions as outlines: what other programs, which know polygons only, paint (all but) the same pixels from.

An outline goes through the centres of the pixels at the rim and reaches each hole by a bridge of no width, there and back.
Pillow, with which Cityscapes' scripts paint, fills it to exactly its pixels (tests/annotation/test_painted_outline.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.annotation.document import Box, Painted

Pixel = tuple[int, int]
_Walk = list[Pixel]


@dataclass(frozen=True)
class Part:
    """Pixels of a painted region that hang together, corners included: those of `runs` and, for other programs, of `outline`."""

    box: Box
    runs: tuple[int, ...]
    outline: tuple[Pixel, ...]


def parts(painted: Painted) -> Iterator[Part]:
    """The connected parts of a painted region, in the order of their first pixels."""
    left, top = painted.box[:2]
    mask = painted.mask.astype(np.uint8)
    if not mask.any():
        return
    _, names, boxes, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    for walk in sorted(_outlines(mask, names), key=lambda walk: min((y, x) for x, y in walk)):
        name = names[walk[0][1], walk[0][0]]
        x, y, width, height = (int(value) for value in boxes[name][:4])
        runs = runs_of(names[y : y + height, x : x + width] == name)
        yield Part((left + x, top + y, left + x + width, top + y + height), runs, tuple((left + x, top + y) for x, y in _corners(walk)))


def runs_of(mask: NDArray[np.bool_]) -> tuple[int, ...]:
    """Lengths of the runs of pixels that are alternately not set and set, row after row; the first may be 0."""
    flat = np.concatenate(([False], mask.ravel(), [not mask.flat[-1]]))
    return tuple(np.diff(np.flatnonzero(flat[1:] != flat[:-1]), prepend=0).tolist())


def mask_of(runs: tuple[int, ...], height: int, width: int) -> NDArray[np.bool_]:
    """(height, width): what `runs_of` took apart. Raises ValueError where the runs don't fill it."""
    if any(run < 0 for run in runs) or sum(runs) != height * width:
        raise ValueError(f"runs of {sum(runs)} pixels don't fill {width} x {height}")
    return np.repeat(np.arange(len(runs)) % 2 == 1, runs).reshape(height, width)


def _outlines(mask: NDArray[np.uint8], names: NDArray[np.int32]) -> list[_Walk]:
    """A closed walk from pixel to pixel for each connected part; `names` (h, w) numbers the parts."""
    contours, tree = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    walks: list[_Walk] = [[(x, y) for x, y in contour[:, 0].tolist()] for contour in contours]
    inner = [place for place in range(len(walks)) if tree[0][place][3] >= 0]
    outer = {int(names[walk[0][1], walk[0][0]]): place for place, walk in enumerate(walks) if tree[0][place][3] < 0}
    if inner:
        _join(mask, names, walks, inner, outer)
    return [walks[place] for place in outer.values()]


def _join(mask: NDArray[np.uint8], names: NDArray[np.int32], walks: list[_Walk], inner: list[int], outer: dict[int, int]) -> None:
    """Takes the walk around each hole into the walk of its part that lies to its left, the rightmost hole first."""
    _, grounds = cv2.connectedComponents(np.pad(1 - mask, 1, constant_values=1), connectivity=4)
    starts = {place: min(walks[place]) for place in inner}
    holes = {int(grounds[y + 1, x + 2]): place for place, (x, y) in starts.items()}
    steps: dict[int, dict[Pixel, int]] = {}
    detours: dict[int, dict[int, list[_Walk]]] = {}
    for place in sorted(inner, key=lambda place: starts[place], reverse=True):
        x, y = starts[place]
        gaps = np.flatnonzero(mask[y, :x] == 0)
        end = int(gaps[-1]) + 1 if len(gaps) else 0
        name = int(names[y, x])
        left = holes.get(int(grounds[y + 1, end]))
        if left is None or names[starts[left][1], starts[left][0]] != name:
            left = outer[name]
        if left not in steps:
            steps[left] = {pixel: step for step, pixel in enumerate(walks[left])}
        around = _with_detours(walks[place], detours.pop(place, {}))
        first = around.index((x, y))
        detour = [*around[first:], *around[: first + 1], (end, y)]
        detours.setdefault(left, {}).setdefault(steps[left][end, y], []).append(detour)
    for place in outer.values():
        walks[place] = _with_detours(walks[place], detours.pop(place, {}))


def _with_detours(walk: _Walk, detours: dict[int, list[_Walk]]) -> _Walk:
    """The walk with others that leave it at these steps and come back there."""
    whole: _Walk = []
    for step, pixel in enumerate(walk):
        whole.append(pixel)
        for detour in detours.get(step, ()):
            whole += detour
    return whole


def _corners(walk: _Walk) -> _Walk:
    """The pixels of a closed walk where it turns, at least three."""
    kept: _Walk = []
    for place, (x, y) in enumerate(walk):
        (x0, y0), (x1, y1) = walk[place - 1], walk[(place + 1) % len(walk)]
        if _heading(x - x0, y - y0) != _heading(x1 - x, y1 - y):
            kept.append((x, y))
    kept = kept or walk[:1]
    return kept + kept[-1:] * (3 - len(kept))


def _heading(x: int, y: int) -> tuple[int, int]:
    """Bridges are long steps, level ones."""
    return (x > 0) - (x < 0), (y > 0) - (y < 0)
