"""What stands out in a box."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from engine.annotation import grabcut


@pytest.mark.parametrize("radius", [30, 150])
def test_a_disc_in_a_box_is_taken_and_little_else(radius: int) -> None:
    random = np.random.default_rng(2)
    image = random.normal((70, 80, 75), 6, (520, 640, 3)).clip(0, 255).astype(np.uint8)
    disc = cv2.circle(np.zeros((520, 640), np.uint8), (320, 260), radius, 1, -1).astype(bool)
    image[disc] = random.normal((190, 60, 40), 6, (int(disc.sum()), 3)).clip(0, 255).astype(np.uint8)
    room = radius + 12
    found = grabcut.cut(image, (320 - room, 260 - room, 320 + room, 260 + room))
    assert found is not None
    left, top, right, bottom = found.box
    mask = np.zeros_like(disc)
    mask[top:bottom, left:right] = found.mask
    assert (mask & disc).sum() / (mask | disc).sum() > 0.95
    assert grabcut.cut(image, (320 - room, 260 - room, 320 + room, 260 + room)) == found


def test_a_box_that_is_too_small_beside_the_picture_or_all_of_it_gives_nothing() -> None:
    image = np.zeros((60, 80, 3), np.uint8)
    assert grabcut.cut(image, (10, 10, 12, 40)) is None
    assert grabcut.cut(image, (100, 10, 140, 40)) is None
    assert grabcut.cut(image, (-5, -5, 90, 90)) is None
    assert grabcut.cut(image, (10, 10, 40, 40), allowed=np.zeros((60, 80), bool)) is None
