"""KITTI's calibration files: where a lidar point lands in a camera's picture.

Sources: the development kits of KITTI raw (readme.txt), object, road and odometry; A. Geiger et al., "Vision meets robotics", IJRR 2013.
A file of "key: numbers" lines is read strictly: what is missing, garbled, of the wrong count or not finite is one sentence.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.errors import DataError
from engine.geometry import rigid

Matrix = NDArray[np.floating]
_AGAIN = "copy the file again from the dataset"


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """One rectified camera and the lidar. Camera space: x right, y down, z forward, metres."""

    intrinsics: Matrix
    """(3, 3) pinhole matrix in pixels."""
    camera_from_lidar: Matrix
    """(4, 4) rigid, into the space of this very camera (not of camera 0)."""
    size: tuple[int, int] | None = None
    """(height, width) of the rectified pictures where the files tell it."""

    @property
    def image_from_lidar(self) -> Matrix:
        """(3, 4) homogeneous: a lidar point to depth · (x, y, 1) in pixels."""
        return self.intrinsics @ self.camera_from_lidar[:3]


def read_raw(date_folder: Path, camera: int = 2) -> Calibration:
    """The calibration of a KITTI raw recording day: `calib_cam_to_cam.txt` and `calib_velo_to_cam.txt`. Raises DataError."""
    cameras = _Numbers(Path(date_folder) / "calib_cam_to_cam.txt")
    lidar = _Numbers(Path(date_folder) / "calib_velo_to_cam.txt")
    height_width = cameras.optional(f"S_rect_{camera:02d}", 2)
    return _calibration(
        cameras.projection(f"P_rect_{camera:02d}"),
        cameras.rotation("R_rect_00"),
        rigid(lidar.rotation("R"), lidar.take("T", 3)),
        None if height_width is None else (int(height_width[1]), int(height_width[0])),
    )


def read_object(file: Path, camera: int = 2) -> Calibration:
    """The calibration of one KITTI object or road frame: `P2`, `R0_rect`, `Tr_velo_to_cam`. Raises DataError."""
    numbers = _Numbers(file)
    return _calibration(numbers.projection(f"P{camera}"), numbers.rotation("R0_rect"), numbers.motion("Tr_velo_to_cam"), None)


def read_odometry(file: Path, camera: int = 2) -> Calibration:
    """The calibration of a KITTI odometry sequence: `P2` and `Tr`, which leads into rectified camera 0. Raises DataError."""
    numbers = _Numbers(file)
    return _calibration(numbers.projection(f"P{camera}"), np.eye(3), numbers.motion("Tr"), None)


def read_road(file: Path) -> Matrix:
    """(3, 3) homogeneous, from a point (x, z, 1) of the road's plane in metres to the 1-based pixel of camera 2 of a KITTI road frame.

    P2 · R0_rect · (camera from road) without its second column: on the plane y is 0. Raises DataError.
    """
    numbers = _Numbers(file)
    rectified = rigid(numbers.rotation("R0_rect"), np.zeros(3))
    image_from_road: Matrix = numbers.projection("P2") @ rectified @ np.linalg.inv(numbers.motion("Tr_cam_to_road"))
    return image_from_road[:, [0, 2, 3]]


def read_lidar_from_imu(file: Path) -> Matrix:
    """(4, 4) rigid of a recording day's `calib_imu_to_velo.txt`, metres. Raises DataError."""
    numbers = _Numbers(file)
    return rigid(numbers.rotation("R"), numbers.take("T", 3))


def _calibration(projection: Matrix, rectification: Matrix, camera0_from_lidar: Matrix, size: tuple[int, int] | None) -> Calibration:
    """KITTI's P = K · [I | t]: `t` leads from camera 0 to the camera the picture is of."""
    intrinsics = projection[:, :3]
    camera_from_rectified = rigid(np.eye(3), np.linalg.solve(intrinsics, projection[:, 3]))
    return Calibration(intrinsics, camera_from_rectified @ rigid(rectification, np.zeros(3)) @ camera0_from_lidar, size)


class _Numbers:
    """The "key: numbers" lines of one file, checked when they are asked for."""

    def __init__(self, path: Path) -> None:
        self._path = Path(path)
        try:
            text = self._path.read_bytes().decode("utf-8")
        except OSError as error:
            raise DataError(f"{path} can't be opened ({error.strerror}); put the calibration of the recording there") from error
        except UnicodeDecodeError as error:
            raise DataError(f"{path} is no calibration: it holds bytes that are no text; {_AGAIN}") from error
        self._lines = {key.strip(): rest.split() for key, colon, rest in (line.partition(":") for line in text.splitlines()) if colon}

    def take(self, key: str, count: int) -> Matrix:
        if key not in self._lines:
            raise DataError(f"{self._path} lacks the key {key}; {_AGAIN}")
        words = self._lines[key]
        if len(words) != count:
            raise DataError(f"{self._path}: {key} has {len(words)} numbers, it needs {count}; {_AGAIN}")
        try:
            numbers = np.array([float(word) for word in words])
        except ValueError as error:
            word = str(error).rpartition(": ")[2][:40]
            raise DataError(f"{self._path}: {key} holds something that is no number ({word}); {_AGAIN}") from error
        if not np.isfinite(numbers).all():
            raise DataError(f"{self._path}: {key} holds a number that is not finite; {_AGAIN}")
        return numbers

    def optional(self, key: str, count: int) -> Matrix | None:
        return self.take(key, count) if key in self._lines else None

    def rotation(self, key: str) -> Matrix:
        return self._checked_rotation(key, self.take(key, 9).reshape(3, 3))

    def motion(self, key: str) -> Matrix:
        rows = self.take(key, 12).reshape(3, 4)
        return rigid(self._checked_rotation(key, rows[:, :3]), rows[:, 3])

    def projection(self, key: str) -> Matrix:
        matrix = self.take(key, 12).reshape(3, 4)
        if matrix[0, 0] <= 0 or matrix[1, 1] <= 0 or abs(matrix[2, 2] - 1) > 1e-3 or np.abs(matrix[[1, 2, 2], [0, 0, 1]]).max() > 1e-3:
            raise DataError(f"{self._path}: {key} is no projection of a rectified camera (its focal lengths or last row are off); {_AGAIN}")
        return matrix

    def _checked_rotation(self, key: str, matrix: Matrix) -> Matrix:
        if np.abs(matrix @ matrix.T - np.eye(3)).max() > 1e-3 or np.linalg.det(matrix) < 0:
            raise DataError(f"{self._path}: {key} is no rotation; {_AGAIN}")
        return matrix
