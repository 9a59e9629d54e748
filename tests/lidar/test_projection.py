from __future__ import annotations

from pathlib import Path

import numpy as np

from engine import geometry
from engine.lidar.calibration import Calibration, read_raw
from engine.lidar.projection import inside, visible
from engine.lidar.scan import Scan, read_scan

SIZE = (120, 400)


def test_pixels_and_depths_are_those_of_the_plain_projection(calibration: Calibration, street: Scan) -> None:
    found = inside(street.points, calibration.image_from_lidar, SIZE)
    pixels, depth = geometry.project(street.points.astype(np.float64), calibration.image_from_lidar)
    near = np.rint(pixels[found.index])
    assert np.abs(found.depth - depth[found.index]).max() < 1e-4
    assert (np.abs(found.pixel - near).max(axis=1) == 0).mean() > 0.999
    kept = (np.rint(pixels) >= 0).all(axis=1) & (np.rint(pixels) < SIZE[::-1]).all(axis=1)
    assert abs(int(kept.sum()) - len(found)) <= 2


def test_nothing_behind_the_camera_or_not_finite_is_inside(calibration: Calibration) -> None:
    points = np.array([[10, 0, -1], [-10, 0, 1], [0.2, 0, 0], [np.nan, 0, 0], [np.inf, 0, 0], [10, 50, 0]], np.float32)
    with np.errstate(all="raise"):
        assert inside(points, calibration.image_from_lidar, SIZE).index.tolist() == [0]


def test_a_point_behind_a_nearer_surface_is_not_seen(calibration: Calibration, street: Scan) -> None:
    """The lidar looks over and past the post; in the picture those points of the wall lie on the post."""
    found = inside(street.points, calibration.image_from_lidar, SIZE)
    seen = visible(street.points, calibration.image_from_lidar, SIZE)
    behind = _behind_the_post(street, calibration)
    assert np.isin(found.index, behind).sum() > 100
    assert np.isin(seen.index, behind).sum() < 0.03 * np.isin(found.index, behind).sum()


def test_road_wall_and_post_stay_seen(calibration: Calibration, street: Scan) -> None:
    found = inside(street.points, calibration.image_from_lidar, SIZE)
    seen = visible(street.points, calibration.image_from_lidar, SIZE)
    free = ~np.isin(found.index, _behind_the_post(street, calibration))
    x = street.points[found.index, 0]
    for name, part in (("post", x < 3.1), ("road", (x > 3.1) & (x < 19.9)), ("wall", x > 19.9)):
        chosen = found.index[free & part]
        assert np.isin(chosen, seen.index).mean() > 0.97, name


def test_real_road_far_ahead_does_not_hide_itself(shared_data: Path) -> None:
    """KITTI drive 0005, frame 60: the open road between the camera and the houses, rings up to 5 px apart."""
    dated = shared_data / "kitti_raw" / "2011_09_26"
    calibration = read_raw(dated)
    scan = read_scan(dated / "2011_09_26_drive_0005_sync" / "velodyne_points" / "data" / "0000000060.bin")
    assert calibration.size is not None
    found = inside(scan.points, calibration.image_from_lidar, calibration.size)
    seen = visible(scan.points, calibration.image_from_lidar, calibration.size)
    assert len(found) == 20223
    road = (found.pixel[:, 0] > 200) & (found.pixel[:, 0] < 750) & (found.pixel[:, 1] > 245)
    assert np.isin(found.index[road], seen.index).mean() > 0.999
    assert 0.05 < 1 - len(seen) / len(found) < 0.12


def _behind_the_post(street: Scan, calibration: Calibration) -> np.ndarray:
    """Rows of points whose line to the camera's eye passes through the post."""
    eye = geometry.inverse(calibration.camera_from_lidar)[:3, 3]
    share = (3 - eye[0]) / (street.points[:, 0] - eye[0])
    aside = eye[1] + share * (street.points[:, 1] - eye[1])
    up = eye[2] + share * (street.points[:, 2] - eye[2])
    return np.flatnonzero((street.points[:, 0] > 3.1) & (np.abs(aside) < 0.2) & (up < -0.1))
