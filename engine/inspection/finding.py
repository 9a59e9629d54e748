"""What lies at a path: one dataset or drive, several of a kind, or a collection of different things."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine import datasets, images, listing
from engine.drives import drives_below
from engine.drives import recognise as recognise_drive
from engine.drives.video import SUFFIXES as VIDEO_SUFFIXES
from engine.errors import DataError

DEPTH = 5
"""Folders below a path that are looked through."""
MOST_FOLDERS = 3000
IMAGES = "images"
VIDEO = "video"
SCAN = "scan"


@dataclass(frozen=True, slots=True)
class Thing:
    """One dataset (`layout`), one drive (`drive`, its kind), both in one place, or a single file."""

    path: Path
    layout: str | None = None
    drive: str | None = None

    @property
    def kind(self) -> str:
        return self.layout or self.drive or SCAN


def find(path: Path) -> tuple[Thing, ...]:
    """Everything at `path`, or around it where it is a part of a dataset or drive, or below it. Raises DataError where that is nothing."""
    path = Path(path).expanduser().absolute()
    if not path.exists():
        raise DataError(f"{path} doesn't exist; check the spelling")
    found = _file(path) if path.is_file() else _below(path, DEPTH, [MOST_FOLDERS])
    if not found:
        raise DataError(_unknown(path))
    return tuple(found)


def _file(path: Path) -> list[Thing]:
    suffix = path.suffix.lower()
    if suffix in images.SUFFIXES:
        return [Thing(path, drive=IMAGES)]
    if suffix == ".bin":
        return [Thing(path)]
    kind = recognise_drive(path)
    return [Thing(path, drive=kind)] if kind else []


def _below(path: Path, depth: int, left: list[int]) -> list[Thing]:
    left[0] -= 1
    here = _here(path)
    if any(thing.path == path for thing in here):
        return here
    if depth <= 0 or left[0] <= 0:
        return here
    try:
        names = listing.folder(path).folders
    except DataError:
        if depth == DEPTH:
            raise
        return here  # a folder within that may not be listed hides nothing a user could open
    return here + [thing for name in names for thing in _below(path / name, depth - 1, left)]


def _here(path: Path) -> list[Thing]:
    layout = datasets.recognise(path)
    folders = drives_below(path)
    whole = len(folders) == 1 and (path == folders[0] or path.is_relative_to(folders[0]))
    kind = recognise_drive(path) if whole else None
    if layout:
        return [Thing(path, layout, kind if kind != IMAGES else None)]
    here = [Thing(path, drive=kind)] if kind else []
    if kind in (None, IMAGES):
        here += [Thing(path / name, drive=VIDEO) for name in listing.folder(path).files if Path(name).suffix.lower() in VIDEO_SUFFIXES]
    return here


def _unknown(path: Path) -> str:
    if path.is_file():
        return f"{path} is no image, video or scan that can be read; give a video, an image, a scan, or the folder of a dataset or drive"
    if not any(path.iterdir()):
        return f"{path} is an empty folder; give the folder of a dataset or drive, or copy the files there first"
    return f"{path} holds no dataset or drive that Roadscope knows; it knows {', '.join(datasets.layouts())}, KITTI drives, videos and folders of images"
