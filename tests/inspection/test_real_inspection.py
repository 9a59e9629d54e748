"""`inspect` on real files, at every level of their trees."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import events
from engine.inspection import inspect

DRIVE = "kitti_raw/2011_09_26/2011_09_26_drive_0005_sync"


@pytest.mark.parametrize(
    ("below", "kind", "frames"),
    [
        ("camvid", "camvid", 468),
        ("camvid/val", "camvid", 101),
        ("camvid/trainannot", "camvid", 367),
        ("data_road", "kitti_road", 3),
        ("data_road/training/gt_image_2", "kitti_road", 3),
        ("kitti_raw", "kitti_raw", 20),
        ("kitti_raw/2011_09_26", "kitti_raw", 20),
        (DRIVE, "kitti_raw", 20),
        (f"{DRIVE}/image_02/data", "kitti_raw", 20),
        (f"{DRIVE}/velodyne_points", "kitti_raw", 20),
        ("kitti_object", "kitti_object", 2),
        ("kitti_object/training/image_2", "kitti_object", 2),
        ("semantickitti", "kitti_odometry", 2),
        ("semantickitti/sequences/00/velodyne", "kitti_odometry", 2),
        ("video", "video", 221),
        ("video/solidWhiteRight.mp4", "video", 221),
    ],
)
def test_real_data_is_recognised_at_every_level(shared_data: Path, below: str, kind: str, frames: int) -> None:
    *_, last = inspect(shared_data / below, most_masks=40)
    assert isinstance(last, events.Finished)
    assert (last.summary["kind"], last.summary["frames"]) == (kind, frames)
    expected = ["scan without labels"] if kind == "kitti_odometry" else []
    assert [problem["kind"] for problem in last.summary["problems"]] == expected
