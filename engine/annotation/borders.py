"""Sharing borders with neighbours: new vertices snap to them and follow their outlines.

Pillow paints an outline's own pixels on both sides of a border, so two polygons with the same vertices along it leave no pixel
between them and both claim the border line alone; there the upper of the two wins (tests/annotation/test_borders.py).
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass

import numpy as np

from engine.annotation.document import Point, Polygon
from engine.annotation.nearest import Numbers, Outlines
from engine.annotation.shapes import cleaned, whole


def snap(outlines: Outlines, point: Point, *, within: float, without: Container[int] = ()) -> Point:
    """The nearest vertex at most `within` pixels away, else the pixel of the nearest edge; the point itself where neither is near.

    `without` are the keys of regions not to snap to, such as the one in hand.
    """
    if vertex := outlines.nearest_vertex(point, within=within, without=without):
        return vertex.point
    edge = outlines.nearest_edge(point, within=within, without=without)
    return whole(edge.point) if edge else point


def neighbour(outlines: Outlines, a: Point, b: Point, *, within: float, without: Container[int] = ()) -> int | None:
    """The key of the region on whose outline both points lie, at most `within` pixels off; the best fit, of equals the upper one."""
    first = outlines.distances(a, within=within, without=without)
    second = outlines.distances(b, within=within, without=without)
    both = [key for key in first if key in second]
    return min(reversed(both), key=lambda key: max(first[key], second[key]), default=None)


def followed(outline: Polygon, a: Point, b: Point, *, longer: bool = False) -> tuple[Point, ...]:
    """The outline's vertices between two points on it, in order from `a` to `b`, by the shorter way or the longer one.

    The points count as the nearest ones of the outline. Vertices where they lie themselves are left out.
    """
    way = _Way.along(outline.points)
    if way is None:
        return ()
    start, end = way.place(a), way.place(b)
    forward = (end - start) % way.length
    if (forward <= way.length - forward) != longer:
        return way.between(start, forward)
    return way.between(end, (start - end) % way.length or way.length)[::-1]


def gap_filled(polygon: Polygon, outline: Polygon, *, within: float) -> Polygon:
    """The polygon with its border moved onto a neighbour's outline wherever that is at most `within` pixels away.

    Its vertices there snap to the neighbour's vertices, else to its edges; between two of them on end come those vertices of the
    neighbour's that lie as near to the straight line.
    """
    way = _Way.along(outline.points)
    if way is None:
        return polygon
    vertices = [way.snapped(point, within) for point in polygon.points]
    points: list[Point] = []
    for place, old in enumerate(polygon.points):
        here, there = vertices[place], vertices[(place + 1) % len(vertices)]
        points.append(old if here is None else here)
        if here is not None and there is not None:
            between = followed(outline, here, there)
            if all(_off(point, here, there) <= within for point in between):
                points += between
    filled = cleaned(points)
    return Polygon(filled) if len(filled) >= 3 else polygon


@dataclass(frozen=True)
class _Way:
    """A closed outline as a way of `length` pixels; a place on it is how far it is from the first vertex."""

    points: tuple[Point, ...]
    vertices: Numbers
    """(N, 2)"""
    steps: Numbers
    """(N, 2) from each vertex to the next."""
    places: Numbers
    """(N,) of the vertices."""
    length: float

    @staticmethod
    def along(points: Sequence[Point]) -> _Way | None:
        """None for an outline without length."""
        vertices = np.array(points, np.float64).reshape(-1, 2)
        steps = np.roll(vertices, -1, axis=0) - vertices
        lengths = np.hypot(steps[:, 0], steps[:, 1])
        total = float(lengths.sum())
        return _Way(tuple(points), vertices, steps, np.cumsum(lengths) - lengths, total) if total > 0 else None

    def place(self, point: Point) -> float:
        """Of the nearest point of the outline."""
        edge, part, _ = self._foot(point)
        step = self.steps[edge]
        if part >= 1:
            return float(self.places[(edge + 1) % len(self.places)])
        return float(self.places[edge] + part * np.hypot(step[0], step[1]))

    def between(self, start: float, length: float) -> tuple[Point, ...]:
        """The vertices strictly inside a stretch of that length, in order."""
        ahead = (self.places - start) % self.length
        inside = np.flatnonzero((ahead > 0) & (ahead < length))
        return tuple(self.points[place] for place in inside[np.argsort(ahead[inside], kind="stable")])

    def snapped(self, point: Point, within: float) -> Point | None:
        """The nearest vertex, else the pixel of the nearest edge; None where neither is that near."""
        squares = ((self.vertices - point) ** 2).sum(axis=1)
        nearest = int(np.argmin(squares))
        if squares[nearest] <= within**2:
            return self.points[nearest]
        edge, part, square = self._foot(point)
        x, y = self.vertices[edge] + part * self.steps[edge]
        return whole((float(x), float(y))) if square <= within**2 else None

    def _foot(self, point: Point) -> tuple[int, float, float]:
        """The nearest edge, which part of it lies before the nearest point, and the squared distance to that."""
        squares = (self.steps**2).sum(axis=1)
        offsets = np.asarray(point, np.float64) - self.vertices
        parts = np.clip((offsets * self.steps).sum(axis=1) / np.where(squares > 0, squares, 1), 0, 1)
        away = ((offsets - parts[:, None] * self.steps) ** 2).sum(axis=1)
        edge = int(np.argmin(away))
        return edge, float(parts[edge]), float(away[edge])


def _off(point: Point, a: Point, b: Point) -> float:
    """Pixels from a point to the straight line between two others."""
    (px, py), (ax, ay), (bx, by) = point, a, b
    square = (bx - ax) ** 2 + (by - ay) ** 2
    part = min(1.0, max(0.0, ((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / square)) if square else 0.0
    return float(np.hypot(px - ax - part * (bx - ax), py - ay - part * (by - ay)))
