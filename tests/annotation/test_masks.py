"""Masks against cityscapesScripts' own, pixel by pixel, and against what the readers of the benchmarks expect."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine import label_editing, labels
from engine.annotation import masks
from engine.annotation.document import Document, Polygon, Region
from engine.annotation.raster import Rasteriser
from engine.config import ClassesConfig
from engine.datasets import _palette
from engine.errors import ConfigError, DataError
from engine.evaluation.confusion import Confusion
from engine.label_space import Label, LabelSpace
from engine.world import polygons

WIDTH, HEIGHT = 61, 43
CITYSCAPES = labels.space("cityscapes")
NAMES = [label.name for label in CITYSCAPES.labels] + [f"{label.name}group" for label in CITYSCAPES.labels if label.instances]

_coordinate = st.one_of(st.integers(0, 60), st.integers(-90, 150), st.floats(-90, 150, allow_nan=False))
_points = st.lists(st.tuples(_coordinate, _coordinate), min_size=2, max_size=12).map(tuple)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    found = draw(st.lists(st.tuples(st.sampled_from(NAMES), _points, st.sampled_from([False, False, True])), max_size=12))
    return Document(WIDTH, HEIGHT).with_regions(Region(key, name, Polygon(points), deleted) for key, (name, points, deleted) in enumerate(found))


def street(seed: int) -> Document:
    """A document as the procedural street writes them: ground, blocks, plants, and things upon them, outlined from their mask."""
    rng = np.random.default_rng(seed)
    instances = np.full((96, 160), 23, np.int32)
    instances[50:] = 7
    for number in range(40):
        left, top = rng.integers(0, 150), rng.integers(10, 90)
        id_ = int(rng.choice([8, 11, 17, 20, 21, 22, 24, 25, 26, 26, 26, 33]))
        rows, columns = np.mgrid[:96, :160]
        reach = rng.uniform(2, 18, 2)
        inside = ((columns - left) / reach[0]) ** 2 + ((rows - top) / reach[1]) ** 2 < rng.uniform(0.7, 1.3)
        instances[inside] = id_ * 1000 + number if CITYSCAPES.labels[id_].instances else id_
    values = polygons.document(polygons.fine(instances), (96, 160))
    regions = []
    for key, thing in enumerate(values["objects"]):
        name = thing["label"] + ("group" if thing["label"] in ("car", "person") and rng.random() < 0.2 else "")
        regions.append(Region(key, name, Polygon(tuple((x, y) for x, y in thing["polygon"])), bool(rng.random() < 0.1)))
    return Document(160, 96).with_regions(regions)


def official(document: Document) -> dict[str, NDArray[Any]]:
    """What cityscapesScripts makes of the document's JSON."""
    pytest.importorskip("cityscapesscripts")
    from cityscapesscripts.helpers.annotation import Annotation
    from cityscapesscripts.preparation.json2instanceImg import createInstanceImage
    from cityscapesscripts.preparation.json2labelImg import createLabelImage

    objects = [{"label": region.label, "polygon": region.shape.points, "deleted": int(region.deleted)} for region in document.regions if isinstance(region.shape, Polygon)]
    annotation = Annotation()
    annotation.fromJsonText(json.dumps({"imgWidth": document.width, "imgHeight": document.height, "objects": objects}))
    found = {encoding: np.array(createLabelImage(annotation, encoding)) for encoding in ("ids", "trainIds", "color")}
    return found | {"instances": np.array(createInstanceImage(annotation, "ids"))}


def assert_official(document: Document) -> None:
    expected, rasteriser = official(document), Rasteriser(document.width, document.height)
    assert np.array_equal(masks.label_ids(document, CITYSCAPES, rasteriser=rasteriser), expected["ids"])
    assert np.array_equal(masks.train_ids(document, CITYSCAPES, rasteriser=rasteriser), expected["trainIds"])
    assert np.array_equal(masks.colours(document, CITYSCAPES), expected["color"][..., :3])
    assert np.array_equal(masks.instance_ids(document, CITYSCAPES, rasteriser=rasteriser), expected["instances"])


@settings(max_examples=120, deadline=None)
@given(documents())
def test_masks_of_any_document_are_those_of_the_official_scripts(document: Document) -> None:
    assert_official(document)


@pytest.mark.parametrize("seed", range(24))
def test_masks_of_a_street_are_those_of_the_official_scripts(seed: int) -> None:
    assert_official(street(seed))


