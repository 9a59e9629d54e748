"""Vertices snap to neighbours, and a followed border leaves no pixel between two regions."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.annotation import borders
from engine.annotation.document import Point, Polygon, Region
from engine.annotation.nearest import Outlines
from tests.annotation import drawing

SQUARE = Polygon(((10, 10), (20, 10), (20, 20), (10, 20)))


def test_a_vertex_goes_before_an_edge_that_is_nearer() -> None:
    outlines = Outlines([Region(0, "car", SQUARE)])
    assert borders.snap(outlines, (12.5, 10), within=4) == (10, 10)
    assert borders.snap(outlines, (14.7, 11), within=4) == (15, 10)
    assert borders.snap(outlines, (15.2, 15), within=4) == (15.2, 15)
    assert borders.snap(outlines, (12.5, 10), within=4, without={0}) == (12.5, 10)


def test_the_neighbour_is_the_one_that_both_points_lie_on() -> None:
    right = Polygon(((20, 10), (30, 10), (30, 20), (20, 20)))
    outlines = Outlines([Region(3, "car", SQUARE), Region(1, "road", right), Region(2, "bus", right)])
    assert borders.neighbour(outlines, (10, 12), (15, 20), within=1) == 3
    assert borders.neighbour(outlines, (20, 12), (20, 18), within=1) == 2
    assert borders.neighbour(outlines, (20, 12), (20, 18), within=1, without={2}) == 1
    assert borders.neighbour(outlines, (20.5, 12), (15, 20.5), within=1) == 3
    assert borders.neighbour(outlines, (10, 12), (30, 12), within=1) is None


def test_the_shorter_way_is_followed_unless_the_longer_is_asked_for() -> None:
    assert borders.followed(SQUARE, (12, 10), (20, 14)) == ((20, 10),)
    assert borders.followed(SQUARE, (20, 14), (12, 10)) == ((20, 10),)
    assert borders.followed(SQUARE, (12, 10), (20, 14), longer=True) == ((10, 10), (10, 20), (20, 20))
    assert borders.followed(SQUARE, (20, 14), (12, 10), longer=True) == ((20, 20), (10, 20), (10, 10))
    assert borders.followed(SQUARE, (11, 10), (10, 13)) == ((10, 10),), "past the first vertex"


def test_points_on_vertices_are_not_repeated() -> None:
    assert borders.followed(SQUARE, (10, 10), (20, 20)) == ((20, 10),)
    assert borders.followed(SQUARE, (20, 20), (10, 20)) == ()
    assert borders.followed(SQUARE, (10, 10), (10, 10)) == ()
    assert borders.followed(SQUARE, (10, 10), (10, 10), longer=True) == ((10, 20), (20, 20), (20, 10))


def test_points_beside_the_outline_count_as_on_it() -> None:
    assert borders.followed(SQUARE, (12, 9), (21, 14)) == ((20, 10),)
    assert borders.followed(Polygon(((3, 3), (3, 3))), (1, 1), (5, 5)) == ()


@settings(max_examples=40, deadline=None)
@given(drawing.round_polygons(), st.integers(0, 99), st.integers(0, 99))
def test_both_ways_together_are_the_whole_outline(polygon: Polygon, first: int, second: int) -> None:
    points = tuple(dict.fromkeys(polygon.points))
    a, b = points[first % len(points)], points[second % len(points)]
    outline = Polygon(points)
    if a == b or not shapely.Polygon(points).is_valid:
        return
    there, back = borders.followed(outline, a, b), borders.followed(outline, a, b, longer=True)
    around = (a, *there, b, *back[::-1])
    start = around.index(points[0])
    assert (around[start:] + around[:start]) in (points, points[:1] + points[:0:-1])


@st.composite
def shared_borders(draw: st.DrawFn) -> tuple[Polygon, Polygon, list[Point]]:
    """A polygon over the whole height left of a jagged border, one to the right whose border follows it, and the border."""
    rows = sorted(draw(st.sets(st.integers(2, drawing.HEIGHT - 3), min_size=1, max_size=12)))
    border = [(draw(st.integers(8, drawing.WIDTH - 9)), row) for row in (0, *rows, drawing.HEIGHT - 1)]
    left = Polygon(((0, 0), *border, (0, drawing.HEIGHT - 1)))
    ways = [borders.followed(left, border[0], border[-1], longer=longer) for longer in (False, True)]
    assert tuple(border[1:-1]) in ways
    between = tuple(border[1:-1])
    right = Polygon(((drawing.WIDTH - 1, 0), border[0], *between, border[-1], (drawing.WIDTH - 1, drawing.HEIGHT - 1)))
    return left, right, border


@settings(max_examples=40, deadline=None)
@given(shared_borders())
def test_a_followed_border_leaves_no_gap_and_both_claim_the_line_alone(found: tuple[Polygon, Polygon, list[Point]]) -> None:
    left, right, border = found
    one, other = drawing.frame(left), drawing.frame(right)
    assert (one | other).all()
    twice = shapely.points([(x, y) for y, x in np.argwhere(one & other)])
    assert shapely.distance(twice, shapely.LineString(border)).max(initial=0) < 1


def test_a_gap_is_filled_along_a_neighbour_and_nowhere_else() -> None:
    wall = Polygon(((0, 0), (20, 0), (21, 8), (20, 16), (20, 30), (0, 30)))
    beside = Polygon(((22, 2), (40, 2), (40, 29), (22, 29)))
    filled = borders.gap_filled(beside, wall, within=2.5)
    assert filled == Polygon(((20, 2), (40, 2), (40, 29), (20, 30), (20, 16), (21, 8)))
    assert drawing.frame(wall, filled)[2:29, :41].all()
    assert borders.gap_filled(beside, wall, within=0.5) == beside
    assert borders.gap_filled(beside, Polygon(()), within=5) is beside


def test_a_way_around_the_neighbour_is_no_gap() -> None:
    comb = Polygon(((0, 0), (20, 0), (20, 10), (5, 10), (5, 20), (20, 20), (20, 30), (0, 30)))
    beside = Polygon(((21, 0), (40, 0), (40, 30), (21, 30)))
    assert borders.gap_filled(beside, comb, within=2) == Polygon(((20, 0), (40, 0), (40, 30), (20, 30)))


def test_a_polygon_that_would_vanish_stays() -> None:
    sliver = Polygon(((9, 9), (9, 10), (10, 9)))
    assert borders.gap_filled(sliver, SQUARE, within=3) is sliver


@pytest.mark.parametrize("point", [(15, 9), (21, 15), (15, 21), (9, 15)])
def test_a_snapped_point_is_whole(point: Point) -> None:
    snapped = borders.snap(Outlines([Region(0, "car", SQUARE)]), (point[0] + 0.3, point[1] + 0.2), within=2)
    assert all(isinstance(value, int) for value in snapped)
