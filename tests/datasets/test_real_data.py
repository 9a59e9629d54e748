"""The readers on real files."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from engine.datasets import open_dataset


def test_real_camvid_has_its_splits_and_eleven_classes(shared_data: Path) -> None:
    dataset = open_dataset(shared_data / "camvid")
    assert dataset.splits == ("train", "val") and len(dataset.samples) == 468
    assert dataset.image(0).shape == (360, 480, 3) and set(np.unique(dataset.mask(0))) <= set(range(12))


def test_real_kitti_road_is_read_with_its_invalid_pixels(shared_data: Path) -> None:
    road = open_dataset(shared_data / "data_road", split="train")
    assert [sample.name for sample in road.samples] == ["uu_000081"] and set(np.unique(road.mask(0))) <= {0, 1, 255}
    lane = open_dataset(shared_data / "data_road", split="lane_val")
    assert set(np.unique(lane.mask(0))) == {0, 1, 255}
