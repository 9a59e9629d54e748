"""Where a frame's labels are kept, and what they begin as where there is only a mask."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from engine import own_labels
from engine.annotation.document import Document, Painted
from engine.labels import VOID, LabelSpace, Mask

_IMAGES, _IMAGE_END = "leftImg8bit", "_leftImg8bit"
_TRUTHS = ("gtFine", "gtCoarse")
_LARGE = 64
"""Pixels from which on a patch is a region of its own."""


def document_path(source: Path, *, stem: str, image: Path | None = None, mask: Path | None = None) -> Path:
    """In the Cityscapes layout the frame's own `…_polygons.json`; for anything else a file in the user's folder for this `source` (a
    drive's or a dataset's path), so that nothing is written into data that has no place for it."""
    for truth in _TRUTHS:
        if mask is not None and f"_{truth}_" in mask.name:
            return mask.with_name(f"{mask.name.split(f'_{truth}_')[0]}_{truth}_polygons.json")
    if image is not None and image.stem.endswith(_IMAGE_END) and _IMAGES in image.parts:
        at = len(image.parts) - 1 - image.parts[::-1].index(_IMAGES)
        folder = Path(*image.parts[:at], _TRUTHS[0], *image.parts[at + 1 : -1])
        return folder / f"{image.stem.removesuffix(_IMAGE_END)}_{_TRUTHS[0]}_polygons.json"
    return own_labels.document(source, stem=stem, image=image)


def in_cityscapes(path: Path) -> tuple[str, str] | None:
    """(city, sequence and frame; gtFine or gtCoarse) of a document that lies in a Cityscapes folder with its masks beside it; None of another."""
    for truth in _TRUTHS:
        if path.name.endswith(f"_{truth}_polygons.json"):
            return path.name.removesuffix(f"_{truth}_polygons.json"), truth
    return None


def of_mask(ids: Mask, space: LabelSpace) -> Document:
    """Exactly the pixels of a mask (H, W) of ids, as painted regions: each large patch of a class by itself, the small ones of a class
    together, the largest first. Void and what the label space calls unlabeled stay empty."""
    height, width = ids.shape
    found: list[tuple[int, str, Painted]] = []
    for label in space.labels:
        if not 0 <= label.id < VOID or label is space.find("unlabeled") or not (here := ids == label.id).any():
            continue
        _, patches, facts, _ = cv2.connectedComponentsWithStats(here.astype(np.uint8), connectivity=8)
        large = [number for number in range(1, len(facts)) if facts[number, cv2.CC_STAT_AREA] >= _LARGE]
        for number in large:
            left, top, across, down = (int(value) for value in facts[number, :4])
            found += _painted(patches[top : top + down, left : left + across] == number, left, top, label.name)
        small = here & ~np.isin(patches, large)
        found += _painted(small, 0, 0, label.name)
    document = Document(width, height)
    for _, name, shape in sorted(found, key=lambda one: -one[0]):
        document = document.added(name, shape)
    return document


def _painted(mask: NDArray[np.bool_], left: int, top: int, name: str) -> list[tuple[int, str, Painted]]:
    shape = Painted.of(mask, left, top)
    return [(int(mask.sum()), name, shape)] if shape is not None else []
