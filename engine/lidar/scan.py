"""Scans and per-point labels on the disk, as KITTI and SemanticKITTI keep them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine import atomic
from engine.errors import DataError

Points = NDArray[np.float32]
_BYTES_A_POINT = 16


@dataclass(frozen=True, slots=True, eq=False)
class Scan:
    """The points of one frame in the lidar's own space: x forward, y left, z up, metres."""

    points: Points
    """(N, 3) float32."""
    reflectance: NDArray[np.float32]
    """(N,) float32, 0…1."""

    def __len__(self) -> int:
        return len(self.points)


def read_scan(path: Path) -> Scan:
    """A KITTI `.bin`: little-endian float32 rows x y z reflectance. Raises DataError where it is missing, empty or truncated."""
    rows = _content(path, np.dtype("<f4"), _BYTES_A_POINT, "scan").reshape(-1, 4)
    if not len(rows):
        raise DataError(f"{path} is empty; copy the scan again or leave its frame out")
    return Scan(np.ascontiguousarray(rows[:, :3]), np.ascontiguousarray(rows[:, 3]))


def write_scan(path: Path, scan: Scan) -> None:
    """Writes `scan` as `read_scan` reads it, in one step. Raises OutputError."""
    rows = np.empty((len(scan), 4), "<f4")
    rows[:, :3], rows[:, 3] = scan.points, scan.reflectance
    atomic.write_bytes(path, rows.tobytes())


def read_labels(path: Path, count: int | None = None) -> NDArray[np.uint32]:
    """(N,) uint32 of a SemanticKITTI `.label`: low 16 bits class, high 16 bits instance.

    `count` is the number of points of the scan it belongs to. Raises DataError where the file is missing, truncated or of another length.
    """
    labels = _content(path, np.dtype("<u4"), 4, "label file")
    if count is not None and len(labels) != count:
        raise DataError(f"{path} labels {len(labels)} points, its scan has {count}; take both from the same release of the data")
    return labels


def write_labels(path: Path, labels: NDArray[np.unsignedinteger]) -> None:
    """Writes (N,) labels as `read_labels` reads them, in one step. Raises OutputError."""
    atomic.write_bytes(path, labels.astype("<u4").tobytes())


def _content(path: Path, kind: np.dtype, unit: int, what: str) -> NDArray:
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise DataError(f"{path} can't be opened ({error.strerror}); check that it exists and may be read") from error
    if len(content) % unit:
        raise DataError(f"{path} is a truncated {what}: {len(content)} bytes are no multiple of {unit}; copy it again")
    return np.frombuffer(content, kind).astype(kind.newbyteorder("="), copy=False)
