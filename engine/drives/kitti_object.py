"""KITTI object frames: single images with their scans and a calibration each.

    training/{image_2,velodyne,calib,label_2}/NNNNNN.*
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from engine import images
from engine.drives import _numbered
from engine.drives.drive import Drive, FilesDrive, Frame
from engine.lidar import calibration
from engine.lidar.calibration import Calibration

KIND = "kitti_object"
FRAMES_PER_SECOND = 2.0
"""The frames are no film; this is a pace at which they can be looked at."""


def below(path: Path) -> tuple[Path, ...]:
    """The folders (`training`, `testing`) that `path` lies in, is, or holds."""
    return _numbered.up_or_down(path, _is_split, up=1, down=("*",))


def open(folder: Path, at: Path | None = None) -> Drive:
    """The frames in `folder`, of the left colour camera. Raises DataError."""
    pictures = _numbered.files(folder / "image_2", images.SUFFIXES)
    scans = _numbered.files(folder / "velodyne", (".bin",))
    calibrations = _numbered.files(folder / "calib", (".txt",))
    numbers, notes = _numbered.paired(pictures, scans)
    if lacking := [number for number in numbers if number not in calibrations]:
        notes.append(_numbered.missing("calibration", lacking, len(numbers)))

    @lru_cache(maxsize=64)
    def read(number: int) -> Calibration | None:
        return calibration.read_object(calibrations[number]) if number in calibrations else None

    return FilesDrive(
        folder.name if folder.name not in ("training", "testing") else f"{folder.parent.name} {folder.name}",
        folder,
        kind=KIND,
        frames=[Frame(number, i / FRAMES_PER_SECOND, pictures.get(number), scans.get(number)) for i, number in enumerate(numbers)],
        fps=FRAMES_PER_SECOND,
        notes=notes,
        calibration=lambda frame: read(frame.number),
    )


def _is_split(folder: Path) -> bool:
    return (folder / "velodyne").is_dir() and (folder / "calib").is_dir()
