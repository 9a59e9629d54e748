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


def test_strokes_say_what_belongs_to_the_thing_and_what_does_not() -> None:
    random = np.random.default_rng(2)
    image = random.normal((70, 80, 75), 6, (200, 300, 3)).clip(0, 255).astype(np.uint8)
    image[60:140, 60:150] = random.normal((190, 60, 40), 6, (80, 90, 3)).clip(0, 255)
    image[60:140, 150:240] = random.normal((40, 60, 190), 6, (80, 90, 3)).clip(0, 255)
    box = 50, 50, 250, 150
    whole = grabcut.cut(image, box)
    assert whole is not None and whole.mask.sum() == pytest.approx(80 * 180, rel=0.05)
    without = grabcut.cut(image, box, outside=[(x, 100) for x in range(160, 230)])
    assert without is not None and without.mask.sum() == pytest.approx(80 * 90, rel=0.05) and without.box[2] <= 155
    spot = grabcut.cut(image, box, inside=[(245, 55), (1000, 1000)])
    assert spot is not None and spot.mask[55 - spot.box[1], 245 - spot.box[0]]


def test_the_border_of_what_is_looked_at_smaller_is_as_fine_as_the_picture() -> None:
    image = np.random.default_rng(2).normal(80, 4, (700, 900, 3)).clip(0, 255).astype(np.uint8)
    disc = cv2.circle(np.zeros((700, 900), np.uint8), (450, 350), 230, 1, -1).astype(bool)
    image[disc] += 90
    found = grabcut.cut(image, (200, 100, 700, 600))
    assert found is not None
    mask = np.zeros_like(disc)
    mask[found.box[1] : found.box[3], found.box[0] : found.box[2]] = found.mask
    assert (mask != disc).sum() < 30
