"""Patches to pick."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.annotation import superpixels


@pytest.fixture
def disc() -> tuple[np.ndarray, np.ndarray]:
    """A noisy picture of a disc, and where that is."""
    random = np.random.default_rng(3)
    inside = cv2.circle(np.zeros((150, 200), np.uint8), (90, 70), 45, 1, -1).astype(bool)
    image = np.where(inside[..., None], (190, 70, 40), (60, 90, 110)) + random.normal(0, 5, (150, 200, 3))
    return image.clip(0, 255).astype(np.uint8), inside


def test_patches_keep_to_the_border_of_a_thing(disc: tuple[np.ndarray, np.ndarray]) -> None:
    image, inside = disc
    patches = superpixels.patches(image, spacing=20)
    in_it, size = np.bincount(patches.ravel(), inside.ravel()), np.bincount(patches.ravel())
    assert np.maximum(in_it, size - in_it).sum() / inside.size > 0.99
    assert len(size) == round(200 / 20) * round(150 / 20) and size.min() > 0


def test_sweeping_over_a_thing_takes_the_patches_under_the_points(disc: tuple[np.ndarray, np.ndarray]) -> None:
    image, inside = disc
    patches = superpixels.patches(image, spacing=20)
    swept = superpixels.picked(patches, [(x, y) for x in range(50, 130, 4) for y in range(30, 110, 4) if inside[y, x]] + [(-1, 5), (400, 5)])
    assert swept is not None
    left, top, right, bottom = swept.box
    mask = np.zeros_like(inside)
    mask[top:bottom, left:right] = swept.mask
    assert (mask & inside).sum() / (mask | inside).sum() > 0.9
    one = superpixels.picked(patches, [(90, 70)])
    assert one is not None and one.mask.sum() == (patches == patches[70, 90]).sum()


def test_what_may_not_be_taken_is_not_and_points_beside_the_picture_take_nothing(disc: tuple[np.ndarray, np.ndarray]) -> None:
    patches = superpixels.patches(disc[0], spacing=20)
    assert superpixels.picked(patches, [(-3, 2), (200, 0)]) is None
    assert superpixels.picked(patches, [(90, 70)], allowed=np.zeros(patches.shape, bool)) is None
    allowed = np.zeros(patches.shape, bool)
    allowed[70, 90] = True
    half = superpixels.picked(patches, [(90, 70)], allowed=allowed)
    assert half is not None and half.box == (90, 70, 91, 71)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(2, 30), st.integers(0, 99))
def test_every_pixel_is_in_one_patch_that_hangs_together(width: int, height: int, spacing: int, seed: int) -> None:
    image = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    before = image.copy()
    patches = superpixels.patches(image, spacing=spacing)
    assert patches.shape == (height, width) and patches.min() == 0
    for patch in np.unique(patches):
        assert cv2.connectedComponents((patches == patch).astype(np.uint8), connectivity=8)[0] == 2
    np.testing.assert_array_equal(image, before)
