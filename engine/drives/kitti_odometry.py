"""KITTI odometry sequences, and SemanticKITTI sequences that have scans without images (J. Behley et al., ICCV 2019).

    sequences/NN/{image_2,velodyne,labels}/NNNNNN.*, calib.txt, times.txt, and poses/NN.txt beside `sequences` or poses.txt inside
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from engine import geometry, images
from engine.drives import _numbered
from engine.drives.drive import Drive, FilesDrive, Frame, Pose
from engine.lidar import calibration

KIND = "kitti_odometry"
CAMERAS = (2, 3, 0, 1)


def below(path: Path) -> tuple[Path, ...]:
    """The sequence folders that `path` lies in, is, or holds (`sequences`, or the dataset's root)."""
    return _numbered.up_or_down(path, _is_sequence, up=1, down=("*", "sequences/*", "dataset/sequences/*"))


def open(folder: Path, at: Path | None = None) -> Drive:
    """The sequence in `folder`; `at` is the path the user named, which may be the folder of another camera. Raises DataError."""
    camera = _camera(folder, at or folder)
    pictures = _numbered.files(folder / f"image_{camera}", images.SUFFIXES)
    scans = _numbered.files(folder / "velodyne", (".bin",))
    truths = _numbered.files(folder / "labels", (".label",))
    numbers, notes = _numbered.paired(pictures, scans)
    seconds = _times(folder / "times.txt", numbers)
    calib = folder / "calib.txt"
    read = cache(lambda: calibration.read_odometry(calib, camera=camera))
    return FilesDrive(
        folder.name,
        folder,
        kind=KIND,
        frames=[Frame(number, time, pictures.get(number), scans.get(number), None, truths.get(number)) for number, time in zip(numbers, seconds)],
        fps=_numbered.pace(seconds),
        notes=notes,
        calibration=(lambda frame: read()) if calib.is_file() else None,
        poses=lambda: _poses(_pose_file(folder), calib),
    )


def _is_sequence(folder: Path) -> bool:
    if not any((folder / name).is_file() for name in ("calib.txt", "times.txt")):
        return False
    return (folder / "velodyne").is_dir() or any((folder / f"image_{camera}").is_dir() for camera in CAMERAS)


def _camera(folder: Path, at: Path) -> int:
    named = [camera for camera in CAMERAS if at == folder / f"image_{camera}"]
    there = [camera for camera in CAMERAS if (folder / f"image_{camera}").is_dir()]
    return (named + there + [2])[0]


def _times(file: Path, numbers: list[int]) -> list[float]:
    if not numbers:
        return []
    return _numbered.times(_numbered.numbers_in(file, 1)[:, 0].tolist() if file.is_file() else (), numbers)


def _pose_file(folder: Path) -> Path:
    official = folder.parent.parent / "poses" / f"{folder.name}.txt"
    return official if official.is_file() else folder / "poses.txt"


def _poses(file: Path, calib: Path) -> dict[int, Pose]:
    """world_from_lidar by frame number; the world is the lidar's space at frame 0, so that z is up there."""
    if not (file.is_file() and calib.is_file()):
        return {}
    rows = _numbered.numbers_in(file, 12)
    first_from_camera = np.tile(np.eye(4), (len(rows), 1, 1))
    first_from_camera[:, :3] = rows.reshape(-1, 3, 4)
    camera_from_lidar = calibration.read_odometry(calib, camera=0).camera_from_lidar
    return dict(enumerate(geometry.inverse(camera_from_lidar) @ first_from_camera @ camera_from_lidar))