@settings(max_examples=60, deadline=None)
@given(documents(), st.tuples(st.integers(-5, 70), st.integers(-5, 50), st.integers(-5, 70), st.integers(-5, 50)), _points)
def test_the_screen_shows_what_is_exported_also_after_a_window_was_made_again(document: Document, other: tuple[int, int, int, int], points: tuple[tuple[float, float], ...]) -> None:
    document = document.with_regions(region for region in document.regions if region.label != "license plate")
    rasteriser = Rasteriser(WIDTH, HEIGHT)
    mask = masks.index_mask(document, CITYSCAPES, rasteriser=rasteriser)
    assert np.array_equal(masks.index_palette(CITYSCAPES)[mask], masks.colours(document, CITYSCAPES))
    edited = document.added("bus", Polygon(points))
    masks.index_mask(edited, CITYSCAPES, rasteriser=rasteriser, into=mask, window=edited.regions[-1].box)
    assert np.array_equal(mask, masks.index_mask(edited, CITYSCAPES))
    masks.index_mask(edited, CITYSCAPES, rasteriser=rasteriser, into=mask, window=other)
    assert np.array_equal(mask, masks.index_mask(edited, CITYSCAPES))


def _things(*names: str, space_wide: int = 10) -> Document:
    """Squares of ten pixels side by side, one a name."""
    document = Document(space_wide * (len(names) + 1), 10)
    for number, name in enumerate(names):
        left = number * space_wide
        document = document.added(name, Polygon(((left, 0), (left + 9, 0), (left + 9, 9), (left, 9))))
    return document


def _row(mask: NDArray[Any]) -> list[Any]:
    return mask[5, 5::10].tolist()


def test_the_screen_shows_licence_plates_which_no_mask_holds() -> None:
    document = _things("car", "license plate")
    assert CITYSCAPES.labels[_row(masks.index_mask(document, CITYSCAPES))[1]].name == "license plate"
    assert _row(masks.label_ids(document, CITYSCAPES)) == [26, 0, 0] and _row(masks.train_ids(document, CITYSCAPES)) == [13, 255, 255]


def test_hidden_labels_let_those_below_be_seen() -> None:
    document = _things("car").added("person", Polygon(((0, 0), (9, 0), (9, 9), (0, 9)))).added("persongroup", Polygon(((0, 0), (9, 0), (9, 9), (0, 9))))
    shown = masks.index_mask(document, CITYSCAPES, hidden=frozenset({"person"}))
    assert CITYSCAPES.labels[shown[5, 5]].name == "car"


def test_instances_are_counted_by_label_in_order_and_groups_not() -> None:
    document = _things("car", "bus", "cargroup", "car", "road")
    assert _row(masks.instance_ids(document, CITYSCAPES)) == [26000, 28000, 26, 26001, 7, 0]
    assert _row(masks.kitti_instance(document, CITYSCAPES)) == [26 * 256 + 1, 28 * 256 + 1, 26 * 256, 26 * 256 + 2, 7 * 256, 0]
    assert _row(masks.kitti_semantic(document, CITYSCAPES)) == [26, 28, 26, 26, 7, 0]


def test_more_things_than_a_mask_can_count_are_refused_not_taken_for_the_next_label() -> None:
    crowd = Document(9, 9).with_regions(Region(key, "car", Polygon(((0, 0), (1, 1)))) for key in range(1001))
    with pytest.raises(DataError, match="1001 regions of 'car'.*'cargroup'"):
        masks.instance_ids(crowd, CITYSCAPES)
    with pytest.raises(DataError, match="256 regions of 'car'"):
        masks.kitti_instance(crowd, CITYSCAPES)


@pytest.mark.parametrize("name", ["cityscapes", "semantic_kitti", "camvid"])
def test_road_truth_is_road_where_blue_and_valid_where_red(name: str) -> None:
    space = labels.space(name)
    void = masks.background(space)
    assert void
    document = _things("road", "building", void.name)
    assert _row(masks.kitti_road(document, space)) == [[255, 0, 255], [255, 0, 0], [0, 0, 0], [0, 0, 0]]


def test_lane_truth_and_merged_classes_are_road_too() -> None:
    assert _row(masks.kitti_road(_things("lane", "not lane", "void"), labels.space("kitti_lane")))[:2] == [[255, 0, 255], [255, 0, 0]]
    assert _row(masks.kitti_road(_things("lane-marking", "parking"), labels.space("semantic_kitti")))[:2] == [[255, 0, 255], [255, 0, 0]]
    with pytest.raises(ConfigError, match="no class called road"):
        masks.kitti_road(_things("foreground"), _palette.of_two("two"))


