"""What a run learns from and is scored on: frames of the two splits, the class set, and how often each class occurs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine import datasets, labels
from engine.config import DataConfig, TrainConfig
from engine.errors import DataError
from engine.events import Progress
from engine.labels import ClassSet
from engine.sample import Dataset
from engine.training.frames import Frames, spread

_COUNTED = 256
"""So many training frames, evenly spread, tell how often a class occurs."""
_VALIDATION_MEMORY = 500_000_000


@dataclass(frozen=True, slots=True)
class Material:
    """Training and validation frames with masks of train ids of one class set."""

    classes: ClassSet
    train: Frames
    validation: Frames
    held_out: bool
    """Whether no validation frame is also a training frame."""


def opened(config: TrainConfig) -> Material:
    """Opens both splits. Raises DataError and ConfigError."""
    train, validation = _split(config.data, config.data.train_split), _split(config.data, config.data.validation_split)
    if train.space.name != validation.space.name:
        kinds = f"masks of {train.space.name} to train on and of {validation.space.name} to score"
        raise DataError(f"{train.root} has {kinds}; choose splits of one kind")
    classes = labels.class_set(train.space, config.classes)
    size, zoom = config.data.size, max(1.0, config.augment.scale[1])
    most = round(size[0] * zoom), round(size[1] * zoom)
    held_out = not {sample.image for sample in train.samples} & {sample.image for sample in validation.samples}
    return Material(
        classes,
        Frames(train, classes, most=most, indices=spread(len(train.samples), config.data.limit)),
        Frames(validation, classes, most=size, memory=_VALIDATION_MEMORY),
        held_out,
    )


def counted(frames: Frames, classes: ClassSet, totals: NDArray[np.int64]) -> Iterator[Progress]:
    """Adds to `totals` (K,) the pixels of each class in an even selection of the frames. Raises DataError."""
    chosen = spread(len(frames), _COUNTED)
    for done, index in enumerate(chosen):
        totals += frames.pixels(index)
        if done % 16 == 0:
            yield Progress(done, len(chosen), "counting classes")


def _split(config: DataConfig, split: str) -> Dataset:
    dataset = datasets.open_dataset(config.root, layout=config.layout, split=split)
    if not any(sample.mask for sample in dataset.samples):
        raise DataError(f"{dataset.root} has no masks in its split {split}; choose a split with masks, it has: {', '.join(dataset.splits)}")
    return dataset
