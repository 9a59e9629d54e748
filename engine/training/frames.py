"""Frames as training takes them: decoded once, mapped to train ids, kept in memory while there is room."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.labels import ClassSet, Mask
from engine.sample import Dataset, Image

Size = tuple[int, int]
Pair = tuple[Image, Mask]
MEMORY = 1_500_000_000
"""Bytes of frames that are kept, so that they are decoded once."""


class Frames:
    """Some frames of a dataset with masks of train ids. Safe to read from several threads.

    Each side is kept no longer than `most` (height, width) asks for, and whole frames up to `memory` bytes of them:
    the others are decoded every time.
    """

    def __init__(
        self, dataset: Dataset, classes: ClassSet, *, most: Size, indices: Sequence[int] | None = None, memory: int = MEMORY
    ) -> None:
        self._dataset = dataset
        self._table = classes.table
        self._count = len(classes)
        self.most = most
        self._indices = tuple(range(len(dataset.samples)) if indices is None else indices)
        self._room = memory
        self._kept: dict[int, Pair] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._indices)

    def name(self, index: int) -> str:
        """The frame's name in its dataset."""
        return self._dataset.samples[self._indices[index]].name

    def __getitem__(self, index: int) -> Pair:
        """Image (h, w, 3) uint8 RGB and mask (h, w) uint8 of train ids; not to be written to. Raises DataError."""
        if (kept := self._kept.get(index)) is not None:
            return kept
        number = self._indices[index]
        image, ids = self._dataset.image(number), self._dataset.mask(number)
        height, width = min(image.shape[0], self.most[0]), min(image.shape[1], self.most[1])
        pair = resized(image, (height, width)), resized(cv2.LUT(ids, self._table), (height, width))
        with self._lock:
            needed = pair[0].nbytes + pair[1].nbytes
            if index not in self._kept and needed <= self._room:
                self._kept[index] = pair
                self._room -= needed
        return pair

    def pixels(self, index: int) -> NDArray[np.int64]:
        """(K,) pixels of each class in one frame."""
        return np.bincount(self[index][1].ravel(), minlength=256)[: self._count]


def resized(picture: Image | Mask, size: Size) -> Image | Mask:
    """An image (H, W, 3) resampled, or a mask (H, W) sampled, to `size`."""
    height, width = size
    if picture.shape[:2] == (height, width):
        return picture
    if picture.ndim == 2:
        how = cv2.INTER_NEAREST_EXACT
    else:
        how = cv2.INTER_AREA if height * width < picture.shape[0] * picture.shape[1] else cv2.INTER_LINEAR
    return cv2.resize(picture, (width, height), interpolation=how)  # type: ignore[return-value]


def spread(count: int, wanted: int) -> tuple[int, ...]:
    """`wanted` of `count` indices, evenly spread; all where `wanted` is 0 or more than there are."""
    if not wanted or wanted >= count:
        return tuple(range(count))
    return tuple(int((i + 0.5) * count / wanted) for i in range(wanted))
