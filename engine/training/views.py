"""Which frame is seen at each position of a run, and how: one place for the training and for whoever shows what it will see.

A run looks at its frames in passes, each in an order of its own; position 0 is the first frame of the first pass. Everything
depends on the seed and the position alone.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.config import TrainConfig
from engine.labels import VOID
from engine.training.augment import Place, placed, view
from engine.training.frames import Pair

_ORDER, _VIEW = 0, 1
"""Streams of random numbers that must not meet."""


class Source(Protocol):
    """Frames with masks of train ids, by index."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int) -> Pair: ...


def viewed(frames: Source, config: TrainConfig, position: int, *, rarity: NDArray[np.float64], outside: int = VOID) -> Pair:
    """The view that the training takes at `position`; `outside` is what lies beyond the frame in the mask. Raises DataError."""
    frame = frames[frame_at(position, len(frames), config.seed)]
    draws = _draws(config, position)
    return view(frame, size=config.data.size, config=config.augment, rarity=rarity, rng=draws, weather=config.weather, outside=outside)


def place_at(frames: Source, config: TrainConfig, position: int, *, rarity: NDArray[np.float64]) -> Place:
    """Which part of its frame the view at `position` shows. Raises DataError."""
    _, mask = frames[frame_at(position, len(frames), config.seed)]
    return placed(mask, size=config.data.size, config=config.augment, rarity=rarity, rng=_draws(config, position))


def frame_at(position: int, count: int, seed: int) -> int:
    """The index, of `count` frames, that is seen at `position`."""
    number, place = divmod(position, count)
    return int(order(seed, number, count)[place])


def position_of(index: int, number: int, count: int, seed: int) -> int:
    """The position at which pass `number`, from 0, sees the frame `index` of `count`."""
    return number * count + int(np.flatnonzero(order(seed, number, count) == index)[0])


def steps(count: int, config: TrainConfig) -> int:
    """Steps of the whole run: `epochs` passes over `count` frames, in full batches."""
    return max(1, -(-count * config.epochs // config.batch))


def epoch(step: int, count: int, config: TrainConfig) -> int:
    """The pass, from 0, that is going on after `step` steps."""
    return min(config.epochs - 1, step * config.batch // count)


@lru_cache(maxsize=4)
def order(seed: int, number: int, count: int) -> NDArray[np.int64]:
    """The indices of `count` frames as pass `number`, from 0, sees them."""
    return np.random.default_rng((seed, _ORDER, number)).permutation(count)


def _draws(config: TrainConfig, position: int) -> np.random.Generator:
    return np.random.default_rng((config.seed, _VIEW, position))
