"""Shapes out of shapes: their union, what is left of one without others, what they share, and the parts that a cut leaves.

Polygons stay polygons, with whole numbers; a polygon with holes gets one outline with seams (engine/annotation/areas.py), because
as painted pixels it would be lost to the vertex tools and to other programs. Where a painted shape takes part pixels are combined.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
import shapely
from numpy.typing import NDArray

from engine.annotation import areas, pixelwise
from engine.annotation.document import Painted, Point, Polygon, Shape
from engine.annotation.pixelwise import Bits, PixelsOf
from engine.annotation.shapes import cleaned, whole

GRID = 1.0
"""Results lie on whole pixels: GEOS snaps to this grid while it combines, so that rounding can't make outlines cross."""


def united(shapes: Sequence[Shape], pixels: PixelsOf) -> tuple[Shape, ...]:
    """The union: one painted shape, or as many polygons as don't touch, the largest first; none for shapes of nothing."""
    polygons = _polygons(shapes)
    if polygons is None:
        return _some(pixelwise.joined([pixels(shape) for shape in shapes]))
    return _shapes(shapely.union_all([_area(polygon) for polygon in polygons], grid_size=GRID))


def subtracted(shape: Shape, others: Sequence[Shape], *, pixels: PixelsOf) -> tuple[Shape, ...]:
    """What is left of a shape, the largest part first; the shape itself, the same object, where no other reaches it."""
    polygons = _polygons([shape, *others])
    if polygons is None:
        own = pixels(shape)
        left = pixelwise.without(own, [pixels(other) for other in others])
        untouched = left is not None and np.count_nonzero(left.mask) == np.count_nonzero(own.mask)
        return (shape,) if untouched else _some(left)
    area, taken = _area(polygons[0]), shapely.union_all([_area(polygon) for polygon in polygons[1:]], grid_size=GRID)
    if area.disjoint(taken) or area.touches(taken):
        return (shape,)
    return _shapes(shapely.difference(area, taken, grid_size=GRID))


def intersected(shapes: Sequence[Shape], pixels: PixelsOf) -> tuple[Shape, ...]:
    """What all shapes share, the largest part first; empty where that is nothing, or for polygons no more than a line."""
    polygons = _polygons(shapes)
    if polygons is None:
        return _some(pixelwise.common([pixels(shape) for shape in shapes]))
    if not polygons:
        return ()
    shared = _area(polygons[0])
    for polygon in polygons[1:]:
        shared = areas.polygonal(shapely.intersection(shared, _area(polygon), grid_size=GRID))
    return _shapes(shared)


def split(shape: Shape, line: Sequence[Point]) -> tuple[Shape, ...]:
    """The parts on both sides of a cut through at least two points, the largest first; the shape itself where it isn't cut through.

    The parts of a polygon share the vertices of the cut. Of a painted shape each pixel goes to one part; pieces that hang together
    with none of the parts go to the nearest.
    """
    cut = [whole(point) for point in line]
    if len(set(cut)) < 2:
        return (shape,)
    return _split_pixels(shape, cut) if isinstance(shape, Painted) else _split_polygon(shape, cut)


def _split_polygon(polygon: Polygon, line: Sequence[Point]) -> tuple[Shape, ...]:
    area, cut = _area(polygon), shapely.LineString(line)
    if area.is_empty or not area.intersects(cut):
        return (polygon,)
    edges = shapely.union(area.boundary, cut, grid_size=GRID)
    faces = areas.parts(shapely.polygonize(shapely.get_parts(edges)))
    inside = [face for face in faces if face.intersection(area).area > face.area / 2]  # snapping may move its edges a little outside
    return _shapes(shapely.MultiPolygon(inside)) if len(inside) > 1 else (polygon,)


def _split_pixels(shape: Painted, line: Sequence[Point]) -> tuple[Shape, ...]:
    left, top = shape.box[:2]
    mask = shape.mask.astype(np.uint8)
    cut = np.zeros_like(mask)
    # pixels side by side, not corner to corner, so that nothing hangs together across the cut
    cv2.polylines(cut, [np.array(line, np.int32) - (left, top)], False, 1, lineType=cv2.LINE_4)
    _, pieces = cv2.connectedComponents(mask, connectivity=8)
    count, parts = cv2.connectedComponents(mask & ~cut & 1, connectivity=8)
    piece_of = np.zeros(count, np.intp)
    piece_of[parts.ravel()] = np.where(parts > 0, pieces, 0).ravel()
    parted = np.bincount(piece_of)[piece_of] > 1
    parted[0] = False
    if not parted.any():
        return (shape,)
    return tuple(sorted(_parts(mask, parts, parted, left=left, top=top), key=lambda part: -np.count_nonzero(part.mask)))


def _parts(mask: NDArray[np.uint8], parts: NDArray[np.int32], parted: Bits, *, left: int, top: int) -> list[Painted]:
    """Every pixel of the mask with the nearest of those parts that a cut has made of a piece; other parts go as a whole."""
    _, nearest = cv2.distanceTransformWithLabels((~parted[parts]).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL)
    part_of = np.zeros(int(nearest.max()) + 1, np.int32)
    part_of[nearest[parted[parts]]] = parts[parted[parts]]
    owners = part_of[nearest]
    owner_of = np.zeros(len(parted), np.int32)
    owner_of[parts.ravel()] = owners.ravel()
    owners = np.where(parts > 0, owner_of[parts], owners)
    found = (Painted.of((owners == part) & (mask > 0), left, top) for part in np.flatnonzero(parted))
    return [one for one in found if one]


def _polygons(shapes: Sequence[Shape]) -> list[Polygon] | None:
    """None where one of them is painted."""
    found = [shape for shape in shapes if isinstance(shape, Polygon)]
    return found if len(found) == len(shapes) else None


def _area(polygon: Polygon) -> shapely.Polygon | shapely.MultiPolygon:
    """What it encloses as it is painted: Pillow cuts what comes after the decimal point."""
    return areas.of([(math.trunc(x), math.trunc(y)) for x, y in polygon.points])


def _shapes(geometry: shapely.Geometry) -> tuple[Shape, ...]:
    """Polygons on the grid, onto which GEOS doesn't bring what needed no combining."""
    snapped = (area for part in areas.parts(geometry) for area in areas.parts(shapely.set_precision(part, GRID)))
    outlines = (cleaned(areas.outline(area)) for area in snapped)
    return tuple(Polygon(outline) for outline in outlines if len(outline) >= 3)


def _some(painted: Painted | None) -> tuple[Shape, ...]:
    return (painted,) if painted else ()
