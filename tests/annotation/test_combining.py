"""Shapes are united, subtracted, intersected and cut: polygons up to their border line, pixels exactly."""

from __future__ import annotations

import cv2
import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.annotation import areas, combining
from engine.annotation.document import Painted, Polygon, Shape
from engine.annotation.shapes import area
from tests.annotation import drawing
from tests.annotation.drawing import frame, pixels

LEFT = Polygon(((4, 4), (20, 4), (20, 20), (4, 20)))
RIGHT = Polygon(((12, 8), (30, 8), (30, 16), (12, 16)))
FAR = Polygon(((36, 30), (40, 30), (40, 34)))
cuts = st.lists(drawing.points, min_size=2, max_size=4)
INNER = Polygon(((8, 8), (16, 8), (16, 16), (8, 16)))


def painted(shape: Shape) -> Painted:
    drawn = pixels(shape)
    found = Painted.of(drawn.mask, *drawn.box[:2])
    assert found
    return found


def grown(mask: np.ndarray) -> np.ndarray:
    return cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0


def shrunk(mask: np.ndarray) -> np.ndarray:
    return ~grown(~np.pad(mask, 1))[1:-1, 1:-1]


def are_whole(shapes: tuple[Shape, ...]) -> bool:
    return all(isinstance(value, int) for shape in shapes if isinstance(shape, Polygon) for point in shape.points for value in point)


def test_two_that_overlap_become_one_outline() -> None:
    (union,) = combining.united([LEFT, RIGHT], pixels)
    assert isinstance(union, Polygon) and len(union.points) == 8 and are_whole((union,))
    assert (frame(union) == frame(LEFT, RIGHT)).all()


def test_what_does_not_touch_stays_apart_the_largest_first() -> None:
    first, second = combining.united([FAR, LEFT], pixels)
    assert area(first) == 256 and area(second) == 8


def test_neighbours_with_a_shared_border_become_one() -> None:
    (union,) = combining.united([LEFT, Polygon(((20, 4), (20, 20), (30, 12)))], pixels)
    assert area(union) == 256 + 80


def test_what_is_cut_in_two_becomes_two() -> None:
    parts = combining.subtracted(LEFT, [Polygon(((0, 9), (40, 9), (40, 12), (0, 12)))], pixels=pixels)
    assert [area(part) for part in parts] == [128, 80]


def test_what_another_does_not_reach_is_the_same_object() -> None:
    assert combining.subtracted(LEFT, [FAR], pixels=pixels)[0] is LEFT
    assert combining.subtracted(LEFT, [Polygon(((20, 4), (20, 20), (30, 12)))], pixels=pixels)[0] is LEFT
    assert combining.subtracted(painted(LEFT), [FAR], pixels=pixels)[0] == painted(LEFT)
    assert combining.subtracted(LEFT, [painted(FAR)], pixels=pixels)[0] is LEFT


def test_nothing_is_left_of_what_is_covered() -> None:
    assert combining.subtracted(INNER, [LEFT], pixels=pixels) == ()
    assert combining.subtracted(painted(INNER), [LEFT], pixels=pixels) == ()
    assert combining.intersected([LEFT, FAR], pixels) == ()
    assert combining.intersected([LEFT, painted(FAR)], pixels) == ()
    assert combining.united([], pixels) == combining.intersected([], pixels) == ()


def test_a_hole_is_reached_by_a_seam_and_stays_a_hole_on_the_next_edit() -> None:
    (ring,) = combining.subtracted(LEFT, [INNER], pixels=pixels)
    assert isinstance(ring, Polygon) and area(ring) == 256 - 64
    assert not frame(ring)[9:16, 9:16].any() and frame(ring)[4:21, 4:21].sum() == 17 * 17 - 7 * 7
    (again,) = combining.subtracted(ring, [Polygon(((0, 0), (8, 0), (8, 6), (0, 6)))], pixels=pixels)
    assert area(again) == 256 - 64 - 8 and not frame(again)[9:16, 9:16].any()
    assert area(combining.united([ring, INNER], pixels)[0]) == 256


@settings(max_examples=40, deadline=None)
@given(drawing.round_polygons(), drawing.round_polygons())
def test_seams_leave_no_pixel_out_and_holes_none_in(one: Polygon, other: Polygon) -> None:
    outline = Polygon(tuple((round(1.3 * x - 7), round(1.3 * y - 6)) for x, y in one.points))
    for part in combining.subtracted(outline, [other], pixels=pixels):
        enclosed = areas.of(part.points)
        rows, columns = np.mgrid[0 : drawing.HEIGHT, 0 : drawing.WIDTH]
        inside = shapely.contains_xy(enclosed, columns, rows)
        far = shapely.distance(shapely.points(columns, rows), enclosed.boundary) >= 1
        drawn = frame(part)
        assert not (inside & ~drawn).any() and not (drawn & ~inside & far).any()


def test_what_crosses_itself_counts_as_it_is_painted() -> None:
    bow = Polygon(((4, 4), (24, 24), (24, 4), (4, 24)))
    parts = combining.united([bow], pixels)
    assert [area(part) for part in parts] == [100, 100] and (frame(*parts) == frame(bow)).all()
    star = Polygon(((20, 2), (31, 35), (3, 15), (37, 15), (9, 35)))
    parts = combining.united([star], pixels)
    assert not frame(*parts)[20, 20] and not frame(star)[20, 20]


