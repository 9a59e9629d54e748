"""KITTI road in bird's-eye view: MaxF, average precision and the rates at the best threshold, by category and for all ("urban").

After the benchmark's development kit (J. Fritsch et al., A New Performance Measure and Evaluation Benchmark for Road Detection
Algorithms, ITSC 2013): truth and confidence are looked up on the road's plane, x -10 … 10 m, z 6 … 46 m, cells of 5 cm, nearest pixel;
256 thresholds k / 255; F = 2PR / (P + R); AP is the mean of eleven points.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import events, images
from engine.errors import DataError
from engine.evaluation.protocols import Table, _work
from engine.events import ShouldStop, never
from engine.lidar.calibration import read_road

TITLE = "KITTI road: MaxF and AP in bird's-eye view"
CATEGORIES = ("um", "umm", "uu")
LEVELS = 256

_X, _Z, _CELL = (-10.0, 10.0), (6.0, 46.0), 0.05
_RATES = ("max_f", "average_precision", "precision", "recall", "false_positive_rate", "false_negative_rate")
_SAID = ("MaxF", "AP", "PRE", "REC", "FPR", "FNR")
_TINY = 1e-10


def tables(found: dict[str, Any]) -> list[Table]:
    """A row a category, in per cent as the benchmark's own table."""
    rows = [[name, *(f"{100 * one[rate]:.2f}" for rate in _RATES)] for name, one in found["categories"].items()]
    return [(["category, %", *_SAID], rows)]


def score(predictions: Path, truth: Path, *, kind: str = "road", should_stop: ShouldStop = never) -> Generator[events.Event, None, None]:
    """Scores every `gt_image_2/CAT_road_NNNNNN.png` below `truth` against the picture of that name, or of its frame's, below `predictions`.

    A prediction is grey: confidences 0 … 255, or ids, 1 for road, where it holds nothing above 1. `calib/CAT_NNNNNN.txt` lies beside
    `gt_image_2`. `kind` is road or lane. Raises DataError.
    """
    pairs = _pairs(predictions, truth, kind)
    counts = {name: Counts() for name in CATEGORIES}

    def take(one: tuple[str, Counts]) -> None:
        counts[one[0]].merge(one[1])

    done = yield from _work.counted(pairs, _counted, take, should_stop=should_stop)
    urban = Counts()
    for one in counts.values():
        urban.merge(one)
    scores = {name: one.rates() for name, one in counts.items() if one.pixels} | {"urban": urban.rates()}
    facts = {"protocol": "kitti_road", "pred": str(predictions), "truth": str(truth), "frames": done}
    yield events.Finished(stopped=done < len(pairs), summary={"categories": scores} | urban.report(kind) | facts)


