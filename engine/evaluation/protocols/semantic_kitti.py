"""SemanticKITTI's protocol for single scans: IoU of 19 classes over points, after `evaluate_semantics.py` of semantic-kitti-api.

Moving classes count as static ones. Truth of the class 0 (unlabelled and what is mapped to it) is dropped; a prediction of it on other
truth is a miss. The mean is over all 19 classes, a class that doesn't occur counting 0 (J. Behley et al., ICCV 2019).
"""

from __future__ import annotations

from collections.abc import Generator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from engine import events, labels
from engine.errors import DataError
from engine.evaluation.confusion import Confusion
from engine.evaluation.protocols import Table, _work
from engine.evaluation.report import report
from engine.events import ShouldStop, never
from engine.labels import VOID, Mask
from engine.lidar.scan import read_labels

TITLE = "SemanticKITTI: IoU of 19 classes over points"
_FOLDER = "labels"


def tables(found: dict[str, Any]) -> list[Table]:
    """A row a class, then the mean and the accuracy."""
    rows: list[list[Any]] = [[name, one["iou"]] for name, one in found["classes"].items()]
    return [(["classes", "IoU"], [*rows, ["mean", found["mean_iou"]], ["accuracy", found["accuracy"]]])]


def score(predictions: Path, truth: Path, *, should_stop: ShouldStop = never) -> Generator[events.Event, None, None]:
    """Scores every `labels/*.label` below `truth` against the `.label` of the same number and sequence below `predictions`.

    Raises DataError.
    """
    pairs = _pairs(predictions, truth)
    total = Confusion(len(_names()))
    done = yield from _work.counted(pairs, _counted, total.merge, should_stop=should_stop)
    facts = {"protocol": "semantic_kitti", "pred": str(predictions), "truth": str(truth), "frames": done}
    yield events.Finished(stopped=done < len(pairs), summary=_report(total) | facts)


def _report(total: Confusion) -> dict[str, Any]:
    """As the script has it: absent classes count 0, and the accuracy leaves out what was not answered."""
    found = report(total, _names())
    iou = np.nan_to_num(total.iou)
    for name, value in zip(_names(), iou):
        found["classes"][name]["iou"] = float(value)
    answered = int(total.matrix.sum())
    return found | {"mean_iou": float(iou.mean()), "accuracy": float(np.trace(total.matrix) / answered) if answered else float("nan")}


def _counted(prediction: Path, truth: Path) -> Confusion:
    right = read_labels(truth)
    said = read_labels(prediction)
    if len(said) != len(right):
        raise DataError(f"{prediction} labels {len(said)} points, its truth {len(right)}; label every point of the scan, in its order")
    one = Confusion(len(_names()))
    one.add(_table()[right & 0xFFFF], _table()[said & 0xFFFF])
    return one


def _pairs(predictions: Path, truth: Path) -> list[tuple[Path, Path]]:
    """(prediction, truth) of every labelled scan. Raises DataError."""
    _work.check_folders(predictions, truth)
    right = sorted(path for path in truth.rglob("*.label") if path.parent.name == _FOLDER) or sorted(truth.glob("*.label"))
    if not right:
        raise DataError(f"{truth} has no labels/*.label; give SemanticKITTI's folder, or that of one sequence")
    several = len({_sequence(path) for path in right}) > 1
    said = _work.found_by(lambda path: _name(path, several), [path for path in predictions.rglob("*.label") if path not in set(right)])
    return [(_work.the_one(_name(path, several), said, predictions), path) for path in right]


def _name(path: Path, several: bool) -> str:
    return f"{_sequence(path)}/{path.stem}" if several else path.stem


def _sequence(path: Path) -> str:
    return path.parent.parent.name


@cache
def _names() -> tuple[str, ...]:
    return labels.class_set(labels.space("semantic_kitti")).names


@cache
def _table() -> Mask:
    """(65536,) learning class of each label, 255 for those that are ignored or unknown."""
    table = np.full(1 << 16, VOID, np.uint8)
    for label in labels.space("semantic_kitti").labels:
        table[label.id] = label.train_id
    return table
