"""Label spaces against their sources, and class sets made of them."""

from __future__ import annotations

import numpy as np
import pytest

from engine import labels
from engine.config import ClassesConfig
from engine.errors import ConfigError
from engine.labels import VOID, ClassSet

CITYSCAPES_TRAIN_IDS = dict(zip((7, 8, 11, 12, 13, 17, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 31, 32, 33), range(19)))
CATEGORY_MEMBERS = {
    "flat": (7, 8), "construction": (11, 12, 13), "object": (17, 19, 20), "nature": (21, 22),
    "sky": (23,), "human": (24, 25), "vehicle": (26, 27, 28, 31, 32, 33),
}  # fmt: skip


@pytest.mark.parametrize(("name", "ids", "trained"), [("cityscapes", 35, 19), ("camvid", 12, 11), ("semantic_kitti", 34, 19), ("kitti_road", 3, 2), ("kitti_lane", 3, 2)])
def test_a_label_space_has_as_many_ids_and_classes_as_its_dataset(name: str, ids: int, trained: int) -> None:
    space = labels.space(name)
    assert len(space.labels) == ids and len(labels.class_set(space)) == trained


@pytest.mark.parametrize("name", labels.spaces())
def test_ids_and_names_of_a_label_space_are_unique_and_its_train_ids_without_a_gap(name: str) -> None:
    space = labels.space(name)
    for values in ([label.id for label in space.labels], [label.name for label in space.labels]):
        assert len(set(values)) == len(values)
    trained = {label.train_id for label in space.labels} - {VOID}
    assert trained == set(range(len(trained)))
    kitti = {label.id for label in labels.space("semantic_kitti").labels}
    assert {label.semantic_kitti for label in space.labels} <= kitti


@pytest.mark.parametrize("name", labels.spaces())
def test_every_category_has_members_and_ignores_only_its_own(name: str) -> None:
    space = labels.space(name)
    for category in space.categories:
        members = {label.name for label in space.labels if label.category == category.name}
        assert set(category.ignore) < members


def test_cityscapes_train_ids_are_the_official_ones() -> None:
    table = labels.class_set(labels.space("cityscapes")).table
    assert {int(id_): int(table[id_]) for id_ in np.flatnonzero(table != VOID)} == CITYSCAPES_TRAIN_IDS


def test_cityscapes_categories_are_the_official_ones_without_what_evaluation_ignores() -> None:
    made = labels.class_set(labels.space("cityscapes"), ClassesConfig(preset="categories"))
    assert {name: tuple(np.flatnonzero(made.table == train_id)) for train_id, name in enumerate(made.names)} == CATEGORY_MEMBERS


def test_void_stays_void_in_every_class_set() -> None:
    for name in labels.spaces():
        space = labels.space(name)
        table = labels.class_set(space).table
        assert all(table[label.id] == VOID for label in space.labels if label.train_id == VOID and 0 <= label.id < 256)


def test_the_table_maps_all_ids_at_once_so_that_new_ids_never_collide_with_old_ones() -> None:
    table = labels.class_set(labels.space("cityscapes")).table
    assert table[np.array([[7, 8], [11, 0]], np.uint8)].tolist() == [[0, 1], [2, VOID]]


def test_a_selection_with_a_rest() -> None:
    made = labels.class_set(labels.space("cityscapes"), ClassesConfig(select=("road", "car", "person"), rest=True))
    assert made.names == ("rest", "road", "car", "person") and made.output_channels == 4
    assert [int(made.table[id_]) for id_ in (7, 26, 24, 8, 11, 0, 9)] == [1, 2, 3, 0, 0, VOID, VOID]
    assert not made.classes[0].scored


def test_a_selection_without_a_rest_leaves_the_others_void() -> None:
    made = labels.class_set(labels.space("cityscapes"), ClassesConfig(select=("road", "car")))
    assert made.names == ("road", "car") and made.table[8] == VOID


def test_one_class_against_the_rest_is_one_channel() -> None:
    road = labels.class_set(labels.space("kitti_road"))
    assert (len(road), road.output_channels, road.classes[0].scored) == (2, 1, False)
    assert labels.class_set(labels.space("cityscapes"), ClassesConfig(select=("road",), rest=True)).output_channels == 1


def test_groups_are_new_classes_of_old_ones() -> None:
    made = labels.class_set(labels.space("camvid"), ClassesConfig(group={"ground": ("road", "pavement"), "mover": ("car", "pedestrian", "bicyclist")}))
    assert made.names == ("ground", "mover")
    assert [int(made.table[id_]) for id_ in (3, 4, 8, 9, 10, 0)] == [0, 0, 1, 1, 1, VOID]


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (ClassesConfig(select=("roat",)), "has no class 'roat'; it has: "),
        (ClassesConfig(select=("road",)), "gives only 'road'; set classes.rest to true"),
        (ClassesConfig(select=("road", "road")), "stands in two places"),
        (ClassesConfig(group={"a": ("road",), "b": ("road", "car")}), "'road' stands in two places"),
        (ClassesConfig(group={"a": ()}), "classes.group.a is empty"),
    ],
)
def test_a_wrong_choice_of_classes_names_the_cure(wanted: ClassesConfig, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        labels.class_set(labels.space("cityscapes"), wanted)


def test_categories_of_a_space_without_any_are_refused() -> None:
    with pytest.raises(ConfigError, match="has none; use 'train'"):
        labels.class_set(labels.space("kitti_road"), ClassesConfig(preset="categories"))


@pytest.mark.parametrize("wanted", [ClassesConfig(), ClassesConfig(preset="categories"), ClassesConfig(select=("road", "car"), rest=True)])
def test_a_class_set_survives_its_plain_values(wanted: ClassesConfig) -> None:
    made = labels.class_set(labels.space("cityscapes"), wanted)
    assert ClassSet.from_dict(made.to_dict()) == made


def test_train_ids_lead_back_to_an_id_of_the_same_class() -> None:
    made = labels.class_set(labels.space("cityscapes"))
    assert (made.table[made.ids[np.arange(19)]] == np.arange(19)).all()
    assert made.table[made.ids[VOID]] == VOID


def test_semantic_kitti_ids_of_fused_classes() -> None:
    made = labels.class_set(labels.space("cityscapes"))
    named = dict(zip(made.names, made.semantic_kitti))
    assert (named["road"], named["sidewalk"], named["building"], named["car"], named["person"], named["sky"]) == (40, 48, 50, 10, 30, 0)


def test_known_ids_include_void_and_nothing_strange() -> None:
    known = labels.space("camvid").known_ids
    assert np.flatnonzero(known).tolist() == [*range(12), VOID]


def test_an_unknown_label_space_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="no label space 'mars'; choose one of: camvid, cityscapes"):
        labels.space("mars")
