"""The inspection of datasets, drives, files and folders of them, whole and damaged."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine import events, places
from engine.errors import DataError
from engine.inspection import inspect, looking
from engine.lidar.scan import write_labels
from tests import layouts


def report(path: Path, **options: Any) -> dict[str, Any]:
    *_, last = inspect(path, **options)
    assert isinstance(last, events.Finished)
    json.dumps(last.summary)
    return last.summary


def problems(path: Path) -> list[tuple[str, str]]:
    """(kind, file name) of every problem; each sentence names its file."""
    found = report(path)["problems"]
    assert all(Path(problem["file"]).name in problem["text"] for problem in found), found
    return [(problem["kind"], Path(problem["file"]).name) for problem in found]


def test_a_dataset_is_told_by_splits_and_class_shares(tmp_path: Path) -> None:
    found = report(layouts.camvid(tmp_path))
    assert found["kind"] == "camvid" and found["frames"] == 5 and not found["problems"]
    assert [(part["name"], part["frames"], part["labelled"], part["size"]) for part in found["parts"]] == [("train", 3, 3, [12, 20]), ("val", 2, 2, [12, 20])]
    shares = {one["name"]: one["share"] for one in found["classes"]}
    assert shares["road"] == pytest.approx(0.5) and shares["car"] == pytest.approx(0.5) and shares["sky"] == 0 and shares["void"] == 0
    assert next(one for one in found["classes"] if one["name"] == "void")["pixels"] == 5 * 12 * 6


def test_a_part_of_a_dataset_is_told_alone(tmp_path: Path) -> None:
    found = report(layouts.camvid(tmp_path) / "valannot")
    assert [(part["name"], part["frames"]) for part in found["parts"]] == [("val", 2)]


def test_every_fault_of_a_dataset_is_named_and_none_ends_the_look(tmp_path: Path) -> None:
    layouts.camvid(tmp_path, train=7, val=1)
    masks = tmp_path / "trainannot"
    (masks / "train_00000.png").unlink()
    layouts.mask(masks / "train_00001.png", (3,), (6, 10))
    layouts.mask(masks / "train_00002.png", (3, 99))
    layouts.cut(masks / "train_00003.png")
    layouts.cut(tmp_path / "train" / "train_00004.png")
    (tmp_path / "train" / "train_00005.png").unlink()
    assert sorted(problems(tmp_path)) == [
        ("missing image", "train_00005.png"),
        ("missing mask", "train_00000.png"),
        ("unknown id", "train_00002.png"),
        ("unreadable image", "train_00004.png"),
        ("unreadable mask", "train_00003.png"),
        ("wrong size", "train_00001.png"),
    ]


def test_a_text_file_where_an_image_should_be_is_a_problem(tmp_path: Path) -> None:
    layouts.camvid(tmp_path)
    (tmp_path / "train" / "train_00001.png").write_text("no picture", encoding="utf-8")
    assert problems(tmp_path) == [("unreadable image", "train_00001.png")]


def test_the_second_look_reads_no_mask_again_but_those_that_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    layouts.camvid(tmp_path)
    first = report(tmp_path)
    read: list[str] = []
    real = looking.mask_facts
    monkeypatch.setattr(looking, "mask_facts", lambda path, read_mask=None, **options: read.append(path.name) or real(path, **options))
    assert report(tmp_path)["classes"] == first["classes"] and not read
    assert list((places.cache() / "facts").glob("*.json"))
    layouts.mask(tmp_path / "trainannot" / "train_00001.png", (3, 77))
    assert problems(tmp_path) == [("unknown id", "train_00001.png")] and read == ["train_00001.png"]


def test_of_many_masks_an_even_selection_is_counted_and_that_is_said(tmp_path: Path) -> None:
    found = report(layouts.camvid(tmp_path, train=15, val=5), most_masks=4)
    assert (found["masks_counted"], found["masks"], found["frames"]) == (4, 20, 20)


def test_stopping_gives_what_was_seen(tmp_path: Path) -> None:
    *_, last = inspect(layouts.camvid(tmp_path, train=9), should_stop=lambda: True)
    assert isinstance(last, events.Finished) and last.stopped and last.summary["stopped"]
    assert last.summary["masks_counted"] == 1


def test_progress_is_told_to_the_end(tmp_path: Path) -> None:
    said = [event for event in inspect(layouts.camvid(tmp_path)) if isinstance(event, events.Progress)]
    assert (said[-1].done, said[-1].total) == (2, 2)


def test_kitti_road_and_lane_are_told_apart(tmp_path: Path) -> None:
    found = report(layouts.kitti_road(tmp_path))
    assert [part["name"] for part in found["parts"]] == ["train", "val", "lane_val"]
    assert {one["space"] for one in found["classes"]} == {"kitti_road", "kitti_lane"}
    assert "multiple of 5" in found["facts"]["note"]


def test_a_damaged_calibration_of_kitti_road_is_a_problem(tmp_path: Path) -> None:
    layouts.kitti_road(tmp_path)
    (tmp_path / "training" / "calib").mkdir()
    (tmp_path / "training" / "calib" / "um_000000.txt").write_bytes(b"\x00\xff\xfe garbage")
    assert problems(tmp_path) == [("unreadable calibration", "um_000000.txt")]


@pytest.mark.parametrize("below", ["", "2011_09_26", "2011_09_26/2011_09_26_drive_0001_sync", "2011_09_26/2011_09_26_drive_0001_sync/image_02/data"])
def test_a_drive_is_recognised_at_every_level(tmp_path: Path, below: str) -> None:
    layouts.kitti_raw(tmp_path)
    found = report(tmp_path / below)
    assert (found["kind"], found["frames"], found["parts"][0]["scans"], found["problems"]) == ("kitti_raw", 3, 3, [])
    assert found["facts"]["calibration"] == "yes"


def test_every_fault_of_a_drive_is_named_by_its_file(tmp_path: Path) -> None:
    drive = layouts.kitti_raw(tmp_path, numbers=range(6))
    scans = drive / "velodyne_points" / "data"
    layouts.cut(scans / "0000000000.bin", 0.53)
    (scans / "0000000001.bin").unlink()
    (drive / "image_02" / "data" / "0000000002.png").unlink()
    (scans / "0000000003.bin").write_bytes(b"")
    (scans / "0000000004.bin").write_bytes(b"\xff" * 160)
    layouts.cut(drive / "image_02" / "data" / "0000000005.png")
    assert sorted(problems(tmp_path)) == [
        ("damaged scan", "0000000004.bin"),
        ("image without scan", "0000000001.png"),
        ("scan without image", "0000000002.bin"),
        ("truncated scan", "0000000000.bin"),
        ("truncated scan", "0000000003.bin"),
        ("unreadable image", "0000000005.png"),
    ]


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("calib_velo_to_cam.txt", b"\x93\x00\xff\xfe\x81 garbage", "calib_velo_to_cam.txt"),
        ("calib_cam_to_cam.txt", layouts.CAM_TO_CAM.replace("R_rect_00", "R_rect_09").encode(), "R_rect_00"),
    ],
)
def test_a_calibration_that_cannot_be_used_is_told_once_with_its_file(tmp_path: Path, file: str, content: bytes, said: str) -> None:
    layouts.kitti_raw(tmp_path)
    (tmp_path / "2011_09_26" / file).write_bytes(content)
    found = report(tmp_path)
    assert [(problem["kind"], Path(problem["file"]).name) for problem in found["problems"]] == [("unreadable calibration", file)]
    assert said in found["problems"][0]["text"] and found["facts"]["calibration"] == "none that can be used"


def test_kitti_object_frames_have_a_calibration_each(tmp_path: Path) -> None:
    training = layouts.kitti_object(tmp_path, numbers=(0, 1, 2))
    (training / "calib" / "000001.txt").unlink()
    (training / "calib" / "000002.txt").write_text("P2: 1 2 3\n", encoding="utf-8")
    assert problems(tmp_path) == [("missing calibration", "000001.png"), ("unreadable calibration", "000002.txt")]


def test_point_labels_are_counted_and_checked(tmp_path: Path) -> None:
    import numpy as np

    folder = tmp_path / "sequences" / "00"
    for number in range(3):
        layouts.scan(folder / "velodyne" / f"{number:06d}.bin", 8)
    (folder / "calib.txt").write_text("P2: 10 0 10 0 0 10 6 0 0 0 1 0\nTr: 0 -1 0 0 0 0 -1 0 1 0 0 0\n", encoding="utf-8")
    write_labels(folder / "labels" / "000000.label", np.array([40, 40, 40, 10, 10 | 7 << 16, 0, 0, 0], np.uint32))
    write_labels(folder / "labels" / "000001.label", np.array([40, 40, 40, 40, 40, 123], np.uint32))
    found = report(folder / "velodyne")
    shares = {one["name"]: (one["pixels"], one["unit"]) for one in found["classes"]}
    assert found["kind"] == "kitti_odometry" and shares["road"] == (8, "points") and shares["car"] == (2, "points")
    assert sorted((problem["kind"], Path(problem["file"]).name) for problem in found["problems"]) == [
        ("scan without labels", "000002.bin"),
        ("unknown id", "000001.label"),
        ("wrong label count", "000001.label"),
    ]


def test_a_folder_of_several_things_lists_each(tmp_path: Path) -> None:
    layouts.camvid(tmp_path / "camvid")
    layouts.kitti_raw(tmp_path / "raw")
    layouts.picture(tmp_path / "pictures" / "a.png")
    found = report(tmp_path)
    assert found["kind"] == "collection" and found["frames"] == 9
    assert [(below["kind"], Path(below["path"]).name) for below in found["below"]] == [
        ("camvid", "camvid"),
        ("images", "pictures"),
        ("kitti_raw", "2011_09_26_drive_0001_sync"),
    ]


def test_several_drives_of_a_kind_are_told_together(tmp_path: Path) -> None:
    for day in ("a", "b"):
        layouts.kitti_raw(tmp_path / day)
    found = report(tmp_path)
    assert found["kind"] == "kitti_raw" and len(found["parts"]) == 2 and found["path"] == str(tmp_path)


def test_one_broken_video_does_not_keep_the_rest_of_a_folder_from_being_told(tmp_path: Path) -> None:
    layouts.camvid(tmp_path / "camvid")
    (tmp_path / "film.mp4").write_text("this is text", encoding="utf-8")
    kinds = {below["kind"]: below for below in report(tmp_path)["below"]}
    assert kinds["camvid"]["frames"] == 5
    assert [Path(problem["file"]).name for problem in kinds["video"]["problems"]] == ["film.mp4"]


def write_text_video(path: Path) -> Path:
    path = path / "film.mp4"
    path.write_text("this is text", encoding="utf-8")
    return path


def write_notes(path: Path) -> Path:
    path = path / "notes.txt"
    path.write_text("milk", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (write_text_video, "film.mp4"),
        (write_notes, r"notes.txt is no image, video or scan"),
        (lambda path: path, "is an empty folder; give the folder of a dataset"),
        (lambda path: path / "nowhere", "nowhere doesn't exist; check the spelling"),
        (lambda path: layouts.cut(layouts.scan(path / "000000.bin"), 0.51), r"000000.bin is a truncated scan: .*; copy it again"),
    ],
)
def test_what_cannot_be_read_at_all_is_one_sentence(tmp_path: Path, make: Callable[[Path], Path], said: str) -> None:
    with pytest.raises(DataError, match=said) as raised:
        report(make(tmp_path))
    assert "\n" not in str(raised.value)


def test_a_scan_file_is_told_by_its_points(tmp_path: Path) -> None:
    assert report(layouts.scan(tmp_path / "000000.bin", 1234))["facts"]["points"].startswith("1,234")


def test_a_jpeg_with_bytes_after_its_end_is_whole(tmp_path: Path) -> None:
    import cv2
    import numpy as np

    path = tmp_path / "a.jpg"
    cv2.imwrite(str(path), np.full((40, 60, 3), 90, np.uint8))
    path.write_bytes(path.read_bytes() + bytes(9000))
    assert problems(path) == []
    layouts.cut(path, 0.01)
    assert problems(path) == [("unreadable image", "a.jpg")]


def test_a_split_without_frames_is_a_problem_among_the_others(tmp_path: Path) -> None:
    layouts.cityscapes(tmp_path)
    for folder in ("leftImg8bit", "gtFine"):
        (tmp_path / folder / "test").mkdir()
    found = report(tmp_path)
    assert [part["name"] for part in found["parts"]] == ["train", "val"]
    assert [problem["kind"] for problem in found["problems"]] == ["empty split"] and "split test" in found["problems"][0]["text"]
