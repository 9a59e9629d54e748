"""Painted shapes as polygons that people can go on with, and polygons as painted shapes."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from engine.annotation import areas
from engine.annotation.areas import Ring
from engine.annotation.document import Painted, Point, Polygon
from engine.annotation.pixelwise import Bits, PixelsOf

_FEWEST = 3


def traced(painted: Painted, tolerance: float = 1.0, *, smallest: int = 1) -> tuple[Polygon, ...]:
    """One polygon for each part of at least `smallest` pixels that hang together, corners included; the largest outlines first.

    Outlines go through the centres of the pixels at the rim and keep within `tolerance` pixels of them (Douglas and Peucker); with 0
    Pillow paints exactly the same pixels from them. Holes are reached by seams; with a tolerance those that vanish are left out. A
    part too thin for an outline has its line there and back, with points doubled to make three.
    """
    left, top = painted.box[:2]
    mask = painted.mask.astype(np.uint8)
    _, names, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    contours, tree = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    if not contours:
        return ()
    rings = [contour[:, 0] for contour in contours]
    holes: dict[int, list[Ring]] = {}
    for place, ring in enumerate(rings):
        if (parent := int(tree[0][place][3])) >= 0:
            holes.setdefault(parent, []).append(ring)
    large = {name for name in range(1, len(stats)) if stats[name, cv2.CC_STAT_AREA] >= smallest}
    outer = [place for place, ring in enumerate(rings) if tree[0][place][3] < 0 and int(names[ring[0, 1], ring[0, 0]]) in large]
    outer.sort(key=lambda place: -cv2.contourArea(contours[place]))
    return tuple(Polygon(_outline(painted.mask, rings[place], holes.get(place, []), tolerance=tolerance, offset=(left, top))) for place in outer)


def painted(polygon: Polygon, pixels: PixelsOf) -> Painted | None:
    """The pixels that a polygon paints; None where it paints none."""
    drawn = pixels(polygon)
    return Painted.of(drawn.mask, drawn.box[0], drawn.box[1])


def _outline(mask: Bits, exterior: Ring, holes: Sequence[Ring], *, tolerance: float, offset: tuple[int, int]) -> tuple[Point, ...]:
    """One closed line around a part and its holes, in the frame's pixels."""
    if tolerance > 0:
        exterior = _thinned(exterior, tolerance)
        holes = [hole for hole in (_thinned(hole, tolerance) for hole in holes) if len(hole) >= _FEWEST]
    ring = areas.sewn(exterior, holes, clear=lambda a, b: _is_inside(mask, a, b))
    ring = _corners(ring) + np.array(offset)
    if len(ring) < _FEWEST:
        ring = np.concatenate([ring, np.repeat(ring[-1:], _FEWEST - len(ring), axis=0)])
    return areas.points(ring)


def _thinned(ring: Ring, tolerance: float) -> Ring:
    """Douglas and Peucker's choice of the vertices of a closed line."""
    return np.asarray(cv2.approxPolyDP(ring.astype(np.int32)[:, None], tolerance, True)[:, 0])


def _is_inside(mask: Bits, a: Ring, b: Ring) -> bool:
    """Whether all pixels that a straight line between two may paint are set, however its halves are rounded."""
    steps = max(1, int(np.abs(b - a).max()))
    parts = np.arange(steps + 1)[:, None] / steps
    on = a + (b - a) * parts
    low, high = np.floor(on + 1e-9).astype(int), np.ceil(on - 1e-9).astype(int)
    return bool(mask[low[:, 1], low[:, 0]].all() and mask[high[:, 1], high[:, 0]].all())


def _corners(ring: Ring) -> Ring:
    """Without the vertices that the line goes straight through; where it turns back they stay."""
    if len(ring) < _FEWEST:
        return ring
    before, after = ring - np.roll(ring, 1, axis=0), np.roll(ring, -1, axis=0) - ring
    crossed = before[:, 0] * after[:, 1] != before[:, 1] * after[:, 0]
    return ring[crossed | ((before * after).sum(axis=1) <= 0)]
