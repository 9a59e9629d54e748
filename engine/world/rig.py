"""The measuring car: where its camera, its lidar and its inertial unit sit, and what the files of a KITTI day say of it.

The numbers resemble the KITTI car's: camera 1.65 m and lidar 1.73 m above the road, axes as there (Geiger et al., IJRR 2013).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine import geometry
from engine.world.camera import View

Matrix = NDArray[np.floating]
LIDAR_HEIGHT = 1.73
RATE = 10.0
_EARTH_RADIUS = 6378137.0
_LATITUDE, _LONGITUDE, _ALTITUDE = 49.0110745, 8.4230961, 112.8
_BASELINES = {0: 0.0, 1: -0.54, 2: 0.06, 3: -0.48}


@dataclass(frozen=True)
class Rig:
    """Calibration of a car whose pictures are `size` (height, width)."""

    size: tuple[int, int]

    @property
    def intrinsics(self) -> Matrix:
        height, width = self.size
        focal = 0.7 * width
        return np.array([[focal, 0.0, width / 2 - 0.5], [0.0, focal, 0.47 * height], [0.0, 0.0, 1.0]])

    @property
    def rectification(self) -> Matrix:
        """(4, 4) rectified_from_camera0."""
        return geometry.rigid(geometry.rotation_xyz(0.0043, -0.0074, -0.0098), np.zeros(3))

    @property
    def camera0_from_lidar(self) -> Matrix:
        axes = np.array([[0.0, -1.0, 0.0], [0.0, 0.0, -1.0], [1.0, 0.0, 0.0]])
        # The small turns undo the rectification's, so that the rectified camera looks straight ahead.
        return geometry.rigid(self.rectification[:3, :3].T @ axes, self.rectification[:3, :3].T @ np.array([0.0, -0.08, -0.27]))

    @property
    def lidar_from_imu(self) -> Matrix:
        return geometry.rigid(geometry.rotation_xyz(0.0148, 0.0020, -0.0008), np.array([-0.8087, 0.3196, -0.7997]))

    def projection(self, camera: int) -> Matrix:
        """(3, 4) P_rect of a camera."""
        return np.hstack([self.intrinsics, self.intrinsics @ np.array([[_BASELINES[camera]], [0.0], [0.0]])])

    def view(self, world_from_lidar: Matrix) -> View:
        """Camera 2 of the car whose lidar stands there."""
        camera2_from_rectified = geometry.rigid(np.eye(3), np.array([_BASELINES[2], 0.0, 0.0]))
        camera_from_lidar = camera2_from_rectified @ self.rectification @ self.camera0_from_lidar
        return View(self.size, self.intrinsics, world_from_lidar @ geometry.inverse(camera_from_lidar))

    def files(self) -> dict[str, str]:
        """The three calibration files of a recording day, by name."""
        height, width = self.size
        lines = ["calib_time: 01-Jan-2026 12:00:00", "corner_dist: 9.950000e-02"]
        for camera, baseline in _BASELINES.items():
            lines += [
                f"S_{camera:02d}: {_row([width, height])}",
                f"K_{camera:02d}: {_row(self.intrinsics)}",
                f"D_{camera:02d}: {_row([0.0] * 5)}",
                f"R_{camera:02d}: {_row(np.eye(3))}",
                f"T_{camera:02d}: {_row([baseline, 0.0, 0.0])}",
                f"S_rect_{camera:02d}: {_row([width, height])}",
                f"R_rect_{camera:02d}: {_row(self.rectification[:3, :3])}",
                f"P_rect_{camera:02d}: {_row(self.projection(camera))}",
            ]
        return {
            "calib_cam_to_cam.txt": "\n".join(lines) + "\n",
            "calib_velo_to_cam.txt": _rigid_file(self.camera0_from_lidar, zeros=True),
            "calib_imu_to_velo.txt": _rigid_file(self.lidar_from_imu),
        }


def _row(values: object) -> str:
    return " ".join(f"{value:.14e}" for value in np.asarray(values, np.float64).reshape(-1))


def _rigid_file(matrix: Matrix, *, zeros: bool = False) -> str:
    text = f"calib_time: 01-Jan-2026 12:00:00\nR: {_row(matrix[:3, :3])}\nT: {_row(matrix[:3, 3])}\n"
    return text + (f"delta_f: {_row([0, 0])}\ndelta_c: {_row([0, 0])}\n" if zeros else "")


def oxts(world_from_imu: Matrix, *, scale: float, speed: float, turn_rate: float) -> str:
    """One line of 30 readings; the world's x points east, its y north. `scale` is the cosine of the first latitude."""
    x, y, z = world_from_imu[:3, 3]
    x0, y0 = mercator_origin(scale)
    longitude = np.degrees((x + x0) / (scale * _EARTH_RADIUS))
    latitude = np.degrees(2 * np.arctan(np.exp((y + y0) / (scale * _EARTH_RADIUS))) - np.pi / 2)
    r = world_from_imu[:3, :3]
    roll, pitch, yaw = np.arctan2(r[2, 1], r[2, 2]), np.arcsin(-r[2, 0]), np.arctan2(r[1, 0], r[0, 0])
    north, east = speed * np.sin(yaw), speed * np.cos(yaw)
    gravity = 9.81
    places = f"{latitude:.14f} {longitude:.14f} {_ALTITUDE + z:.12f} {roll:.14f} {pitch:.14f} {yaw:.14f}"
    motion = [
        north,
        east,
        speed,
        0.0,
        0.0,
        0.0,
        speed * turn_rate,
        gravity,
        0.0,
        speed * turn_rate,
        gravity,
        0.0,
        0.0,
        turn_rate,
        0.0,
        0.0,
        turn_rate,
        0.05,
        0.02,
    ]
    return places + " " + " ".join(f"{value:.9f}" for value in motion) + " 4 10 4 4 0\n"


def mercator_origin(scale: float) -> tuple[float, float]:
    """Where the world's origin lies in the devkit's Mercator metres."""
    latitude = np.radians(_LATITUDE)
    return float(scale * _EARTH_RADIUS * np.radians(_LONGITUDE)), float(scale * _EARTH_RADIUS * np.log(np.tan(np.pi / 4 + latitude / 2)))


def first_scale(world_from_imu: Matrix) -> float:
    """The scale the devkit takes from a drive's first reading, for a drive that begins there; each depends on the other."""
    scale = float(np.cos(np.radians(_LATITUDE)))
    for _ in range(6):
        _, y0 = mercator_origin(scale)
        scale = float(np.cos(2 * np.arctan(np.exp((world_from_imu[1, 3] + y0) / (scale * _EARTH_RADIUS))) - np.pi / 2))
    return scale
