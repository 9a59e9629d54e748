"""Rigid transforms and pinhole projection in metres, radians and pixels.

A transform is named `target_from_source` and is (4, 4), so that names cancel: `image_from_camera @ camera_from_lidar`.
Points are rows (N, 3). The image's origin is the centre of its upper left pixel (KITTI, OpenCV).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


def transform(points_in_source: Array, target_from_source: Array) -> Array:
    """Points (N, 3) in the target's space; the transform's lowest row must be 0 0 0 1."""
    return points_in_source @ target_from_source[:3, :3].T.astype(points_in_source.dtype) + target_from_source[:3, 3].astype(points_in_source.dtype)


def inverse(target_from_source: Array) -> Array:
    """source_from_target of a rigid transform, exactly orthonormal where the rotation is."""
    rotation, translation = target_from_source[:3, :3], target_from_source[:3, 3]
    source_from_target = np.eye(4)
    source_from_target[:3, :3] = rotation.T
    source_from_target[:3, 3] = -rotation.T @ translation
    return source_from_target


def rigid(rotation: Array, translation: Array) -> Array:
    """(4, 4) of a rotation (3, 3) and a translation (3,) in metres."""
    result = np.eye(4)
    result[:3, :3] = rotation
    result[:3, 3] = np.asarray(translation).reshape(3)
    return result


def rotation_xyz(roll: float, pitch: float, yaw: float) -> Array:
    """Rz(yaw) · Ry(pitch) · Rx(roll), radians: the order of KITTI's OXTS readings."""
    (cr, sr), (cp, sp), (cy, sy) = ((np.cos(a), np.sin(a)) for a in (roll, pitch, yaw))
    about_x = np.array([[1, 0, 0], [0, cr, -sr], [0, sr, cr]])
    about_y = np.array([[cp, 0, sp], [0, 1, 0], [-sp, 0, cp]])
    about_z = np.array([[cy, -sy, 0], [sy, cy, 0], [0, 0, 1]])
    return about_z @ about_y @ about_x


def project(points_in_lidar: Array, image_from_lidar: Array) -> tuple[Array, Array]:
    """Pixels (N, 2) as (x, y) and depths (N,) in metres; pixels are NaN where a point is not in front of the camera.

    `image_from_lidar` is (3, 4) or (4, 4), homogeneous.
    """
    matrix = image_from_lidar[:3].astype(np.float64)
    homogeneous = points_in_lidar @ matrix[:, :3].T + matrix[:, 3]
    depth = homogeneous[:, 2]
    with np.errstate(divide="ignore", invalid="ignore"):
        pixels = homogeneous[:, :2] / depth[:, None]
    pixels[depth <= 0] = np.nan
    return pixels, depth
