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
from engine.training.array_store import ArrayStore
from engine.training.frames import MEMORY, Frames, spread, store
from engine.training.stages import stages

Source = tuple[str, str]
"""A layout and a split."""
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


def opened(config: TrainConfig, *, begun: ClassSet | None = None) -> Material:
    """Opens the splits. `begun` are the classes that the run began with: it goes on with them where the user has since edited the label space.

    Raises DataError and ConfigError.
    """
    validation = _split(config.data, config.data.validation_split)
    order = sources(config)
    opened = {source: open_source(config.data, source) for source in order}
    for one in opened.values():
        _check_kind(one, validation)
    space = opened[order[-1]].space
    classes = begun if begun is not None and space.base and begun.fits(space) else labels.class_set(space, config.classes)
    kept = store(config.data.cache)
    frames = {source: frames_of(config, source, one, classes, store=kept) for source, one in opened.items()}
    learnt = {sample.image for one in opened.values() for sample in one.samples}
    held_out = not learnt & {sample.image for sample in validation.samples}
    held = Frames(validation, classes, most=config.data.size, memory=_VALIDATION_MEMORY, store=kept)
    return Material(classes, tuple(frames[source] for source in order), held, held_out)


def sources(config: TrainConfig) -> list[Source]:
    """What each stage learns from. Raises ConfigError."""
    return [(stage.layout or config.data.layout, stage.split or config.data.train_split) for stage in stages(config)]


def open_source(config: DataConfig, source: Source) -> Dataset:
    """The frames of `source` on the disk. Raises DataError and ConfigError."""
    return _split(dataclasses.replace(config, layout=source[0]), source[1])


def frames_of(
    config: TrainConfig, source: Source, dataset: Dataset, classes: ClassSet, *, memory: int = MEMORY, store: ArrayStore | None = None
) -> Frames:
    """The frames of `dataset` as `config` learns from them: no larger than a stage with this source needs them, and no more than `data.limit`."""
    zoom = max(1.0, config.augment.scale[1])
    sizes = [stage.size for stage, one in zip(stages(config), sources(config)) if one == source]
    height, width = (round(max(sides) * zoom) for sides in zip(*sizes))
    return Frames(dataset, classes, most=(height, width), indices=spread(len(dataset.samples), config.data.limit), memory=memory, store=store)


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
    return datasets.open_labelled(config.root, layout=config.layout, split=split, labels=config.labels or None)
