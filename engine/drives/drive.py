"""A drive: an ordered sequence of frames, each with an image, a scan, a pose or truth where there is one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine import images
from engine.errors import DataError
from engine.labels import LabelSpace, Mask
from engine.lidar.calibration import Calibration
from engine.lidar.scan import Scan, read_scan
from engine.sample import Image

Pose = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Frame:
    """One time step. `number` is what its files are named by; `time` is in seconds from the drive's first frame.

    `image` is None in a video and where there is only a scan; `mask` is the truth in ids of the drive's label space,
    `labels` the truth of the scan as SemanticKITTI .label.
    """

    number: int
    time: float
    image: Path | None = None
    scan: Path | None = None
    mask: Path | None = None
    labels: Path | None = None

    @property
    def stem(self) -> str:
        """What is made of this frame is named by: its image, else its scan, else its number in six digits."""
        named = self.image or self.scan
        return named.stem if named else f"{self.number:06d}"


class Drive(Protocol):
    """Reading methods take the position of a frame in `frames` and may be called from any thread."""

    @property
    def name(self) -> str: ...

    @property
    def path(self) -> Path:
        """What was opened: a file or the drive's own folder."""

    @property
    def kind(self) -> str:
        """video, images, kitti_raw, kitti_odometry or kitti_object."""

    @property
    def frames(self) -> tuple[Frame, ...]: ...

    @property
    def fps(self) -> float: ...

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) of the first image; (0, 0) where the drive has scans alone."""

    @property
    def space(self) -> LabelSpace | None:
        """The label space of `truth`; None where no frame has any."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What is missing or damaged but does not keep the drive from being played: a sentence each."""

    @property
    def has_images(self) -> bool: ...

    @property
    def has_scans(self) -> bool: ...

    def image(self, index: int) -> Image:
        """(H, W, 3) uint8 RGB. Raises DataError."""

    def scan(self, index: int) -> Scan | None:
        """The frame's points in lidar space; None where it has no scan. Raises DataError."""

    def calibration(self, index: int) -> Calibration | None:
        """None where the drive has no calibration. Raises DataError where it is damaged."""

    def pose(self, index: int) -> Pose | None:
        """world_from_lidar (4, 4) in metres, z up; None where it is unknown."""

    def truth(self, index: int) -> Mask | None:
        """(H, W) uint8 ids of `space`, 255 void; None where the frame has no truth. Raises DataError."""

    def close(self) -> None:
        """Lets go of files; the drive opens them again when it is read again."""


class FilesDrive:
    """A drive of one file an image and a scan."""

    def __init__(
        self,
        name: str,
        path: Path,
        *,
        kind: str,
        frames: Sequence[Frame],
        fps: float,
        space: LabelSpace | None = None,
        notes: Sequence[str] = (),
        calibration: Callable[[Frame], Calibration | None] | None = None,
        poses: Callable[[], Mapping[int, Pose]] | None = None,
        truth: Callable[[int], Mask | None] | None = None,
    ) -> None:
        """`poses` gives world_from_lidar by frame number and is asked once, when first needed; `truth` reads by position.

        Raises DataError where there is no frame.
        """
        if not frames:
            raise DataError(f"{path} holds no frame; choose a folder with images, a video or a KITTI drive")
        self.name, self.path, self.kind = name, path, kind
        self.frames = tuple(frames)
        self.fps, self.space, self.notes = fps, space, tuple(notes)
        self.has_images = any(frame.image for frame in self.frames)
        self.has_scans = any(frame.scan for frame in self.frames)
        self._calibration, self._read_poses, self._truth = calibration, poses, truth
        self._poses: Mapping[int, Pose] | None = None
        self._size: tuple[int, int] | None = None
        self._lock = threading.RLock()

    @property
    def size(self) -> tuple[int, int]:
        with self._lock:
            if self._size is None:
                first = next((frame.image for frame in self.frames if frame.image), None)
                self._size = images.size(first) if first else (0, 0)
            return self._size

    def image(self, index: int) -> Image:
        frame = self.frames[index]
        if frame.image is None:
            raise DataError(f"frame {frame.number} of {self.name} has no image; look at its scan on the Lidar page")
        return images.read_rgb(frame.image)

    def scan(self, index: int) -> Scan | None:
        path = self.frames[index].scan
        return read_scan(path) if path else None

    def calibration(self, index: int) -> Calibration | None:
        if self._calibration is None:
            return None
        with self._lock:
            return self._calibration(self.frames[index])

    def pose(self, index: int) -> Pose | None:
        with self._lock:
            if self._poses is None:
                self._poses = self._read_poses() if self._read_poses else {}
            return self._poses.get(self.frames[index].number)

    def truth(self, index: int) -> Mask | None:
        frame = self.frames[index]
        if self._truth is not None:
            return self._truth(index)
        if frame.mask is None:
            return None
        ids = images.read_ids(frame.mask)
        if ids.max(initial=0) > 255:
            raise DataError(f"{frame.mask} holds ids above 255; export the mask with 8 bits")
        return ids.astype(np.uint8)

    def close(self) -> None:
        pass
