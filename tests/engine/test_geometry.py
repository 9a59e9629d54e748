"""Transforms cancel by their names; projection is a pinhole's."""

from __future__ import annotations

import numpy as np
import pytest

from engine import geometry

RNG = np.random.default_rng(3)


def any_transform() -> np.ndarray:
    return geometry.rigid(geometry.rotation_xyz(*RNG.uniform(-3, 3, 3)), RNG.uniform(-50, 50, 3))


def test_a_transform_and_its_inverse_cancel() -> None:
    b_from_a = any_transform()
    assert np.allclose(geometry.inverse(b_from_a) @ b_from_a, np.eye(4), atol=1e-12)
    points = RNG.normal(size=(100, 3)) * 40
    assert np.allclose(geometry.transform(geometry.transform(points, b_from_a), geometry.inverse(b_from_a)), points)


def test_chained_transforms_are_one() -> None:
    b_from_a, c_from_b = any_transform(), any_transform()
    points = RNG.normal(size=(10, 3))
    assert np.allclose(geometry.transform(geometry.transform(points, b_from_a), c_from_b), geometry.transform(points, c_from_b @ b_from_a))


def test_points_keep_their_type() -> None:
    assert geometry.transform(np.zeros((2, 3), np.float32), any_transform()).dtype == np.float32


@pytest.mark.parametrize(
    ("angles", "point", "expected"),
    [((0, 0, np.pi / 2), (1, 0, 0), (0, 1, 0)), ((np.pi / 2, 0, 0), (0, 1, 0), (0, 0, 1)), ((0, np.pi / 2, 0), (0, 0, 1), (1, 0, 0))],
)
def test_angles_turn_by_the_right_hand(angles: tuple[float, float, float], point: tuple[float, ...], expected: tuple[float, ...]) -> None:
    assert np.allclose(geometry.rotation_xyz(*angles) @ point, expected, atol=1e-12)


def test_roll_is_applied_first_and_yaw_last() -> None:
    roll, pitch, yaw = 0.1, 0.2, 0.3
    chained = geometry.rotation_xyz(0, 0, yaw) @ geometry.rotation_xyz(0, pitch, 0) @ geometry.rotation_xyz(roll, 0, 0)
    assert np.allclose(geometry.rotation_xyz(roll, pitch, yaw), chained)


def test_a_point_ahead_lands_where_a_pinhole_puts_it() -> None:
    image_from_camera = np.array([[100.0, 0, 50, 0], [0, 100, 30, 0], [0, 0, 1, 0]])
    pixels, depth = geometry.project(np.array([[1.0, -0.5, 10.0]]), image_from_camera)
    assert pixels.tolist() == [[60, 25]] and depth.tolist() == [10]


def test_a_point_behind_or_beside_the_camera_has_no_pixel() -> None:
    image_from_camera = np.array([[100.0, 0, 50, 0], [0, 100, 30, 0], [0, 0, 1, 0]])
    pixels, depth = geometry.project(np.array([[1.0, 1, -5], [1, 1, 0]]), image_from_camera)
    assert np.isnan(pixels).all() and depth.tolist() == [-5, 0]
