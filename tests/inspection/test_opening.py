"""What the window gets for a path."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from engine.errors import DataError
from engine.inspection.opening import open_path
from tests import layouts


def test_a_dataset_comes_with_a_drive_over_its_frames_and_their_truth(tmp_path: Path) -> None:
    layouts.camvid(tmp_path)
    (tmp_path / "trainannot" / "train_00001.png").unlink()
    opened = open_path(tmp_path)
    assert opened.dataset and opened.drive and opened.kind == "camvid" and "CamVid" in opened.title
    assert [frame.image for frame in opened.drive.frames] == [sample.image for sample in opened.dataset.samples]
    assert opened.drive.space is opened.dataset.space
    truth = opened.drive.truth(0)
    assert truth is not None and sorted(np.unique(truth)) == [3, 8, 11]


def test_frames_without_masks_play_too(tmp_path: Path) -> None:
    layouts.cityscapes(tmp_path, cities=("aachen",))
    for mask in (tmp_path / "gtFine" / "val").rglob("*.png"):
        mask.unlink()
    drive = open_path(tmp_path).drive
    assert drive and [drive.truth(index) is None for index in range(2)] == [False, True]


def test_a_folder_with_a_dataset_and_a_drive_opens_both(tmp_path: Path) -> None:
    layouts.cityscapes(tmp_path / "set")
    layouts.kitti_raw(tmp_path / "raw")
    opened = open_path(tmp_path)
    assert opened.dataset and opened.drive and (opened.dataset.layout, opened.drive.kind) == ("cityscapes", "kitti_raw")
    assert opened.kind == "collection" and len(opened.things) == 2


@pytest.mark.parametrize("below", ["", "image_02/data", "velodyne_points/data"])
def test_a_drive_opens_from_any_level(tmp_path: Path, below: str) -> None:
    drive = layouts.kitti_raw(tmp_path)
    opened = open_path(drive / below)
    assert opened.dataset is None and opened.drive and len(opened.drive.frames) == 3


def test_a_scan_opens_the_drive_it_belongs_to(tmp_path: Path) -> None:
    training = layouts.kitti_object(tmp_path)
    opened = open_path(training / "velodyne" / "000001.bin")
    assert opened.drive and opened.drive.kind == "kitti_object"


def test_a_single_image_and_a_folder_of_images_open(tmp_path: Path) -> None:
    path = layouts.picture(tmp_path / "a.png")
    layouts.picture(tmp_path / "b.png")
    assert [len(drive.frames) for drive in (open_path(path).drive, open_path(tmp_path).drive) if drive] == [1, 2]


def test_opening_does_not_look_into_masks(tmp_path: Path) -> None:
    layouts.camvid(tmp_path)
    layouts.cut(tmp_path / "trainannot" / "train_00000.png")
    assert open_path(tmp_path).dataset


def test_nothing_known_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("milk", encoding="utf-8")
    with pytest.raises(DataError, match="holds no dataset or drive that Roadscope knows"):
        open_path(tmp_path)


def test_a_large_tree_of_other_things_is_looked_through_quickly(tmp_path: Path) -> None:
    for a in range(20):
        for b in range(50):
            (tmp_path / f"a{a}" / f"b{b}").mkdir(parents=True)
            (tmp_path / f"a{a}" / f"b{b}" / "code.ts").touch()
    layouts.camvid(tmp_path / "z" / "camvid")
    begun = time.process_time()  # of this process alone: a busy machine is no fault
    assert [thing.layout for thing in open_path(tmp_path).things] == ["camvid"]
    assert time.process_time() - begun < 1
