"""Which vertex or edge of a frame's polygons lies nearest to a point: the answer to every movement of the cursor."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.annotation.areas import plain
from engine.annotation.document import Point, Polygon, Region

Numbers = NDArray[np.float64]
Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on the outline of the region `key`: the vertex at `place`, or a point of the edge from there to the next vertex."""

    key: int
    place: int
    point: Point
    distance: float
    """Pixels from the point that was asked about."""


class Outlines:
    """The vertices of regions' polygons in one array. Deleted and painted regions have no part in it.

    Of equally near places the one of the last region is found, which lies on top. With the outlines of an earlier state `before`
    only what changed is read anew.
    """

    def __init__(self, regions: Iterable[Region], before: Outlines | None = None) -> None:
        known = before._read if before else {}
        self._read: dict[int, tuple[Polygon, Numbers]] = {}
        for region in regions:
            shape = region.shape
            if region.deleted or not isinstance(shape, Polygon) or not len(shape.drawn):
                continue
            old = known.get(region.key)
            self._read[region.key] = old if old and old[0] is shape else (shape, np.array(shape.drawn, np.float64).reshape(-1, 2))
        self._keys = list(self._read)
        points = [points for _, points in self._read.values()]
        self._lengths = np.array([len(one) for one in points], np.intp)
        self._ends = np.cumsum(self._lengths)
        self._starts = self._ends - self._lengths
        joined = np.concatenate(points) if points else np.empty((0, 2))
        self._x, self._y = joined[:, 0].copy(), joined[:, 1].copy()
        self._next = np.arange(1, len(joined) + 1)
        self._next[self._ends - 1] = self._starts
        self._boxes = self._reach()

    def __len__(self) -> int:
        """How many vertices there are."""
        return len(self._x)

    def __contains__(self, key: int) -> bool:
        return key in self._read

    def polygon(self, key: int) -> Polygon:
        """The polygon of a region. Raises KeyError where it isn't among these."""
        return self._read[key][0]

    def nearest_vertex(self, point: Point, *, within: float, without: Container[int] = ()) -> Spot | None:
        """The nearest vertex at most `within` pixels away, but not one of the regions `without`."""
        at = self._vertices(self._near(point, within, without))
        squares = (self._x[at] - point[0]) ** 2 + (self._y[at] - point[1]) ** 2
        return self._spot(at, squares, within, None)

    def nearest_edge(self, point: Point, *, within: float, without: Container[int] = ()) -> Spot | None:
        """The nearest point of an outline at most `within` pixels away, but not of the regions `without`."""
        at = self._vertices(self._near(point, within, without))
        x, y, squares = self._feet(at, point)
        return self._spot(at, squares, within, (x, y))

    def vertices_at(self, point: Point) -> tuple[Spot, ...]:
        """All vertices exactly there: those that neighbours share."""
        at = np.flatnonzero((self._x == point[0]) & (self._y == point[1]))
        return tuple(self._at(int(one), (float(self._x[one]), float(self._y[one])), 0.0) for one in at)

    def distances(self, point: Point, *, within: float, without: Container[int] = ()) -> dict[int, float]:
        """How far away the outline of each region is, in pixels, the lowest region first; those at most `within` away."""
        polygons = self._near(point, within, without)
        if not len(polygons):
            return {}
        squares = self._feet(self._vertices(polygons), point)[2]
        lengths = self._lengths[polygons]
        found = np.sqrt(np.minimum.reduceat(squares, np.cumsum(lengths) - lengths))
        return {self._keys[polygon]: float(distance) for polygon, distance in zip(polygons, found) if distance <= within}

    def _reach(self) -> Numbers:
        """(4, polygons): the least x and y, the greatest x and y."""
        if not self._keys:
            return np.empty((4, 0))
        least, greatest = np.minimum.reduceat, np.maximum.reduceat
        return np.stack([least(self._x, self._starts), least(self._y, self._starts), greatest(self._x, self._starts), greatest(self._y, self._starts)])

    def _near(self, point: Point, within: float, without: Container[int]) -> Places:
        """Polygons whose boxes come that near."""
        x, y = point
        left, top, right, bottom = self._boxes
        near = np.flatnonzero((left <= x + within) & (right >= x - within) & (top <= y + within) & (bottom >= y - within))
        return np.array([one for one in near if self._keys[one] not in without], np.intp) if without else near

    def _vertices(self, polygons: Places) -> Places:
        """Where the vertices of these polygons stand, one polygon after the other."""
        if len(polygons) == len(self._keys):
            return np.arange(len(self._x))
        lengths = self._lengths[polygons]
        before = np.cumsum(lengths) - lengths
        return np.repeat(self._starts[polygons] - before, lengths) + np.arange(lengths.sum())

    def _feet(self, at: Places, point: Point) -> tuple[Numbers, Numbers, Numbers]:
        """The nearest points x and y of the edges that start at these vertices, and their squared distances."""
        after = self._next[at]
        ax, ay = self._x[at], self._y[at]
        dx, dy = self._x[after] - ax, self._y[after] - ay
        squares = dx * dx + dy * dy
        part = ((point[0] - ax) * dx + (point[1] - ay) * dy) / np.where(squares > 0, squares, 1)
        part = np.clip(part, 0, 1)
        x, y = ax + part * dx, ay + part * dy
        return x, y, (x - point[0]) ** 2 + (y - point[1]) ** 2

    def _spot(self, at: Places, squares: Numbers, within: float, feet: tuple[Numbers, Numbers] | None) -> Spot | None:
        if not len(at):
            return None
        best = len(squares) - 1 - int(np.argmin(squares[::-1]))
        distance = float(np.sqrt(squares[best]))
        if distance > within:
            return None
        x, y = feet or (self._x[at], self._y[at])
        return self._at(int(at[best]), (float(x[best]), float(y[best])), distance)

    def _at(self, vertex: int, point: Point, distance: float) -> Spot:
        polygon = int(np.searchsorted(self._ends, vertex, side="right"))
        return Spot(self._keys[polygon], vertex - int(self._starts[polygon]), (plain(point[0]), plain(point[1])), distance)
