"""Images in a folder, or a list of images, played in the natural order of their names."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from engine import images
from engine.drives.drive import Drive, FilesDrive, Frame
from engine.errors import DataError
from engine.labels import LabelSpace, Mask

KIND = "images"
FRAMES_PER_SECOND = 10.0


def below(path: Path) -> tuple[Path, ...]:
    """`path` itself where it is an image or a folder with an image directly inside."""
    if path.is_dir():
        return (path,) if _names(path, first=True) else ()
    return (path,) if path.is_file() and path.suffix.lower() in images.SUFFIXES else ()


def open(path: Path, at: Path | None = None) -> Drive:
    """The images directly in the folder `path`, or the one image `path`. Raises DataError."""
    if not path.is_dir():
        return images_drive(path.name, [path], path=path)
    return images_drive(path.name, [path / name for name in sorted(_names(path), key=natural)], path=path)


def images_drive(
    name: str,
    paths: Sequence[Path],
    masks: Sequence[Path | None] | None = None,
    *,
    path: Path | None = None,
    space: LabelSpace | None = None,
    truth: Callable[[int], Mask | None] | None = None,
    fps: float = FRAMES_PER_SECOND,
) -> Drive:
    """A drive of an explicit list of images: a dataset's frames, say.

    Truth is read from `masks` (ids of `space`, as stored) or, where a dataset has to decode them, by `truth(position)`.
    Raises DataError where the list is empty.
    """
    if not paths:
        raise DataError(f"{path or name} holds no image; choose a folder with {', '.join(sorted(images.SUFFIXES))} files")
    masks = masks or [None] * len(paths)
    frames = [Frame(i, i / fps, image, mask=mask) for i, (image, mask) in enumerate(zip(paths, masks, strict=True))]
    return FilesDrive(name, path or paths[0].parent, kind=KIND, frames=frames, fps=fps, space=space, truth=truth)


def natural(name: str) -> tuple[tuple[int, str] | tuple[int, int], ...]:
    """A sorting key that counts: frame_9 before frame_10."""
    return tuple((0, int(part)) if part.isdecimal() else (1, part.lower()) for part in re.split(r"(\d+)", name) if part)


def _names(folder: Path, *, first: bool = False) -> list[str]:
    found: list[str] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if not entry.name.startswith(".") and os.path.splitext(entry.name)[1].lower() in images.SUFFIXES and entry.is_file():
                    found.append(entry.name)
                    if first:
                        break
    except OSError as error:
        raise DataError(f"{folder} can't be listed ({error.strerror}); check that it may be read") from error
    return found
