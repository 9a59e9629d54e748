"""What a run will see of a frame: before and after, by the training's own functions, for whoever wants to look before it trains.

Works without torch, so that it is there at once.
"""

from __future__ import annotations

import dataclasses
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine import labels
from engine.config import TrainConfig, WeatherConfig
from engine.labels import ClassSet
from engine.sample import Dataset
from engine.training import balance, material, views
from engine.training.augment import OUTSIDE, Place
from engine.training.frames import Frames, Pair, Size, resized, spread
from engine.training.stages import config_of, crop_at, stages

COUNTED = 16
"""So many frames, evenly spread, tell which classes are rare; the training itself counts more."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The views that the passes `draw`, `draw` + 1 … (from 0) of a run take of its frame `index`, in the run's last stage.

    `like` lends its augmentation and weather, with the crop in proportion; `effect` is a kind of weather that falls on every view, at `strength` 0 … 1.
    """

    config: TrainConfig
    index: int
    draw: int = 0
    count: int = 1
    effect: str = ""
    strength: float = 0.5
    like: TrainConfig | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """The frame `index` of `frames` at `data.size`, and views of it: images (h, w, 3) uint8 RGB and masks (h, w) uint8 of train ids, not to be written to.

    Masks of views hold OUTSIDE beyond the frame. `milliseconds` is what one view took on this thread, reading the frame not counted.
    """

    name: str
    index: int
    frames: int
    classes: ClassSet
    before: Pair
    after: tuple[Pair, ...]
    places: tuple[Place, ...]
    seed: int
    milliseconds: float
    counted: int
    """The frames in which classes were counted for crops on rare ones; 0 where there are no such crops."""


class Preview:
    """Keeps the dataset that it opened and the frame that it read, for the next question. For one thread at a time."""

    def __init__(self) -> None:
        self._dataset: tuple[object, Dataset] | None = None
        self._frames: tuple[object, ClassSet, _LastFrame] | None = None
        self._pixels: tuple[object, NDArray[np.int64]] | None = None

    def shown(self, wanted: Wanted) -> Shown:
        """The nearest frame there is to `wanted.index`, and its views. Raises DataError and ConfigError."""
        whole = lent(wanted.config, wanted.like) if wanted.like is not None else wanted.config
        key, classes, frames = self._opened(whole)
        last = stages(whole)
        config = config_of(whole, last[-1], len(last) - 1)
        config = forced(config, wanted.effect, wanted.strength) if wanted.effect else config
        index = max(0, min(wanted.index, len(frames) - 1))
        before = frames.at_size(index, config.data.size)
        rarity = balance.rarity(self._counted(key, classes, frames) if config.augment.rare else np.zeros(len(classes), np.int64))
        positions = [views.position_of(index, wanted.draw + more, len(frames), config.seed) for more in range(wanted.count)]
        if config.augment.sensor:
            from engine.training import sensor  # noqa: F401  # takes seconds the first time, which are not the view's
        began = time.perf_counter()
        after = tuple(views.viewed(frames, config, position, rarity=rarity, outside=OUTSIDE) for position in positions)
        milliseconds = 1000 * (time.perf_counter() - began) / len(positions)
        places = tuple(views.place_at(frames, config, position, rarity=rarity) for position in positions)
        counted = min(COUNTED, len(frames)) if config.augment.rare else 0
        return Shown(frames.name(index), index, len(frames), classes, before, after, places, config.seed, milliseconds, counted)

    def _opened(self, config: TrainConfig) -> tuple[object, ClassSet, _LastFrame]:
        source = material.sources(config)[-1]
        key = (config.data.root, source)
        if self._dataset is None or self._dataset[0] != key:
            self._dataset = key, material.open_source(config.data, source)
        dataset = self._dataset[1]
        classes = labels.class_set(dataset.space, config.classes)
        frames = material.frames_of(config, source, dataset, classes, memory=0)
        wanted = (key, classes, frames.most, config.data.limit)
        if self._frames is None or self._frames[0] != wanted:
            self._frames = wanted, classes, _LastFrame(frames)
        return self._frames

    def _counted(self, key: object, classes: ClassSet, frames: _LastFrame) -> NDArray[np.int64]:
        """(K,) pixels of each class in a few frames."""
        if self._pixels is None or self._pixels[0] != key:
            self._pixels = key, np.sum([frames.pixels(index) for index in spread(len(frames), COUNTED)], axis=0)
        return self._pixels[1]


def forced(config: TrainConfig, effect: str, strength: float) -> TrainConfig:
    """`config` with this one kind of weather on every view."""
    return dataclasses.replace(config, weather=WeatherConfig(**{effect: (1.0, strength)}))  # type: ignore[arg-type]


def lent(config: TrainConfig, like: TrainConfig) -> TrainConfig:
    """`config` with the augmentation and the weather of `like`, whose crop keeps its share of the frame."""
    crop = crop_at(like.augment.crop, like.data.size, config.data.size)
    return dataclasses.replace(config, augment=dataclasses.replace(like.augment, crop=crop), weather=like.weather)


class _LastFrame:
    """Frames of which the last one that was read is kept: another view of it reads nothing."""

    def __init__(self, frames: Frames) -> None:
        self._frames = frames
        self._last: tuple[int, Pair] | None = None
        self._sized: tuple[object, Pair] | None = None
        self.name, self.pixels = frames.name, frames.pixels

    def __len__(self) -> int:
        return len(self._frames)

    def __getitem__(self, index: int) -> Pair:
        if self._last is None or self._last[0] != index:
            self._last = index, self._frames[index]
        return self._last[1]

    def at_size(self, index: int, size: Size) -> Pair:
        """The frame at `size`: the very same arrays as the last time where nothing else is asked. Raises DataError."""
        image, mask = self[index]
        if self._sized is None or self._sized[0] != (index, size):
            self._sized = (index, size), (resized(image, size), resized(mask, size))
        return self._sized[1]
