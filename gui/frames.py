"""What the pages read of a drive, kept for a while: any thread may ask, the same frame is read once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.errors import DataError

if TYPE_CHECKING:
    from engine.drives.drive import Drive
    from engine.labels import Mask
    from engine.lidar.calibration import Calibration
    from engine.lidar.scan import Scan
    from engine.sample import Image

_BYTES = 192 << 20


class Frames:
    """The images, scans and truths of one drive; the least recently used go when `limit` bytes are exceeded."""

    def __init__(self, drive: Drive, *, limit: int = _BYTES) -> None:
        self.drive = drive
        self._limit, self._used = limit, 0
        self._kept: OrderedDict[tuple[str, int], Any] = OrderedDict()
        self._lock = threading.Lock()
        self._reading = threading.Lock()

    def __len__(self) -> int:
        return len(self.drive.frames)

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) of the first image; (0, 0) where there is none, or none that can be read."""
        try:
            return self.drive.size
        except DataError:
            return (0, 0)  # told when the frame itself is shown

    def image(self, index: int) -> Image | None:
        """(H, W, 3) uint8 RGB; None in a drive of scans alone. Raises DataError."""
        if not self.drive.has_images:
            return None
        return self._once("image", index, self.drive.image)

    def scan(self, index: int) -> Scan | None:
        """Raises DataError."""
        return self._once("scan", index, self.drive.scan)

    def truth(self, index: int) -> Mask | None:
        """(H, W) uint8 ids of the drive's label space. Raises DataError."""
        return self._once("truth", index, self.drive.truth) if self.drive.space is not None else None

    def forget_truth(self, index: int | None = None) -> None:
        """The frame's mask on the disk, or that of any frame, is another now: it is read anew when it is next asked for."""
        with self._lock:
            for key in [key for key in self._kept if key[0] == "truth" and index in (None, key[1])]:
                self._used -= _size(self._kept.pop(key))

    def calibration(self, index: int) -> Calibration | None:
        """Raises DataError."""
        return self.drive.calibration(index)

    def _once(self, what: str, index: int, read: Callable[[int], Any]) -> Any:
        key = (what, index)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        with self._reading:  # a video decodes forwards: two readers at once would make it jump
            with self._lock:
                if key in self._kept:
                    return self._kept[key]
            value = read(index)
        with self._lock:
            self._kept[key] = value
            self._used += _size(value)
            while self._used > self._limit and len(self._kept) > 1:
                _, dropped = self._kept.popitem(last=False)
                self._used -= _size(dropped)
        return value


def _size(value: Any) -> int:
    if isinstance(value, np.ndarray):
        return value.nbytes
    return value.points.nbytes + value.reflectance.nbytes if value is not None else 0
