"""Painted shapes become polygons that paint the same pixels, or thinner ones that stay near."""

from __future__ import annotations

import cv2
import numpy as np
from hypothesis import given, settings

from engine.annotation import tracing
from engine.annotation.document import Painted, Polygon
from tests.annotation import drawing
from tests.annotation.drawing import frame, pixels


def disc(radius: int, hole: int = 0) -> Painted:
    mask = np.zeros((38, 46), np.uint8)
    cv2.circle(mask, (22, 19), radius, 1, -1)
    if hole:
        cv2.circle(mask, (22, 19), hole, 0, -1)
    found = Painted.of(mask > 0, 1, 1)
    assert found
    return found


@settings(max_examples=40, deadline=None)
@given(drawing.paintings)
def test_without_a_tolerance_pillow_paints_the_same_pixels(shape: Painted) -> None:
    polygons = tracing.traced(shape, 0)
    assert (frame(*polygons) == frame(shape)).all()
    assert all(len(polygon.points) >= 3 for polygon in polygons)


def test_holes_within_holes_keep_their_pixels() -> None:
    mask = np.zeros((36, 40), bool)
    for place, inset in enumerate(range(0, 18, 3)):
        mask[inset : 36 - inset, inset : 40 - inset] = place % 2 == 0
    mask[1, 3:30:2] = mask[17, 1] = False
    shape = Painted.of(mask, 2, 2)
    assert shape and (frame(*tracing.traced(shape, 0)) == frame(shape)).all()


@settings(max_examples=40, deadline=None)
@given(drawing.paintings)
def test_with_a_tolerance_outlines_stay_near(shape: Painted) -> None:
    drawn = frame(*tracing.traced(shape, 1.0))
    near = cv2.dilate(frame(shape).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    assert not (drawn & ~near).any()


def test_a_tolerance_saves_vertices() -> None:
    (exact,), (thinned,) = tracing.traced(disc(15, 6), 0), tracing.traced(disc(15, 6), 1.0)
    assert len(thinned.points) < len(exact.points) / 2
    assert (frame(exact) ^ frame(thinned)).sum() < 0.1 * frame(exact).sum()
    assert not frame(thinned)[20, 23]


def test_the_largest_comes_first_and_the_smallest_may_be_left_out() -> None:
    mask = np.zeros((20, 20), bool)
    mask[0, 0] = mask[8:18, 8:18] = mask[3:6, 2:4] = True
    shape = Painted.of(mask)
    assert shape
    assert [polygon.box for polygon in tracing.traced(shape)] == [(8, 8, 18, 18), (2, 3, 4, 6), (0, 0, 1, 1)]
    assert len(tracing.traced(shape, smallest=7)) == 1


def test_a_polygon_becomes_the_pixels_it_paints() -> None:
    triangle = Polygon(((3, 3), (20, 5), (9, 17)))
    shape = tracing.painted(triangle, pixels)
    assert shape and shape.box == (3, 3, 21, 18) and (frame(shape) == frame(triangle)).all()
    assert tracing.painted(Polygon(((-9, -9), (-5, -9), (-5, -5))), pixels) is None
