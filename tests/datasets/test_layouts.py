"""Every layout, on small folders written for the test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from engine import datasets, images, labels
from engine.datasets import ALL, open_dataset, open_labelled, recognise
from engine.errors import ConfigError, DataError
from engine.labels import VOID
from tests import layouts


def plain(root: Path) -> Path:
    layouts.pairs(root / "images", root / "masks")
    return root


def coarse(root: Path) -> Path:
    return layouts.cityscapes(root, truth="gtCoarse", splits=("train", "train_extra", "val"))


WRITERS: dict[str, Callable[[Path], Path]] = {
    "camvid": layouts.camvid,
    "cityscapes": layouts.cityscapes,
    "cityscapes_coarse": coarse,
    "kitti_semantics": layouts.kitti_semantics,
    "kitti_road": layouts.kitti_road,
    "folder": plain,
}


@pytest.fixture(params=datasets.layouts())
def written(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Path]:
    return request.param, WRITERS[request.param](tmp_path / "set")


def test_every_layout_is_recognised_at_every_level_of_its_tree(written: tuple[str, Path]) -> None:
    layout, root = written
    folders = [root, *(path for path in root.rglob("*") if path.is_dir())]
    for folder in folders:
        assert recognise(folder) == layout or (layout == "cityscapes_coarse" and folder.is_relative_to(root / "leftImg8bit")), folder


def test_every_layout_gives_masks_of_known_ids_as_large_as_their_images(written: tuple[str, Path]) -> None:
    layout, root = written
    dataset = open_dataset(root)
    assert dataset.layout == layout and dataset.split == ALL and not dataset.problems
    for index, sample in enumerate(dataset.samples):
        mask = dataset.mask(index)
        assert mask.dtype == np.uint8 and mask.shape == dataset.image(index).shape[:2]
        assert dataset.space.known_ids[mask].all(), sample


def test_names_are_unique_and_training_frames_are_never_validation_frames(written: tuple[str, Path]) -> None:
    _, root = written
    train, val = open_dataset(root, split="train"), open_dataset(root, split="val")
    everything = [sample.name for sample in open_dataset(root).samples]
    assert len(set(everything)) == len(everything)
    assert train.samples and val.samples
    assert not {sample.image for sample in train.samples} & {sample.image for sample in val.samples}


def test_a_mask_of_another_size_is_one_sentence_with_the_file_and_the_cure(written: tuple[str, Path]) -> None:
    _, root = written
    sample = open_dataset(root).samples[0]
    layouts.picture(sample.image, (24, 40))
    with pytest.raises(DataError, match=r"is 20×12 .*its image 40×24; export") as raised:
        open_dataset(root).mask(0)
    assert str(sample.mask) in str(raised.value)


def test_an_unknown_split_is_answered_with_the_known_ones(written: tuple[str, Path]) -> None:
    _, root = written
    with pytest.raises(DataError, match="no split 'nonsense'; it has: train, "):
        open_dataset(root, split="nonsense")


def test_the_split_named_otherwise_is_found() -> None:
    from engine.datasets._base import _chosen

    assert _chosen("val", {"training": 0, "validation": 0}, (), Path("x")) == "validation"


def test_an_unknown_layout_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="camvid, cityscapes"):
        open_dataset(layouts.camvid(tmp_path), layout="camvit")


def test_a_folder_in_another_layout_than_asked_for_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is not in the layout cityscapes; set data.layout to auto"):
        open_dataset(layouts.camvid(tmp_path), layout="cityscapes")


@pytest.mark.parametrize(("make", "said"), [(lambda path: path.mkdir(), "is an empty folder"), (lambda path: None, "doesn't exist")])
def test_an_empty_or_missing_folder_is_one_sentence(tmp_path: Path, make: Callable[[Path], None], said: str) -> None:
    make(tmp_path / "data")
    with pytest.raises(DataError, match=said) as raised:
        open_dataset(tmp_path / "data")
    assert str(tmp_path / "data") in str(raised.value)


def test_an_unknown_id_is_named_with_its_file(tmp_path: Path) -> None:
    layouts.mask(layouts.camvid(tmp_path) / "trainannot" / "train_00001.png", (3, 57))
    dataset = open_dataset(tmp_path, split="train")
    with pytest.raises(DataError, match=r"train_00001.png holds the unknown id 57; .*: correct the mask"):
        dataset.mask(1)
    assert dataset.mask(0).max() == 11


def test_frames_meet_their_masks_by_name_not_by_position(tmp_path: Path) -> None:
    layouts.camvid(tmp_path, train=4)
    (tmp_path / "trainannot" / "train_00001.png").unlink()
    (tmp_path / "train" / "train_00003.png").unlink()
    dataset = open_dataset(tmp_path, split="train")
    assert [sample.name for sample in dataset.samples] == ["train_00000", "train_00001", "train_00002"]
    assert [sample.mask.stem if sample.mask else None for sample in dataset.samples] == ["train_00000", None, "train_00002"]
    assert [sample.name for sample in open_labelled(tmp_path, split="train").samples] == ["train_00000", "train_00002"]
    assert [(problem.kind, problem.file.name) for problem in dataset.problems] == [("missing mask", "train_00001.png"), ("missing image", "train_00003.png")]


def test_the_path_says_the_split(tmp_path: Path) -> None:
    layouts.camvid(tmp_path)
    assert open_dataset(tmp_path / "valannot").split == "val"
    assert open_dataset(tmp_path / "valannot", split="train").split == "train"


def test_camvid_id_11_is_void_for_a_network(tmp_path: Path) -> None:
    dataset = open_dataset(layouts.camvid(tmp_path))
    assert dataset.mask(0).max() == 11
    assert labels.class_set(dataset.space).table[11] == VOID


def test_cityscapes_train_ids_become_ids_where_there_is_nothing_else(tmp_path: Path) -> None:
    layouts.cityscapes(tmp_path, cities=("aachen",))
    ids = tmp_path / "gtFine" / "train" / "aachen" / "aachen_000000_000019_gtFine_labelIds.png"
    ids.unlink()
    layouts.mask(ids.with_name(ids.name.replace("labelIds", "labelTrainIds")), (0, 13, 255))
    assert sorted(np.unique(open_dataset(tmp_path, split="train").mask(0))) == [0, 7, 26]


def test_cityscapes_ids_take_precedence_over_train_ids(tmp_path: Path) -> None:
    layouts.cityscapes(tmp_path, cities=("aachen",))
    layouts.mask(tmp_path / "gtFine" / "train" / "aachen" / "aachen_000000_000019_gtFine_labelTrainIds.png", (1, 1))
    assert sorted(np.unique(open_dataset(tmp_path, split="train").mask(0))) == [0, 7, 26]


def test_a_city_of_cityscapes_can_be_opened_alone(tmp_path: Path) -> None:
    layouts.cityscapes(tmp_path)
    dataset = open_dataset(tmp_path / "leftImg8bit" / "val" / "bonn")
    assert dataset.split == "val" and [sample.name for sample in dataset.samples] == ["bonn_000000_000019"]


def test_cityscapes_with_both_truths_opens_the_fine_one_unless_asked_for_the_coarse(tmp_path: Path) -> None:
    layouts.cityscapes(tmp_path)
    coarse(tmp_path)
    assert recognise(tmp_path) == "cityscapes"
    assert open_dataset(tmp_path).splits == ("train", "val")
    assert recognise(tmp_path / "gtCoarse") == recognise(tmp_path / "leftImg8bit" / "train_extra") == "cityscapes_coarse"
    assert open_dataset(tmp_path, layout="cityscapes_coarse", split="train_extra").samples


def test_cityscapes_images_without_truth_are_frames_without_masks(tmp_path: Path) -> None:
    layouts.cityscapes(tmp_path)
    layouts.picture(tmp_path / "leftImg8bit" / "test" / "berlin" / "berlin_000000_000019_leftImg8bit.png")
    dataset = open_dataset(tmp_path, split="test")
    assert dataset.samples[0].mask is None and not dataset.problems
    with pytest.raises(DataError, match="has no mask; choose a split with masks"):
        dataset.mask(0)


@pytest.mark.parametrize("truth", ["gtFine", "gtCoarse"])
def test_cityscapes_masks_without_images_say_what_to_unpack(tmp_path: Path, truth: str) -> None:
    layouts.cityscapes(tmp_path, truth=truth)
    (tmp_path / "leftImg8bit").rename(tmp_path / "elsewhere")
    with pytest.raises(DataError, match=f"has {truth} but no leftImg8bit; unpack the images beside it"):
        open_dataset(tmp_path)


@pytest.mark.parametrize("written", ["kitti_semantics", "kitti_road"], indirect=True)
def test_the_validation_frames_of_kitti_are_the_multiples_of_five(written: tuple[str, Path]) -> None:
    _, root = written
    numbers = {int("".join(filter(str.isdigit, sample.name[:10]))[:6]) for sample in open_dataset(root, split="val").samples}
    assert numbers and all(number % 5 == 0 for number in numbers)


def test_kitti_road_is_void_where_the_truth_is_not_valid(tmp_path: Path) -> None:
    mask = open_dataset(layouts.kitti_road(tmp_path), split="val").mask(0)
    assert mask[0, 0] == VOID and mask[0, 10] == 0 and mask[0, -1] == 1


def test_kitti_lane_truth_is_a_split_of_its_own_with_its_own_classes(tmp_path: Path) -> None:
    layouts.kitti_road(tmp_path)
    assert open_dataset(tmp_path).splits == ("train", "val", "lane_val")
    lane = open_dataset(tmp_path, split="lane_val")
    assert lane.space.name == "kitti_lane" and [sample.name for sample in lane.samples] == ["um_000000"]
    assert {sample.name for sample in open_dataset(tmp_path).samples} == {"um_000000", "umm_000001", "uu_000002"}


def test_a_file_cut_off_in_the_middle_is_a_sentence(tmp_path: Path) -> None:
    dataset = open_dataset(layouts.camvid(tmp_path), split="train")
    assert dataset.samples[0].mask
    layouts.cut(dataset.samples[0].mask)
    with pytest.raises(DataError, match="may be cut off"):
        dataset.mask(0)


def test_two_splits_with_the_same_file_names_keep_their_frames_apart(tmp_path: Path) -> None:
    for split in ("train", "val"):
        layouts.pairs(tmp_path / split / "images", tmp_path / split / "masks", 2)
    names = [sample.name for sample in open_dataset(tmp_path).samples]
    assert len(names) == len(set(names)) == 4


def test_an_image_twice_in_two_formats_is_told(tmp_path: Path) -> None:
    layouts.pairs(tmp_path / "images", tmp_path / "masks", 2)
    images.write_png(tmp_path / "images" / "frame0.bmp", np.zeros((4, 4), np.uint8))
    assert [problem.kind for problem in open_dataset(tmp_path).problems] == ["double name"]
