"""From masks to the polygons a person would have drawn, as Cityscapes keeps them: fine ones that paint the mask again, and coarse ones.

Later polygons paint over earlier ones and none has holes, so regions are listed by the area their outline encloses, largest first:
whatever lies in another's hole is then painted after it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine import labels

_SMALLEST = 3
_COARSE_SMALLEST = 60


@dataclass(frozen=True, slots=True)
class Region:
    """A polygon (P, 2) int32 of pixel centres, of one instance id (class · 1000 + n, or the class id)."""

    outline: NDArray[np.int32]
    instance: int
    area: float

    @property
    def label(self) -> int:
        return self.instance // 1000 if self.instance >= 1000 else self.instance


def fine(instances: NDArray[np.int32]) -> list[Region]:
    """Regions that paint `instances` (H, W) again but for specks of a pixel or two."""
    found: list[Region] = []
    for instance, top, left, crop in _crops(instances):
        outlines, _ = cv2.findContours(crop, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        for outline in outlines:
            found += _region(outline, instance, top, left, 0.5, _SMALLEST)
    return sorted(found, key=lambda region: -region.area)


def coarse(instances: NDArray[np.int32]) -> list[Region]:
    """Regions drawn with a broad brush: well inside the things, few corners, nothing small."""
    margin = max(2, round(instances.shape[0] / 128))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * margin + 1, 2 * margin + 1))
    found: list[Region] = []
    for instance, top, left, crop in _crops(instances):
        shrunk = cv2.morphologyEx(crop, cv2.MORPH_OPEN, kernel)
        shrunk = cv2.erode(shrunk, kernel, borderType=cv2.BORDER_CONSTANT, borderValue=0)
        outlines, _ = cv2.findContours(shrunk, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        for outline in outlines:
            found += _region(outline, instance, top, left, margin * 0.8, _COARSE_SMALLEST * margin)
    return sorted(found, key=lambda region: -region.area)


def _crops(instances: NDArray[np.int32]) -> list[tuple[int, int, int, NDArray[np.uint8]]]:
    """Every instance id with the upper left of its surroundings and its mask there, one pixel of border included."""
    height, width = instances.shape
    values, flat = np.unique(instances, return_inverse=True)
    index = flat.reshape(height, width)
    crops = []
    for number, value in enumerate(values):
        mask = (index == number).astype(np.uint8)
        x, y, w, h = cv2.boundingRect(mask)
        left, top, right, bottom = max(x - 1, 0), max(y - 1, 0), min(x + w + 1, width), min(y + h + 1, height)
        crops.append((int(value), top, left, mask[top:bottom, left:right]))
    return crops


def _region(outline: NDArray[np.int32], instance: int, top: int, left: int, tolerance: float, smallest: float) -> list[Region]:
    simple = cv2.approxPolyDP(outline, tolerance, True).reshape(-1, 2)
    area = float(cv2.contourArea(outline)) + 0.5 * float(cv2.arcLength(outline, True)) + 1
    if len(simple) < 3 or area < smallest:
        return []
    return [Region((simple + (left, top)).astype(np.int32), instance, area)]


def paint(regions: list[Region], size: tuple[int, int]) -> NDArray[np.int32]:
    """(H, W) instance ids of the painted regions, 0 (unlabeled) elsewhere."""
    canvas = np.zeros(size, np.int32)
    for region in regions:
        cv2.fillPoly(canvas, [region.outline], region.instance)
    return canvas


def document(regions: list[Region], size: tuple[int, int]) -> dict[str, Any]:
    """The JSON of a `_polygons.json` file."""
    names = {label.id: label.name for label in labels.space("cityscapes").labels}
    objects = [
        {
            "label": names[region.label],
            "polygon": region.outline.tolist(),
            "id": number,
            "deleted": 0,
            "verified": 1,
            "user": "street",
            "date": "01-Jan-2026 12:00:00",
        }
        for number, region in enumerate(regions)
    ]
    return {"imgHeight": size[0], "imgWidth": size[1], "objects": objects}
