"""A city bus and a delivery truck, built from rounded boxes; like the cars, x forward and the origin on the ground below the middle."""

from __future__ import annotations

from functools import cache

import numpy as np

from engine.world.materials import INDEX
from engine.world.mesh import Colour, Mesh, boxes, disc, join, pose, quads, surface
from engine.world.vehicles import BLACK, DARK, GLASS, GLASS_TINT, LAMP, METAL, PAINT, PLATE, RED_LIGHT, RUBBER, WHITE_LIGHT, wheel


def _rounded(length: float, width: float, low: float, high: float, material: int, tint: Colour, *, round_by: float = 0.18) -> Mesh:
    """A long box with rounded upper edges and ends, centred on x = 0."""
    half, rings = width / 2, []
    for x, shrink in (
        (length / 2, 0.14),
        (length / 2 - 0.06, 0.05),
        (length / 2 - 0.2, 0.0),
        (-length / 2 + 0.2, 0.0),
        (-length / 2 + 0.06, 0.05),
        (-length / 2, 0.14),
    ):
        w, top = half - shrink, high - shrink
        right = [(-w, low), (-w, top - round_by), (-w + 0.3 * round_by, top - 0.3 * round_by), (-w + round_by, top), (0.0, top + 0.02)]
        rings.append([(x, y, z) for y, z in (*right, *((-y, z) for y, z in right[-2::-1]))])
    grid = np.array(rings)
    caps = []
    for ring, order in ((grid[0], (0, 1)), (grid[-1], (1, 0))):
        pair = [ring[:4][:, None], ring[5:][::-1][:, None]]
        caps.append(surface(np.concatenate([pair[order[0]], pair[order[1]]], 1), material, tint, smooth=False))
    return join([surface(grid, material, tint), *caps])


def _panes(x: list[tuple[float, float]], low: float, high: float, half: float, sides: tuple[int, ...] = (-1, 1)) -> Mesh:
    """Windows along both sides, a finger's breadth proud of the body."""
    corners = []
    for side in sides:
        y = side * (half + 0.012)
        for start, end in x:
            a, b = (start, end) if side < 0 else (end, start)
            corners.append([(a, y, low), (b, y, low), (b, y, high), (a, y, high)])
    return quads(np.array(corners), GLASS, GLASS_TINT)


def _end_boxes(x: float, facing: int, rows: list[tuple[float, float, float, float, int, Colour]]) -> Mesh:
    """Plates on an end at `x`: (y0, y1, z0, z1, material, tint)."""
    return join(
        boxes(
            (min(x - 0.05, x + facing * 0.02), y0, z0),
            (max(x + 0.05, x + facing * 0.02) - (0.05 if facing < 0 else 0.0), y1, z1),
            material,
            tint,
        )
        for y0, y1, z0, z1, material, tint in rows
    )


def _axles(positions: tuple[float, ...], half: float, radius: float) -> Mesh:
    parts = []
    for x in positions:
        for side in (-1, 1):
            parts.append(wheel(x, side * (half - 0.14), radius, side, width=0.30, rim=(0.55, 0.55, 0.56)))
    return join(parts)


