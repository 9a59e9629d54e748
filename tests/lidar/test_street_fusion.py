"""Fused classes against the street's own truth a point: what the depth buffer is worth, in per cent."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import labels
from engine.drives import open_drive
from engine.inference.fusing import every_class
from engine.lidar.fusion import fuse
from engine.lidar.scan import read_labels
from engine.world import write

FRAMES, SEEDS = 1, (1, 2)


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("street")
    for seed in SEEDS:
        for _ in write(folder / str(seed), frames=FRAMES, seed=seed, training=False):
            pass
    return folder


def share_right(street: Path, *, occlusion: bool) -> float:
    """Of the points that get a class from the true masks, how many get their own. Points on class edges count like all others."""
    classes = every_class(labels.space("cityscapes"))
    right = all_ = 0
    for seed in SEEDS:
        drive = open_drive(street / str(seed) / "drive")
        for index, frame in enumerate(drive.frames):
            scan, calibration, ids = drive.scan(index), drive.calibration(index), drive.truth(index)
            assert scan is not None and calibration is not None and ids is not None and frame.labels is not None
            cloud = fuse(scan, calibration, classes.table[ids], occlusion=occlusion)
            truth = read_labels(frame.labels, len(scan)) & 0xFFFF
            right += int((classes.semantic_kitti[cloud.train_id] == truth)[cloud.seen].sum())
            all_ += int(cloud.seen.sum())
    assert all_ > 10_000 * FRAMES * len(SEEDS)
    return right / all_


def test_at_least_99_of_100_points_get_their_own_class(street: Path) -> None:
    assert share_right(street, occlusion=True) >= 0.99


def test_without_the_depth_buffer_more_than_twice_as_many_are_wrong(street: Path) -> None:
    with_test, without = share_right(street, occlusion=True), share_right(street, occlusion=False)
    assert 1 - without > 2 * (1 - with_test)
