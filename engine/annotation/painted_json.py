"""Painted regions as values of a label file: one for each connected part, `{"part": 1, "of": 2, "box": [l, t, r, b], "runs": [...]}`.

`runs` are the lengths of the runs of pixels in the box that are alternately not set and set, row after row.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.annotation import painted_outline
from engine.annotation.document import Box, Painted, Point
from engine.annotation.painted_outline import Pixel

MOST_PIXELS = 1 << 27
"""Of a frame, and of the box of a painted region: more is taken for a slip."""
FARTHEST = 1 << 30
"""How near to the frame's corner all points lie, in pixels: Pillow counts them in 32 bits."""


@dataclass(frozen=True)
class Part:
    """The `number`-th of `count` parts of a painted region, counted from 1."""

    number: int
    count: int
    box: Box
    runs: tuple[int, ...]

    def follows(self, other: Part) -> bool:
        """Whether it is the next part of the same region, as far as their numbers tell."""
        return (self.number, self.count) == (other.number + 1, other.count)


def written(painted: Painted) -> Iterator[tuple[tuple[Pixel, ...], str]]:
    """The outline of each part and the JSON of its pixels."""
    parts = list(painted_outline.parts(painted))
    for place, part in enumerate(parts):
        value = {"part": place + 1, "of": len(parts), "box": part.box, "runs": part.runs}
        yield part.outline, json.dumps(value, separators=(",", ":"))


def part(value: Any, outline: tuple[Point, ...]) -> Part:
    """What the key `painted` holds, beside a polygon with these points. Raises ValueError, which says what is wrong."""
    if not isinstance(value, dict) or value.keys() != {"part", "of", "box", "runs"}:
        raise ValueError("it must have part, of, box and runs")
    number, count, box, runs = value["part"], value["of"], value["box"], value["runs"]
    if not (_whole([number, count]) and 1 <= number <= count):
        raise ValueError("part and of must count from 1 on")
    if not (isinstance(box, list) and len(box) == 4 and _whole(box) and -FARTHEST < min(box) and max(box) < FARTHEST):
        raise ValueError("box must be left, top, right and bottom")
    left, top, right, bottom = box
    across, down = [x for x, _ in outline], [y for _, y in outline]
    if not outline or (min(across), min(down), max(across) + 1, max(down) + 1) != (left, top, right, bottom):
        raise ValueError("box is not that of the polygon")
    _check_area((left, top, right, bottom))
    if not (isinstance(runs, list) and _whole(runs) and min(runs, default=0) >= 0 and sum(runs) == (right - left) * (bottom - top) and any(runs[1::2])):
        raise ValueError("runs don't fill the box")
    return Part(number, count, (left, top, right, bottom), tuple(runs))


def joined(parts: list[Part]) -> Painted:
    """The region that the parts make up. Raises ValueError where it would be too large."""
    lefts, tops, rights, bottoms = zip(*(part.box for part in parts))
    left, top, right, bottom = min(lefts), min(tops), max(rights), max(bottoms)
    _check_area((left, top, right, bottom))
    mask = np.zeros((bottom - top, right - left), bool)
    for part in parts:
        x, y, end, foot = part.box
        mask[y - top : foot - top, x - left : end - left] |= painted_outline.mask_of(part.runs, foot - y, end - x)
    painted = Painted.of(mask, left, top)
    if painted is None:
        raise ValueError("nothing in it is set")
    return painted


def _whole(values: list[Any]) -> bool:
    return all(type(value) is int for value in values)


def _check_area(box: Box) -> None:
    if (box[2] - box[0]) * (box[3] - box[1]) > MOST_PIXELS:
        raise ValueError("box is too large")
