"""Predictions on the disk, so that a drive that was predicted once is played and scrubbed without the network.

A prediction is one 8-bit PNG: the mask above the confidence. Its name tells checkpoint, drive and frame by their files'
dates and sizes: whatever changes is predicted again. The least recently read go when the folder outgrows its limit.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import cv2
import numpy as np

from engine import atomic, checkpoints, places
from engine.drives.drive import Drive
from engine.errors import OutputError
from engine.sample import Prediction

LIMIT_BYTES = 2 << 30
_KEPT_SHARE = 0.9
"""What is left when the limit is passed, so that not every write has to look for something to remove."""
_CONFIDENCE_STEP = 4
"""Confidence is kept in 64 steps: a hundredth more or less is not seen, and the file is half as big."""


class MaskCache:
    """The predictions of one drive by one checkpoint; threads and processes may share the folder."""

    def __init__(self, drive: Drive, checkpoint: Path, *, folder: Path | None = None, limit_bytes: int = LIMIT_BYTES) -> None:
        """Raises CheckpointError where there is no such checkpoint."""
        self._drive = drive
        self._root = folder or places.cache() / "masks"
        self._folder = self._root / _short(checkpoints.fingerprint(checkpoint)) / _short(str(drive.path.absolute()))
        self._limit = limit_bytes
        self._used: int | None = None

    def frames(self) -> list[int]:
        """The positions in the drive of the frames whose predictions are at hand."""
        try:
            there = set(os.listdir(self._folder))
        except OSError:
            return []
        return [index for index in range(len(self._drive.frames)) if self._name(index) in there]

    def read(self, index: int) -> Prediction | None:
        """The prediction of the frame at `index`; None where it is not at hand. A damaged one is removed."""
        path = self._folder / self._name(index)
        try:
            content = np.fromfile(path, np.uint8)
        except OSError:
            return None
        stored = cv2.imdecode(content, cv2.IMREAD_UNCHANGED) if content.size else None
        if stored is None or stored.ndim != 2 or stored.dtype != np.uint8 or len(stored) % 2 or not _ends_well(content):
            path.unlink(missing_ok=True)
            return None
        _touch(path)
        height = len(stored) // 2
        return Prediction(stored[:height].copy(), stored[height:].astype(np.float32) / 255)

    def write(self, index: int, prediction: Prediction) -> bool:
        """Keeps a prediction; False where the disk would not take it, which costs time later and nothing else."""
        steps = np.rint(prediction.confidence * (255 / _CONFIDENCE_STEP)).astype(np.uint8)
        confidence = np.minimum(steps.astype(np.uint16) * _CONFIDENCE_STEP, 255).astype(np.uint8)
        done, encoded = cv2.imencode(".png", np.vstack([prediction.mask, confidence]), [cv2.IMWRITE_PNG_COMPRESSION, 1])
        assert done
        try:
            if self._used is None:
                self._used = sum(size for _, size, _ in _stored(self._root))
            atomic.write_bytes(self._folder / self._name(index), encoded.tobytes())
            self._used += len(encoded)
            if self._used > self._limit:
                self._used = _shrink(self._root, int(self._limit * _KEPT_SHARE))
        except (OutputError, OSError):
            return False
        return True

    def _name(self, index: int) -> str:
        frame = self._drive.frames[index]
        source = frame.image or self._drive.path
        try:
            status = source.stat()
        except OSError:
            return f"{frame.number:08d}-gone.png"
        return f"{frame.number:08d}-{_short(f'{source}|{status.st_mtime_ns}|{status.st_size}')}.png"


def _stored(root: Path) -> list[tuple[float, int, Path]]:
    """(time of the last use, bytes, path) of every prediction of every drive."""
    found = []
    for path in root.glob("*/*/*.png"):
        try:
            status = path.stat()
        except FileNotFoundError:
            continue  # another process removed it
        found.append((status.st_mtime, status.st_size, path))
    return found


def _shrink(root: Path, to_bytes: int) -> int:
    """Removes the least recently used until at most `to_bytes` are left; how many bytes are left."""
    stored = sorted(_stored(root))
    left = sum(size for _, size, _ in stored)
    for _, size, path in stored:
        if left <= to_bytes:
            break
        path.unlink(missing_ok=True)
        left -= size
    return left


def _touch(path: Path) -> None:
    try:
        os.utime(path)
    except OSError:
        pass  # a read-only cache serves as well; only its order of use is not kept


def _ends_well(content: np.ndarray) -> bool:
    """Whether a PNG has its last chunk: OpenCV fills what is cut off with black."""
    return content[-8:-4].tobytes() == b"IEND"


def _short(text: str) -> str:
    return hashlib.sha1(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
