"""The frames of whatever is open, as the Data page lists them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import RoadscopeError

if TYPE_CHECKING:
    from engine.inspection.opening import Opened
    from engine.sample import Image

LONGEST = 256
"""Of a thumbnail's sides, pixels."""


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """One frame. `path` is its image (of a video the video), `number` its position there; `drive_frame` where the drive shows it, -1 nowhere."""

    name: str
    path: Path
    number: int
    drive_frame: int
    mask: Path | None
    small: Callable[[], Image]
    """(h, w, 3) uint8 RGB of at most LONGEST pixels a side. Raises DataError."""
    image: Callable[[], Image]
    truth: Callable[[], Any]
    """(H, W) ids of the source's label space or None. Raises DataError."""


def items_of(source: Opened | None) -> list[Item]:
    """The dataset's samples, else the drive's frames; nothing is read."""
    if source is None:
        return []
    if source.dataset is not None:
        return _samples(source)
    return _frames(source.drive) if source.drive is not None else []


@dataclass(frozen=True, eq=False)
class Listed:
    """All frames of a source, and the height of the first one's image by its width."""

    items: list[Item]
    aspect: float


def listed(source: Opened | None) -> Listed:
    """As `items_of`; reads the head of one image, so it belongs on a worker."""
    drive = source.drive if source is not None else None
    try:
        height, width = drive.size if drive is not None else (0, 0)
    except RoadscopeError:
        height, width = 0, 0  # an unreadable first image: the list shows it as one
    return Listed(items_of(source), height / width if width and height else 9 / 16)


def _samples(source: Opened) -> list[Item]:
    dataset, drive = source.dataset, source.drive
    assert dataset is not None
    at = {frame.image: index for index, frame in enumerate(drive.frames)} if drive is not None else {}
    return [
        Item(
            sample.name,
            sample.image,
            index,
            at.get(sample.image, -1),
            sample.mask,
            _reduced(sample.image),
            lambda index=index: dataset.image(index),  # type: ignore[misc]
            lambda index=index: dataset.mask(index) if dataset.truth(index) else None,  # type: ignore[misc]
        )
        for index, sample in enumerate(dataset.samples)
    ]


def _frames(drive: Any) -> list[Item]:
    return [
        Item(
            frame.stem if frame.image or frame.scan else f"frame {index + 1}",
            frame.image or frame.scan or drive.path,
            index,
            index,
            frame.mask,
            _reduced(frame.image) if frame.image else lambda index=index: _shrunk(drive.image(index)),  # type: ignore[misc]
            lambda index=index: drive.image(index),  # type: ignore[misc]
            lambda index=index: drive.truth(index),  # type: ignore[misc]
        )
        for index, frame in enumerate(drive.frames)
    ]


def _reduced(path: Path) -> Callable[[], Image]:
    def read() -> Image:
        from engine import images

        return images.read_reduced(path, LONGEST)

    return read


def _shrunk(image: Image) -> Image:
    import cv2

    height, width = image.shape[:2]
    factor = min(1.0, LONGEST / max(height, width))
    return cv2.resize(image, (max(1, round(width * factor)), max(1, round(height * factor))), interpolation=cv2.INTER_AREA)  # type: ignore[return-value]