def test_too_few_points_enclose_nothing() -> None:
    assert combining.united([Polygon(((3, 3), (9, 9))), LEFT], pixels)[0].box == LEFT.box
    assert combining.intersected([Polygon(()), LEFT], pixels) == ()


def test_fractions_count_as_pillow_paints_them() -> None:
    (union,) = combining.united([Polygon(((4.9, 4.9), (20.9, 4.9), (20.9, 20.9), (4.9, 20.9))), LEFT], pixels)
    assert set(union.points) == set(LEFT.points)


@settings(max_examples=40, deadline=None)
@given(drawing.polygons, drawing.polygons)
def test_polygons_are_combined_up_to_their_border_lines(one: Polygon, other: Polygon) -> None:
    a, b = frame(one), frame(other)
    lines = grown(frame_of_lines(one) | frame_of_lines(other))
    for parts, expected in (
        (combining.united([one, other], pixels), a | b),
        (combining.subtracted(one, [other], pixels=pixels), a & ~b),
        (combining.intersected([one, other], pixels), a & b),
    ):
        assert are_whole(parts)
        assert not (frame(*parts) ^ expected)[~lines].any()


def frame_of_lines(polygon: Polygon) -> np.ndarray:
    mask = np.zeros((drawing.HEIGHT, drawing.WIDTH), np.uint8)
    cv2.polylines(mask, [np.array(polygon.points, np.int32)], True, 1)
    return mask > 0


@settings(max_examples=40, deadline=None)
@given(drawing.round_polygons(), drawing.round_polygons())
def test_a_union_is_at_least_as_large_as_each(one: Polygon, other: Polygon) -> None:
    total = sum(area(part) for part in combining.united([one, other], pixels))
    for polygon in (one, other):
        assert total >= area(polygon) - areas.of(polygon.points).length / 2, "what rounding can take from its edges"


@settings(max_examples=40, deadline=None)
@given(drawing.paintings, drawing.paintings | drawing.polygons)
def test_pixels_are_combined_exactly(one: Painted, other: Shape) -> None:
    a, b = frame(one), frame(other)
    left, shared = combining.subtracted(one, [other], pixels=pixels), combining.intersected([one, other], pixels)
    assert (frame(*left) == a & ~b).all() and (frame(*shared) == a & b).all()
    assert (frame(*combining.united([*left, *shared], pixels)) == a).all(), "what is taken away and put back is what there was"
    assert (frame(*combining.united([one, other], pixels)) == a | b).all()


@settings(max_examples=40, deadline=None)
@given(drawing.round_polygons(), cuts)
def test_the_parts_of_a_cut_polygon_cover_it_without_a_gap(polygon: Polygon, line: list[tuple[int, int]]) -> None:
    parts = combining.split(polygon, line)
    assert are_whole(parts)
    whole, covered = frame(polygon), frame(*parts)
    assert not (shrunk(whole) & ~covered).any() and not (covered & ~grown(whole)).any()
    claims = sum(frame(part).astype(int) for part in parts)
    cut = np.zeros_like(whole, np.uint8)
    cv2.polylines(cut, [np.array(line, np.int32)], False, 1)
    assert not (claims > 1)[~grown(grown(cut > 0) | frame_of_lines(polygon))].any()


def test_a_cut_makes_neighbours_that_share_its_vertices() -> None:
    first, second = combining.split(LEFT, [(10, 0), (12, 12), (10, 30)])
    assert {(12, 12)} <= set(first.points) & set(second.points) and len(set(first.points) & set(second.points)) == 3
    assert area(first) + area(second) == 256


def test_a_cut_that_does_not_go_through_changes_nothing() -> None:
    for line in ([(0, 10), (10, 10)], [(0, 0), (2, 2)], [(10, 0), (10, 0)], [(10, 0)]):
        assert combining.split(LEFT, line)[0] is LEFT
        assert len(combining.split(painted(LEFT), line)) == 1


def test_a_closed_cut_takes_out_the_middle() -> None:
    outer, inner = combining.split(LEFT, [(8, 8), (16, 8), (16, 16), (8, 16), (8, 8)])
    assert area(outer) == 192 and area(inner) == 64


@settings(max_examples=40, deadline=None)
@given(drawing.paintings, cuts)
def test_every_pixel_of_a_cut_painting_goes_to_one_part(shape: Painted, line: list[tuple[int, int]]) -> None:
    parts = combining.split(shape, line)
    assert (sum(frame(part).astype(int) for part in parts) == frame(shape)).all()


def test_pieces_that_a_cut_misses_go_to_the_nearest_part() -> None:
    mask = np.zeros((30, 40), bool)
    mask[5:15, 5:30] = True
    mask[18:22, 6:9] = mask[18:22, 25:28] = True
    left, right = sorted(combining.split(Painted.of(mask), [(17, 0), (17, 16)]), key=lambda part: part.box)
    assert left.box == (5, 5, 17, 22) or left.box == (5, 5, 18, 22)
    assert right.box[2:] == (30, 22) and right.box[0] == left.box[2]


def test_a_sliver_between_snapped_edges_is_no_part() -> None:
    wedge = Polygon(((2, 2), (40, 3), (40, 30), (2, 30)))
    parts = combining.split(wedge, [(0, 2), (44, 3)])
    assert shapely.union_all([areas.of(part.points) for part in parts]).area <= area(wedge) + 20
