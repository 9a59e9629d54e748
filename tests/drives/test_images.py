"""Folders and lists of images as drives."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine import images, labels
from engine.drives import images_drive, open_drive, recognise
from engine.errors import DataError


def write(folder: Path, *names: str) -> Path:
    for name in names:
        images.write_png(folder / name, np.full((20, 30, 3), 90, np.uint8))
    return folder


def test_images_play_in_the_order_people_count_in(tmp_path: Path) -> None:
    drive = open_drive(write(tmp_path, "b_10.png", "b_9.png", "b_1.png", "a_2.png", "b_09.png"))
    assert [frame.stem for frame in drive.frames][0] == "a_2"
    assert [frame.stem for frame in drive.frames][-1] == "b_10"
    assert (drive.kind, drive.size, drive.fps) == ("images", (20, 30), 10)


def test_other_files_beside_the_images_are_left_out(tmp_path: Path) -> None:
    write(tmp_path, "0.png", ".hidden.png")
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    assert [frame.stem for frame in open_drive(tmp_path).frames] == ["0"]


def test_one_image_is_a_drive_of_one_frame(tmp_path: Path) -> None:
    write(tmp_path, "0.png", "1.png")
    assert recognise(tmp_path / "1.png") == "images"
    assert [frame.stem for frame in open_drive(tmp_path / "1.png").frames] == ["1"]


def test_an_empty_folder_is_one_sentence(tmp_path: Path) -> None:
    assert recognise(tmp_path) is None
    with pytest.raises(DataError, match="is an empty folder; choose a video"):
        open_drive(tmp_path)


def test_a_path_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"gone doesn't exist; choose a video"):
        open_drive(tmp_path / "gone")


def test_a_list_of_images_may_have_masks(tmp_path: Path) -> None:
    write(tmp_path, "0.png", "1.png")
    images.write_png(tmp_path / "m.png", np.full((20, 30), 3, np.uint8))
    space = labels.space("camvid")
    drive = images_drive("two", [tmp_path / "0.png", tmp_path / "1.png"], [tmp_path / "m.png", None], space=space)
    truth = drive.truth(0)
    assert truth is not None and (truth == 3).all() and drive.truth(1) is None and drive.space is space


def test_truth_that_has_to_be_decoded_comes_from_the_dataset(tmp_path: Path) -> None:
    write(tmp_path, "0.png")
    drive = images_drive("one", [tmp_path / "0.png"], truth=lambda index: np.full((20, 30), 5, np.uint8))
    truth = drive.truth(0)
    assert truth is not None and (truth == 5).all()


def test_a_broken_image_is_one_sentence_and_the_others_play(tmp_path: Path) -> None:
    write(tmp_path, "0.png", "1.png")
    (tmp_path / "1.png").write_bytes((tmp_path / "1.png").read_bytes()[:40])
    drive = open_drive(tmp_path)
    assert drive.image(0).shape == (20, 30, 3)
    with pytest.raises(DataError, match=r"1\.png can't be read as a picture"):
        drive.image(1)


def test_the_real_camvid_frames_play_as_images(shared_data: Path) -> None:
    drive = open_drive(shared_data / "camvid" / "val")
    assert (drive.kind, len(drive.frames), drive.size) == ("images", 101, (360, 480))
