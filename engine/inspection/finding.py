"""What lies at a path: one dataset or drive, several of a kind, or a collection of different things."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from engine import datasets, images, listing
from engine.drives import drives_below
from engine.drives import recognise as recognise_drive
from engine.drives.video import SUFFIXES as VIDEO_SUFFIXES
from engine.errors import DataError

DEPTH = 5
"""Folders below a path that are looked through."""
MOST_FOLDERS = 2000
"""Folders of pictures, scans or videos that are looked at."""
_LISTED_VIDEOS = VIDEO_SUFFIXES - {".ts", ".mts", ".gif"}
"""In a folder of other things these are seldom videos: source code, icons."""
_MEDIA = images.SUFFIXES | _LISTED_VIDEOS | {".bin"}
_MEDIA_DEPTH = 8
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
    found = _file(path) if path.is_file() else _Search().below(path, DEPTH)
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


class _Search:
    """Looks below a folder, past everything that holds neither a picture nor a scan nor a video."""

    def __init__(self) -> None:
        self._left = MOST_FOLDERS
        self._empty: set[str] = set()

    def below(self, path: Path, depth: int) -> list[Thing]:
        """Everything in `path`, down to `depth` folders below it."""
        self._left -= 1
        here = _here(path)
        if depth <= 0 or self._left <= 0 or any(thing.path == path for thing in here):
            return here
        try:
            names = listing.folder(path).folders
        except DataError:
            if depth == DEPTH:
                raise
            return here  # a folder within that may not be listed hides nothing a user could open
        return here + [thing for name in names if self._media(os.fspath(path / name), _MEDIA_DEPTH) for thing in self.below(path / name, depth - 1)]

    def _media(self, path: str, depth: int) -> bool:
        """Whether anything below could be a frame: one look at the names, up to the first that could."""
        if path in self._empty:
            return False
        folders = []
        try:
            with os.scandir(path) as entries:
                for entry in entries:
                    if entry.name.startswith("."):
                        continue
                    if entry.is_dir():
                        folders.append(entry.path)
                    elif os.path.splitext(entry.name)[1].lower() in _MEDIA:
                        return True
        except OSError:
            pass  # what may not be listed holds nothing a user could open
        if depth > 0 and any(self._media(folder, depth - 1) for folder in folders):
            return True
        self._empty.add(path)
        return False


def _here(path: Path) -> list[Thing]:
    layout = datasets.recognise(path)
    folders = drives_below(path)
    whole = len(folders) == 1 and (path == folders[0] or path.is_relative_to(folders[0]))
    kind = recognise_drive(path) if whole else None
    if layout:
        return [Thing(path, layout, kind if kind != IMAGES else None)]
    here = [Thing(path, drive=kind)] if kind else []
    if kind in (None, IMAGES):
        here += [Thing(path / name, drive=VIDEO) for name in listing.folder(path).files if Path(name).suffix.lower() in _LISTED_VIDEOS]
    return here


def _unknown(path: Path) -> str:
    if path.is_file():
        return f"{path} is no image, video or scan that can be read; give a video, an image, a scan, or the folder of a dataset or drive"
    if not any(path.iterdir()):
        return f"{path} is an empty folder; give the folder of a dataset or drive, or copy the files there first"
    return f"{path} holds no dataset or drive that Roadscope knows; it knows {', '.join(datasets.layouts())}, KITTI drives, videos and folders of images"
