"""How badly a frame needs a look."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from engine.annotation import need
from engine.errors import DataError


def test_entropy_is_0_for_a_network_that_is_sure_and_1_for_one_that_knows_nothing() -> None:
    sure = np.zeros((4, 6, 8), np.float32)
    sure[2] = 1
    assert need.entropy(sure) == pytest.approx(0, abs=1e-6)
    assert need.entropy(np.full((4, 6, 8), 0.25, np.float32)) == pytest.approx(1, abs=1e-6)
    half = sure.copy()
    half[:, :3] = 0.25
    assert need.entropy(half) == pytest.approx(0.5, abs=1e-6)
    with pytest.raises(ValueError, match="two classes"):
        need.entropy(np.ones((1, 6, 8), np.float32))


def test_masks_disagree_by_the_share_of_pixels_and_by_class_without_void() -> None:
    one = np.zeros((10, 10), np.uint8)
    other = one.copy()
    one[:, 5:], other[:, 6:] = 3, 3
    found = need.disagreement(one, other)
    assert found.share == pytest.approx(0.1)
    assert found.classes == {0: pytest.approx(1 / 6), 3: pytest.approx(1 / 5)}
    other[:, 5] = 255
    assert need.disagreement(one, other) == need.Disagreement(0.0, {0: 0.0, 3: 0.0})
    assert need.disagreement(np.full((2, 2), 255, np.uint8), np.zeros((2, 2), np.uint8)) == need.Disagreement(0.0, {})
    with pytest.raises(DataError, match="same size"):
        need.disagreement(one, other[:5])


def test_a_mask_flickers_where_it_changes_and_the_picture_does_not() -> None:
    image = np.full((20, 40, 3), 90, np.uint8)
    moved = image.copy()
    moved[:, 20:] = 200
    mask = np.zeros((20, 40), np.uint8)
    changed = mask.copy()
    changed[:5] = 7
    assert need.flicker((image, mask), (image, mask)) == 0
    assert need.flicker((image, mask), (image, changed)) == pytest.approx(0.25)
    only_there = mask.copy()
    only_there[:, 24:] = 7
    assert need.flicker((image, mask), (moved, only_there)) == 0
    assert need.flicker((image, mask), (np.full_like(image, 250), changed)) == 0
    twice = image.repeat(2, axis=0).repeat(2, axis=1)
    assert need.flicker((twice, mask), (twice, changed)) == pytest.approx(0.25)


def test_what_is_unlabelled_is_counted() -> None:
    mask = np.zeros((10, 10), np.uint8)
    mask[:2] = 255
    assert need.unlabelled(mask) == pytest.approx(0.2)
    assert need.unlabelled(mask, void=0) == pytest.approx(0.8)


@settings(max_examples=40, deadline=None)
@given(arrays.arrays(np.uint8, (6, 7), elements=st.sampled_from([0, 1, 2, 255])), arrays.arrays(np.uint8, (6, 7), elements=st.sampled_from([0, 1, 2, 255])))
def test_disagreement_is_the_same_both_ways_and_between_0_and_1(one: np.ndarray, other: np.ndarray) -> None:
    found = need.disagreement(one, other)
    assert found == need.disagreement(other, one) and 0 <= found.share <= 1
    valid = (one != 255) & (other != 255)
    for id_, share in found.classes.items():
        either = valid & ((one == id_) | (other == id_))
        assert share == pytest.approx((either & (one != other)).sum() / either.sum())
    assert 255 not in found.classes