@pytest.mark.parametrize("name", labels.spaces())
def test_every_label_space_has_all_its_masks(name: str) -> None:
    space = labels.space(name)
    fitting = [label for label in space.labels if 0 <= label.id < 256]
    document = _things(*(label.name for label in fitting))
    unpainted = masks.background(space)
    assert unpainted and unpainted.train_id == labels.VOID
    assert _row(masks.label_ids(document, space)) == [*(label.id for label in fitting), unpainted.id]
    assert _row(masks.train_ids(document, space)) == [*(label.train_id for label in fitting), 255]
    assert [tuple(colour) for colour in _row(masks.colours(document, space))] == [*(label.colour for label in fitting), unpainted.colour]
    assert _row(masks.index_mask(document, space)) == [*(space.labels.index(label) for label in fitting), 255]
    assert masks.instance_ids(document, space).dtype == masks.kitti_instance(document, space).dtype == np.uint16


def test_classes_that_are_added_or_moved_change_nothing_of_what_no_region_covers() -> None:
    void = Label(5, "edge", (0, 0, 0), "void"), Label(6, "blur", (1, 1, 1), "void")
    for more, background in ((), 255), (void, 5):
        space = LabelSpace("own", "Own", (Label(0, "a", (9, 0, 0), "things", 0), Label(1, "b", (0, 9, 0), "things", 1), *more))
        rows = label_editing.rows_of(space)
        trained = label_editing.Row("mystery", (0, 0, 9), "void", True)
        after = label_editing.edited(space, [trained, *reversed(rows)], name="mine", title="Mine")
        for one in (space, after):
            np.testing.assert_array_equal(masks.label_ids(Document(3, 2), one), np.full((2, 3), background))


def test_a_space_without_a_void_class_leaves_the_background_void() -> None:
    space = _palette.of_two("two")
    assert _row(masks.label_ids(_things("foreground"), space)) == [1, 255] and _row(masks.train_ids(_things("foreground"), space)) == [1, 255]
    assert _row(masks.colours(_things("foreground"), space)) == [[255, 255, 255], [0, 0, 0]]


@pytest.mark.parametrize("name", labels.spaces())
def test_an_ignore_region_is_void_in_every_class_set_and_told_from_what_is_trained(name: str) -> None:
    space = labels.space(name)
    label = masks.ignored(space)
    assert label is not None and masks.is_void(label)
    document = _things(label.name, next(one.name for one in space.labels if one.train_id != labels.VOID))
    assert _row(masks.train_ids(document, space))[0] == labels.VOID
    ids = masks.label_ids(document, space)
    for config in (None, ClassesConfig(preset="categories")) if space.categories else (None,):
        trained = labels.class_set(space, config).table[ids]
        assert trained[0, 5] == labels.VOID and trained[0, 15] != labels.VOID
        score = Confusion(20)
        score.add(trained, np.zeros_like(trained))
        assert score.pixels.sum() == 100  # those of the other region alone
    assert masks.ignored(_palette.of_two("two")) is None


def test_in_cityscapes_ignore_regions_are_told_from_unlabelled_pixels() -> None:
    label = masks.ignored(CITYSCAPES)
    assert label is not None and label.name == "out of roi" and label != masks.background(CITYSCAPES)


def test_an_id_beyond_eight_bits_is_refused_with_the_class_it_is_trained_as() -> None:
    document = _things("moving-truck")
    with pytest.raises(DataError, match="'moving-truck' has the id 258 .* use 'truck' instead"):
        masks.label_ids(document, labels.space("semantic_kitti"))
    assert _row(masks.train_ids(document, labels.space("semantic_kitti"))) == [3, 255]


@pytest.mark.parametrize(("name", "near"), [("cars", "car"), ("Car", "car"), ("trafic sign", "traffic sign"), ("Persongroup", "person")])
def test_an_unknown_label_is_told_with_the_nearest_known_ones(name: str, near: str) -> None:
    for draw in (masks.label_ids, masks.train_ids, masks.colours, masks.instance_ids, masks.index_mask, masks.kitti_road):
        with pytest.raises(DataError, match=f"no label '{name}'; rename .*nearest are: .*{near}"):
            draw(_things("road", name), CITYSCAPES)


def test_an_unknown_label_unlike_any_is_told_with_all_and_a_deleted_one_not_at_all() -> None:
    with pytest.raises(DataError, match="it has: unlabeled, ego vehicle"):
        masks.label_ids(_things("zzz"), CITYSCAPES)
    document = _things("zzz")
    assert not masks.label_ids(document.replaced(document.regions[0].changed(deleted=True)), CITYSCAPES).any()