@cache
def bus() -> Mesh:
    """A city bus of 11.4 m; `paint` is its livery."""
    half, length = 1.27, 11.4
    body = _rounded(length, 2 * half, 0.32, 3.05, PAINT, (0.7, 0.2, 0.2))
    panes = _panes([(x, x + 1.28) for x in np.arange(-5.2, 4.0, 1.40)], 1.25, 2.42, half)
    doors = _panes([(4.25, 5.30), (-0.55, 0.55)], 0.45, 2.42, half, (-1,))
    stripe = boxes((-length / 2 + 0.25, -half - 0.008, 0.36), (length / 2 - 0.25, half + 0.008, 0.62), PAINT, (0.6, 0.6, 0.6)).painted(
        {PAINT: (0.13, 0.14, 0.16)}
    )
    stripe = Mesh(stripe.points, stripe.normals, stripe.uv, np.full_like(stripe.material, RUBBER), stripe.tint)
    front = _end_boxes(
        length / 2,
        1,
        [
            (-1.08, 1.08, 1.15, 2.45, GLASS, GLASS_TINT),
            (-0.85, 0.85, 2.55, 2.85, RUBBER, BLACK),
            (-0.70, 0.55, 2.61, 2.79, LAMP, (1.0, 0.62, 0.12)),
            (-1.12, -0.72, 0.55, 0.80, LAMP, WHITE_LIGHT),
            (0.72, 1.12, 0.55, 0.80, LAMP, WHITE_LIGHT),
            (-0.26, 0.26, 0.42, 0.53, PLATE, (0.88, 0.88, 0.84)),
        ],
    )
    rear = _end_boxes(
        -length / 2,
        -1,
        [
            (-0.90, 0.90, 1.60, 2.45, GLASS, GLASS_TINT),
            (-0.7, 0.7, 0.6, 1.35, RUBBER, DARK),
            (-1.12, -0.86, 0.75, 1.35, LAMP, RED_LIGHT),
            (0.86, 1.12, 0.75, 1.35, LAMP, RED_LIGHT),
            (-0.35, 0.35, 2.55, 2.80, RUBBER, BLACK),
            (-0.26, 0.26, 0.42, 0.53, PLATE, (0.88, 0.88, 0.84)),
        ],
    )
    arches = join(disc((x, s * (half + 0.006), 0.52), 0.60, (0, s, 0), RUBBER, BLACK, segments=18) for x in (3.2, -3.0) for s in (-1, 1))
    wheels = join(wheel(x, s * (half - 0.08), 0.47, s, width=0.29, rim=(0.50, 0.50, 0.52)) for x in (3.2, -3.0) for s in (-1, 1))
    roof = boxes([(-3.5, -0.7, 3.0), (0.5, -0.8, 3.0)], [(-1.4, 0.7, 3.27), (3.0, 0.8, 3.24)], PLATE, (0.82, 0.82, 0.80))
    return join([body, panes, doors, stripe, front, rear, arches, wheels, roof])


@cache
def truck() -> Mesh:
    """A delivery truck of 8 m: `paint` the cab, `tarpaulin` the load."""
    cab = _rounded(2.1, 2.3, 0.55, 2.75, PAINT, (0.6, 0.6, 0.6), round_by=0.22).moved(pose(2.95))
    glass = _panes([(2.55, 3.55)], 1.60, 2.35, 1.15).moved(pose())
    front = _end_boxes(
        4.0,
        1,
        [
            (-0.98, 0.98, 1.52, 2.38, GLASS, GLASS_TINT),
            (-0.80, 0.80, 0.80, 1.32, RUBBER, DARK),
            (-1.08, -0.76, 0.55, 0.80, LAMP, WHITE_LIGHT),
            (0.76, 1.08, 0.55, 0.80, LAMP, WHITE_LIGHT),
            (-0.26, 0.26, 0.50, 0.61, PLATE, (0.88, 0.88, 0.84)),
        ],
    )
    load = boxes((-4.0, -1.24, 0.95), (1.75, 1.24, 3.35), INDEX["tarpaulin"], (0.85, 0.85, 0.83))
    frame = boxes(
        [(-4.0, -1.25, 0.88), (-4.0, -0.45, 0.55), (-4.02, -1.1, 0.45), (-3.98, -1.26, 3.30)],
        [(1.75, 1.25, 0.97), (3.6, 0.45, 0.92), (-3.9, 1.1, 0.62), (1.74, 1.26, 3.38)],
        METAL,
        (0.26, 0.27, 0.29),
    )
    rear = _end_boxes(
        -4.0,
        -1,
        [
            (-1.15, -0.75, 0.60, 0.85, LAMP, RED_LIGHT),
            (0.75, 1.15, 0.60, 0.85, LAMP, RED_LIGHT),
            (-0.03, 0.03, 1.0, 3.3, METAL, (0.4, 0.4, 0.42)),
            (-0.26, 0.26, 0.66, 0.78, PLATE, (0.88, 0.88, 0.84)),
        ],
    )
    guards = boxes(
        [(-1.9, s * 1.13 - 0.04, 0.45) for s in (-1, 1)], [(1.4, s * 1.13 + 0.04, 0.85) for s in (-1, 1)], METAL, (0.40, 0.41, 0.43)
    )
    mirrors = boxes(
        [(3.75, min(s * 1.15, s * 1.42), 1.75) for s in (-1, 1)], [(3.9, max(s * 1.15, s * 1.42), 2.25) for s in (-1, 1)], RUBBER, BLACK
    )
    return join([cab, glass, front, load, frame, rear, guards, mirrors, _axles((3.0, -2.6), 1.22, 0.48)])
