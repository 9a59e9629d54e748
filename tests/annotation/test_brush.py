"""Strokes are what lies near the cursor's way, pixel by pixel; they add to shapes and take from them; fills keep to one value."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.annotation import brush
from engine.annotation.document import Box, Painted, Polygon
from tests.annotation import drawing
from tests.annotation.drawing import HEIGHT, WIDTH, frame, pixels

radii = st.sampled_from([0.5, 1, 1.5, 2.25, 3, 5, 7.5])
cursors = st.lists(st.tuples(st.integers(-8, WIDTH + 8), st.integers(-8, HEIGHT + 8)), min_size=1, max_size=5)
INDEX = np.full((HEIGHT, WIDTH), 255, np.uint8)
INDEX[:, :10] = 1
INDEX[:, 10:20] = 2


def drawn(points: list[tuple[float, float]], radius: float, limits: brush.Limits | None = None) -> brush.Stroke:
    stroke = brush.Stroke(WIDTH, HEIGHT, radius=radius, limits=limits)
    for point in points:
        stroke.add(point)
    return stroke


def everywhere(stroke: brush.Stroke) -> np.ndarray:
    result = np.zeros((HEIGHT, WIDTH), bool)
    left, top, right, bottom = stroke.box
    result[top:bottom, left:right] = stroke.mask
    return result


def by_distance(points: list[tuple[int, int]], radius: float) -> np.ndarray:
    """Every pixel against every stretch of the way, in fractions."""
    result = np.zeros((HEIGHT, WIDTH), bool)
    square = Fraction(radius) ** 2
    for (ax, ay), (bx, by) in zip(points, points[1:] or points):
        dx, dy = bx - ax, by - ay
        for y, x in np.ndindex(result.shape):
            along = (x - ax) * dx + (y - ay) * dy
            part = min(Fraction(1), max(Fraction(0), Fraction(along, dx * dx + dy * dy))) if dx or dy else Fraction(0)
            result[y, x] |= (x - ax - part * dx) ** 2 + (y - ay - part * dy) ** 2 <= square
    return result


@settings(max_examples=12, deadline=None)
@given(cursors, radii)
def test_a_stroke_is_all_that_lies_within_its_radius(points: list[tuple[int, int]], radius: float) -> None:
    assert (everywhere(drawn(points, radius)) == by_distance(points, radius)).all()


@settings(max_examples=40, deadline=None)
@given(cursors, radii)
def test_each_point_tells_where_pixels_changed(points: list[tuple[int, int]], radius: float) -> None:
    stroke = brush.Stroke(WIDTH, HEIGHT, radius=radius)
    for point in points:
        before = everywhere(stroke)
        left, top, right, bottom = stroke.add(point)
        changed = before != everywhere(stroke)
        changed[top:bottom, left:right] = False
        assert not changed.any() and 0 <= left <= right <= WIDTH and 0 <= top <= bottom <= HEIGHT


def test_a_long_stretch_in_many_pieces_has_no_seams() -> None:
    stroke = brush.Stroke(900, 700, radius=2)
    stroke.add((3, 3))
    stroke.add((880, 660))
    rows, columns = np.mgrid[0:700, 0:900]
    dx, dy = 877, 657
    part = np.clip(((columns - 3) * dx + (rows - 3) * dy) / (dx * dx + dy * dy), 0, 1)
    expected = np.hypot(columns - 3 - part * dx, rows - 3 - part * dy) <= 2
    left, top, right, bottom = stroke.box
    assert (stroke.mask == expected[top:bottom, left:right]).all() and expected.sum() == stroke.mask.sum()


def test_the_smallest_brush_paints_the_pixel_under_the_cursor() -> None:
    assert drawn([(7.4, 9.5)], 0.5).painted() == Painted((7, 10, 8, 11), b"\x80")
    line = drawn([(2, 3), (12, 6)], 0.5).mask
    assert line.any(axis=0).all() and line.sum() <= 12
    with pytest.raises(ValueError, match="smallest"):
        brush.Stroke(WIDTH, HEIGHT, radius=0.4)


def test_a_cursor_that_rests_or_is_outside_changes_nothing() -> None:
    stroke = drawn([(7, 9)], 3)
    assert stroke.add((7.2, 9.1)) == brush.NOWHERE
    outside = drawn([(-50, -50), (-40, 90)], 3)
    assert outside.box == brush.NOWHERE and outside.painted() is None


@settings(max_examples=40, deadline=None)
@given(drawing.paintings | drawing.polygons, cursors, radii)
def test_the_brush_adds_its_pixels_and_the_eraser_takes_them(shape: Painted | Polygon, points: list[tuple[int, int]], radius: float) -> None:
    stroke = drawn(points, radius)
    assert (frame(brush.painted(shape, stroke, pixels=pixels)) == frame(shape) | everywhere(stroke)).all()
    assert (frame(brush.erased(shape, stroke, pixels=pixels)) == frame(shape) & ~everywhere(stroke)).all()
    assert brush.painted(None, stroke, pixels=pixels) == stroke.painted()


def test_an_eraser_that_misses_leaves_the_same_object() -> None:
    polygon = Polygon(((20, 20), (30, 20), (30, 30)))
    assert brush.erased(polygon, drawn([(5, 5)], 3), pixels=pixels) is polygon
    assert brush.erased(polygon, drawn([(20, 25), (30, 25)], 12), pixels=pixels) is None
    assert brush.painted(None, drawn([(-50, 0)], 3), pixels=pixels) is None


@pytest.mark.parametrize(
    ("only", "protected", "expected"),
    [(None, {1}, (10, 16)), ({1}, set(), (4, 10)), ({1, 2}, {2}, (4, 10)), ({2}, set(), (10, 16)), ({255}, set(), None), (None, set(), (4, 16))],
)
def test_limits_keep_to_classes_and_off_others(only: set[int] | None, protected: set[int], expected: tuple[int, int] | None) -> None:
    limits = brush.Limits(INDEX, None if only is None else frozenset(only), frozenset(protected))
    found = drawn([(6, 20), (13, 20)], 2.5, limits).painted()
    assert (found and (found.box[0], found.box[2])) == expected


def test_a_fill_takes_what_hangs_together_side_by_side() -> None:
    ids = np.zeros((HEIGHT, WIDTH), np.uint8)
    ids[5:10, 5:10] = ids[10:14, 10:14] = 7
    before = ids.copy()
    found = brush.fill(ids, (6.3, 8))
    assert found and found.box == (5, 5, 10, 10) and found.mask.all() and (ids == before).all()
    around = brush.fill(ids, (0, 0))
    assert around and (frame(around) == (ids == 0)).all()


def test_a_fill_keeps_to_its_window_and_limits() -> None:
    ids = np.zeros((HEIGHT, WIDTH), np.uint8)
    window: Box = (2, 3, 15, 99)
    assert brush.fill(ids, (5, 5), window=window).box == (2, 3, 15, HEIGHT)
    assert brush.fill(ids, (5, 5), window=window, limits=brush.Limits(INDEX, frozenset({1}))).box == (2, 3, 10, HEIGHT)
    assert brush.fill(ids, (5, 5), limits=brush.Limits(INDEX, protected=frozenset({2}))).box == (0, 0, 10, HEIGHT)
    for outside in ((1, 5), (-1, 5), (WIDTH, 5)):
        assert brush.fill(ids, outside, window=window) is None
    assert brush.fill(ids, (12, 5), limits=brush.Limits(INDEX, frozenset({1}))) is None
