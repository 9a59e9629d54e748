"""The nearest vertex and edge of thousands of polygons are those that a plain search finds."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.annotation.document import Document, Painted, Polygon, Region
from engine.annotation.nearest import Outlines

RNG = np.random.default_rng(7)
SQUARE = Polygon(((10, 10), (20, 10), (20, 20), (10, 20)))


def many(count: int = 60) -> tuple[Region, ...]:
    middles = RNG.integers(0, 300, (count, 1, 2))
    return tuple(Region(key, "car", Polygon(tuple(map(tuple, points.tolist())))) for key, points in enumerate(middles + RNG.integers(-20, 20, (count, 7, 2))))


def from_edge(point: tuple[float, float], a: tuple[float, float], b: tuple[float, float]) -> float:
    dx, dy = b[0] - a[0], b[1] - a[1]
    part = min(1, max(0, ((point[0] - a[0]) * dx + (point[1] - a[1]) * dy) / ((dx * dx + dy * dy) or 1)))
    return math.dist(point, (a[0] + part * dx, a[1] + part * dy))


@pytest.mark.parametrize("within", [3.0, 15.0, math.inf])
def test_a_plain_search_finds_the_same(within: float) -> None:
    regions = many()
    outlines = Outlines(regions)
    for point in RNG.uniform(-30, 330, (40, 2)).tolist():
        vertex = min(math.dist(point, one) for region in regions for one in region.shape.points)
        edges = {region.key: min(from_edge(point, a, b) for a, b in zip(region.shape.points, region.shape.points[1:] + region.shape.points[:1])) for region in regions}
        found, edge = outlines.nearest_vertex(point, within=within), outlines.nearest_edge(point, within=within)
        assert (found is None) == (vertex > within) and (edge is None) == (min(edges.values()) > within)
        if found:
            assert math.isclose(found.distance, vertex) and regions[found.key].shape.points[found.place] == found.point
        if edge:
            assert math.isclose(edge.distance, min(edges.values())) and math.isclose(edges[edge.key], edge.distance)
            assert math.isclose(math.dist(edge.point, point), edge.distance, abs_tol=1e-9)
        near = outlines.distances(point, within=within)
        assert near == pytest.approx({key: distance for key, distance in edges.items() if distance <= within})


def test_an_edge_goes_from_its_vertex_to_the_next_and_the_last_to_the_first() -> None:
    outlines = Outlines([Region(4, "car", SQUARE)])
    spot = outlines.nearest_edge((9, 13), within=2)
    assert spot and (spot.key, spot.place, spot.point, spot.distance) == (4, 3, (10, 13), 1)


def test_of_what_is_equally_near_the_upper_is_found() -> None:
    outlines = Outlines([Region(4, "road", SQUARE), Region(2, "car", SQUARE)])
    assert [outlines.nearest_vertex((9, 9), within=5).key, outlines.nearest_edge((15, 9), within=5).key] == [2, 2]
    assert outlines.nearest_vertex((9, 9), within=5, without={2}).key == 4
    assert outlines.nearest_vertex((9, 9), within=5, without={2, 4}) is None
    assert [(spot.key, spot.place) for spot in outlines.vertices_at((20, 10))] == [(4, 1), (2, 1)]


def test_deleted_painted_and_empty_regions_have_no_vertices() -> None:
    regions = [Region(0, "car", SQUARE, deleted=True), Region(1, "car", Painted((0, 0, 1, 1), b"\x80")), Region(2, "car", Polygon(()))]
    outlines = Outlines(regions)
    assert len(outlines) == 0 and 0 not in outlines
    assert outlines.nearest_vertex((10, 10), within=99) is None and outlines.nearest_edge((10, 10), within=99) is None
    assert outlines.distances((10, 10), within=99) == {} and outlines.vertices_at((10, 10)) == ()


def test_a_polygon_of_one_point_is_found_too() -> None:
    spot = Outlines([Region(0, "car", Polygon(((5, 5),)))]).nearest_edge((5, 8), within=3)
    assert spot and spot.point == (5, 5) and spot.distance == 3


def test_after_an_edit_only_what_changed_is_read() -> None:
    document = Document(300, 300).with_regions(many(20))
    before = Outlines(document.regions)
    edited = document.replaced(document.regions[3].changed(shape=SQUARE)).without(5).added("car", SQUARE)
    after, anew = Outlines(edited.regions, before), Outlines(edited.regions)
    assert len(after) == len(anew) == len(before) - 6
    assert after._read[7] is before._read[7] and after.polygon(3) is SQUARE and 5 not in after
    for point in RNG.uniform(0, 300, (20, 2)).tolist():
        assert after.nearest_edge(point, within=50) == anew.nearest_edge(point, within=50)
