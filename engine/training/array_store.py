"""Arrays kept on disk by name, one file each, and memory-mapped when found: the system's own memory of files is their cache.

Several processes may use one folder: files appear whole, and one that is gone is made again.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import atomic
from engine.errors import OutputError

_LOOK_AGAIN = 64
"""After so many arrays the folder is measured again: others may write to it."""


class ArrayStore:
    """At most `room` bytes of files in `folder`. Where that is full, what no one has used for the longest time makes room; what was
    used since this store was made stays. Nothing is lost where the disk refuses: the array isn't kept, then. Safe to use from
    several threads.
    """

    def __init__(self, folder: Path, *, room: int) -> None:
        self._folder, self._room = folder, room
        self._lock = threading.Lock()
        self._used: set[Path] = set()
        self._idle: deque[tuple[Path, int]] = deque()
        """Files not used since this store was made, with their bytes, the longest unused first."""
        self._held, self._until_look = 0, 0

    def found(self, name: str) -> NDArray[Any] | None:
        """The array of that name, mapped and not to be written to; None where it was never kept, or what is there is damaged."""
        path = self._path(name)
        try:
            array: NDArray[Any] = np.load(path, mmap_mode="r")
        except FileNotFoundError:
            return None
        except (OSError, ValueError, EOFError):
            path.unlink(missing_ok=True)
            return None
        with self._lock:
            first = path not in self._used
            self._used.add(path)
        if first:
            _touch(path)
        return array

    def keep(self, name: str, array: NDArray[Any]) -> bool:
        """Whether it is kept now."""
        path = self._path(name)
        with self._lock:
            if not self._make_room(array.nbytes):
                return False
            self._held += array.nbytes
            self._used.add(path)
        try:
            with atomic.replacing(path) as temporary, temporary.open("wb") as stream:
                np.save(stream, array)
        except OutputError:
            self._room = 0  # a full or read-only disk: no more is tried
            return False
        return True

    def _make_room(self, wanted: int) -> bool:
        if not self._until_look:
            self._look()
        self._until_look -= 1
        while self._held + wanted > self._room and self._idle:
            path, size = self._idle.popleft()
            if path not in self._used:
                path.unlink(missing_ok=True)
                self._held -= size
        return self._held + wanted <= self._room

    def _look(self) -> None:
        """Measures the folder."""
        files = [(path, status) for path in self._folder.rglob("*.npy") if (status := _status(path))]
        self._held = sum(status.st_size for _, status in files)
        idle = sorted((status.st_mtime_ns, path, status.st_size) for path, status in files if path not in self._used)
        self._idle = deque((path, size) for _, path, size in idle)
        self._until_look = _LOOK_AGAIN

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.npy"


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None  # another process has removed it


def _touch(path: Path) -> None:
    try:
        os.utime(path)
    except OSError:
        pass  # it only loses its place in the row of those that may go
