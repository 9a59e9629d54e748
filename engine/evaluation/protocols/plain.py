"""No benchmark's rules: IoU, Dice, precision and recall of each class over all pixels, in the label space of the truth."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from engine import datasets, events, images, labels
from engine.errors import DataError
from engine.evaluation.confusion import Confusion
from engine.evaluation.protocols import Table, _work
from engine.evaluation.report import report
from engine.events import ShouldStop, never

TITLE = "every class of the label space, pixel by pixel"


def tables(found: dict[str, Any]) -> list[Table]:
    """A row a class, then the mean IoU."""
    rates = ("iou", "dice", "precision", "recall")
    rows = [[name, *(one[rate] for rate in rates)] for name, one in found["classes"].items()]
    return [(["classes", "IoU", "Dice", "precision", "recall"], [*rows, ["mean", found["mean_iou"], "", "", ""]])]


def score(predictions: Path, truth: Path, *, should_stop: ShouldStop = never) -> Generator[events.Event, None, None]:
    """Scores every labelled frame of the dataset at `truth` against the id mask `<name>.png` below `predictions`.

    Ids that the label space doesn't train on are void in the truth and no answer in a prediction. Raises DataError.
    """
    _work.check_folders(predictions, truth)
    dataset = datasets.open_dataset(truth)
    classes = labels.class_set(dataset.space)
    said = _work.found_by(lambda path: path.stem, list(predictions.rglob("*.png")))
    labelled = [index for index, sample in enumerate(dataset.samples) if sample.mask]
    if not labelled:
        raise DataError(f"{truth} has no masks to score against; give a dataset with truth")
    pairs = [(_work.the_one(dataset.samples[index].name, said, predictions), Path(str(index))) for index in labelled]

    def count(prediction: Path, number: Path) -> Confusion:
        mask, right = images.read_ids(prediction), dataset.mask(int(str(number)))
        if mask.shape != right.shape:
            raise DataError(f"{prediction.name} is {mask.shape}, its truth {right.shape}; predict at full size")
        if mask.max(initial=0) > 255:
            raise DataError(f"{prediction} holds the id {mask.max()}; masks hold ids of 0 … 255: predict with --format ids")
        one = Confusion(len(classes))
        one.add(cv2.LUT(right, classes.table), cv2.LUT(mask.astype(np.uint8), classes.table))  # type: ignore[arg-type]
        return one

    total = Confusion(len(classes))
    done = yield from _work.counted(pairs, count, total.merge, should_stop=should_stop)
    facts = {"protocol": "plain", "pred": str(predictions), "truth": str(truth), "label_space": dataset.space.name, "frames": done}
    yield events.Finished(stopped=done < len(pairs), summary=report(total, classes.names, facts=facts))
