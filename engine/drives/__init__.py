"""Drives: ordered frames to play, of any of the kinds in `KINDS`, found from any path in or above them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol

from engine.drives import image_folder, kitti_object, kitti_odometry, kitti_raw, video
from engine.drives.drive import Drive, FilesDrive, Frame
from engine.drives.image_folder import images_drive
from engine.errors import DataError

__all__ = ["Drive", "FilesDrive", "Frame", "drives_below", "images_drive", "open_drive", "recognise"]


class _Layout(Protocol):
    KIND: str

    def below(self, path: Path, /) -> tuple[Path, ...]: ...

    def open(self, folder: Path, at: Path, /) -> Drive: ...


_LAYOUTS: tuple[_Layout, ...] = (kitti_raw, kitti_odometry, kitti_object, image_folder, video)
"""In the order in which they are tried: what asks for more files comes first."""


def recognise(path: Path) -> str | None:
    """The kind of drive that `path` is, lies in or holds; None for anything else."""
    found = _layout(_whole(path))
    return found[0].KIND if found else None


def drives_below(path: Path) -> tuple[Path, ...]:
    """Every drive that `path` holds, in the order of their names; itself where it is one, () where there is none."""
    found = _layout(_whole(path))
    return found[1] if found else ()


def open_drive(path: Path) -> Drive:
    """The drive at `path`, found from any level of its tree; the first where there are several. Raises DataError."""
    path = _whole(path)
    if not path.exists():
        raise DataError(f"{path} doesn't exist; choose a video, a folder of images or a KITTI drive")
    found = _layout(path)
    if found is None:
        what = "is an empty folder" if path.is_dir() and not any(path.iterdir()) else "is no drive"
        raise DataError(f"{path} {what}; choose a video, a folder of images or a KITTI drive")
    layout, folders = found
    return layout.open(folders[0], path)


def _layout(path: Path) -> tuple[_Layout, tuple[Path, ...]] | None:
    for layout in _LAYOUTS:
        if folders := layout.below(path):
            return layout, folders
    return None


def _whole(path: Path) -> Path:
    """Absolute, so that there are parents to look in; symbolic links stay as they are."""
    return Path(os.path.abspath(Path(path).expanduser()))
