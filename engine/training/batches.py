"""Batches of random views, made ahead of the training by threads.

What is in a batch depends on the seed and the batch's number alone, so that a resumed run sees what an uninterrupted one sees.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
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
_THREADS = 2
_AHEAD = 4


def made(
    frames: Frames, config: TrainConfig, *, rarity: NDArray[np.float64], first: int, last: int, outside: int = VOID, group: Group = ALONE
) -> Generator[Batch, None, None]:
    """The batches number `first` up to, not including, `last`; `outside` is what lies beyond the frames in the masks,
    and `group` says which of each batch are made here. Close the iterator to end its threads. Raises DataError."""
    return ahead(partial(batch, frames, config, rarity=rarity, outside=outside, group=group), range(first, last), threads=_THREADS, depth=_AHEAD)


def in_order(frames: Frames, *, size: Size, batch: int, group: Group = ALONE) -> Generator[tuple[int, Batch], None, None]:
    """All frames at `size`, unchanged, with the first one's index; the last batch may be smaller. Of a group each makes every so many-th batch.

    Close the iterator to end its threads. Raises DataError.
    """

    def one(first: int) -> tuple[int, Batch]:
        return first, unchanged(frames, range(first, min(first + batch, len(frames))), size)

    return ahead(one, range(group.rank * batch, len(frames), batch * group.world), threads=_THREADS, depth=_AHEAD)


def unchanged(frames: Frames, indices: Iterable[int], size: Size) -> Batch:
    """These frames at `size`. Raises DataError."""
    pairs = [frames[index] for index in indices]
    return np.stack([resized(image, size) for image, _ in pairs]), np.stack([resized(mask, size) for _, mask in pairs])


def batch(frames: Frames, config: TrainConfig, number: int, *, rarity: NDArray[np.float64], outside: int = VOID, group: Group = ALONE) -> Batch:
    """The batch `number` of the run, or the part of it that is made in this process of `group`. Raises DataError."""
    positions = group.part(range(number * config.batch, (number + 1) * config.batch), config.optimiser.accumulate)
    made = [viewed(frames, config, position, rarity=rarity, outside=outside) for position in positions]
    return np.stack([image for image, _ in made]), np.stack([mask for _, mask in made])
