"""Batches of random views, made ahead of the training by threads.

What is in a batch depends on the seed and the batch's number alone, so that a resumed run sees what an uninterrupted one sees.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from engine.ahead import ahead
from engine.config import TrainConfig
from engine.labels import VOID, Mask
from engine.sample import Image
from engine.training.distributed import Group
from engine.training.frames import Frames, Size, resized
from engine.training.views import viewed

Batch = tuple[Image, Mask]
"""Images (N, H, W, 3) uint8 RGB and masks (N, H, W) uint8 of train ids."""

ALONE = Group()
_FEWEST, _MOST = 2, 8
_AHEAD = 4
_WINDOW = 20


class Loader:
    """Batches made by threads a little ahead of where they are needed. Iterate over it; `close` ends the threads."""

    def __init__(self, make: Callable[[int], Batch], numbers: range, *, threads: int) -> None:
        self._make, self._threads = make, threads
        self._made: deque[tuple[int, float]] = deque(maxlen=_WINDOW)
        self._batches = ahead(self._timed, numbers, threads=threads, depth=max(_AHEAD, threads))

    def __iter__(self) -> Loader:
        return self

    def __next__(self) -> Batch:
        return next(self._batches)

    def close(self) -> None:
        self._batches.close()

    @property
    def images_per_second(self) -> float:
        """As many as the threads could make, were they never kept waiting; the mean over the last batches, 0 before the first."""
        made = tuple(self._made)
        seconds = sum(seconds for _, seconds in made)
        return self._threads * sum(images for images, _ in made) / seconds if seconds else 0.0

    def _timed(self, number: int) -> Batch:
        start = time.perf_counter()
        batch = self._make(number)
        self._made.append((len(batch[0]), time.perf_counter() - start))
        return batch


def made(
    frames: Frames, config: TrainConfig, *, rarity: NDArray[np.float64], first: int, last: int, outside: int = VOID, group: Group = ALONE
) -> Loader:
    """The batches number `first` up to, not including, `last`; `outside` is what lies beyond the frames in the masks,
    and `group` says which of each batch are made here. The iterator raises DataError."""
    make = partial(batch, frames, config, rarity=rarity, outside=outside, group=group)
    return Loader(make, range(first, last), threads=_threads(group))


def in_order(frames: Frames, *, size: Size, batch: int, group: Group = ALONE) -> Generator[tuple[int, Batch], None, None]:
    """All frames at `size`, unchanged, with the first one's index; the last batch may be smaller. Of a group each makes every so many-th batch.

    Close the iterator to end its threads. Raises DataError.
    """

    def one(first: int) -> tuple[int, Batch]:
        return first, unchanged(frames, range(first, min(first + batch, len(frames))), size)

    return ahead(one, range(group.rank * batch, len(frames), batch * group.world), threads=_threads(group), depth=_AHEAD)


def unchanged(frames: Frames, indices: Iterable[int], size: Size) -> Batch:
    """These frames at `size`. Raises DataError."""
    pairs = [frames[index] for index in indices]
    return np.stack([resized(image, size) for image, _ in pairs]), np.stack([resized(mask, size) for _, mask in pairs])


def batch(frames: Frames, config: TrainConfig, number: int, *, rarity: NDArray[np.float64], outside: int = VOID, group: Group = ALONE) -> Batch:
    """The batch `number` of the run, or the part of it that is made in this process of `group`. Raises DataError."""
    positions = group.part(range(number * config.batch, (number + 1) * config.batch), config.optimiser.accumulate)
    made = [viewed(frames, config, position, rarity=rarity, outside=outside) for position in positions]
    return np.stack([image for image, _ in made]), np.stack([mask for _, mask in made])


def _threads(group: Group) -> int:
    """Two on a small machine, where the network has the cores; more where a GPU waits to be fed. OpenCV and numpy let them run at once."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(_MOST, max(_FEWEST, cores // group.local_world))
