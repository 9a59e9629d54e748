"""Small clusters: found in one pass as a loop over all of them finds them, and given to their surroundings."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from engine.inference.clusters import dropped
from engine.labels import Mask


def _one_by_one(mask: Mask, smallest: int) -> Mask:
    """Where a loop over the clusters of each id finds small ones, as booleans."""
    small = np.zeros(mask.shape, bool)
    for id_ in np.unique(mask):
        count, clusters = cv2.connectedComponents((mask == id_).astype(np.uint8), connectivity=4)
        for number in range(1, count):
            if np.count_nonzero(clusters == number) < smallest:
                small |= clusters == number
    return small


def _street(seed: int, size: tuple[int, int] = (60, 90)) -> Mask:
    rng = np.random.default_rng(seed)
    mask = np.kron(rng.integers(0, 5, (size[0] // 15, size[1] // 15)), np.ones((15, 15), int)).astype(np.uint8)
    return np.where(rng.random(size) < 0.05, rng.integers(0, 5, size), mask).astype(np.uint8)


@pytest.mark.parametrize("seed", range(5))
def test_just_the_pixels_of_small_clusters_change(seed: int) -> None:
    mask = _street(seed)
    small, cleaned = _one_by_one(mask, 12), dropped(mask, 12)
    assert small.any() and (cleaned[~small] == mask[~small]).all() and not _one_by_one(cleaned, 2).any()
    assert np.isin(cleaned[small], mask[~small]).all()


def test_a_speck_becomes_what_surrounds_it_and_clusters_that_touch_by_a_corner_are_two() -> None:
    mask = np.zeros((9, 9), np.uint8)
    mask[2, 2] = mask[3, 3] = 7
    mask[5:, 5:] = 4
    cleaned = dropped(mask, 2)
    assert (cleaned == np.where(mask == 7, 0, mask)).all() and (dropped(mask, 1) == mask).all()


def test_a_mask_of_nothing_but_small_clusters_stays_as_it_is() -> None:
    mask = np.indices((6, 6)).sum(axis=0).astype(np.uint8) % 2
    assert (dropped(mask, 10) == mask).all()
