"""What single files are, looked up by threads and remembered as long as a file keeps its time and length."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from engine import atomic, images, places
from engine.errors import DataError, OutputError
from engine.events import ShouldStop

Item = TypeVar("Item")
Result = TypeVar("Result")
_EXACT_BELOW = 1 << 24
"""OpenCV counts in float32: up to here a count is exact."""
_KEPT = 100
"""Datasets whose facts are kept; the oldest go."""


@dataclass(frozen=True, slots=True)
class FileFacts:
    """An image's size, a mask's size and counts by id, or why it can't be read."""

    size: tuple[int, int] | None = None
    counts: dict[int, int] = field(default_factory=dict)
    error: str = ""


def image_facts(path: Path) -> FileFacts:
    """From the header and the end of the file, without decoding it."""
    try:
        size = images.size(path)
        if images.cut_off(path):
            return FileFacts(size, error=f"{path} is cut off; copy it again or leave it out")
    except DataError as error:
        return FileFacts(error=str(error))
    return FileFacts(size)


def mask_facts(path: Path, read: Callable[[Path], NDArray[np.integer]]) -> FileFacts:
    """From all of its pixels."""
    try:
        if images.cut_off(path):
            return FileFacts(error=f"{path} is cut off; copy it again or leave it out")
        mask = read(path)
    except DataError as error:
        return FileFacts(error=str(error))
    height, width = mask.shape
    return FileFacts((height, width), count(mask))


def count(mask: NDArray[np.integer]) -> dict[int, int]:
    """Pixels by id, of the ids that occur."""
    if mask.dtype == np.uint8 and mask.size < _EXACT_BELOW:
        counts = cv2.calcHist([mask], [0], None, [256], [0, 256]).ravel().astype(np.int64)
        return {int(id_): int(counts[id_]) for id_ in np.flatnonzero(counts)}
    ids, pixels = np.unique(mask, return_counts=True)
    return {int(id_): int(number) for id_, number in zip(ids, pixels)}


class Remembered:
    """Facts of many files, by path; `key` changes when a file would be read differently."""

    def __init__(self, key: str) -> None:
        self._path = places.cache() / "facts" / f"{hashlib.sha256(key.encode('utf-8', 'surrogateescape')).hexdigest()[:24]}.json"
        self._known: dict[str, Any] = self._read()
        self._changed = False

    def get(self, path: Path, look: Callable[[Path], FileFacts]) -> FileFacts:
        """What is known of a file that has not changed, else what `look` finds. Safe from several threads."""
        try:
            status = os.stat(path)
        except OSError:
            return look(path)
        stamp = [status.st_mtime_ns, status.st_size]
        known = self._known.get(str(path))
        if known and known[:2] == stamp:
            _, _, size, counts = known
            return FileFacts(tuple(size), {int(id_): number for id_, number in counts.items()})
        found = look(path)
        if not found.error:
            self._known[str(path)] = [*stamp, found.size, found.counts]
            self._changed = True
        return found

    def save(self) -> None:
        """Keeps what was learnt; where the cache can't be written, the next look is as slow as this one."""
        if not self._changed:
            return
        try:
            atomic.write_text(self._path, json.dumps(self._known))
            kept = sorted(self._path.parent.glob("*.json"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
            for path in kept[_KEPT:]:
                path.unlink(missing_ok=True)
        except (OutputError, OSError, UnicodeEncodeError):
            return

    def _read(self) -> dict[str, Any]:
        try:
            values = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}  # a cache: missing or damaged, it is made again
        return values if isinstance(values, dict) else {}


def in_threads(look: Callable[[Item], Result], items: Sequence[Item], should_stop: ShouldStop) -> Iterator[tuple[Item, Result]]:
    """Each item with what `look` gives, in order; ends early when asked to stop. OpenCV and numpy work side by side here."""
    pool = ThreadPoolExecutor()
    try:
        for item, result in zip(items, pool.map(look, items)):
            yield item, result
            if should_stop():
                return
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
