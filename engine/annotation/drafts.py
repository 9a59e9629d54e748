"""A network's mask as a first draft: polygons that a person could have drawn."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.annotation.document import Box, Polygon
from engine.labels import ClassSet, LabelSpace, Mask, TrainedClass

Draft = tuple[str, Polygon]
SMALLEST = 24
"""Pixels below which a patch is taken for noise."""


def polygons_of(
    mask: Mask,
    *,
    classes: ClassSet,
    space: LabelSpace,
    confidence: NDArray[np.float32] | None = None,
    least: float = 0.0,
    smallest: int = SMALLEST,
    tolerance: float = 1.0,
    only: str | None = None,
    within: Box | None = None,
) -> list[Draft]:
    """The patches of a mask (H, W) of train ids with names of `space`, what encloses the most first, so that later ones paint over it.

    Left out: patches smaller than `smallest` pixels, or of a mean `confidence` (H, W) below `least`; all but the class `only`; pixels outside of `within`.
    Outlines are off the patches' own by at most `tolerance` pixels, and reach as far below patches that come later, so that hardly a gap opens.
    A class that has no name in the space is left out. What is left out in a hole of a patch is painted as that patch.
    """
    found: list[_Patch] = []
    for train_id, one in enumerate(classes.classes):
        name = name_in(one, space)
        if name is None or only not in (None, name, one.name):
            continue
        here = (mask == train_id).astype(np.uint8)
        if within is not None:
            here = _cut(here, within)
        found += [patch for patch in _patches(here, name, smallest) if confidence is None or float(confidence[patch.place][patch.mask].mean()) >= least]
    found.sort(key=lambda patch: -patch.area)
    reach = int(np.ceil(tolerance))
    ranks = np.full(mask.shape, -1, np.int32)
    for rank, patch in enumerate(found):
        ranks[patch.place][patch.mask] = rank
    drafts = ((patch.name, _outline(_grown(patch, rank, ranks, reach), tolerance)) for rank, patch in enumerate(found))
    return [(name, outline) for name, outline in drafts if outline is not None]


def name_in(one: TrainedClass, space: LabelSpace) -> str | None:
    """What a class is called in a label space: by its own name, or that of the first of its members that the space has."""
    known = {label.name for label in space.labels if label.id >= 0}
    return next((name for name in (one.name, *one.members) if name in known), None)


@dataclass(frozen=True, slots=True)
class _Patch:
    """Pixels of a class that hang together: `mask` (h, w), its first at (left, top). `area` is what its outer border encloses, holes included."""

    name: str
    left: int
    top: int
    mask: NDArray[np.bool_]
    area: float

    @property
    def place(self) -> tuple[slice, slice]:
        return slice(self.top, self.top + self.mask.shape[0]), slice(self.left, self.left + self.mask.shape[1])


def _patches(here: NDArray[np.uint8], name: str, smallest: int) -> Iterator[_Patch]:
    """Those of a mask (H, W) of one class that are large enough."""
    if not here.any():
        return
    count, numbers, facts, _ = cv2.connectedComponentsWithStats(here, connectivity=8)
    for number in range(1, count):
        left, top, across, down, pixels = (int(value) for value in facts[number])
        if pixels >= smallest:
            mask = numbers[top : top + down, left : left + across] == number
            yield _Patch(name, left, top, mask, cv2.contourArea(_border(mask)))


def _grown(patch: _Patch, rank: int, ranks: NDArray[np.int32], reach: int) -> _Patch:
    """With the pixels up to `reach` around that are painted over by later patches: then no gap opens where both outlines lose vertices."""
    if not reach:
        return patch
    left, top = max(0, patch.left - reach), max(0, patch.top - reach)
    around = ranks[top : patch.top + patch.mask.shape[0] + reach, left : patch.left + patch.mask.shape[1] + reach]
    mask = np.zeros(around.shape, np.uint8)
    mask[patch.top - top :, patch.left - left :][: patch.mask.shape[0], : patch.mask.shape[1]] = patch.mask
    grown = cv2.dilate(mask, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=0)
    return dataclasses.replace(patch, left=left, top=top, mask=(mask > 0) | ((grown > 0) & (around > rank)))


def _outline(patch: _Patch, tolerance: float) -> Polygon | None:
    """A patch's outer border; None where it has no area."""
    border = _border(patch.mask)
    points = cv2.approxPolyDP(border, tolerance, True)[:, 0] if tolerance else border[:, 0]
    if len(points) < 3:
        return None
    return Polygon(tuple((int(x) + patch.left, int(y) + patch.top) for x, y in points))


def _border(mask: NDArray[np.bool_]) -> NDArray[np.int32]:
    """(N, 1, 2) the pixels along the outer border of a mask of one patch."""
    # One pixel more around it, so that OpenCV takes nothing for the edge of the picture.
    borders, _ = cv2.findContours(np.pad(mask, 1).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE, offset=(-1, -1))
    return np.asarray(max(borders, key=cv2.contourArea))


def _cut(here: NDArray[np.uint8], within: Box) -> NDArray[np.uint8]:
    kept = np.zeros_like(here)
    left, top, right, bottom = (max(0, side) for side in within)
    kept[top:bottom, left:right] = here[top:bottom, left:right]
    return kept
