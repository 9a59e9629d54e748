"""Data that is labelled with a label space of the user's own: opened, scored and trained so, whatever was open when it was edited."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine import datasets, images, label_editing, labels, own_spaces
from engine.errors import ConfigError, DataError
from engine.inspection.opening import open_path
from engine.label_editing import new_row, rows_of
from engine.labels import ClassSet, LabelSpace
from tests import layouts


def with_tram(space: LabelSpace, name: str = "street") -> LabelSpace:
    rows = rows_of(space)
    return label_editing.edited(space, [*rows, replace(new_row(rows, name="tram"), group="vehicle")], name=name, title=name.capitalize())


@pytest.fixture
def own() -> LabelSpace:
    space = with_tram(labels.space("cityscapes"))
    own_spaces.save(space)
    return space


def test_only_the_data_it_was_chosen_for_is_opened_with_it(tmp_path: Path, own: LabelSpace) -> None:
    mine, other = layouts.cityscapes(tmp_path / "a"), layouts.cityscapes(tmp_path / "b")
    own_spaces.choose(mine, "street")
    assert datasets.open_dataset(mine).space == own and datasets.open_labelled(mine, split="train").space == own
    assert datasets.open_dataset(other).space.name == "cityscapes"
    assert open_path(mine).drive.space == own  # type: ignore[union-attr]
    assert datasets.open_dataset(mine, labels="cityscapes").space.name == "cityscapes" and datasets.open_dataset(other, labels="street").space == own
    assert [use.source for use in own_spaces.uses()] == [mine.absolute()]
    own_spaces.choose(mine, "")
    assert datasets.open_dataset(mine).space.name == "cityscapes" and own_spaces.uses() == ()


def test_it_is_not_taken_where_it_was_made_from_another_space(tmp_path: Path, own: LabelSpace) -> None:
    root = layouts.camvid(tmp_path)
    own_spaces.choose(root, "street")
    assert datasets.open_dataset(root).space.name == "camvid"


def test_a_mask_with_a_class_that_was_added_later_is_read_by_a_dataset_that_was_open_before(tmp_path: Path, own: LabelSpace) -> None:
    root = layouts.cityscapes(tmp_path)
    opened = datasets.open_dataset(root, split="train")
    path = opened.samples[0].mask
    assert path is not None
    ids = images.read_ids(path).astype(np.uint8)
    ids[0, 0] = 34
    images.write_png(path, ids)
    with pytest.raises(DataError, match="unknown id 34"):
        opened.mask(0)
    own_spaces.choose(root, "street")
    assert opened.mask(0)[0, 0] == 34 and labels.class_set(opened.space).table[34] == labels.VOID


def test_a_checkpoint_fits_data_whose_classes_were_edited_since_and_the_other_way_round(own: LabelSpace) -> None:
    base = labels.space("cityscapes")
    before, after = labels.class_set(base), labels.class_set(own)
    assert before.fits(own) and after.fits(base) and before.fits(base) and after.fits(own)
    assert not before.fits(labels.space("camvid")) and not after.fits(with_tram(base, "farm")) and not after.fits(labels.space("camvid"))
    assert ClassSet.from_dict(after.to_dict()) == after and "base" not in before.to_dict()


def test_classes_that_the_layout_finds_later_are_added(tmp_path: Path) -> None:
    for name, value in (("one", 0), ("two", 1)):
        images.write_png(tmp_path / "images" / f"{name}.png", np.zeros((32, 32, 3), np.uint8))
        images.write_png(tmp_path / "masks" / f"{name}.png", np.full((32, 32), value, np.uint8))
    found = datasets.open_dataset(tmp_path).space
    rows = [row.called("ground") if row.name == "class 0" else row for row in rows_of(found)]
    own_spaces.save(label_editing.edited(found, rows, name="ours", title="Ours"))
    own_spaces.choose(tmp_path, "ours")
    assert [label.name for label in datasets.open_dataset(tmp_path).space.labels] == ["ground", "class 1"]
    images.write_png(tmp_path / "images" / "three.png", np.zeros((32, 32, 3), np.uint8))
    images.write_png(tmp_path / "masks" / "three.png", np.full((32, 32), 7, np.uint8))
    opened = datasets.open_dataset(tmp_path)
    assert opened.space.known_ids[7] and opened.space.label("class 0").name == "ground"


def test_a_file_that_was_spoilt_by_hand_keeps_the_data_from_opening_with_its_line(tmp_path: Path, own: LabelSpace) -> None:
    root = layouts.cityscapes(tmp_path)
    own_spaces.choose(root, "street")
    path = own_spaces.path_of("street")
    path.write_text(path.read_text(encoding="utf-8").replace("name: road", "name: sidewalk"), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"street.yaml, line \d+, gives the name 'sidewalk'"):
        datasets.open_dataset(root)


def test_a_space_whose_file_is_gone_is_the_layouts_own_again(tmp_path: Path, own: LabelSpace) -> None:
    root = layouts.cityscapes(tmp_path)
    own_spaces.choose(root, "street")
    own_spaces.path_of("street").unlink()
    assert datasets.open_dataset(root).space.name == "cityscapes"
