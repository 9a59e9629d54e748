"""Plain folders: where images and masks may lie, and where the classes come from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine import images, labels
from engine.datasets import open_dataset
from engine.errors import DataError
from engine.labels import VOID
from tests import layouts

ROAD, CAR, NOTHING = (128, 64, 128), (0, 0, 142), (0, 0, 0)


@pytest.mark.parametrize(
    ("image_folder", "mask_folder", "ending", "splits"),
    [
        ("images", "masks", "", ("train", "val")),
        ("imgs", "labels", "_mask", ("train", "val")),
        ("JPEGImages", "SegmentationClass", "", ("train", "val")),
        ("images/train", "annotations/train", "", ("train",)),
        ("images/validation", "annotations/validation", "", ("validation",)),
        ("train/images", "train/gt", "_gt", ("train",)),
        (".", ".", "_L", ("train", "val")),
    ],
)
def test_common_conventions_are_understood(tmp_path: Path, image_folder: str, mask_folder: str, ending: str, splits: tuple[str, ...]) -> None:
    layouts.pairs(tmp_path / image_folder, tmp_path / mask_folder, ending=ending)
    dataset = open_dataset(tmp_path)
    assert dataset.layout == "folder" and dataset.splits == splits and not dataset.problems
    assert [sample.name for sample in dataset.samples].count("frame3") == 1 and len(dataset.samples) == 6


def test_every_fifth_frame_by_name_is_held_out(tmp_path: Path) -> None:
    layouts.pairs(tmp_path / "images", tmp_path / "masks", 9)
    assert [sample.name for sample in open_dataset(tmp_path, split="val").samples] == ["frame0", "frame5"]
    assert len(open_dataset(tmp_path, split="train").samples) == 7


def test_masks_below_in_folders_of_their_own_meet_images_in_the_same(tmp_path: Path) -> None:
    for town in ("a", "b"):
        layouts.pairs(tmp_path / "images" / town, tmp_path / "masks" / town, 2)
    assert [sample.name for sample in open_dataset(tmp_path).samples] == ["a_frame0", "a_frame1", "b_frame0", "b_frame1"]


def test_undescribed_ids_become_numbered_classes(tmp_path: Path) -> None:
    layouts.pairs(tmp_path / "images", tmp_path / "masks", ids=(0, 4, 255))
    space = open_dataset(tmp_path).space
    assert [(label.id, label.name, label.train_id) for label in space.labels] == [(0, "class 0", 0), (4, "class 4", 1)]


def test_masks_of_0_and_255_are_background_and_foreground(tmp_path: Path) -> None:
    layouts.pairs(tmp_path / "images", tmp_path / "masks", ids=(0, 255))
    dataset = open_dataset(tmp_path)
    assert [label.name for label in dataset.space.labels] == ["background", "foreground"]
    assert sorted(np.unique(dataset.mask(0))) == [0, 1]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("classes.txt", "road\ncar\nvoid\n"),
        ("classes.txt", "0 road\n1 car\n2 void\n"),
        ("palette.txt", "# RGB\nroad 128 64 128\ncar 0 0 142\nvoid 0 0 0\n"),
        ("label_colors.txt", "128 64 128\troad\n0 0 142\t\tcar\n0 0 0 void\n"),
        ("class_dict.csv", "name,r,g,b\nroad,128,64,128\ncar,0,0,142\nvoid,0,0,0\n"),
        ("labelmap.txt", "# label:color_rgb:parts:actions\nroad:128,64,128::\ncar:0,0,142::\nvoid:0,0,0::\n"),
        ("palette.yaml", "road: [128, 64, 128]\ncar: [0, 0, 142]\nvoid: [0, 0, 0]\n"),
        ("classes.yaml", "names: [road, car, void]\n"),
        ("classes.json", '{"0": "road", "1": "car", "2": "void"}'),
        ("classes.yaml", "- {name: road, id: 0, color: [128, 64, 128]}\n- {name: car, id: 1, color: [0, 0, 142]}\n- {name: void, id: 2, color: [0, 0, 0]}\n"),
    ],
)
def test_classes_are_read_from_the_files_people_have(tmp_path: Path, name: str, text: str) -> None:
    layouts.pairs(tmp_path / "images", tmp_path / "masks")
    (tmp_path / name).write_text(text, encoding="utf-8")
    space = open_dataset(tmp_path).space
    assert [(label.id, label.name, label.train_id) for label in space.labels] == [(0, "road", 0), (1, "car", 1), (2, "void", VOID)]
    if "128" in text:
        assert space.labels[0].colour == ROAD
    assert space.labels[0].semantic_kitti == 40


def test_a_label_space_file_is_taken_as_it_is(tmp_path: Path) -> None:
    layouts.pairs(tmp_path / "images", tmp_path / "masks", ids=(0, 3))
    source = Path(labels.__file__).parents[1] / "configs" / "labels" / "camvid.yaml"
    (tmp_path / "classes.yaml").write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
    assert open_dataset(tmp_path).space.label("road").id == 3


def coloured(root: Path, colours: list[tuple[int, int, int]], *, count: int = 3) -> None:
    for number in range(count):
        layouts.picture(root / "images" / f"{number}.png")
        images.write_png(root / "masks" / f"{number}.png", np.array(colours, np.uint8)[layouts.stripes(range(len(colours)))])


def test_colours_become_ids_by_the_palette(tmp_path: Path) -> None:
    coloured(tmp_path, [ROAD, CAR, NOTHING])
    (tmp_path / "palette.txt").write_text("road 128 64 128\ncar 0 0 142\nvoid 0 0 0\n", encoding="utf-8")
    assert open_dataset(tmp_path).mask(0)[0, [0, 10, 19]].tolist() == [0, 1, 2]


def test_a_colour_that_the_palette_lacks_is_named_with_its_place(tmp_path: Path) -> None:
    coloured(tmp_path, [ROAD, (9, 9, 8)])
    (tmp_path / "palette.txt").write_text("road 128 64 128\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"0.png holds the unknown colour 9 9 8, first at x 10, y 0; add it to the palette file"):
        open_dataset(tmp_path).mask(0)


def test_colours_without_a_palette_say_what_to_write(tmp_path: Path) -> None:
    coloured(tmp_path, [ROAD, CAR])
    with pytest.raises(DataError, match="put a palette.txt with a line `name red green blue` a class"):
        open_dataset(tmp_path)


def test_a_png_with_a_palette_of_its_own_holds_ids(tmp_path: Path) -> None:
    from PIL import Image

    layouts.pairs(tmp_path / "images", tmp_path / "masks")
    for path in (tmp_path / "masks").iterdir():
        picture = Image.fromarray(layouts.stripes((0, 1, 2)), mode="P")
        picture.putpalette([*ROAD, *CAR, *NOTHING])
        picture.save(path)
    assert sorted(np.unique(open_dataset(tmp_path).mask(0))) == [0, 1, 2]


def test_grey_saved_as_colour_holds_ids(tmp_path: Path) -> None:
    layouts.pairs(tmp_path / "images", tmp_path / "masks")
    for path in (tmp_path / "masks").iterdir():
        images.write_png(path, np.repeat(layouts.stripes((0, 1, 2))[..., None], 3, axis=2))
    assert sorted(np.unique(open_dataset(tmp_path).mask(0))) == [0, 1, 2]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("road 128 64 300\n", "use values from 0 to 255"),
        ("road\nroad\n", "gives the name road to two classes"),
        ("\n# nothing\n", "lists no class"),
    ],
)
def test_a_wrong_palette_says_what_is_wrong(tmp_path: Path, text: str, said: str) -> None:
    layouts.pairs(tmp_path / "images", tmp_path / "masks")
    (tmp_path / "palette.txt").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=said) as raised:
        open_dataset(tmp_path)
    assert "palette.txt" in str(raised.value)


def test_bytes_that_are_no_text_are_no_palette(tmp_path: Path) -> None:
    layouts.pairs(tmp_path / "images", tmp_path / "masks")
    (tmp_path / "classes.txt").write_bytes(b"\xff\xfe\x00\x80\x81")
    with pytest.raises(DataError, match="classes.txt can't be read as a list of classes"):
        open_dataset(tmp_path)


def test_masks_can_be_said_to_be_in_a_known_label_space(tmp_path: Path) -> None:
    layouts.pairs(tmp_path / "images", tmp_path / "masks", ids=(7, 26))
    assert open_dataset(tmp_path, labels="cityscapes").space.label("road").id == 7
