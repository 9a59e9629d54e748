"""Polygons as shapely's areas and back. An area with holes comes back as one outline: it reaches each hole by a seam, there and back.

A seam encloses nothing and lies inside the area, so that Pillow, with which Cityscapes' scripts paint, fills the outline to the area
with its holes. Unlike pixels such a polygon stays in the hands of the vertex tools and of every program that reads Cityscapes' files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray

from engine.annotation.document import Point

Ring = NDArray[np.float64]
"""(N, 2) vertices of a closed line, the first not repeated."""
Clear = Callable[[Ring, Ring], bool]
"""Whether a seam from one point (2,) to another stays inside."""


def of(points: Sequence[Point]) -> shapely.Polygon | shapely.MultiPolygon:
    """What an outline encloses by the even-odd rule, as it is painted; empty for fewer than three points."""
    if len(points) < 3:
        return shapely.Polygon()
    area = shapely.Polygon(points)
    return area if area.is_valid else polygonal(shapely.make_valid(area, method="linework"))


def polygonal(geometry: shapely.Geometry) -> shapely.Polygon | shapely.MultiPolygon:
    """A geometry without its lines and points."""
    found = parts(geometry)
    return found[0] if len(found) == 1 else shapely.MultiPolygon(found)


def parts(geometry: shapely.Geometry) -> list[shapely.Polygon]:
    """The polygons of a geometry, the largest first."""
    simple = shapely.get_parts(shapely.get_parts(geometry))  # twice: a collection may hold several polygons in one
    found = [one for one in simple.tolist() if isinstance(one, shapely.Polygon) and not one.is_empty]
    return sorted(found, key=lambda one: -one.area)


def outline(area: shapely.Polygon) -> tuple[Point, ...]:
    """One closed line around an area and its holes, the first point not repeated; whole numbers where the area has them."""
    if area.is_empty:
        return ()
    exterior = shapely.get_coordinates(area.exterior)[:-1]
    if not area.interiors:
        return points(exterior)
    shapely.prepare(area)
    holes = [shapely.get_coordinates(hole)[:-1] for hole in area.interiors]
    return points(sewn(exterior, holes, clear=lambda a, b: bool(area.covers(shapely.LineString([a, b])))))


def sewn(exterior: Ring, holes: Iterable[Ring], *, clear: Clear) -> Ring:
    """One ring of an outer ring and those of its holes, sewn to it from the left to the right; without doubled points.

    From the leftmost vertex of a hole some vertex can be seen that belongs to the exterior or to a hole before it: D. Eberly,
    "Triangulation by Ear Clipping". The seam goes to the nearest that a clear one leads to, in steps that Pillow paints well; where
    there is none straight to the nearest in sight.
    """
    ring = exterior
    for hole in sorted(holes, key=lambda one: min(map(tuple, one.tolist()))):
        first = int(np.lexsort((hole[:, 1], hole[:, 0]))[0])
        around = np.roll(hole, -first, axis=0)
        at, between = _seam(ring, around[0], clear)
        ring = np.concatenate([ring[: at + 1], between, around, around[:1], between[::-1], ring[at:]])
    single = ring[(ring != np.roll(ring, 1, axis=0)).any(axis=1)]
    return single if len(single) else ring[:1]


def _seam(ring: Ring, end: Ring, clear: Clear) -> tuple[int, Ring]:
    """Where on a ring a seam begins that ends at a hole's point (2,), and its points (0 or 1, 2) between."""
    order = [int(place) for place in np.argsort(((ring - end) ** 2).sum(axis=1), kind="stable")]
    for place in order:
        for between in _steps(ring[place], end):
            stops = [ring[place], *between, end]
            if all(clear(a, b) for a, b in pairwise(stops)):
                return place, between
    return next((place for place in order if clear(ring[place], end)), order[0]), np.empty((0, 2), ring.dtype)


def _steps(start: Ring, end: Ring) -> Iterator[Ring]:
    """What may lie between two points so that each step is level or goes down at least as far as sideways.

    Where two edges lie on each other and are flatter than that, but not level, Pillow leaves pixels out at their ends.
    """
    across, down = end - start
    if down == 0 or abs(across) <= abs(down):
        yield np.empty((0, 2), start.dtype)
    else:
        slant = np.copysign(down, across)
        yield np.array([[end[0] - slant, start[1]]], start.dtype)
        yield np.array([[start[0] + slant, end[1]]], start.dtype)


def points(ring: Ring) -> tuple[Point, ...]:
    """The vertices (N, 2) of a ring, as int where they are whole."""
    return tuple((plain(x), plain(y)) for x, y in ring.tolist())


def plain(value: float) -> float:
    """As int where it is whole, as label documents have it."""
    return int(value) if value == int(value) else value
