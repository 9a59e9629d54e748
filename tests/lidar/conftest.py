"""A small drive in KITTI's raw layout: a wall ahead, a post before it, and road, seen by a camera beside and below the lidar."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine import images
from engine.lidar.calibration import Calibration, read_raw
from engine.lidar.scan import Scan, write_scan

SIZE = (120, 400)
CAMERAS = """calib_time: 09-Jan-2012 13:57:47
corner_dist: 9.950000e-02
S_rect_02: 4.000000e+02 1.200000e+02
R_rect_00: 1 0 0 0 1 0 0 0 1
P_rect_02: 300 0 199.5 18 0 300 49.5 0 0 0 1 0
"""
LIDAR = """calib_time: 15-Mar-2012 11:37:16
R: 0 -1 0 0 0 -1 1 0 0
T: 0 -0.08 -0.27
"""


@pytest.fixture
def dated(tmp_path: Path) -> Path:
    """A date folder with nothing but its calibration."""
    folder = tmp_path / "2026_01_02"
    folder.mkdir()
    (folder / "calib_cam_to_cam.txt").write_text(CAMERAS, encoding="utf-8")
    (folder / "calib_velo_to_cam.txt").write_text(LIDAR, encoding="utf-8")
    return folder


@pytest.fixture
def calibration(dated: Path) -> Calibration:
    return read_raw(dated)


@pytest.fixture
def street() -> Scan:
    """About 25 000 points: each beam's nearest hit on a post (3 m away, 0.4 m wide), the road, or a wall 20 m ahead."""
    azimuth, elevation = np.meshgrid(np.radians(np.arange(-45, 45, 0.18)), np.radians(np.linspace(2, -24.8, 64)))
    ray = np.stack([np.cos(elevation) * np.cos(azimuth), np.cos(elevation) * np.sin(azimuth), np.sin(elevation)], -1).reshape(-1, 3)
    with np.errstate(divide="ignore"):
        wall, road, post = 20 / ray[:, 0], np.where(ray[:, 2] < 0, -1.73 / ray[:, 2], np.inf), 3 / ray[:, 0]
    aside, up = post * ray[:, 1], post * ray[:, 2]
    post[(np.abs(aside) > 0.2) | (up > -0.1)] = np.inf
    points = (ray * np.minimum(np.minimum(wall, road), post)[:, None]).astype(np.float32)
    return Scan(points, np.linspace(0, 1, len(points), dtype=np.float32))


@pytest.fixture
def drive(dated: Path, street: Scan) -> Path:
    """Three frames, 7 to 9; 8 has no scan."""
    folder = dated / "2026_01_02_drive_0001_sync"
    for number in (7, 8, 9):
        images.write_png(folder / "image_02" / "data" / f"{number:010d}.png", np.full((*SIZE, 3), 90, np.uint8))
        if number != 8:
            write_scan(folder / "velodyne_points" / "data" / f"{number:010d}.bin", street)
    return folder
