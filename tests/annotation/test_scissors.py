"""The way along an edge."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from engine.annotation.scissors import REACH, Scissors


@pytest.fixture(scope="module")
def disc() -> np.ndarray:
    image = np.full((240, 320, 3), 60, np.uint8)
    cv2.circle(image, (160, 120), 80, (200, 180, 90), -1)
    return cv2.GaussianBlur(image, (5, 5), 0)


def test_the_way_keeps_to_the_edge_of_a_disc(disc: np.ndarray) -> None:
    way = np.array(Scissors(disc).path((80, 120), (160, 40)))
    assert tuple(way[-1]) == (160, 40) and 4 < len(way) < 40
    assert np.abs(np.hypot(way[:, 0] - 160, way[:, 1] - 120) - 80).max() < 2.5


def test_out_of_reach_beside_the_picture_and_nowhere_the_way_is_straight() -> None:
    scissors = Scissors(np.zeros((20, 2 * REACH + 50, 3), np.uint8))
    assert scissors.path((5, 5), (2 * REACH + 40, 5)) == ((2 * REACH + 40, 5),)
    assert scissors.path((-3, 5), (10, 5)) == ((10, 5),)
    assert scissors.path((5, 5), (5, 5)) == ((5, 5),)
    assert Scissors(np.zeros((2, 2, 3), np.uint8)).path((0, 0), (1, 1)) == ((1, 1),)
