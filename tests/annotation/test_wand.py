"""What the wand takes, of any picture."""

from __future__ import annotations

import cv2
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.annotation import wand


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 999), st.integers(0, 11), st.integers(0, 8), st.integers(0, 255))
def test_it_holds_its_seed_and_all_like_it_that_hangs_together_with_it(seed: int, x: int, y: int, tolerance: int) -> None:
    image = np.random.default_rng(seed).integers(0, 4, (9, 12, 3), dtype=np.uint8) * 40
    found = wand.selected(image, (x, y), tolerance)
    assert found is not None
    mask = np.zeros((9, 12), bool)
    mask[found.box[1] : found.box[3], found.box[0] : found.box[2]] = found.mask
    alike = np.abs(image.astype(int) - image[y, x]).max(axis=2) <= tolerance
    _, parts = cv2.connectedComponents(alike.astype(np.uint8), connectivity=4)
    np.testing.assert_array_equal(mask, parts == parts[y, x])
