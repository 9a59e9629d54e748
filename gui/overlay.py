"""From a picture and what is known of its classes to the mask that is drawn, its colours, and what stands under a pixel."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gui.player import Picture

if TYPE_CHECKING:
    from engine.labels import ClassSet, LabelSpace, Mask

RIGHT, WRONG, VOID = 0, 1, 255
WRONG_COLOUR = (255, 64, 52)


@dataclass(frozen=True, eq=False)
class Overlay:
    """`mask` holds train ids of `classes`, or RIGHT, WRONG and VOID in an error map, which has no classes."""

    mask: Mask | None
    classes: ClassSet | None
    confidence: NDArray[np.float32] | None = None

    def at(self, x: float, y: float, size: tuple[int, int]) -> tuple[str, float | None] | None:
        """Class and confidence at the pixel (x, y) of a picture of `size` (height, width); None where nothing is known."""
        if self.mask is None:
            return None
        row, column = int(y * self.mask.shape[0] / size[0]), int(x * self.mask.shape[1] / size[1])
        value = int(self.mask[row, column])
        if self.classes is None:
            return {RIGHT: "right", WRONG: "wrong"}.get(value, "void"), None
        if value >= len(self.classes):
            return "void", None
        return self.classes.names[value], None if self.confidence is None else float(self.confidence[row, column])

    def shares(self) -> dict[str, float]:
        """Of the pixels that have a class, by class."""
        if self.mask is None or self.classes is None:
            return {}
        counts = np.bincount(self.mask.ravel(), minlength=256)[: len(self.classes)]
        return dict(zip(self.classes.names, (counts / max(1, counts.sum())).tolist(), strict=True))

    def entries(self) -> list[tuple[str, tuple[int, int, int]]]:
        """Name and colour of everything the mask can show."""
        if self.classes is None:
            return [("wrong", WRONG_COLOUR)]
        return [(one.name, one.colour) for one in self.classes.classes]

    def palette(self) -> Mask:
        """(256, 3) RGB of the mask's values."""
        if self.classes is not None:
            return self.classes.palette
        palette = np.zeros((256, 3), np.uint8)
        palette[WRONG] = WRONG_COLOUR
        return palette

    def hidden(self, names: Collection[str]) -> NDArray[np.bool_]:
        """(256,) values that are not drawn."""
        flags = np.zeros(256, bool)
        if self.classes is None:
            flags[RIGHT] = True
            return flags
        for train_id, name in enumerate(self.classes.names):
            flags[train_id] = name in names
        return flags


def why_not(drive_space: LabelSpace | None, predicted: ClassSet | None) -> dict[str, str]:
    """For each of prediction, truth and errors that can't be shown, why."""
    reasons = {}
    if predicted is None:
        reasons["prediction"] = reasons["errors"] = "Choose a checkpoint first"
    if drive_space is None:
        reasons["truth"] = reasons["errors"] = "This drive has no truth"
    elif predicted is not None and not predicted.fits(drive_space):
        reasons["errors"] = f"The checkpoint knows {predicted.space} classes, the truth {drive_space.name}"
    return reasons


def overlay(picture: Picture, mode: str, drive_space: LabelSpace | None, predicted: ClassSet | None) -> Overlay:
    """What is drawn over the picture in `mode` (prediction, truth or errors); empty while it isn't there yet."""
    if mode == "prediction" or drive_space is None:
        known = picture.prediction if predicted is not None else None
        return Overlay(known.mask, predicted, known.confidence) if known is not None else Overlay(None, predicted)
    classes = _truth_classes(drive_space, predicted)
    truth = classes.table[picture.truth] if picture.truth is not None else None
    if mode == "truth":
        return Overlay(truth, classes)
    if truth is None or picture.prediction is None:
        return Overlay(None, None)
    mask = picture.prediction.mask
    if mask.shape != truth.shape:
        import cv2

        mask = cv2.resize(mask, truth.shape[::-1], interpolation=cv2.INTER_NEAREST)
    return Overlay(np.where(truth == VOID, VOID, np.where(truth == mask, RIGHT, WRONG)).astype(np.uint8), None)


def _truth_classes(space: LabelSpace, predicted: ClassSet | None) -> ClassSet:
    """The network's classes where it knows the drive's label space, so that both look the same; else the space's own."""
    from engine import labels

    return predicted if predicted is not None and predicted.fits(space) else labels.class_set(space)
