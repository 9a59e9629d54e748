from __future__ import annotations

import numpy as np
import pytest

from engine import geometry
from engine.lidar import orbit
from engine.lidar.calibration import Calibration
from engine.lidar.orbit import PRESETS, Orbit, intrinsics, pick, preset

SIZE = (600, 960)


def shown_at(view: Orbit, point: np.ndarray) -> np.ndarray:
    """The pixel (2,) of a point (3,)."""
    return geometry.project(point[None].astype(np.float64), intrinsics(view.fov, SIZE) @ view.camera_from_lidar[:3])[0][0]


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_looks_at_its_target_with_the_sky_up(name: str) -> None:
    view = preset(name)
    assert shown_at(view, np.array(view.target)) == pytest.approx([479.5, 299.5], abs=1e-6)
    assert np.linalg.det(view.camera_from_lidar[:3, :3]) == pytest.approx(1)
    higher = shown_at(view, np.array(view.target) + (0, 0, 1)) if name != "top" else shown_at(view, np.array(view.target) + (1, 0, 0))
    assert higher[1] < 299 and higher[0] == pytest.approx(479.5, abs=1e-6)


def test_left_is_left_when_looking_ahead_and_right_from_the_front() -> None:
    left = np.array([10.0, 3.0, -1.0])
    assert shown_at(preset("home"), left)[0] < 470 and shown_at(preset("top"), left)[0] < 470 and shown_at(preset("front"), left)[0] > 490


def test_the_camera_preset_is_the_cameras_own_view(calibration: Calibration) -> None:
    view = preset("camera", calibration)
    assert np.abs(view.camera_from_lidar - calibration.camera_from_lidar).max() < 1e-9
    assert intrinsics(view.fov, (120, 400))[0, 0] == pytest.approx(300)


def test_a_drag_to_the_right_takes_the_near_side_along() -> None:
    view = preset("home")
    near = np.array([view.target[0] - 5, view.target[1], view.target[2]])
    assert shown_at(view.turned(0.1, 0), near)[0] > shown_at(view, near)[0]
    assert shown_at(view.turned(0, 0.1), near)[1] > shown_at(view, near)[1]


def test_the_view_never_turns_upside_down() -> None:
    assert preset("home").turned(0, 99).pitch == pytest.approx(np.pi / 2)
    assert preset("home").turned(0, -99).pitch == pytest.approx(-np.pi / 2)


def test_panning_keeps_the_target_under_the_hand() -> None:
    view = preset("left")
    assert shown_at(view.panned(40, -25, SIZE[0]), np.array(view.target)) == pytest.approx([519.5, 274.5])


@pytest.mark.parametrize("factor", [0.5, 1.25, 3.0])
def test_zooming_keeps_what_is_under_the_cursor(factor: float) -> None:
    view = Orbit(yaw=0.7, pitch=0.3)
    ray = np.linalg.inv(intrinsics(view.fov, SIZE)) @ (700, 150, 1) * view.distance
    under = geometry.transform(ray[None], geometry.inverse(view.camera_from_lidar))[0]
    closer = view.zoomed(factor, (700, 150), SIZE)
    assert shown_at(closer, under) == pytest.approx([700, 150]) and closer.distance == pytest.approx(view.distance / factor)


def test_zoom_ends_before_the_target_and_before_the_horizon() -> None:
    assert preset("home").zoomed(1e9).distance == 0.5 and preset("home").zoomed(1e-9).distance == 500


def test_picking_takes_the_near_point_under_the_cursor() -> None:
    view = preset("home")
    points = np.array([[10, 0, -1], [30, 0, -1], [10, 5, -1], [-100, 0, 0], [np.nan, 0, 0]], np.float32)
    matrix = intrinsics(view.fov, SIZE)
    behind = points[0] + (points[0] - geometry.inverse(view.camera_from_lidar)[:3, 3]) * 0.5
    points = np.vstack([points, behind]).astype(np.float32)
    assert pick(points, (480, 300), view.camera_from_lidar, matrix) == 0
    x, y = shown_at(view, points[2])
    assert pick(points, (x + 3, y - 2), view.camera_from_lidar, matrix) == 2
    assert pick(points, (5, 5), view.camera_from_lidar, matrix) is None
    assert pick(np.zeros((0, 3), np.float32), (5, 5), view.camera_from_lidar, matrix) is None


def test_the_frustum_ends_at_the_pictures_corners(calibration: Calibration) -> None:
    lines = orbit.frustum(calibration, (120, 400), length=3)
    pixels, depth = geometry.project(lines.points[1:], calibration.image_from_lidar)
    assert depth == pytest.approx(3) and pixels[0] == pytest.approx([-0.5, -0.5]) and pixels[2] == pytest.approx([399.5, 119.5])


def test_landmarks_refer_to_points_they_have() -> None:
    for lines in (orbit.rings(count=3), *orbit.axes()):
        assert lines.segments.max() < len(lines.points) and lines.points.shape[1] == 3
    assert np.linalg.norm(orbit.rings(every=10, count=3).points[:288, :2], axis=1).max() == pytest.approx(30)
