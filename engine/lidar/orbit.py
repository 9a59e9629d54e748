"""An orbit camera around a point of the lidar's space: the mouse's gestures in, the render process's poses out.

The camera looks at `target` from `distance` metres. `yaw` is where it looks from above: 0 forward (along x), positive to the
left; `pitch` is how far it looks down, radians. The picture's up is always the sky, but for a view straight down, where it
is the way ahead. Pictures have square pixels and a vertical field of view `fov` in degrees.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.geometry import Array, inverse, project, rigid
from engine.lidar.calibration import Calibration
from engine.lidar.scan import Points

FOV = 50.0
PRESETS = ("home", "top", "front", "left", "camera")
_NEAREST, _FARTHEST = 0.5, 500.0
_STEEPEST = np.pi / 2


@dataclass(frozen=True, slots=True)
class Orbit:
    """One view; every gesture gives a new one."""

    target: tuple[float, float, float] = (10.0, 0.0, -1.0)
    distance: float = 28.0
    yaw: float = 0.0
    pitch: float = 0.38
    roll: float = 0.0
    """Radians about the line of sight; 0 in every view but the camera's own."""
    fov: float = FOV

    @property
    def camera_from_lidar(self) -> Array:
        """(4, 4) rigid; camera space is x right, y down, z forward."""
        rotation = self._camera_axes()
        position = np.array(self.target) - rotation[2] * self.distance
        return rigid(rotation, -rotation @ position)

    def turned(self, right: float, down: float) -> Orbit:
        """After a drag by so many radians: the cloud follows the hand."""
        pitch = float(np.clip(self.pitch + down, -_STEEPEST, _STEEPEST))
        return replace(self, yaw=_wrapped(self.yaw - right), pitch=pitch, roll=0.0)

    def panned(self, dx: float, dy: float, height: int) -> Orbit:
        """After a drag by (dx, dy) pixels in a picture `height` pixels high: what is at the target's distance stays under the hand."""
        metres = self.distance / _focal(self.fov, height)
        axes = self._camera_axes()
        return self._aimed(np.array(self.target) - metres * (dx * axes[0] + dy * axes[1]))

    def zoomed(self, factor: float, pixel: tuple[float, float] | None = None, size: tuple[int, int] | None = None) -> Orbit:
        """`factor` times closer (above 1) or farther; what is under `pixel` (x, y) of a picture of `size` (height, width) stays there."""
        distance = float(np.clip(self.distance / factor, _NEAREST, _FARTHEST))
        closer = replace(self, distance=distance)
        if pixel is None or size is None:
            return closer
        height, width = size
        away = np.array([pixel[0] - (width - 1) / 2, pixel[1] - (height - 1) / 2]) / _focal(self.fov, height)
        axes = self._camera_axes()
        return closer._aimed(np.array(self.target) + (self.distance - distance) * (away[0] * axes[0] + away[1] * axes[1]))

    def around(self, target: NDArray[np.floating]) -> Orbit:
        """The same direction and distance around another point (3,) in metres."""
        return self._aimed(np.asarray(target, np.float64))

    def _aimed(self, target: NDArray[np.floating]) -> Orbit:
        x, y, z = (float(value) for value in target)
        return replace(self, target=(x, y, z))

    def _camera_axes(self) -> Array:
        """(3, 3): the camera's right, down and forward in lidar space, as rows."""
        (cy, sy), (cp, sp), (cr, sr) = ((np.cos(angle), np.sin(angle)) for angle in (self.yaw, self.pitch, self.roll))
        forward = np.array([cp * cy, cp * sy, -sp])
        right = np.array([sy, -cy, 0.0])
        down = np.cross(forward, right)
        return np.array([cr * right + sr * down, cr * down - sr * right, forward])


def preset(name: str, calibration: Calibration | None = None, size: tuple[int, int] | None = None) -> Orbit:
    """A named view of PRESETS; KeyError for others. `camera` is the calibration's own, for pictures of `size` (height, width)."""
    if name == "camera" and calibration is not None:
        return _from_camera(calibration, size)
    views = {
        "home": Orbit(),
        "top": Orbit(target=(12.0, 0.0, -1.7), distance=75.0, pitch=_STEEPEST),
        "front": Orbit(target=(8.0, 0.0, -1.0), distance=32.0, yaw=np.pi, pitch=0.3),
        "left": Orbit(target=(8.0, 0.0, -1.0), distance=34.0, yaw=-np.pi / 2, pitch=0.3),
        "camera": Orbit(target=(10.0, 0.0, 0.0), distance=10.0, pitch=0.0, fov=30.0),
    }
    return views[name]


