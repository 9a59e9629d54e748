"""What a run learns from and is scored on: frames of the two splits, the class set, and how often each class occurs."""

from __future__ import annotations

import dataclasses
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
from engine.training import frames
from engine.training.frames import Frames, Size, spread
from engine.training.stages import stages

_COUNTED = 256
"""So many training frames, evenly spread, tell how often a class occurs."""
_VALIDATION_MEMORY = 500_000_000


@dataclass(frozen=True, slots=True)
class Material:
    """Training and validation frames with masks of train ids of one class set."""

    classes: ClassSet
    stages: tuple[Frames, ...]
    """What each stage learns from."""
    validation: Frames
    held_out: bool
    """Whether no validation frame is also a training frame."""

    @property
    def train(self) -> Frames:
        """What the last stage learns from: it tells how often a class occurs."""
        return self.stages[-1]


def opened(config: TrainConfig) -> Material:
    """Opens the splits. Raises DataError and ConfigError."""
    validation = _split(config.data, config.data.validation_split)
    sources = [(stage.layout or config.data.layout, stage.split or config.data.train_split) for stage in stages(config)]
    opened = {source: _split(dataclasses.replace(config.data, layout=source[0]), source[1]) for source in sources}
    train = opened[sources[-1]]
    for one in opened.values():
        _check_kind(one, validation)
    classes = labels.class_set(train.space, config.classes)
    zoom = max(1.0, config.augment.scale[1])
    most = {source: tuple(round(max(sides) * zoom) for sides in zip(*_sizes(config, source, sources))) for source in opened}
    store = frames.store(config.data.cache)
    learnt_from = {
        source: Frames(one, classes, most=most[source], indices=spread(len(one.samples), config.data.limit), store=store)  # type: ignore[arg-type]
        for source, one in opened.items()
    }
    learnt = {sample.image for one in opened.values() for sample in one.samples}
    held_out = not learnt & {sample.image for sample in validation.samples}
    held = Frames(validation, classes, most=config.data.size, memory=_VALIDATION_MEMORY, store=store)
    return Material(classes, tuple(learnt_from[source] for source in sources), held, held_out)


def _sizes(config: TrainConfig, source: tuple[str, str], sources: list[tuple[str, str]]) -> list[Size]:
    """The sizes at which the frames of `source` are learnt from."""
    return [stage.size for stage, one in zip(stages(config), sources) if one == source]


def _check_kind(train: Dataset, validation: Dataset) -> None:
    if train.space.name != validation.space.name:
        kinds = f"masks of {train.space.name} to train on and of {validation.space.name} to score"
        raise DataError(f"{train.root} has {kinds}; choose splits of one kind")


def counted(given: Frames, classes: ClassSet, totals: NDArray[np.int64]) -> Iterator[Progress]:
    """Adds to `totals` (K,) the pixels of each class in an even selection of the frames. Raises DataError."""
    chosen = spread(len(given), _COUNTED)
    for done, index in enumerate(chosen):
        totals += given.pixels(index)
        if done % 16 == 0:
            yield Progress(done, len(chosen), "counting classes")


def _split(config: DataConfig, split: str) -> Dataset:
    dataset = datasets.open_dataset(config.root, layout=config.layout, split=split)
    if not any(sample.mask for sample in dataset.samples):
        raise DataError(f"{dataset.root} has no masks in its split {split}; choose a split with masks, it has: {', '.join(dataset.splits)}")
    return dataset
