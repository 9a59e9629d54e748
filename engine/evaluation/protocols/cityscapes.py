"""Cityscapes' pixel-level protocol: IoU and instance-weighted iIoU of classes and categories.

After `evalPixelLevelSemanticLabeling` of cityscapesScripts (M. Cordts et al., CVPR 2016). Counts are over the 34 ids: misses of a
class include predictions of ignored ids, its false alarms only come from truth that isn't ignored; a class without any is left out
of the mean. For the iIoU each truth pixel of an instance counts by (average size of its class / its own size).
"""

from __future__ import annotations

import math
from collections.abc import Generator
from functools import cache, partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine import events, images, labels
from engine.errors import DataError
from engine.evaluation.protocols import Table, _work
from engine.events import ShouldStop, never
from engine.labels import VOID, Label, Mask

TITLE = "Cityscapes: IoU and iIoU of classes and categories"
SIZES = {
    "bicycle": 4672.3249222261,
    "caravan": 36771.8241758242,
    "motorcycle": 6298.7200839748,
    "rider": 3930.4788056518,
    "bus": 35732.1511111111,
    "train": 67583.7075812274,
    "car": 12794.0202738185,
    "person": 3462.4756337644,
    "truck": 27855.1264367816,
    "trailer": 16926.9763313609,
}
"""Pixels of an average instance of each class in the training set: constants of the official script."""

_IDS = 34
_ENDINGS = ("labelIds", "instanceIds")
Said = Generator[events.Event, None, None]


def tables(found: dict[str, Any]) -> list[Table]:
    """Classes and categories, each with its mean."""
    columns = [name for name in ("iou", "iiou") if name in next(iter(found["classes"].values()))]
    made: list[Table] = []
    for kind, mean in (("classes", "mean_{}"), ("categories", "mean_category_{}")):
        rows = [[name, *(one[column] for column in columns)] for name, one in found[kind].items()]
        made.append(([kind, *({"iou": "IoU", "iiou": "iIoU"}[name] for name in columns)], [*rows, ["mean", *(found[mean.format(column)] for column in columns)]]))
    return made


def score(predictions: Path, truth: Path, *, should_stop: ShouldStop = never) -> Said:
    """Scores every truth mask `*_labelIds.png` below `truth` against the id mask below `predictions` whose name begins as its own.

    Where all truth has its `*_instanceIds.png` beside it the iIoU is computed too. Raises DataError.
    """
    pairs = _pairs(predictions, truth)
    with_instances = all(_instances_of(mask).is_file() for _, mask in pairs)
    counts = Counts()
    done = yield from _work.counted(pairs, partial(_counted, instances=with_instances), counts.merge, should_stop=should_stop)
    facts = {"protocol": "cityscapes", "pred": str(predictions), "truth": str(truth), "frames": done}
    yield events.Finished(stopped=done < len(pairs), summary=counts.report(instances=with_instances) | facts)


