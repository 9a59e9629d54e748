"""Masks over pictures, and the legend."""

from __future__ import annotations

import numpy as np
import pytest

from engine import labels
from engine.drives import overlay
from engine.labels import VOID


@pytest.fixture
def palette() -> np.ndarray:
    table = np.zeros((256, 3), np.uint8)
    table[:3] = [(200, 0, 0), (0, 200, 0), (0, 0, 200)]
    return table


def test_a_class_is_mixed_into_the_image_by_its_opacity(palette: np.ndarray) -> None:
    image = np.full((4, 6, 3), 100, np.uint8)
    mixed = overlay.blend(image, np.ones((4, 6), np.uint8), palette, 0.25)
    assert (mixed == [75, 125, 75]).all()
    assert (image == 100).all()


def test_hidden_classes_and_void_let_the_image_through(palette: np.ndarray) -> None:
    image = np.full((1, 3, 3), 100, np.uint8)
    mixed = overlay.blend(image, np.array([[0, 1, VOID]], np.uint8), palette, 1.0, {1})
    assert mixed.tolist() == [[[200, 0, 0], [100, 100, 100], [100, 100, 100]]]


def test_opacity_zero_is_the_image(palette: np.ndarray) -> None:
    image = np.random.default_rng(0).integers(0, 255, (9, 7, 3), np.uint8)
    assert (overlay.blend(image, np.zeros((9, 7), np.uint8), palette, 0.0, outlines=True) == image).all()


def test_a_mask_of_another_size_is_enlarged_without_new_classes(palette: np.ndarray) -> None:
    mixed = overlay.blend(np.zeros((8, 8, 3), np.uint8), np.array([[0, 2], [0, 2]], np.uint8), palette, 1.0)
    assert (mixed[:, :4] == [200, 0, 0]).all() and (mixed[:, 4:] == [0, 0, 200]).all()


def test_outlines_are_drawn_where_classes_meet(palette: np.ndarray) -> None:
    mask = np.zeros((4, 6), np.uint8)
    mask[:, 3:] = 1
    mixed = overlay.blend(np.zeros((4, 6, 3), np.uint8), mask, palette, 0.5, outlines=True)
    assert (mixed[:, 2] == [200, 0, 0]).all() and (mixed[:, 1] == [100, 0, 0]).all()
    assert overlay.borders(mask).sum() == 4 * 255


@pytest.mark.parametrize("width", [200, 640, 960, 1242, 3840])
@pytest.mark.parametrize("space", ["camvid", "cityscapes"])
def test_a_legend_shows_every_colour_at_any_width(space: str, width: int) -> None:
    classes = labels.class_set(labels.space(space))
    drawn = overlay.legend(overlay.entries(classes), width)
    assert drawn.shape[1] == width and drawn.shape[0] < max(width, 400)
    for one in classes.classes:
        assert (np.abs(drawn.astype(int) - one.colour).max(axis=2) <= 6).any(), one.name


def test_hidden_classes_are_not_in_the_legend() -> None:
    classes = labels.class_set(labels.space("camvid"))
    hidden = overlay.hidden_ids(classes, {"sky", "no such class"})
    assert hidden == {classes.names.index("sky")}
    assert "sky" not in [name for name, _ in overlay.entries(classes, hidden)]


def test_a_caption_too_long_for_its_picture_is_shortened() -> None:
    assert overlay.caption("a very long name " * 9, "and more " * 9, 200).shape[1] == 200
