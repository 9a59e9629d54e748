"""Frames as training takes them: decoded and brought down to size once, kept on disk or in memory while there is room."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from engine import places
from engine.errors import DataError
from engine.labels import ClassSet, Mask
from engine.sample import Dataset, Image
from engine.training.array_store import ArrayStore

Size = tuple[int, int]
Pair = tuple[Image, Mask]
MEMORY = 1_500_000_000
"""Bytes of frames that are kept in memory where they can't be kept on disk."""
_FOLDER = "frames"
_FORMAT = b"1"
"""Of the files in the store: another number, and those of before are never found again."""


def store(gigabytes: float) -> ArrayStore | None:
    """Where frames are kept on disk, up to so many GB of all datasets together; None for 0."""
    return ArrayStore(places.cache() / _FOLDER, room=int(gigabytes * 1e9)) if gigabytes else None


class Frames:
    """Some frames of a dataset with masks of train ids. Safe to read from several threads.

    Each side is kept no longer than `most` (height, width) asks for. Kept frames lie in `store` under the content of their files,
    so that a changed file, another dataset or another size is another frame; where that has no room, up to `memory` bytes of them
    stay in memory, and the others are decoded every time.
    """

    def __init__(
        self,
        dataset: Dataset,
        classes: ClassSet,
        *,
        most: Size,
        indices: Sequence[int] | None = None,
        memory: int = MEMORY,
        store: ArrayStore | None = None,
    ) -> None:
        self._dataset = dataset
        self._table = classes.table
        self._count = len(classes)
        self.most = most
        self._indices = tuple(range(len(dataset.samples)) if indices is None else indices)
        self._room = memory
        self._kept: dict[int, Pair] = {}
        self._lock = threading.Lock()
        self._store = store
        self._names: dict[int, str] = {}
        self._kind = hashlib.blake2b(digest_size=16)
        for part in (_FORMAT, dataset.layout.encode(), repr(most).encode(), dataset.space.known_ids.tobytes(), dataset.space.palette.tobytes()):
            self._kind.update(part)

    def __len__(self) -> int:
        return len(self._indices)

    def name(self, index: int) -> str:
        """The frame's name in its dataset."""
        return self._dataset.samples[self._indices[index]].name

    def __getitem__(self, index: int) -> Pair:
        """Image (h, w, 3) uint8 RGB and mask (h, w) uint8 of train ids; not to be written to. Raises DataError."""
        if (kept := self._kept.get(index)) is not None:
            return kept
        name = self._stored_as(index) if self._store is not None else ""
        if self._store is not None and (packed := self._store.found(name)) is not None:
            return self._trained(_unpacked(packed))
        number = self._indices[index]
        image, ids = self._dataset.image(number), self._dataset.mask(number)
        size = min(image.shape[0], self.most[0]), min(image.shape[1], self.most[1])
        frame = resized(image, size), resized(ids, size)
        pair = self._trained(frame)
        if self._store is None or not self._store.keep(name, _packed(frame)):
            self._keep(index, pair)
        return pair

    def pixels(self, index: int) -> NDArray[np.int64]:
        """(K,) pixels of each class in one frame."""
        return np.bincount(self[index][1].ravel(), minlength=256)[: self._count]

    def _trained(self, frame: Pair) -> Pair:
        return frame[0], cv2.LUT(frame[1], self._table)  # type: ignore[return-value]

    def _keep(self, index: int, pair: Pair) -> None:
        with self._lock:
            needed = pair[0].nbytes + pair[1].nbytes
            if index not in self._kept and needed <= self._room:
                self._kept[index] = pair
                self._room -= needed

    def _stored_as(self, index: int) -> str:
        """The frame's name in the store: what its files hold, read once, and what is made of it."""
        if (known := self._names.get(index)) is not None:
            return known
        number, stamp = self._indices[index], self._kind.copy()
        for path in (self._dataset.samples[number].image, self._dataset.truth(number)):
            try:
                content = path.read_bytes() if path is not None else b""
            except OSError as error:
                raise DataError(f"{path} can't be read ({error.strerror}); check that it is there and may be read") from error
            stamp.update(hashlib.blake2b(content, digest_size=16).digest())
        self._names[index] = name = f"{stamp.hexdigest()[:2]}/{stamp.hexdigest()}"
        return name


def _packed(frame: Pair) -> NDArray[np.uint8]:
    """(4·h, w) uint8: the image's three values a pixel in the first 3·h rows, as they lie in memory, then the mask of ids."""
    image, ids = frame
    return np.concatenate([np.ascontiguousarray(image).reshape(-1, ids.shape[1]), ids])


def _unpacked(packed: NDArray[np.uint8]) -> Pair:
    height = len(packed) // 4
    return packed[: 3 * height].reshape(height, packed.shape[1], 3), packed[3 * height :]


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