def intrinsics(fov: float, size: tuple[int, int]) -> Array:
    """(3, 3) of a view with the vertical field of view `fov` in degrees and a picture of `size` (height, width)."""
    height, width = size
    focal = _focal(fov, height)
    return np.array([[focal, 0, (width - 1) / 2], [0, focal, (height - 1) / 2], [0, 0, 1]])


def pick(points: Points, pixel: tuple[float, float], pose: Array, intrinsics: Array, *, radius: float = 6.0) -> int | None:
    """The row of the point (N, 3) that stands under `pixel` (x, y) of a view; None where none is within `radius` pixels.

    Of the points that near the cursor the nearest to the eye counts; a pixel's distance from the cursor weighs as much as 2 % of depth.
    """
    pixels, depth = project(points, intrinsics @ pose[:3])
    away = np.hypot(pixels[:, 0] - pixel[0], pixels[:, 1] - pixel[1])
    near = np.flatnonzero(away <= radius)  # NaN, behind the eye, compares false
    if not len(near):
        return None
    return int(near[np.argmin(depth[near] * (1 + 0.02 * away[near]))])


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """Line segments beside the points of a view, one colour each set."""

    points: NDArray[np.float64]
    """(N, 3) metres in lidar space."""
    segments: NDArray[np.int32]
    """(M, 2) rows of `points`."""
    colour: tuple[int, int, int]


def frustum(
    calibration: Calibration, size: tuple[int, int], *, length: float = 2.0, colour: tuple[int, int, int] = (255, 190, 70)
) -> Lines:
    """The camera's view as a pyramid `length` metres deep, for pictures of `size` (height, width)."""
    height, width = size
    corners = np.array([[-0.5, -0.5, 1], [width - 0.5, -0.5, 1], [width - 0.5, height - 0.5, 1], [-0.5, height - 0.5, 1]])
    rays = corners @ np.linalg.inv(calibration.intrinsics).T * length
    lidar_from_camera = inverse(calibration.camera_from_lidar)
    points = np.vstack([np.zeros(3), rays]) @ lidar_from_camera[:3, :3].T + lidar_from_camera[:3, 3]
    return Lines(points, np.array([[0, 1], [0, 2], [0, 3], [0, 4], [1, 2], [2, 3], [3, 4], [4, 1]], np.int32), colour)


def rings(*, height: float = -1.73, every: float = 10.0, count: int = 5, colour: tuple[int, int, int] = (58, 62, 70)) -> Lines:
    """Circles on the road around the lidar, one each `every` metres, and the way ahead: a scale for the eye."""
    angles = np.linspace(0, 2 * np.pi, 97)[:-1]
    circle = np.stack([np.cos(angles), np.sin(angles), np.zeros_like(angles)], axis=1)
    points = [circle * (every * (1 + one)) + (0, 0, height) for one in range(count)]
    follow = np.stack([np.arange(96), (np.arange(96) + 1) % 96], axis=1)
    segments = [follow + 96 * one for one in range(count)]
    points.append(np.array([[0, 0, height], [every * count, 0, height]]))
    segments.append(np.array([[96 * count, 96 * count + 1]]))
    return Lines(np.vstack(points), np.vstack(segments).astype(np.int32), colour)


def axes(*, length: float = 1.0) -> tuple[Lines, Lines, Lines]:
    """The lidar's own axes: x ahead red, y left green, z up blue."""
    colours = ((235, 80, 80), (90, 205, 100), (90, 140, 255))
    ends = np.eye(3) * length
    red, green, blue = (Lines(np.vstack([np.zeros(3), end]), np.array([[0, 1]], np.int32), colour) for end, colour in zip(ends, colours))
    return red, green, blue


def _from_camera(calibration: Calibration, size: tuple[int, int] | None) -> Orbit:
    rotation = calibration.camera_from_lidar[:3, :3]
    position = -rotation.T @ calibration.camera_from_lidar[:3, 3]
    forward, distance = rotation[2], 12.0
    view = Orbit(yaw=float(np.arctan2(forward[1], forward[0])), pitch=float(-np.arcsin(np.clip(forward[2], -1, 1))), distance=distance)
    level = view._camera_axes()
    roll = float(np.arctan2(rotation[0] @ level[1], rotation[0] @ level[0]))
    rows = (size or calibration.size or (375, 0))[0]
    fov = float(np.degrees(2 * np.arctan(rows / 2 / calibration.intrinsics[1, 1])))
    return replace(view._aimed(position + forward * distance), roll=roll, fov=fov)


def _focal(fov: float, height: int) -> float:
    return height / 2 / np.tan(np.radians(fov) / 2)


def _wrapped(angle: float) -> float:
    return float((angle + np.pi) % (2 * np.pi) - np.pi)
