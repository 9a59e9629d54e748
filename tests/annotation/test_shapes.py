"""Moving shapes and their vertices, thinning them out and measuring them."""

from __future__ import annotations

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.annotation import shapes
from engine.annotation.document import Painted, Polygon
from tests.annotation import drawing

SQUARE = Polygon(((2, 2), (12, 2), (12, 12), (2, 12)))
WITH_A_HOLE = Polygon(((0, 0), (20, 0), (20, 20), (0, 20), (0, 0), (5, 5), (5, 15), (15, 15), (15, 5), (5, 5)))
steps = st.tuples(st.floats(-50, 50), st.floats(-50, 50))


@settings(max_examples=40, deadline=None)
@given(drawing.polygons | drawing.paintings, steps)
def test_moving_there_and_back_changes_nothing(shape: Polygon | Painted, by: tuple[float, float]) -> None:
    back = shapes.moved(shapes.moved(shape, by), (-by[0], -by[1]))
    assert back == shape
    if isinstance(back, Polygon):
        assert all(isinstance(value, int) for point in back.points for value in point)


def test_a_polygon_of_fractions_moves_by_fractions() -> None:
    assert shapes.moved(Polygon(((0.5, 0), (4, 0), (4, 4))), (0.25, -1)).points == ((0.75, -1), (4.25, -1), (4.25, 3))


def test_painted_pixels_move_by_whole_ones() -> None:
    assert shapes.moved(Painted((3, 4, 5, 5), b"\xc0"), (1.6, -7.2)) == Painted((5, -3, 7, -2), b"\xc0")


def test_a_new_vertex_is_whole_where_the_others_are() -> None:
    assert shapes.vertex_inserted(SQUARE, 1, point=(6.5, 1.4)).points == ((2, 2), (7, 1), (12, 2), (12, 12), (2, 12))
    assert shapes.vertex_inserted(SQUARE, 4, point=(1, 7)).points[-1] == (1, 7)
    assert shapes.vertex_inserted(Polygon(((0.5, 0), (4, 0), (4, 4))), 0, point=(6.5, 1.4)).points[0] == (6.5, 1.4)


def test_a_vertex_moves_and_goes() -> None:
    assert shapes.vertex_moved(SQUARE, 2, to=(14.2, 13)).points == ((2, 2), (12, 2), (14, 13), (2, 12))
    assert shapes.vertex_deleted(SQUARE, 0).points == SQUARE.points[1:]
    with pytest.raises(IndexError):
        shapes.vertex_moved(SQUARE, 4, to=(0, 0))


def test_the_last_three_vertices_stay() -> None:
    with pytest.raises(shapes.EditError, match="delete the whole polygon"):
        shapes.vertex_deleted(Polygon(((0, 0), (4, 0), (4, 4))), 1)


def test_areas_and_centroids() -> None:
    assert shapes.area(SQUARE) == 100 and shapes.centroid(SQUARE) == (7, 7)
    assert shapes.area(WITH_A_HOLE) == 300 and shapes.centroid(WITH_A_HOLE) == (10, 10)
    assert shapes.area(Polygon(((0, 0), (10, 10), (10, 0), (0, 10)))) == 50
    painted = Painted((3, 4, 6, 5), b"\xa0")
    assert shapes.area(painted) == 2 and shapes.centroid(painted) == (4, 4)
    line = Polygon(((0, 0), (4, 2), (2, 1)))
    assert shapes.area(line) == 0 and shapes.centroid(line) == (2, 1)
    with pytest.raises(ValueError, match="no centroid"):
        shapes.centroid(Polygon(()))


@settings(max_examples=40, deadline=None)
@given(drawing.round_polygons(), st.floats(0.2, 6))
def test_what_is_valid_stays_so_when_simplified(polygon: Polygon, tolerance: float) -> None:
    before = shapely.Polygon(polygon.points)
    thinned = shapes.simplified(polygon, tolerance)
    assert set(thinned.points) <= set(polygon.points) and len(thinned.points) >= 3
    after = shapely.Polygon(thinned.points)
    assert after.is_valid or not before.is_valid
    if before.is_valid:
        assert after.boundary.hausdorff_distance(before.boundary) <= 2 * tolerance


def test_simplifying_keeps_whole_numbers_and_holes() -> None:
    dented = Polygon(((0, 0), (10, 1), (20, 0), (20, 20), (0, 20)))
    assert repr(sorted(shapes.simplified(dented, 1.5).points)) == "[(0, 0), (0, 20), (20, 0), (20, 20)]"
    edge = WITH_A_HOLE.points
    thinned = shapes.simplified(Polygon((edge[0], (10, 1), *edge[1:])), 1.5)
    assert shapes.area(thinned) == 300 and len(thinned.points) == 10


def test_nothing_to_gain_leaves_the_polygon_as_it_is() -> None:
    assert shapes.simplified(SQUARE, 1) is SQUARE
    bow = Polygon(((0, 0), (10, 10), (10, 0), (0, 10)))
    assert shapes.simplified(bow, 1) is bow


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([(0, 0), (0, 0), (4, 0), (4, 4), (4, 4), (0, 0)], ((4, 0), (4, 4), (0, 0))),
        ([(0, 0), (4, 0), (9, 0), (4, 0), (4, 4)], ((0, 0), (4, 0), (4, 4))),
        ([(4, 0), (4, 4), (0, 0), (-5, 0), (0, 0)], ((4, 0), (4, 4), (0, 0))),
        ([(0, 0), (4, 0), (2, 0), (4, 4)], ((0, 0), (2, 0), (4, 4))),
        ([(0, 0), (2, 0), (4, 0), (4, 4)], ((0, 0), (2, 0), (4, 0), (4, 4))),
        ([(0, 0), (4, 4), (0, 0)], ((0, 0),)),
        ([], ()),
    ],
)
def test_doubles_and_spikes_go(points: list[tuple[float, float]], expected: tuple[tuple[float, float], ...]) -> None:
    found = shapes.cleaned(points)
    assert len(found) == len(expected) and set(found) == set(expected)
