"""What the drawing tools do to one shape: moving it and its vertices, thinning them out, measuring it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Sequence

import numpy as np
import shapely

from engine.annotation import areas
from engine.annotation.document import Painted, Point, Polygon, Shape
from engine.errors import RoadscopeError

FEWEST = 3
"""Vertices of a polygon."""


class EditError(RoadscopeError):
    """An edit that would leave something that isn't a shape."""


def whole(point: Point) -> tuple[int, int]:
    """The pixel that a point lies in; halves go to the right and down."""
    return math.floor(point[0] + 0.5), math.floor(point[1] + 0.5)


def is_whole(polygon: Polygon) -> bool:
    """Whether all its points are centres of pixels, as in Cityscapes' own files."""
    return all(x == int(x) and y == int(y) for x, y in polygon.points)


def moved(shape: Shape, by: Point) -> Shape:
    """The shape that many pixels further to the right and down; whole ones where it is painted or all its points are whole."""
    dx, dy = by
    if isinstance(shape, Painted):
        across, down = round(dx), round(dy)
        left, top, right, bottom = shape.box
        return dataclasses.replace(shape, box=(left + across, top + down, right + across, bottom + down))
    if is_whole(shape):
        dx, dy = round(dx), round(dy)
    return Polygon(tuple((x + dx, y + dy) for x, y in shape.points))


def vertex_inserted(polygon: Polygon, place: int, *, point: Point) -> Polygon:
    """With a vertex before the one at `place`, or at the end; the edge from vertex n to the next takes one at n + 1."""
    return Polygon((*polygon.points[:place], _fitting(polygon, point), *polygon.points[place:]))


def vertex_moved(polygon: Polygon, place: int, *, to: Point) -> Polygon:
    """With the vertex at `place` elsewhere. Raises IndexError where there is none."""
    points = list(polygon.points)
    points[place] = _fitting(polygon, to)
    return Polygon(tuple(points))


def vertex_deleted(polygon: Polygon, place: int) -> Polygon:
    """Without the vertex at `place`. Raises EditError where fewer than three would be left, IndexError where there is none."""
    if len(polygon.points) <= FEWEST:
        raise EditError(f"a polygon keeps at least {FEWEST} vertices; delete the whole polygon instead")
    points = list(polygon.points)
    del points[place]
    return Polygon(tuple(points))


def area(shape: Shape) -> float:
    """Square pixels: what a polygon's outline encloses (a crossing outline by the even-odd rule), or the number of painted pixels."""
    if isinstance(shape, Painted):
        return float(np.count_nonzero(shape.mask))
    return float(areas.of(shape.points).area)


def centroid(shape: Shape) -> Point:
    """The centre of gravity; of an outline that encloses nothing the mean of its points. Raises ValueError for a shape of nothing."""
    if isinstance(shape, Painted):
        rows, columns = np.nonzero(shape.mask)
        if not len(rows):
            raise ValueError("a shape without pixels has no centroid")
        return shape.box[0] + float(columns.mean()), shape.box[1] + float(rows.mean())
    if not shape.points:
        raise ValueError("a polygon without points has no centroid")
    enclosed = areas.of(shape.points)
    if enclosed.area > 0:
        return float(enclosed.centroid.x), float(enclosed.centroid.y)
    middle = np.mean(np.array(shape.points, np.float64), axis=0)
    return float(middle[0]), float(middle[1])


def simplified(polygon: Polygon, tolerance: float) -> Polygon:
    """With those of its own vertices that keep the outline within `tolerance` pixels (twice that where it begins); what is valid stays so.

    The method is Douglas and Peucker's, as GEOS has it with topology kept.
    """
    if len(polygon.points) <= FEWEST or tolerance <= 0:
        return polygon
    outline = shapely.Polygon(polygon.points)
    if not outline.is_valid:
        outline = areas.of(polygon.points)
    if not isinstance(outline, shapely.Polygon) or outline.is_empty:
        return polygon
    thinned = areas.outline(outline.simplify(tolerance, preserve_topology=True))
    if len(thinned) < FEWEST or len(thinned) >= len(polygon.points):
        return polygon
    known = {point: point for point in polygon.points}
    return Polygon(tuple(known.get(point, point) for point in thinned))


def cleaned(points: Iterable[Point]) -> tuple[Point, ...]:
    """A closed outline without doubled points and spikes (there and back on one line); may leave fewer than three points."""
    kept: list[Point] = []
    for point in points:
        kept.append(point)
        while _is_spare(kept[-3:]):
            del kept[-2]
    while len(kept) > 1:
        if _is_spare([*kept[-2:], kept[0]]):
            kept.pop()
        elif _is_spare([kept[-1], *kept[:2]]):
            del kept[0]
        else:
            break
    return tuple(kept)


def _is_spare(points: Sequence[Point]) -> bool:
    """Whether the last but one of up to three points on end is a double of the last or a spike's tip."""
    if len(points) < 2:
        return False
    (bx, by), (cx, cy) = points[-2:]
    if (bx, by) == (cx, cy):
        return True
    if len(points) < 3:
        return False
    ax, ay = points[0]
    return (bx - ax) * (cy - by) == (by - ay) * (cx - bx) and (bx - ax) * (cx - bx) + (by - ay) * (cy - by) < 0


def _fitting(polygon: Polygon, point: Point) -> Point:
    """The point as this polygon's points are: whole where they are."""
    return whole(point) if is_whole(polygon) else point
