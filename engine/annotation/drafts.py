"""A network's mask as a first draft: polygons that a person could have drawn."""

from __future__ import annotations

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
    Outlines are off the patches' own by at most `tolerance` pixels. A class that has no name in the space is left out.
    """
    found: list[tuple[float, Draft]] = []
    for train_id, one in enumerate(classes.classes):
        name = name_in(one, space)
        if name is None or only not in (None, name, one.name):
            continue
        here = (mask == train_id).astype(np.uint8)
        if within is not None:
            here = _cut(here, within)
        if not here.any():
            continue
        count, patches, facts, _ = cv2.connectedComponentsWithStats(here, connectivity=8)
        for number in range(1, count):
            left, top, across, down, area = (int(value) for value in facts[number])
            patch = patches[top : top + down, left : left + across] == number
            sure = confidence is None or float(confidence[top : top + down, left : left + across][patch].mean()) >= least
            if area >= smallest and sure and (outline := _outline(patch, left, top, tolerance)) is not None:
                found.append((outline[0], (name, outline[1])))
    return [draft for _, draft in sorted(found, key=lambda one: -one[0])]


def name_in(one: TrainedClass, space: LabelSpace) -> str | None:
    """What a class is called in a label space: by its own name, or that of the first of its members that the space has."""
    known = {label.name for label in space.labels if label.id >= 0}
    return next((name for name in (one.name, *one.members) if name in known), None)


def _outline(patch: NDArray[np.bool_], left: int, top: int, tolerance: float) -> tuple[float, Polygon] | None:
    """The area within a patch's outer border, its holes included, and that border; None where it has no area."""
    # A border of one pixel, so that OpenCV takes nothing for the edge of the picture.
    borders, _ = cv2.findContours(np.pad(patch, 1).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE, offset=(left - 1, top - 1))
    border = max(borders, key=cv2.contourArea)
    points = cv2.approxPolyDP(border, tolerance, True)[:, 0] if tolerance else border[:, 0]
    if len(points) < 3:
        return None
    return cv2.contourArea(border), Polygon(tuple((int(x), int(y)) for x, y in points))


def _cut(here: NDArray[np.uint8], within: Box) -> NDArray[np.uint8]:
    kept = np.zeros_like(here)
    left, top, right, bottom = (max(0, side) for side in within)
    kept[top:bottom, left:right] = here[top:bottom, left:right]
    return kept