class Counts:
    """What was counted: pixels by truth and prediction, and the weighted hits and misses of instances."""

    def __init__(self) -> None:
        self.matrix = np.zeros((_IDS, _IDS), np.int64)
        self.weighted = np.zeros((4, _IDS))
        """Hits and misses of the class, hits and misses of its category, each (34,) by the instances' class."""

    def merge(self, other: Counts) -> None:
        self.matrix += other.matrix
        self.weighted += other.weighted

    def add(self, truth: Mask, prediction: Mask, instances: NDArray[np.uint16] | None = None) -> None:
        """Masks (H, W) of ids 0 … 33 and, where iIoU is wanted, instance ids (class · 1000 + number)."""
        # OpenCV counts in float32, which is exact below 2²⁴: so in stripes of as many pixels.
        rows = max(1, (1 << 24) // max(1, truth.shape[1]))
        for top in range(0, len(truth), rows):
            # Both ids as the bytes of one number: counting in one dimension is twice as fast as in two.
            pairs = cv2.merge([mask[top : top + rows] for mask in (prediction, truth)]).view("<u2")
            counted = cv2.calcHist([pairs], [0], None, [_IDS * 256], [0, _IDS * 256])
            self.matrix += counted.reshape(_IDS, 256)[:, :_IDS].astype(np.int64)
        if instances is not None:
            self._weigh(prediction, instances)

    def _weigh(self, prediction: NDArray[np.uint8], instances: NDArray[np.uint16]) -> None:
        seen = instances > 1000
        numbers, said = instances[seen], prediction[seen]
        meant = (numbers // np.uint16(1000)).astype(np.uint8)
        sizes = np.bincount(numbers)
        # Only what is wrong is looked at closely: most is right.
        wrong = np.flatnonzero(meant != said)
        numbers, strays = numbers[wrong], _group_of()[meant[wrong]] != _group_of()[said[wrong]]
        missed, astray = (np.bincount(one, minlength=len(sizes)) for one in (numbers, numbers[strays]))
        present = np.flatnonzero(sizes)
        classes = present // 1000
        kept = np.isin(classes, [label.id for label in _scored() if label.instances])
        present, classes = present[kept], classes[kept]
        sizes, missed, astray = sizes[present], missed[present], astray[present]
        weight = np.array([SIZES[_by_id()[int(one)].name] for one in classes]) / sizes
        for row, pixels in enumerate((sizes - missed, missed, sizes - astray, astray)):
            np.add.at(self.weighted[row], classes, pixels * weight)

    def report(self, *, instances: bool) -> dict[str, Any]:
        """The scores as plain values; NaN where a class or category neither occurs nor is predicted."""
        classes = {label.name: self._of_class(label) for label in _scored()}
        groups = {name: self._of_category(name) for name in dict.fromkeys(label.category for label in _scored())}
        if not instances:
            for one in (*classes.values(), *groups.values()):
                del one["iiou"]
        found = {"mean_iou": _mean([one["iou"] for one in classes.values()]), "mean_category_iou": _mean([one["iou"] for one in groups.values()])}
        if instances:
            found["mean_iiou"] = _mean([one["iiou"] for one in classes.values()])
            found["mean_category_iiou"] = _mean([one["iiou"] for one in groups.values()])
        return {**found, "classes": classes, "categories": groups, "confusion": self.matrix.tolist()}

    def _of_class(self, label: Label) -> dict[str, Any]:
        others = [one.id for one in _scored() if one.id != label.id]
        hits, pixels = int(self.matrix[label.id, label.id]), int(self.matrix[label.id].sum())
        alarms = int(self.matrix[others, label.id].sum())
        iiou = _ratio(self.weighted[0, label.id], self.weighted[:2, label.id].sum() + alarms) if label.instances else math.nan
        return {
            "iou": _ratio(hits, pixels + alarms),
            "iiou": iiou,
            "dice": _ratio(2 * hits, hits + pixels + alarms),
            "precision": _ratio(hits, hits + alarms),
            "recall": _ratio(hits, pixels),
            "pixels": pixels,
        }

    def _of_category(self, name: str) -> dict[str, Any]:
        members = [label.id for label in _scored() if label.category == name]
        others = [label.id for label in _scored() if label.category != name]
        hits, pixels = int(self.matrix[np.ix_(members, members)].sum()), int(self.matrix[members].sum())
        alarms = int(self.matrix[np.ix_(others, members)].sum())
        whole = [label for label in _by_id().values() if label.category == name]
        iiou = math.nan
        if all(label.instances for label in whole):
            hit, missed = self.weighted[2, members].sum(), self.weighted[3, members].sum()
            claimed = int(self.matrix[np.ix_(others, [label.id for label in whole])].sum())  # of ignored members too, as the script has it
            iiou = _ratio(hit, hit + missed + claimed)
        return {"iou": _ratio(hits, pixels + alarms), "iiou": iiou, "pixels": pixels}


def _counted(prediction: Path, truth: Path, *, instances: bool) -> Counts:
    said, right = _ids(prediction), _ids(truth)
    if said.shape != right.shape:
        raise DataError(f"{prediction.name} is {said.shape}, its truth {truth.name} {right.shape}; predict at full size")
    numbers = images.read_ids(_instances_of(truth)) if instances else None
    if numbers is not None and numbers.shape != right.shape:
        raise DataError(f"{_instances_of(truth).name} is {numbers.shape}, its mask {right.shape}; export both at one size")
    counts = Counts()
    counts.add(right, said, None if numbers is None else numbers.astype(np.uint16, copy=False))
    return counts


def _ids(path: Path) -> Mask:
    mask = images.read_ids(path)
    if mask.max(initial=0) >= _IDS:
        raise DataError(f"{path} holds the id {mask.max()}; Cityscapes' ids are 0 … 33: predict with --format ids")
    return mask.astype(np.uint8, copy=False)


def _pairs(predictions: Path, truth: Path) -> list[tuple[Path, Path]]:
    """(prediction, truth) of every frame of the truth. Raises DataError where there is none, or where one has no or two predictions."""
    _work.check_folders(predictions, truth)
    masks = sorted(truth.rglob(f"*_{_ENDINGS[0]}.png"))
    if not masks:
        raise DataError(f"{truth} has no *_{_ENDINGS[0]}.png; give the folder of Cityscapes' fine truth or one split of it")
    said = _work.found_by(_frame, list(predictions.rglob("*.png")))
    return [(_work.the_one(_frame(mask), said, predictions), mask) for mask in masks]


def _frame(path: Path) -> str:
    return "_".join(path.stem.split("_")[:3])


def _instances_of(mask: Path) -> Path:
    return mask.with_name(mask.name.replace(*_ENDINGS))


@cache
def _by_id() -> dict[int, Label]:
    return {label.id: label for label in labels.space("cityscapes").labels if label.id >= 0}


@cache
def _scored() -> list[Label]:
    return [label for label in _by_id().values() if label.train_id != VOID]


@cache
def _group_of() -> NDArray[np.uint8]:
    """(256,) a number for the category of each id; 255 for those that are no id."""
    names = list(dict.fromkeys(label.category for label in _by_id().values()))
    table = np.full(256, 255, np.uint8)
    for id_, label in _by_id().items():
        table[id_] = names.index(label.category)
    return table


def _ratio(above: float, below: float) -> float:
    return float(above) / float(below) if below else math.nan


def _mean(values: list[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return sum(known) / len(known) if known else math.nan
