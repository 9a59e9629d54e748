"""Labels that the user drew for data that has no place for them: they stand in for the data's masks wherever those are read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine import datasets, images, own_labels
from engine.annotation import finding
from engine.errors import DataError
from engine.inspection.opening import drive_over
from tests import layouts


def draw(root: Path, image: Path, value: int) -> Path:
    path = own_labels.mask(root, image)
    images.write_png(path, np.full(images.size(image), value, np.uint8))
    return path


def test_what_was_drawn_is_read_instead_of_the_mask_also_after_opening(tmp_path: Path) -> None:
    layouts.camvid(tmp_path)
    before = datasets.open_dataset(tmp_path, split="train")
    image = before.samples[1].image
    drawn = draw(before.root, image, 3)
    assert before.truth(1) == drawn and (before.mask(1) == 3).all() and (drive_over(before).truth(1) == 3).all()
    after = datasets.open_dataset(tmp_path, split="train")
    assert after.samples[1].mask == drawn and after.samples[0].mask == before.samples[0].mask
    np.testing.assert_array_equal(after.mask(0), before.mask(0))
    assert "1 frame has labels of your own" in after.note and "labels of your own" not in before.note


def test_a_frame_without_a_mask_is_trained_on_once_it_is_labelled(tmp_path: Path) -> None:
    layouts.pairs(tmp_path / "images", tmp_path / "masks", 6)
    (tmp_path / "masks" / "frame1.png").unlink()
    assert "frame1" in [sample.name for sample in datasets.open_dataset(tmp_path, split="train").samples]
    assert "frame1" not in [sample.name for sample in datasets.open_labelled(tmp_path, split="train").samples]
    draw(tmp_path, tmp_path / "images" / "frame1.png", 2)
    opened = datasets.open_labelled(tmp_path, split="train")
    assert "frame1" in [sample.name for sample in opened.samples] and not [problem for problem in opened.problems if "frame1" in problem.text]


def test_of_a_split_without_masks_the_labelled_frames_can_be_trained_on(tmp_path: Path) -> None:
    layouts.kitti_semantics(tmp_path)
    for number in range(2):
        layouts.picture(tmp_path / "testing" / "image_2" / f"{number:06d}_10.png")
    plain = datasets.open_dataset(tmp_path, split="test")
    with pytest.raises(DataError, match="no masks in its split test"):
        datasets.open_labelled(tmp_path, split="test")
    draw(plain.root, plain.samples[0].image, 7)
    assert len(datasets.open_dataset(tmp_path, split="test").samples) == len(plain.samples)
    labelled = datasets.open_labelled(tmp_path, split="test")
    assert [sample.name for sample in labelled.samples] == [plain.samples[0].name] and (labelled.mask(0) == 7).all()


def test_frames_of_one_name_in_two_folders_keep_their_labels_apart(tmp_path: Path) -> None:
    one, other = tmp_path / "images" / "a" / "0.png", tmp_path / "images" / "b" / "0.png"
    assert finding.document_path(tmp_path, stem="0", image=one) != finding.document_path(tmp_path, stem="0", image=other)
    assert own_labels.mask(tmp_path, one).parent == finding.document_path(tmp_path, stem="0", image=one).parent
