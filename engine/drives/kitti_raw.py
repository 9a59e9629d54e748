"""KITTI raw drives (A. Geiger et al., IJRR 2013), whole or cut down, matched by frame number.

    <date>/calib_{cam_to_cam,velo_to_cam,imu_to_velo}.txt
    <date>/<date>_drive_NNNN_sync/{image_02,velodyne_points,oxts}/data/NNNNNNNNNN.*, …/timestamps.txt

Truth, where there is any: `image_02/semantic/NNNNNNNNNN.png` (Cityscapes ids) and `velodyne_points/labels/NNNNNNNNNN.label`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np

from engine import geometry, images, labels, own_spaces
from engine.drives import _numbered
from engine.drives.drive import Drive, FilesDrive, Frame, Pose
from engine.errors import DataError
from engine.lidar import calibration
from engine.lidar.calibration import Calibration

KIND = "kitti_raw"
EARTH_RADIUS = 6378137.0
"""Metres; the devkit's."""
CAMERAS = (2, 3, 0, 1)


def below(path: Path) -> tuple[Path, ...]:
    """The drive folders that `path` lies in, is, or holds (a date folder, or a folder of date folders)."""
    return _numbered.up_or_down(path, _is_drive, up=2, down=("*", "*/*"))


def open(folder: Path, at: Path | None = None) -> Drive:
    """The drive in `folder`; `at` is the path the user named, which may lie in the folder of another camera. Raises DataError."""
    camera = _camera(folder, at or folder)
    pictures = _numbered.files(folder / f"image_{camera:02d}" / "data", images.SUFFIXES)
    scans = _numbered.files(folder / "velodyne_points" / "data", (".bin",))
    masks = _numbered.files(folder / f"image_{camera:02d}" / "semantic", (".png",))
    truths = _numbered.files(folder / "velodyne_points" / "labels", (".label",))
    numbers, notes = _numbered.paired(pictures, scans)
    seconds = _times(folder / (f"image_{camera:02d}" if pictures else "velodyne_points"), numbers)
    frames = [
        Frame(number, time, pictures.get(number), scans.get(number), masks.get(number), truths.get(number)) for number, time in zip(numbers, seconds)
    ]
    dated = folder.parent if (folder.parent / "calib_cam_to_cam.txt").is_file() else folder
    calibrated = (dated / "calib_cam_to_cam.txt").is_file()
    if scans and not calibrated:
        notes.append(f"{folder.parent} has no calib_cam_to_cam.txt, so scans can't be laid over the images; unpack the date's calibration there")
    return FilesDrive(
        folder.name,
        folder,
        kind=KIND,
        frames=frames,
        fps=_numbered.pace(seconds),
        space=own_spaces.used_for(folder, labels.space("cityscapes")) if masks else None,
        notes=notes,
        calibration=_once(dated, camera) if calibrated else None,
        poses=lambda: _poses(folder, dated / "calib_imu_to_velo.txt", numbers),
    )


def poses_of_oxts(readings: np.ndarray) -> np.ndarray:
    """world_from_imu (N, 4, 4) of OXTS rows (N, 6): latitude, longitude in degrees, altitude in metres, roll, pitch, yaw in radians.

    The world is the IMU's space at the first row: x ahead, y left, z up. Source: KITTI raw devkit, convertOxtsToPose.m.
    """
    latitude, longitude = np.radians(readings[:, 0]), np.radians(readings[:, 1])
    scale = np.cos(latitude[0])
    x = scale * EARTH_RADIUS * longitude
    y = scale * EARTH_RADIUS * np.log(np.tan(np.pi / 4 + latitude / 2))
    places = np.stack([x, y, readings[:, 2]], axis=1)
    places -= places[0]
    level_from_imu = np.stack([geometry.rigid(geometry.rotation_xyz(*row[3:6]), place) for row, place in zip(readings, places)])
    return geometry.inverse(level_from_imu[0]) @ level_from_imu


def _is_drive(folder: Path) -> bool:
    return (folder / "velodyne_points" / "data").is_dir() or any((folder / f"image_{camera:02d}" / "data").is_dir() for camera in CAMERAS)


def _camera(folder: Path, at: Path) -> int:
    inside = at.relative_to(folder).parts if at.is_relative_to(folder) else ()
    named = [camera for camera in CAMERAS if f"image_{camera:02d}" in inside]
    there = [camera for camera in CAMERAS if (folder / f"image_{camera:02d}" / "data").is_dir()]
    return (named + there + [2])[0]


def _times(folder: Path, numbers: list[int]) -> list[float]:
    file = folder / "timestamps.txt"
    if not numbers or not file.is_file():
        return _numbered.times((), numbers) if numbers else []
    stamps = np.array([_stamp(line) for line in _numbered.lines(file)], "datetime64[ns]")
    known = stamps[~np.isnat(stamps)]
    seconds = (stamps - known[0]) / np.timedelta64(1, "s") if len(known) else ()  # NaN for a damaged line
    return _numbered.times(seconds, numbers)


def _stamp(line: str) -> np.datetime64:
    try:
        return np.datetime64(line.strip().replace(" ", "T"), "ns")
    except ValueError:
        return np.datetime64("NaT", "ns")  # a damaged line: its frame goes on at the usual pace


def _once(dated: Path, camera: int) -> Callable[[Frame], Calibration]:
    read = cache(lambda: calibration.read_raw(dated, camera=camera))

    def of(frame: Frame) -> Calibration:
        return read()

    return of


def _poses(folder: Path, imu_to_velo: Path, numbers: list[int]) -> dict[int, Pose]:
    readings = _numbered.files(folder / "oxts" / "data", (".txt",))
    known = [number for number in numbers if number in readings]
    if not known or not imu_to_velo.is_file():
        return {}
    rows = np.stack([_reading(readings[number]) for number in known])
    imu_from_lidar = geometry.inverse(calibration.read_lidar_from_imu(imu_to_velo))
    return dict(zip(known, poses_of_oxts(rows) @ imu_from_lidar))


def _reading(file: Path) -> np.ndarray:
    words = " ".join(_numbered.lines(file)).split()
    try:
        row = np.array([float(word) for word in words[:6]])
    except ValueError as error:
        raise DataError(f"{file} holds something that is no number; copy it again from the dataset") from error
    if row.shape != (6,) or not np.isfinite(row).all():
        raise DataError(f"{file} must begin with six finite numbers (latitude … yaw); copy it again from the dataset")
    return row

