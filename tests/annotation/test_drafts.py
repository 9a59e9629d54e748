"""First drafts out of a network's mask, and the wand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import labels
from engine.annotation import drafts, wand
from engine.annotation.document import Document, Polygon
from engine.annotation.finding import document_path, in_cityscapes, of_mask
from engine.annotation.masks import label_ids
from engine.annotation.raster import Rasteriser
from engine.config import ClassesConfig
from engine.sample import Prediction
from engine.world.shoot import single

SPACE = labels.space("cityscapes")
CLASSES = labels.class_set(SPACE)
ROAD, CAR = CLASSES.names.index("road"), CLASSES.names.index("car")


@pytest.fixture
def mask() -> np.ndarray:
    """A road with a car on it, a hole in the car through which the road is seen, and a speck."""
    mask = np.full((80, 120), ROAD, np.uint8)
    mask[20:60, 30:90] = CAR
    mask[30:40, 50:60] = ROAD
    mask[70, 100] = CAR
    return mask


def drawn(found: list[drafts.Draft], shape: tuple[int, int]) -> np.ndarray:
    document = Document(shape[1], shape[0])
    for name, outline in found:
        document = document.added(name, outline)
    return label_ids(document, SPACE, rasteriser=Rasteriser(shape[1], shape[0]))


def test_a_draft_paints_the_mask_again_with_what_is_seen_through_holes_and_without_specks(mask: np.ndarray) -> None:
    found = drafts.polygons_of(mask, classes=CLASSES, space=SPACE, tolerance=0)
    wanted = CLASSES.ids[mask]
    wanted[70, 100] = SPACE.label("road").id
    np.testing.assert_array_equal(drawn(found, mask.shape), wanted)
    assert [name for name, _ in found] == ["road", "car", "road"]


def test_a_draft_keeps_to_a_box_a_class_and_what_the_network_is_sure_of(mask: np.ndarray) -> None:
    assert {name for name, _ in drafts.polygons_of(mask, classes=CLASSES, space=SPACE, only="car")} == {"car"}
    inside = drafts.polygons_of(mask, classes=CLASSES, space=SPACE, within=(0, 0, 60, 80))
    assert all(outline.box[2] <= 60 for _, outline in inside)
    confidence = np.where(mask == CAR, 0.3, 0.9).astype(np.float32)
    assert {name for name, _ in drafts.polygons_of(mask, classes=CLASSES, space=SPACE, confidence=confidence, least=0.5)} == {"road"}


def test_pixels_that_the_network_is_not_sure_of_are_left_out_also_in_the_midst_of_a_patch(mask: np.ndarray) -> None:
    confidence = np.full(mask.shape, 0.9, np.float32)
    confidence[40:56, 66:84] = 0.4
    confidence[:, 110:] = 0.59
    found = drafts.polygons_of(mask, classes=CLASSES, space=SPACE, confidence=confidence, sure=0.6, tolerance=0)
    wanted = np.where(confidence >= 0.6, CLASSES.ids[mask], 0)
    wanted[70, 100] = SPACE.label("road").id
    np.testing.assert_array_equal(drawn(found, mask.shape), wanted)
    assert [name for name, _ in found] == ["road", "car", "road"]


def test_of_one_class_nothing_is_painted_where_others_are(mask: np.ndarray) -> None:
    found = drafts.polygons_of(mask, classes=CLASSES, space=SPACE, only="road", tolerance=0)
    painted = drawn(found, mask.shape)
    wanted = np.where(mask == ROAD, SPACE.label("road").id, 0)
    wanted[70, 100] = SPACE.label("road").id
    np.testing.assert_array_equal(painted, wanted)


def test_drafts_go_below_labels_and_only_where_they_show(mask: np.ndarray) -> None:
    labelled = np.zeros(mask.shape, bool)
    labelled[15:65, 25:95] = True
    prediction = Prediction(mask, np.ones(mask.shape, np.float32))
    beneath = drafts.drafted(prediction, CLASSES, SPACE, labelled=labelled)
    assert [name for name, _ in beneath] == ["road"]
    free = drafts.drafted(prediction, CLASSES, SPACE, labelled=labelled, options=drafts.Options(free=True, tolerance=0))
    painted = drawn(free, mask.shape)
    assert (painted[~labelled] == SPACE.label("road").id).all()
    assert not drafts.drafted(prediction, CLASSES, SPACE, labelled=np.ones(mask.shape, bool))
    document = Document(120, 80).added("sky", Polygon(((25, 15), (94, 15), (94, 64), (25, 64))))
    after = drafts.below(document, free)
    ids = label_ids(after, SPACE)
    assert after.regions[-1] is document.regions[0] and (ids[labelled] == SPACE.label("sky").id).all() and (ids[~labelled] == SPACE.label("road").id).all()
    assert len({region.key for region in after.regions}) == len(after.regions)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 999), st.sampled_from([1, 3, 9]), st.booleans())
def test_what_is_unsure_is_never_painted_but_for_specks(seed: int, smallest: int, one: bool) -> None:
    random = np.random.default_rng(seed)
    mask = np.kron(random.choice(np.array([ROAD, CAR], np.uint8), (5, 7)), np.ones((8, 8), np.uint8))
    confidence = np.kron(random.random((10, 14)), np.ones((4, 4))).astype(np.float32)
    found = drafts.polygons_of(mask, classes=CLASSES, space=SPACE, confidence=confidence, sure=0.4, smallest=smallest, tolerance=0, only="road" if one else None)
    wanted = np.where((confidence >= 0.4) & ((mask == ROAD) | (not one)), CLASSES.ids[mask], 0)
    np.testing.assert_array_equal(drawn(found, mask.shape), wanted)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 999), st.tuples(st.integers(-3, 20), st.integers(-3, 15)), st.tuples(st.integers(1, 30), st.integers(1, 30)), st.sampled_from([0.0, 1.0, 2.5]))
def test_a_draft_paints_nothing_outside_of_its_box(seed: int, corner: tuple[int, int], size: tuple[int, int], tolerance: float) -> None:
    mask = np.random.default_rng(seed).choice(np.array([ROAD, CAR, 255], np.uint8), (16, 24)).repeat(2, axis=0)
    left, top, right, bottom = *corner, corner[0] + size[0], corner[1] + size[1]
    found = drafts.polygons_of(mask, classes=CLASSES, space=SPACE, smallest=3, tolerance=tolerance, within=(left, top, right, bottom))
    painted = drawn(found, mask.shape)
    painted[max(0, top) : max(0, bottom), max(0, left) : max(0, right)] = 0
    assert not painted.any()


def test_a_draft_of_a_street_has_few_vertices_paints_nearly_all_of_it_again_and_hardly_leaves_gaps() -> None:
    mask = CLASSES.table[single(np.random.default_rng([8, 2]), (192, 384)).ids]
    found = drafts.polygons_of(mask, classes=CLASSES, space=SPACE, smallest=1, tolerance=1.0)
    painted = drawn(found, mask.shape)
    assert (painted == CLASSES.ids[mask]).mean() > 0.97
    assert (painted == 0)[mask != 255].mean() < 0.006
    assert sum(len(outline.points) for _, outline in found) < mask.size / 50


def test_a_class_without_a_name_in_the_space_is_left_out(mask: np.ndarray) -> None:
    assert drafts.polygons_of(mask, classes=CLASSES, space=labels.space("camvid"))[0][0] == "road"
    assert drafts.name_in(CLASSES.classes[CLASSES.names.index("rider")], labels.space("camvid")) is None


def test_a_class_of_several_members_is_called_as_the_one_that_is_asked_for(mask: np.ndarray) -> None:
    groups = labels.class_set(SPACE, ClassesConfig(preset="categories"))
    seen = np.full(mask.shape, groups.names.index("flat"), np.uint8)
    assert [name for name, _ in drafts.polygons_of(seen, classes=groups, space=SPACE)] == ["road"]
    assert [name for name, _ in drafts.polygons_of(seen, classes=groups, space=SPACE, only="sidewalk")] == ["sidewalk"]
    assert [name for name, _ in drafts.polygons_of(seen, classes=groups, space=SPACE, only="flat")] == ["road"]
    assert not drafts.polygons_of(seen, classes=groups, space=SPACE, only="car")


def test_the_wand_takes_what_hangs_together_and_is_allowed() -> None:
    image = np.full((40, 60, 3), 100, np.uint8)
    image[:, 30:] = 110
    image[:, 20] = 200
    assert wand.selected(image, (5, 5), 5).box == (0, 0, 20, 40)
    assert wand.selected(image, (25, 5), 5).box == (21, 0, 30, 40)
    assert wand.selected(image, (25, 5), 12).box == (21, 0, 60, 40)
    allowed = np.zeros((40, 60), bool)
    allowed[10:20] = True
    assert wand.selected(image, (25, 12), 5, allowed=allowed).box == (21, 10, 30, 20)
    assert wand.selected(image, (25, 5), 5, allowed=allowed) is None and wand.selected(image, (99, 5), 5) is None
    assert image[5, 5, 0] == 100


def test_a_document_that_begins_as_a_mask_has_exactly_its_pixels() -> None:
    random = np.random.default_rng(4)
    ids = np.kron(random.choice([0, 7, 11, 26], (8, 12)), np.ones((10, 10))).astype(np.uint8)
    ids[random.random(ids.shape) < 0.02] = 24
    document = of_mask(ids, SPACE)
    np.testing.assert_array_equal(label_ids(document, SPACE), ids)


def test_labels_lie_in_a_cityscapes_folder_or_else_in_the_users(tmp_path) -> None:
    image = tmp_path / "leftImg8bit" / "train" / "a" / "a_000000_000019_leftImg8bit.png"
    mask = tmp_path / "gtCoarse" / "train" / "a" / "a_000000_000019_gtCoarse_labelIds.png"
    assert document_path(tmp_path, stem=image.stem, image=image, mask=mask) == mask.with_name("a_000000_000019_gtCoarse_polygons.json")
    fine = document_path(tmp_path, stem=image.stem, image=image)
    assert fine == tmp_path / "gtFine" / "train" / "a" / "a_000000_000019_gtFine_polygons.json" and in_cityscapes(fine) == ("a_000000_000019", "gtFine")
    own = document_path(tmp_path / "drive.mp4", stem="000004")
    assert own.name == "000004_polygons.json" and tmp_path / "drive.mp4" not in own.parents and in_cityscapes(own) is None
    assert own != document_path(tmp_path / "other" / "drive.mp4", stem="000004")
