"""Clicks put right what a network said."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.annotation import refine
from engine.annotation.document import Painted

SIZE = 120, 160
CLICKS = st.lists(st.tuples(st.integers(-2, 31), st.integers(-2, 21)), max_size=4)


@pytest.fixture
def disc() -> tuple[np.ndarray, np.ndarray]:
    """A picture of a disc, and where that is."""
    random = np.random.default_rng(3)
    inside = cv2.circle(np.zeros(SIZE, np.uint8), (80, 60), 30, 1, -1).astype(bool)
    image = np.where(inside[..., None], (190, 70, 40), (60, 90, 110)) + random.normal(0, 2, (*SIZE, 3))
    return image.clip(0, 255).astype(np.uint8), inside


def pixels(found: Painted | None) -> np.ndarray:
    mask = np.zeros(SIZE, bool)
    if found is not None:
        left, top, right, bottom = found.box
        mask[top:bottom, left:right] = found.mask
    return mask


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    return float((one & other).sum() / (one | other).sum())


def test_without_clicks_it_is_what_the_network_said(disc: tuple[np.ndarray, np.ndarray]) -> None:
    image, inside = disc
    said = np.where(inside, 0.6, 0.3).astype(np.float32)
    np.testing.assert_array_equal(pixels(refine.refined(said, image)), inside)
    assert refine.refined(np.full(SIZE, 0.2, np.float32), image) is None
    of_all = np.stack([np.full(SIZE, 0.3, np.float32), said * 0.7, 0.7 - said * 0.7])
    np.testing.assert_array_equal(pixels(refine.refined(of_all, image, train_id=1)), inside)


def test_a_click_brings_in_the_half_that_was_missed_and_stops_at_the_edge(disc: tuple[np.ndarray, np.ndarray]) -> None:
    image, inside = disc
    left = inside & (np.arange(SIZE[1]) < 80)
    said = np.where(left, 0.9, 0.1).astype(np.float32)
    assert likeness(pixels(refine.refined(said, image)), inside) < 0.55
    assert likeness(pixels(refine.refined(said, image, inside=[(95, 60)])), inside) > 0.95


def test_a_click_drives_out_what_spilled_over_the_edge(disc: tuple[np.ndarray, np.ndarray]) -> None:
    image, inside = disc
    spilled = inside | (cv2.circle(np.zeros(SIZE, np.uint8), (115, 60), 14, 1, -1) > 0)
    said = np.where(spilled, 0.9, 0.1).astype(np.float32)
    assert likeness(pixels(refine.refined(said, image)), inside) < 0.9
    assert likeness(pixels(refine.refined(said, image, outside=[(120, 60)])), inside) > 0.97


def test_only_the_patch_that_was_clicked_is_taken(disc: tuple[np.ndarray, np.ndarray]) -> None:
    image, inside = disc
    other = np.zeros(SIZE, bool)
    other[5:15, 5:15] = True
    said = np.where(inside | other, 0.9, 0.1).astype(np.float32)
    assert pixels(refine.refined(said, image))[10, 10]
    np.testing.assert_array_equal(pixels(refine.refined(said, image, inside=[(80, 60)])), inside)


def test_a_network_that_looked_at_a_smaller_picture_is_put_right_in_the_picture_itself(disc: tuple[np.ndarray, np.ndarray]) -> None:
    image, inside = disc
    small = cv2.resize(np.where(inside, 0.9, 0.1).astype(np.float32), (SIZE[1] // 4, SIZE[0] // 4), interpolation=cv2.INTER_AREA)
    found = pixels(refine.refined(small, image, inside=[(80, 60)], outside=[(20, 20)]))
    assert likeness(found, inside) > 0.9


def test_geodesic_ways_go_round_a_wall() -> None:
    uneven = np.ones((5, 6), np.float32), np.ones((4, 7), np.float32)
    uneven[0][:4, 2] = 100
    far = refine.geodesic(uneven, [(0, 0)])
    assert far[0, 2] == 2 and far[4, 3] == 7 and far[0, 3] == 11


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 99), CLICKS, CLICKS)
def test_pixels_clicked_are_as_they_were_clicked(seed: int, inside: list[tuple[int, int]], outside: list[tuple[int, int]]) -> None:
    random = np.random.default_rng(seed)
    image, said = random.integers(0, 256, (20, 30, 3), dtype=np.uint8), random.random((3, 10, 15), np.float32)
    found = refine.refined(said, image, train_id=2, inside=inside, outside=outside)
    mask = np.zeros((20, 30), bool)
    if found is not None:
        mask[found.box[1] : found.box[3], found.box[0] : found.box[2]] = found.mask
    for x, y in set(inside) | set(outside):
        if 0 <= x < 30 and 0 <= y < 20:
            assert mask[y, x] == ((x, y) not in outside)


def test_by_colour_a_click_takes_what_is_like_it_and_stops_at_the_edge(disc: tuple[np.ndarray, np.ndarray]) -> None:
    image, inside = disc
    assert likeness(pixels(refine.by_colour(image, inside=[(80, 60)])), inside) > 0.9
    found = pixels(refine.by_colour(image, inside=[(80, 60)], outside=[(100, 60)], reach=20))
    assert found[60, 80] and not found[60, 100]
    assert refine.by_colour(image, inside=(), outside=[(80, 60)]) is None


def test_a_region_is_corrected_where_it_is_clicked_and_stays_elsewhere(disc: tuple[np.ndarray, np.ndarray]) -> None:
    image, inside = disc
    half = inside & (np.arange(SIZE[1]) < 80)
    far = np.zeros(SIZE, bool)
    far[2:9, 2:9] = True  # a part that no click is near
    region = Painted.of(half | far)
    assert region is not None
    whole = pixels(refine.corrected(region, image, inside=[(95, 60)], reach=26))
    assert likeness(whole & ~far, inside) > 0.9 and whole[far].all()
    less = pixels(refine.corrected(region, image, outside=[(65, 60)], reach=16))
    assert not less[60, 65] and less.sum() < region.mask.sum() and less[far].all()
    assert refine.corrected(region, image) == region


@given(CLICKS, CLICKS)
@settings(max_examples=30, deadline=None)
def test_pixels_clicked_in_a_region_are_what_they_were_said_to_be(inside: list[tuple[int, int]], outside: list[tuple[int, int]]) -> None:
    image = np.random.default_rng(1).integers(0, 255, (20, 30, 3), np.uint8)
    region = Painted.of(np.ones((8, 10), bool), 5, 4)
    assert region is not None
    found = refine.corrected(region, image, inside=inside, outside=outside, reach=6)
    mask = np.zeros((22, 32), bool)
    if found is not None:
        left, top, right, bottom = found.box
        mask[top:bottom, left:right] = found.mask
    for x, y in outside:
        assert not (0 <= x < 30 and 0 <= y < 20) or not mask[y, x]
    for x, y in inside:
        assert (x, y) in outside or not (0 <= x < 30 and 0 <= y < 20) or mask[y, x]
