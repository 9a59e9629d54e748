"""Scoring a checkpoint on the held-out frames of a dataset, as a generator of events."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import cv2
import numpy as np

from engine import checkpoints, datasets, events
from engine.errors import ConfigError, DataError
from engine.evaluation import results
from engine.evaluation.confusion import Confusion
from engine.evaluation.report import report
from engine.events import Events, ShouldStop, never
from engine.labels import ClassSet, Mask
from engine.sample import Dataset, Image

if TYPE_CHECKING:
    from engine.inference.predictor import Predictor

Tta = Literal["none", "flip"]
At = Literal["recipe", "image", "slide"]


def evaluate(
    checkpoint: Path,
    data: Path,
    *,
    split: str = "val",
    layout: str = "auto",
    tta: Tta = "none",
    scales: Sequence[float] = (1.0,),
    smallest: int = 0,
    at: At = "recipe",
    device: str = "auto",
    keep: bool = False,
    should_stop: ShouldStop = never,
) -> Events:
    """Progress a frame, then Finished with the report (`engine.evaluation.report`) as its summary.

    By default image and mask are brought to the size of the checkpoint's recipe and scored there, as training's own validation
    does; `at="image"` scores every mask at its own size; `at="slide"` does too, and the network looks at the image at that size, in
    windows of the recipe's. `tta="flip"` averages the probabilities with those of the mirrored image, `scales` those of the image at
    each scale; clusters of fewer than `smallest` pixels are given to their surroundings. With `keep` a finished evaluation is kept
    (`engine.evaluation.results`), and Saved tells where. Raises CheckpointError, DataError, ConfigError and OutputError.
    """
    _check(tta, at, scales, smallest)
    classes = checkpoints.card(checkpoint).classes
    dataset = _opened(data, split=split, layout=layout, classes=classes, checkpoint=checkpoint)
    predictor = _loaded(checkpoint, device)
    size = predictor.card.recipe.size if at == "recipe" else None
    confusion, times = Confusion(len(classes)), list[float]()
    keeping = results.Keeping(_words(checkpoint), classes) if keep else None
    total, start, done = len(dataset.samples), time.perf_counter(), 0
    try:
        for image, truth in _pairs(dataset, classes, size):
            if should_stop():
                break
            predicted = predictor.predict(image, size=truth.shape[:2], flip=tta == "flip", scales=scales, smallest=smallest, slide=at == "slide")  # type: ignore[arg-type]
            confusion.merge(one := _compared(truth, predicted.mask, classes))
            if keeping is not None:
                keeping.add(dataset.samples[done].name, one, predicted.mask)
            times.append(predicted.milliseconds)
            done += 1
            yield events.Progress(done, total, "scoring", (total - done) * (time.perf_counter() - start) / done)
        options = {"tta": tta, "scales": list(scales), "smallest_cluster": smallest, "at": at, "size": "own" if size is None else list(size)}
        facts = _where(checkpoint, dataset) | {"frames": done} | options | _costs(predictor, times)
        found = report(confusion, classes.names, scored=[known.scored for known in classes.classes], facts=facts)
        if keeping is not None and done == total:
            yield events.Saved(str(keeping.finish(found).path), "result")
        yield events.Finished(stopped=done < total, summary=found)
    finally:
        if keeping is not None:
            keeping.drop()


def _loaded(checkpoint: Path, device: str) -> Predictor:
    """Torch takes seconds to import: what is missing is told before."""
    from engine.inference.predictor import Predictor

    return Predictor(checkpoint, device=device)


def _compared(truth: Mask, prediction: Mask, classes: ClassSet) -> Confusion:
    one = Confusion(len(classes))
    one.add(truth, prediction)
    return one


def _where(checkpoint: Path, dataset: Dataset) -> dict[str, Any]:
    return {"checkpoint": str(checkpoint), "data": str(dataset.root), "layout": dataset.layout, "split": dataset.split}


def _costs(predictor: Predictor, times: Sequence[float]) -> dict[str, Any]:
    """How large the network is, what one plain look at a picture of its recipe's size takes, and what a frame took here, as the median."""
    from engine.models import _summary

    size = predictor.card.recipe.size
    counted = _summary.of_config(predictor.card.model, predictor.card.classes.output_channels, size)
    median = float(np.median(times)) if times else math.nan
    words = predictor.card.model.words()
    device = str(predictor.device)
    sizes = {"parameters": counted.parameters, "multiply_adds": counted.multiply_adds}
    return {"network": words, **sizes, "milliseconds": median, "device": device}


def _words(checkpoint: Path) -> str:
    """A part of a folder's name."""
    name = checkpoint.parent.name if checkpoint.suffix and checkpoint.stem in ("best", "last") else checkpoint.stem
    return re.sub(r"[^\w.-]+", "-", name)[:60] or "checkpoint"


def _check(tta: str, at: str, scales: Sequence[float], smallest: int) -> None:
    if tta not in ("none", "flip") or at not in ("recipe", "image", "slide"):
        raise ConfigError(f"tta is {tta!r} and at is {at!r}; tta is none or flip, at is recipe, image or slide")
    if not scales or not all(0.25 <= scale <= 4 for scale in scales) or smallest < 0:
        raise ConfigError(f"scales are {list(scales)} and smallest is {smallest}; give scales between 0.25 and 4, and a number of pixels")


def _opened(data: Path, *, split: str, layout: str, classes: ClassSet, checkpoint: Path) -> Dataset:
    dataset = datasets.open_labelled(data, layout=layout, split=split)
    if not classes.fits(dataset.space):
        raise DataError(
            f"{dataset.root} has masks of {dataset.space.name}, but {checkpoint} was trained on {classes.space}; "
            f"choose a checkpoint or a dataset of the same label space"
        )
    return dataset


def _pairs(dataset: Dataset, classes: ClassSet, size: tuple[int, int] | None) -> Iterator[tuple[Image, Mask]]:
    """Image and mask of train ids, frame by frame, the next one read while one is scored."""

    def read(index: int) -> tuple[Image, Mask]:
        image, truth = dataset.image(index), cv2.LUT(dataset.mask(index), classes.table)
        if size is not None and image.shape[:2] != size:
            (height, width), shrinks = size, size[0] * size[1] < image.shape[0] * image.shape[1]
            how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
            image = cv2.resize(image, (width, height), interpolation=how)  # type: ignore[assignment]
            truth = cv2.resize(truth, (width, height), interpolation=cv2.INTER_NEAREST_EXACT)
        return image, truth  # type: ignore[return-value]

    with ThreadPoolExecutor(1, thread_name_prefix="evaluate") as pool:
        coming = pool.submit(read, 0)
        for index in range(len(dataset.samples)):
            pair = coming.result()
            if index + 1 < len(dataset.samples):
                coming = pool.submit(read, index + 1)
            yield pair