@dataclass(slots=True)
class Counts:
    """Cells by confidence, 0 … 255, where the truth is road and where it is not."""

    road: NDArray[np.int64] = field(default_factory=lambda: np.zeros(LEVELS, np.int64))
    other: NDArray[np.int64] = field(default_factory=lambda: np.zeros(LEVELS, np.int64))

    @property
    def pixels(self) -> int:
        return int(self.road.sum() + self.other.sum())

    def merge(self, more: Counts) -> None:
        self.road += more.road
        self.other += more.other

    def rates(self) -> dict[str, float]:
        """The six figures of the benchmark, 0 … 1; NaN without any road."""
        precision, recall, missed, alarms = self._curve()
        if not self.road.sum() or not len(recall):
            return dict.fromkeys(_RATES, float("nan"))
        points = [precision[recall >= at] for at in np.arange(0, 1.1, 0.1)]
        average = float(np.mean([one.max() for one in points if len(one)]))
        f = 2 * precision * recall / (precision + recall + _TINY)
        best = int(f.argmax())
        alarmed = alarms[best] / self.other.sum() if self.other.sum() else float("nan")
        values = (f[best], average, precision[best], recall[best], alarmed, missed[best] / self.road.sum())
        return dict(zip(_RATES, map(float, values)))

    def report(self, name: str) -> dict[str, Any]:
        """The confusion at the best threshold, as every report has it: rows truth, columns prediction."""
        precision, recall, missed, alarms = self._curve()
        best = int((2 * precision * recall / (precision + recall + _TINY)).argmax()) if len(recall) else 0
        miss, alarm = (int(missed[best]), int(alarms[best])) if len(recall) else (int(self.road.sum()), 0)
        hits, rest = int(self.road.sum()) - miss, int(self.other.sum()) - alarm
        iou = hits / (hits + miss + alarm) if hits + miss + alarm else float("nan")
        dice = 2 * hits / (2 * hits + miss + alarm) if hits + miss + alarm else float("nan")
        rates = self.rates()
        one = {"iou": iou, "dice": dice, "precision": rates["precision"], "recall": rates["recall"], "pixels": hits + miss}
        return {"mean_iou": iou, "classes": {name: one}, "confusion": [[hits, miss], [alarm, rest]]}

    def _curve(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
        """Precision, recall, misses and false alarms at the thresholds at which anything is right."""
        missed = self.road @ _below()
        alarms = self.other.sum() - self.other @ _below()
        hits = self.road.sum() - missed
        recall = hits / max(1, self.road.sum())
        precision = hits / (hits + alarms + _TINY)
        kept = (recall > 0) | (precision > 0)
        return precision[kept], recall[kept], missed[kept], alarms[kept]


@cache
def _below() -> NDArray[np.int64]:
    """(256, 256) whether a confidence lies below a threshold: in float32 against float64, as the development kit compares them."""
    confidence = np.arange(LEVELS, dtype=np.float32) / np.float32(255)
    threshold = np.arange(LEVELS) / 255.0
    below: NDArray[np.int64] = (confidence.astype(np.float64)[:, None] < threshold[None]).astype(np.int64)
    return below


def lookup(calibration: Path, size: tuple[int, int]) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.bool_]]:
    """Row and column in a picture of `size` (height, width) of each of the (800, 400) cells, the farthest first, and which lie in it.

    Raises DataError.
    """
    image_from_road = read_road(calibration)
    x = np.arange(_X[0] + _CELL / 2, _X[1], _CELL)
    z = np.arange(_Z[1] - _CELL / 2, _Z[0], -_CELL)
    across, ahead = np.meshgrid(x, z)
    points = image_from_road @ np.stack([across.ravel(), ahead.ravel(), np.ones(across.size)])
    u, v = points[0] / points[2], points[1] / points[2]
    inside = (u >= 1) & (u <= size[1]) & (v >= 1) & (v <= size[0])
    column, row = (np.where(inside, one, 1).astype(np.intp) - 1 for one in (u, v))
    shape = across.shape
    return row.reshape(shape), column.reshape(shape), inside.reshape(shape)


def _counted(prediction: Path, truth: Path, calibration: Path) -> tuple[str, Counts]:
    right = images.read_rgb(truth)
    said = images.read_ids(prediction)
    if said.shape != right.shape[:2]:
        raise DataError(f"{prediction.name} is {said.shape}, its truth {truth.name} {right.shape[:2]}; predict at full size")
    if said.max(initial=0) > 255:
        raise DataError(f"{prediction} holds {said.max()}; a prediction holds confidences 0 … 255, or 1 for road")
    confidence = (said * (255 if said.max(initial=0) <= 1 else 1)).astype(np.uint8)
    row, column, inside = lookup(calibration, right.shape[:2])
    valid = inside & (right[row, column, 0] > 0)
    road = right[row, column, 2] > 0
    seen = confidence[row, column]
    found = Counts(np.bincount(seen[valid & road], minlength=LEVELS), np.bincount(seen[valid & ~road], minlength=LEVELS))
    return truth.stem.partition("_")[0], found


def _pairs(predictions: Path, truth: Path, kind: str) -> list[tuple[Path, Path, Path]]:
    """(prediction, truth, calibration) of every frame with truth. Raises DataError."""
    _work.check_folders(predictions, truth)
    right = sorted(path for path in truth.rglob(f"*_{kind}_*.png") if path.parent.name == "gt_image_2" and path.stem.partition("_")[0] in CATEGORIES)
    if not right:
        raise DataError(f"{truth} has no gt_image_2/*_{kind}_*.png; give the folder of KITTI road")
    said = _work.found_by(lambda path: path.stem.replace(f"_{kind}_", "_"), [path for path in predictions.rglob("*.png") if path not in set(right)])
    pairs = []
    for path in right:
        frame = path.stem.replace(f"_{kind}_", "_")
        pairs.append((_work.the_one(frame, said, predictions), path, path.parent.parent / "calib" / f"{frame}.txt"))
    return pairs
