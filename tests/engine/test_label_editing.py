"""Editing a label space: ids stay, earlier names and taken-out classes keep their meaning, and a bad file says which line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import label_editing, label_files, labels, own_spaces
from engine.annotation import finding, masks
from engine.annotation.document import Document, Polygon
from engine.config import ClassesConfig
from engine.errors import ConfigError
from engine.label_editing import Row, new_row, rows_of
from engine.labels import VOID, LabelSpace

CITYSCAPES = labels.space("cityscapes")
SQUARE = Polygon(((0, 0), (7, 0), (7, 7), (0, 7)))


def edit(space: LabelSpace, change, name: str = "mine") -> LabelSpace:  # type: ignore[no-untyped-def]
    """The space with `change(rows by name) -> rows` made to it."""
    rows = {row.name: row for row in rows_of(space)}
    return label_editing.edited(space, list(change(rows)), name=name, title="Mine")


def renaming(old: str, new: str):  # type: ignore[no-untyped-def]
    return lambda rows: [row.called(new) if row.name == old else row for row in rows.values()]


def test_a_new_class_is_in_a_group_that_can_be_trained_and_a_groups_name_follows_only_where_it_is_the_classs_own() -> None:
    assert new_row(rows_of(labels.space("kitti_road")), group="rest").group not in ("rest", "void")
    row = next(row for row in rows_of(CITYSCAPES) if row.name == "sky")
    assert row.called("heaven").group == "sky" and row.called("heaven", alone=True).group == "heaven"


def without(name: str):  # type: ignore[no-untyped-def]
    return lambda rows: [row for row in rows.values() if row.name != name]


def adding(name: str, **facts):  # type: ignore[no-untyped-def]
    return lambda rows: [*rows.values(), replace(new_row(list(rows.values()), name=name, group="vehicle"), **facts)]


def test_ids_and_train_ids_of_what_was_there_never_change() -> None:
    own = edit(CITYSCAPES, lambda rows: [replace(row, colour=(1, 2, 3)) for row in reversed(rows.values())])
    assert {label.name: (label.id, label.train_id) for label in own.labels} == {label.name: (label.id, label.train_id) for label in CITYSCAPES.labels}
    assert own.base == "cityscapes" and [label.name for label in own.listed] == [label.name for label in reversed(CITYSCAPES.listed)]
    assert labels.class_set(own).lut == labels.class_set(CITYSCAPES).lut


def test_a_new_class_gets_the_next_free_ids_and_a_colour_of_its_own() -> None:
    own = edit(CITYSCAPES, adding("tram"))
    tram = own.label("tram")
    assert (tram.id, tram.train_id, tram.category) == (34, 19, "vehicle") and tram.colour not in [label.colour for label in CITYSCAPES.labels]
    assert labels.class_set(own).names[-1] == "tram" and labels.class_set(own).table[34] == 19
    again = edit(own, adding("scooter", trained=False))
    assert (again.label("scooter").id, again.label("scooter").train_id, again.base) == (35, VOID, "cityscapes")


def test_a_document_with_the_old_name_is_painted_as_before_also_groups_of_it() -> None:
    own = edit(edit(CITYSCAPES, renaming("car", "auto")), renaming("auto", "motor car"))
    assert own.label("car") is own.label("auto") is own.label("motor car") and own.label("car").aliases == ("car", "auto")
    for name, now in (("car", "motor car"), ("auto", "motor car"), ("cargroup", "motor cargroup")):
        document = Document(8, 8).added(name, SQUARE)
        assert masks.label_ids(document, own)[4, 4] == 26 and own.current(name) == now
    assert masks.instance_ids(Document(8, 8).added("cargroup", SQUARE), own)[4, 4] == 26
    assert labels.class_set(own, ClassesConfig(select=("car",), rest=True)).names == ("rest", "motor car")


def test_a_class_called_back_to_its_old_name_has_the_other_as_earlier_name() -> None:
    own = edit(edit(CITYSCAPES, renaming("car", "auto")), renaming("auto", "car"))
    assert own.label("auto").name == "car" and own.label("auto").aliases == ("auto",)


def test_what_is_unlabelled_and_what_is_road_is_known_under_another_name_too() -> None:
    own = edit(edit(CITYSCAPES, renaming("unlabeled", "nothing")), renaming("road", "drivable"))
    own = edit(own, lambda rows: sorted(rows.values(), key=lambda row: row.name != "static"))
    assert masks.background(own).id == 0 and masks.road_label(own).name == "drivable"  # type: ignore[union-attr]
    assert not finding.of_mask(np.zeros((9, 9), np.uint8), own).regions


def test_a_class_that_is_taken_out_is_listed_no_more_but_keeps_its_meaning_and_its_id() -> None:
    own = edit(edit(CITYSCAPES, adding("tram")), without("tram"))
    assert "tram" not in [label.name for label in own.listed] and own.known_ids[34]
    assert masks.label_ids(Document(8, 8).added("tram", SQUARE), own)[4, 4] == 34
    assert labels.class_set(own).table[34] == VOID
    assert edit(own, adding("truck two")).label("truck two").id == 35
    back = edit(own, adding("tram", colour=(9, 9, 9)))
    assert (back.label("tram").id, back.label("tram").retired, back.label("tram").colour) == (34, False, (9, 9, 9))


def test_groups_are_the_classes_of_the_preset_categories() -> None:
    own = edit(CITYSCAPES, lambda rows: [replace(row, group="two wheels") if row.name in ("bicycle", "motorcycle") else row for row in rows.values()])
    names = labels.class_set(own, ClassesConfig(preset="categories")).classes
    wheels = next(one for one in names if one.name == "two wheels")
    assert set(wheels.members) == {"bicycle", "motorcycle"} and "bicycle" not in next(one for one in names if one.name == "vehicle").members
    assert labels.class_set(edit(CITYSCAPES, lambda rows: rows.values()), ClassesConfig(preset="categories")).lut == labels.class_set(CITYSCAPES, ClassesConfig(preset="categories")).lut


def test_a_renamed_class_that_its_group_leaves_out_is_still_left_out() -> None:
    own = edit(CITYSCAPES, renaming("parking", "car park"))
    assert labels.class_set(own, ClassesConfig(preset="categories")).lut == labels.class_set(CITYSCAPES, ClassesConfig(preset="categories")).lut


def test_what_is_not_trained_any_more_is_void_and_comes_back_with_a_train_id_of_its_own() -> None:
    off = edit(CITYSCAPES, lambda rows: [replace(row, trained=row.trained and row.name != "wall") for row in rows.values()])
    assert labels.class_set(off).table[12] == VOID and off.label("fence").train_id == 4
    on = edit(off, lambda rows: [replace(row, trained=True) if row.name == "wall" else row for row in rows.values()])
    assert on.label("wall").train_id == 19


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (renaming("car", "Road"), "There is a class Road already"),
        (renaming("car", ""), "Give it a name"),
        (renaming("car", "a\nb"), "Use letters"),
        (renaming("car", "car: red"), "Use letters"),
        (renaming("car", "x" * 61), "at most 60 letters"),
        (renaming("car", "rest"), "everything else"),
        (adding("cargroup"), "several of car"),
        (lambda rows: [row.called({"car": "bus", "bus": "car"}.get(row.name, row.name)) for row in rows.values()], "was the name of"),
        (lambda rows: [row for row in [*rows.values()][:0]], "at least one class"),
        (lambda rows: [replace(row, trained=False) for row in rows.values()], "at least two classes"),
        (lambda rows: [replace(row, group="") if row.name == "car" else row for row in rows.values()], "Give it a group"),
        (lambda rows: [*rows.values(), *(Row(f"thing {number}", (0, 0, 0), "things", False) for number in range(230))], "room for 250 classes"),
    ],
)
def test_an_edit_that_would_take_meaning_away_is_refused(change, said: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ConfigError, match=said):
        edit(CITYSCAPES, change)


def test_an_earlier_name_is_given_to_no_other_class() -> None:
    own = edit(CITYSCAPES, renaming("car", "auto"))
    with pytest.raises(ConfigError, match="car was the name of auto, and regions may still have it"):
        edit(own, adding("car"))


def test_an_imported_space_is_merged_and_takes_nothing_away() -> None:
    other = edit(labels.space("camvid"), renaming("car", "wagon"))
    rows = label_editing.merged(rows_of(CITYSCAPES), other)
    own = label_editing.edited(CITYSCAPES, rows, name="mine", title="Mine")
    assert own.label("wagon").id == own.label("car").id == 26 and own.label("car").colour == other.label("wagon").colour
    assert own.label("tree").id >= 34 and {label.id for label in CITYSCAPES.labels} < {label.id for label in own.labels}


def test_another_space_is_refused_where_used_classes_would_be_lost() -> None:
    one, other = edit(CITYSCAPES, adding("tram")), edit(CITYSCAPES, adding("cow"), name="farm")
    assert label_editing.lost({"tram": 3, "road": 9, "tramgroup": 0}, one, CITYSCAPES) == {"tram": 3}
    assert label_editing.lost({"road": 9, "car": 1}, one, edit(CITYSCAPES, renaming("car", "auto"))) == {}
    assert label_editing.lost({"tram": 1}, one, other) == {"tram": 1}


NAMES = st.text("abcdefg ", min_size=1, max_size=4)
STEPS = st.lists(st.tuples(st.sampled_from(["add", "rename", "remove", "recolour", "regroup", "train", "move"]), st.integers(0, 40), NAMES), max_size=12)


@settings(deadline=None, max_examples=40)
@given(STEPS)
def test_whatever_is_edited_every_document_and_mask_keeps_its_ids(steps: list[tuple[str, int, str]]) -> None:
    space, known = CITYSCAPES, {label.name: label.id for label in CITYSCAPES.labels}
    for what, at, name in steps:
        rows = list(rows_of(space))
        at %= len(rows)
        match what:
            case "add":
                rows.append(new_row(rows, name=name.strip(), group="vehicle"))
            case "rename":
                rows[at] = rows[at].called(name.strip())
            case "remove":
                del rows[at]
            case "recolour":
                rows[at] = replace(rows[at], colour=(at, 0, 0))
            case "regroup":
                rows[at] = replace(rows[at], group=name.strip())
            case "train":
                rows[at] = replace(rows[at], trained=not rows[at].trained)
            case "move":
                rows.insert(0, rows.pop(at))
        try:
            space = label_editing.edited(space, rows, name="mine", title="Mine")
        except ConfigError:
            continue
        ids = [label.id for label in space.labels]
        assert len(set(ids)) == len(ids)
        known |= {label.name: label.id for label in space.labels}
        for old, id_ in known.items():
            assert masks.label_of(old, space)[0].id == id_
        labels.class_set(space)


@settings(deadline=None, max_examples=40)
@given(STEPS)
def test_every_space_is_read_as_it_was_written(steps: list[tuple[str, int, str]]) -> None:
    rows = [replace(row, colour=(at, at, 0), trained=row.trained or at % 2 == 0) for row, (_, at, _) in zip(rows_of(CITYSCAPES), steps)] + list(rows_of(CITYSCAPES))[len(steps) :]
    own = label_editing.edited(CITYSCAPES, rows, name="mine", title="Ours: yes")
    assert labels.space_from_dict(yaml.safe_load(label_files.text_of(own))) == own


def test_a_file_is_read_back_and_found_among_all_spaces(own_home: Path) -> None:
    own = edit(edit(CITYSCAPES, renaming("car", "auto")), without("train"))
    own_spaces.save(own)
    assert labels.space("mine") == own and "mine" in labels.spaces() and "mine" not in labels.shipped()
    recoloured = edit(own, lambda rows: [replace(row, colour=(1, 1, 1)) for row in rows.values()])
    own_spaces.save(recoloured)
    assert labels.space("mine") == recoloured


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{id: 7, name: road, colour: [1, 2, 3], category: flat}", "line 7, gives the id 7 to 'road' and to 'lane'"),
        ("{id: 8, name: lane, colour: [1, 2, 3], category: flat}", "line 7, gives the name 'lane' to 'lane' and to 'lane'"),
        ("{id: 8, name: path, aliases: [lane], colour: [1, 2, 3], category: flat}", "line 7, gives the name 'lane'"),
        ("{id: 300, name: road, colour: [1, 2, 3], category: flat}", "line 7, gives 'road' the id 300"),
        ("{id: yes, name: road, colour: [1, 2, 3], category: flat}", "line 7, gives 'road' the id True"),
        ("{id: 8, name: no, colour: [1, 2, 3], category: flat}", "line 7, has the name False"),
        ('{id: 8, name: "a\\tb", colour: [1, 2, 3], category: flat}', "line 7, has the name"),
        ("{id: 8, name: road, colour: [1, 2, 300], category: flat}", "line 7, gives 'road' the colour"),
        ("{id: 8, name: road, colour: red, category: flat}", "line 7, gives 'road' the colour 'red'"),
        ("{id: 8, name: road, color: [1, 2, 3], category: flat}", "line 7, has the unknown key 'color'"),
        ("{id: 8, name: road, colour: [1, 2, 3], train_id: 256}", "line 7, gives 'road' the train_id 256"),
        ("road", "line 7, has an entry that is no class"),
        ("{id: 8, name: road", "line 8, is not valid YAML"),
    ],
)
def test_a_bad_file_is_refused_with_file_line_and_cure(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(f"name: mine\ntitle: Mine\nbase: cityscapes\n# mine\nclasses:\n  - {{id: 7, name: lane, colour: [1, 2, 3], category: flat}}\n  - {line}\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        label_files.read(path)
    assert f"{path}, {said}" in str(caught.value) and ";" in str(caught.value)


@pytest.mark.parametrize("text", ["", "7", "name: mine", "name: mine\ntitle: Mine\nclasses: []", "name: mine\ntitle: Mine\nclasses: {a: 1}", "a: [", "\x00", "? [a]\n: b"])
def test_anything_else_than_a_label_space_is_refused_in_a_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match="mine.yaml"):
        label_files.read(path)
