"""Painted regions as outlines that Pillow fills to exactly their pixels."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from engine.annotation import painted_outline
from engine.annotation.document import Painted

THIN = [np.eye(9, dtype=bool), np.eye(9, dtype=bool)[::-1], *(np.ones(size, bool) for size in ((1, 1), (1, 2), (2, 1), (1, 9), (9, 1), (2, 2)))]


def filled(outline: tuple[tuple[int, int], ...], size: tuple[int, int]) -> NDArray[np.bool_]:
    """As Cityscapes' scripts paint it."""
    image = Image.new("L", (size[1], size[0]), 0)
    ImageDraw.Draw(image).polygon(list(outline), fill=1)
    return np.array(image) > 0


def assert_painted_exactly(mask: NDArray[np.bool_]) -> None:
    """Each part's outline fills its runs, and the parts are the mask, each pixel once."""
    painted = Painted.of(mask)
    assert painted is not None
    times = np.zeros(mask.shape, int)
    for part in painted_outline.parts(painted):
        left, top, right, bottom = part.box
        wanted = np.zeros_like(mask)
        wanted[top:bottom, left:right] = painted_outline.mask_of(part.runs, bottom - top, right - left)
        assert len(part.outline) > 2
        np.testing.assert_array_equal(filled(part.outline, mask.shape), wanted)
        times += wanted
    np.testing.assert_array_equal(times, mask)


def blob(chance: np.random.Generator, size: int, roughness: float) -> NDArray[np.bool_]:
    heights = cv2.GaussianBlur(chance.random((size, size)).astype(np.float32), (0, 0), roughness)
    return heights > np.quantile(heights, chance.uniform(0.1, 0.9))


@pytest.mark.parametrize("roughness", [0.1, 0.6, 1.0, 2.0, 4.0])
def test_blobs_with_holes_and_islands_are_filled_to_their_pixels(roughness: float) -> None:
    chance = np.random.default_rng(4)
    for size in [12] * 20 + [40] * 6:
        assert_painted_exactly(blob(chance, size, roughness))


@pytest.mark.parametrize("mask", THIN, ids=lambda mask: f"{mask.shape} {mask.sum()}")
def test_single_pixels_and_lines_are_filled_to_their_pixels(mask: NDArray[np.bool_]) -> None:
    assert_painted_exactly(np.pad(mask, 2))
    assert_painted_exactly(mask)


def test_an_island_in_a_hole_is_a_part_of_its_own_and_holes_in_holes_are_kept() -> None:
    rings = np.zeros((21, 21), bool)
    for inset, set_ in ((0, True), (3, False), (5, True), (7, False), (9, True)):
        rings[inset : 21 - inset, inset : 21 - inset] = set_
    assert_painted_exactly(rings)
    assert len(list(painted_outline.parts(Painted.of(rings)))) == 3  # type: ignore[arg-type]


def test_runs_that_do_not_fill_their_box_are_refused() -> None:
    assert painted_outline.runs_of(np.array([[1, 1, 0], [0, 1, 1]], bool)) == (0, 2, 2, 2)
    for runs in ((0, 2, 2), (0, 2, 2, 3), (-1, 3, 2, 2)):
        with pytest.raises(ValueError, match="fill"):
            painted_outline.mask_of(runs, 2, 3)
