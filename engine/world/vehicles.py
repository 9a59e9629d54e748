"""Cars of several builds, a van, trucks and a bus: bodies lofted through cross-sections, round wheels, glass, lights.

Each is a template in its own space: x forward, y left, z up, the origin on the ground below its middle.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from engine.world.materials import INDEX
from engine.world.mesh import Colour, Mesh, boxes, disc, join, pose, quads, revolved, surface

PAINT, GLASS, RUBBER, METAL, LAMP, PLATE = (INDEX[name] for name in ("paint", "glass", "rubber", "metal", "lamp", "plate"))
_DARK, _GLASS_TINT, _BLACK = (0.10, 0.10, 0.11), (0.10, 0.12, 0.14), (0.055, 0.055, 0.06)
_WHITE_LIGHT, _RED_LIGHT, _AMBER = (1.0, 0.98, 0.92), (0.80, 0.04, 0.05), (0.95, 0.50, 0.08)
CARS = ("hatch", "sedan", "estate", "suv", "van")
CAR_COLOURS: tuple[Colour, ...] = (
    (0.80, 0.81, 0.82), (0.88, 0.88, 0.86), (0.07, 0.07, 0.08), (0.24, 0.26, 0.29), (0.50, 0.52, 0.55), (0.10, 0.20, 0.42), (0.62, 0.08, 0.09),
    (0.14, 0.30, 0.24), (0.44, 0.12, 0.14), (0.20, 0.44, 0.64), (0.78, 0.62, 0.18), (0.36, 0.31, 0.27), (0.85, 0.36, 0.10),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Build:
    """Side view of a car: `stations` are (x, sill, belt, top) in metres from the front backwards; `glass` names rows by what is glass there."""

    stations: tuple[tuple[float, float, float, float], ...]
    glass: tuple[str, ...]
    width: float
    roof_width: float
    wheels: tuple[float, float]
    radius: float = 0.33


_BUILDS = {
    "hatch": _Build(
        ((2.02, 0.34, 0.56, 0.60), (1.94, 0.22, 0.66, 0.72), (1.15, 0.20, 0.86, 0.93), (0.92, 0.20, 0.92, 0.97), (0.14, 0.20, 0.94, 1.44), (-0.40, 0.20, 0.95, 1.48),
         (-0.50, 0.20, 0.95, 1.48), (-1.30, 0.20, 0.98, 1.45), (-1.50, 0.20, 0.99, 1.41), (-1.86, 0.22, 0.99, 1.04), (-1.98, 0.24, 0.80, 0.84), (-2.00, 0.36, 0.58, 0.60)),
        ("", "", "", "top", "side", "", "side", "", "top", "", ""), 0.88, 0.62, (1.24, -1.26), 0.31,
    ),
    "sedan": _Build(
        ((2.30, 0.34, 0.56, 0.60), (2.22, 0.20, 0.66, 0.71), (1.25, 0.19, 0.85, 0.92), (0.98, 0.19, 0.90, 0.95), (0.16, 0.19, 0.92, 1.40), (-0.42, 0.19, 0.93, 1.44),
         (-0.52, 0.19, 0.93, 1.44), (-1.15, 0.19, 0.95, 1.38), (-1.30, 0.19, 0.96, 1.34), (-1.82, 0.20, 0.97, 1.02), (-2.24, 0.22, 0.92, 0.98), (-2.30, 0.36, 0.60, 0.64)),
        ("", "", "", "top", "side", "", "side", "", "top", "", ""), 0.90, 0.60, (1.42, -1.38), 0.32,
    ),
    "estate": _Build(
        ((2.30, 0.34, 0.56, 0.60), (2.22, 0.20, 0.67, 0.72), (1.25, 0.19, 0.86, 0.93), (0.98, 0.19, 0.91, 0.96), (0.14, 0.19, 0.93, 1.43), (-0.42, 0.19, 0.94, 1.47),
         (-0.52, 0.19, 0.94, 1.47), (-1.40, 0.19, 0.96, 1.46), (-1.50, 0.19, 0.96, 1.46), (-1.98, 0.20, 0.97, 1.42), (-2.24, 0.22, 0.96, 1.02), (-2.32, 0.36, 0.60, 0.64)),
        ("", "", "", "top", "side", "", "side", "", "side", "top", ""), 0.90, 0.62, (1.42, -1.40), 0.32,
    ),
    "suv": _Build(
        ((2.26, 0.46, 0.70, 0.76), (2.18, 0.32, 0.84, 0.92), (1.25, 0.28, 1.02, 1.10), (1.00, 0.28, 1.07, 1.13), (0.30, 0.28, 1.10, 1.66), (-0.34, 0.28, 1.10, 1.71),
         (-0.46, 0.28, 1.10, 1.71), (-1.34, 0.28, 1.12, 1.70), (-1.46, 0.28, 1.12, 1.69), (-1.96, 0.28, 1.13, 1.62), (-2.20, 0.32, 1.10, 1.16), (-2.26, 0.48, 0.74, 0.78)),
        ("", "", "", "top", "side", "", "side", "", "side", "top", ""), 0.95, 0.68, (1.36, -1.36), 0.38,
    ),
    "van": _Build(
        ((2.55, 0.40, 0.70, 0.76), (2.46, 0.28, 0.88, 0.98), (1.95, 0.26, 1.12, 1.22), (1.82, 0.26, 1.18, 1.28), (1.15, 0.26, 1.22, 1.98), (0.30, 0.26, 1.22, 2.04),
         (0.20, 0.26, 1.22, 2.05), (-1.20, 0.26, 1.22, 2.05), (-1.30, 0.26, 1.22, 2.05), (-2.40, 0.26, 1.22, 2.03), (-2.52, 0.28, 1.20, 1.98), (-2.55, 0.40, 0.80, 0.86)),
        ("", "", "", "top", "side", "", "", "", "", "", ""), 0.98, 0.86, (1.62, -1.62), 0.36,
    ),
}  # fmt: skip


@cache
def car(kind: str) -> Mesh:
    """A car whose `paint` is to be painted; `kind` is one of CARS."""
    build = _BUILDS[kind]
    parts = [_body(build)]
    for x in build.wheels:
        for side in (-1, 1):
            parts.append(_wheel(x, side * (build.width - 0.05), build.radius, side))
            parts.append(disc((x, side * (build.width + 0.004), build.radius + 0.03), build.radius + 0.07, (0, side, 0), RUBBER, _BLACK, segments=18))
    return join([*parts, _lights(build), _trim(build)])


def _body(build: _Build) -> Mesh:
    rings, end = [], len(build.stations) - 1
    for number, (x, sill, belt, top) in enumerate(build.stations):
        narrow = 0.86 if number in (0, end) else 0.97 if number in (1, end - 1) else 1.0
        wide = build.width * narrow
        cabin = top - belt > 0.2
        roof = build.roof_width if cabin else wide * 0.90
        edge = top - 0.035 if cabin else (top + belt) / 2
        right = [(-wide * 0.93, sill), (-wide, sill + 0.45 * (belt - sill)), (-wide * 0.965, belt), (-roof, edge), (-roof * 0.80, top), (0.0, top + 0.02)]
        rings.append([(x, y, z) for y, z in (*right, *((-y, z) for y, z in right[-2::-1]))])
    material = np.full((end, 10), PAINT)
    tint = np.zeros((end, 10, 3), np.float32) + np.float32((0.6, 0.6, 0.6))
    for row, glass in enumerate(build.glass):
        columns = {"side": [2, 7], "top": [3, 4, 5, 6], "": []}[glass]
        material[row, columns], tint[row, columns] = GLASS, _GLASS_TINT
    closing = []
    for ring, facing in ((rings[0], 1), (rings[-1], -1)):
        points = np.array(ring, np.float32)
        middle = len(points) // 2
        left, right = points[:middle][:, None], points[middle + 1 :][::-1][:, None]
        sheet = np.concatenate([left, right] if facing > 0 else [right, left], 1)
        closing.append(surface(sheet, PAINT, (0.6, 0.6, 0.6)))
    shell = surface(np.array(rings), material, tint.reshape(-1, 3), around=False)
    floor = boxes((build.stations[-1][0] + 0.25, -build.width * 0.9, 0.16), (build.stations[0][0] - 0.25, build.width * 0.9, build.stations[3][1] + 0.05), RUBBER, _BLACK)
    return join([shell, *closing, floor])


def _wheel(x: float, y: float, radius: float, side: int, *, width: float = 0.22, rim: Colour = (0.62, 0.63, 0.65)) -> Mesh:
    """A tyre and its rim with five spokes, the outer face towards `side`."""
    half = width / 2
    tyre = revolved([(0.0, -half), (radius * 0.92, -half), (radius, -half * 0.6), (radius, half * 0.6), (radius * 0.92, half), (radius * 0.66, half)], RUBBER, (0.075, 0.075, 0.08), segments=20)
    inner = disc((0, 0, half - 0.035), radius * 0.67, (0, 0, 1), RUBBER, (0.06, 0.06, 0.06), segments=14)
    edge = disc((0, 0, half + 0.003), radius * 0.68, (0, 0, 1), METAL, rim, segments=18, inner=radius * 0.57)
    hub = disc((0, 0, half - 0.005), radius * 0.17, (0, 0, 1), METAL, rim, segments=8)
    spokes = []
    for step in range(5):
        angle = step * 2 * np.pi / 5 + x
        along, across = np.array([np.cos(angle), np.sin(angle), 0]), np.array([-np.sin(angle), np.cos(angle), 0]) * radius * 0.10
        lift = np.array([0, 0, half - 0.012])
        spokes.append([along * radius * 0.1 + across + lift, along * radius * 0.1 - across + lift, along * radius * 0.6 - across + lift, along * radius * 0.6 + across + lift])
    wheel = join([tyre, inner, edge, hub, quads(np.array(spokes), METAL, rim)])
    return wheel.moved(pose(x, y, radius, roll=-side * np.pi / 2))


def _lights(build: _Build) -> Mesh:
    front, rear = build.stations[1], build.stations[-2]
    wide, lift = build.width, (front[2] + front[3]) / 2 - 0.06
    back = min(rear[2], 0.92)
    low, high, tint = [], [], []
    for side in (-1, 1):
        y = sorted((side * wide * 0.60, side * wide * 0.93))
        low += [(front[0] - 0.16, y[0], lift - 0.11), (rear[0] - 0.045, y[0], back - 0.15), (rear[0] - 0.045, y[0], back - 0.20)]
        high += [(front[0] + 0.055, y[1], lift + 0.05), (rear[0] + 0.12, y[1], back), (rear[0] + 0.12, y[1], back - 0.15)]
        tint += [_WHITE_LIGHT, _RED_LIGHT, _AMBER]
    return boxes(low, high, LAMP, np.array(tint))


def _trim(build: _Build) -> Mesh:
    """Grille, bumpers' dark lips, number plates, mirrors, door handles and the lines between the doors."""
    front, rear, wide = build.stations[0][0], build.stations[-1][0], build.width
    sill, belt = build.stations[0][1], build.stations[5][2]
    dark = boxes(
        [(front - 0.10, -wide * 0.48, sill + 0.12), (front - 0.14, -wide * 0.80, sill - 0.12), (rear - 0.02, -wide * 0.80, sill - 0.12)],
        [(front + 0.012, wide * 0.48, sill + 0.27), (front + 0.02, wide * 0.80, sill + 0.02), (rear + 0.14, wide * 0.80, sill + 0.02)],
        RUBBER, _DARK,
    )  # fmt: skip
    plates = boxes([(front - 0.02, -0.26, sill + 0.03), (rear - 0.025, -0.26, sill + 0.12)], [(front + 0.03, 0.26, sill + 0.14), (rear + 0.02, 0.26, sill + 0.23)], PLATE, (0.88, 0.88, 0.84))
    mirror_x, door_x = build.stations[3][0] - 0.28, build.stations[6][0]
    sides = (-1.0, 1.0)
    mirrors = boxes([(mirror_x - 0.08, min(s * wide, s * (wide + 0.17)), belt) for s in sides], [(mirror_x + 0.08, max(s * wide, s * (wide + 0.17)), belt + 0.15) for s in sides], PAINT, (0.6, 0.6, 0.6))
    seams = quads(np.array([strip for side in sides for x in (build.stations[3][0] - 0.15, door_x, door_x - 0.95) for strip in _seam(build, x, side)]), RUBBER, _DARK)
    grips = boxes([(door_x + 0.08, s * wide - 0.02, belt - 0.13) for s in sides], [(door_x + 0.26, s * wide + 0.02, belt - 0.09) for s in sides], METAL, (0.35, 0.35, 0.36))
    return join([dark, plates, mirrors, seams, grips])


def _seam(build: _Build, x: float, side: float) -> list[list[tuple[float, float, float]]]:
    """The line between two doors, laid on the body's side at `x`."""
    along = np.array([station[0] for station in build.stations])[::-1]
    sill, belt = (float(np.interp(x, along, np.array([station[k] for station in build.stations])[::-1])) for k in (1, 2))
    points = [(build.width * 0.94 + 0.006, sill + 0.06), (build.width + 0.006, sill + 0.45 * (belt - sill)), (build.width * 0.965 + 0.008, belt)]
    return [[(x - 0.009, side * a, z), (x + 0.009, side * a, z), (x + 0.009, side * b, top), (x - 0.009, side * b, top)] for (a, z), (b, top) in zip(points, points[1:], strict=False)]


def _rounded(length: float, width: float, low: float, high: float, material: int, tint: Colour, *, round_by: float = 0.18) -> Mesh:
    """A long box with rounded upper edges and ends, centred on x = 0."""
    half, rings = width / 2, []
    for x, shrink in ((length / 2, 0.14), (length / 2 - 0.06, 0.05), (length / 2 - 0.2, 0.0), (-length / 2 + 0.2, 0.0), (-length / 2 + 0.06, 0.05), (-length / 2, 0.14)):
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
    return quads(np.array(corners), GLASS, _GLASS_TINT)


def _end_boxes(x: float, facing: int, rows: list[tuple[float, float, float, float, int, Colour]]) -> Mesh:
    """Plates on an end at `x`: (y0, y1, z0, z1, material, tint)."""
    return join(
        boxes((min(x - 0.05, x + facing * 0.02), y0, z0), (max(x + 0.05, x + facing * 0.02) - (0.05 if facing < 0 else 0.0), y1, z1), material, tint) for y0, y1, z0, z1, material, tint in rows
    )


def _axles(positions: tuple[float, ...], half: float, radius: float) -> Mesh:
    parts = []
    for x in positions:
        for side in (-1, 1):
            parts.append(_wheel(x, side * (half - 0.14), radius, side, width=0.30, rim=(0.55, 0.55, 0.56)))
    return join(parts)


@cache
def bus() -> Mesh:
    """A city bus of 11.4 m; `paint` is its livery."""
    half, length = 1.27, 11.4
    body = _rounded(length, 2 * half, 0.32, 3.05, PAINT, (0.7, 0.2, 0.2))
    panes = _panes([(x, x + 1.28) for x in np.arange(-5.2, 4.0, 1.40)], 1.25, 2.42, half)
    doors = _panes([(4.25, 5.30), (-0.55, 0.55)], 0.45, 2.42, half, (-1,))
    stripe = boxes((-length / 2 + 0.25, -half - 0.008, 0.36), (length / 2 - 0.25, half + 0.008, 0.62), PAINT, (0.6, 0.6, 0.6)).painted({PAINT: (0.13, 0.14, 0.16)})
    stripe = Mesh(stripe.points, stripe.normals, stripe.uv, np.full_like(stripe.material, RUBBER), stripe.tint)
    front = _end_boxes(length / 2, 1, [(-1.08, 1.08, 1.15, 2.45, GLASS, _GLASS_TINT), (-0.85, 0.85, 2.55, 2.85, RUBBER, _BLACK), (-0.70, 0.55, 2.61, 2.79, LAMP, (1.0, 0.62, 0.12)),
                                       (-1.12, -0.72, 0.55, 0.80, LAMP, _WHITE_LIGHT), (0.72, 1.12, 0.55, 0.80, LAMP, _WHITE_LIGHT), (-0.26, 0.26, 0.42, 0.53, PLATE, (0.88, 0.88, 0.84))])  # fmt: skip
    rear = _end_boxes(-length / 2, -1, [(-0.90, 0.90, 1.60, 2.45, GLASS, _GLASS_TINT), (-0.7, 0.7, 0.6, 1.35, RUBBER, _DARK), (-1.12, -0.86, 0.75, 1.35, LAMP, _RED_LIGHT), (0.86, 1.12, 0.75, 1.35, LAMP, _RED_LIGHT),
                                        (-0.35, 0.35, 2.55, 2.80, RUBBER, _BLACK), (-0.26, 0.26, 0.42, 0.53, PLATE, (0.88, 0.88, 0.84))])  # fmt: skip
    arches = join(disc((x, s * (half + 0.006), 0.52), 0.60, (0, s, 0), RUBBER, _BLACK, segments=18) for x in (3.2, -3.0) for s in (-1, 1))
    wheels = join(_wheel(x, s * (half - 0.08), 0.47, s, width=0.29, rim=(0.50, 0.50, 0.52)) for x in (3.2, -3.0) for s in (-1, 1))
    roof = boxes([(-3.5, -0.7, 3.0), (0.5, -0.8, 3.0)], [(-1.4, 0.7, 3.27), (3.0, 0.8, 3.24)], PLATE, (0.82, 0.82, 0.80))
    return join([body, panes, doors, stripe, front, rear, arches, wheels, roof])


@cache
def truck() -> Mesh:
    """A delivery truck of 8 m: `paint` the cab, `tarpaulin` the load."""
    cab = _rounded(2.1, 2.3, 0.55, 2.75, PAINT, (0.6, 0.6, 0.6), round_by=0.22).moved(pose(2.95))
    glass = _panes([(2.55, 3.55)], 1.60, 2.35, 1.15).moved(pose())
    front = _end_boxes(4.0, 1, [(-0.98, 0.98, 1.52, 2.38, GLASS, _GLASS_TINT), (-0.80, 0.80, 0.80, 1.32, RUBBER, _DARK), (-1.08, -0.76, 0.55, 0.80, LAMP, _WHITE_LIGHT), (0.76, 1.08, 0.55, 0.80, LAMP, _WHITE_LIGHT),
                                (-0.26, 0.26, 0.50, 0.61, PLATE, (0.88, 0.88, 0.84))])  # fmt: skip
    load = boxes((-4.0, -1.24, 0.95), (1.75, 1.24, 3.35), INDEX["tarpaulin"], (0.85, 0.85, 0.83))
    frame = boxes([(-4.0, -1.25, 0.88), (-4.0, -0.45, 0.55), (-4.02, -1.1, 0.45), (-3.98, -1.26, 3.30)], [(1.75, 1.25, 0.97), (3.6, 0.45, 0.92), (-3.9, 1.1, 0.62), (1.74, 1.26, 3.38)], METAL, (0.26, 0.27, 0.29))
    rear = _end_boxes(-4.0, -1, [(-1.15, -0.75, 0.60, 0.85, LAMP, _RED_LIGHT), (0.75, 1.15, 0.60, 0.85, LAMP, _RED_LIGHT), (-0.03, 0.03, 1.0, 3.3, METAL, (0.4, 0.4, 0.42)),
                                 (-0.26, 0.26, 0.66, 0.78, PLATE, (0.88, 0.88, 0.84))])  # fmt: skip
    guards = boxes([(-1.9, s * 1.13 - 0.04, 0.45) for s in (-1, 1)], [(1.4, s * 1.13 + 0.04, 0.85) for s in (-1, 1)], METAL, (0.40, 0.41, 0.43))
    mirrors = boxes([(3.75, min(s * 1.15, s * 1.42), 1.75) for s in (-1, 1)], [(3.9, max(s * 1.15, s * 1.42), 2.25) for s in (-1, 1)], RUBBER, _BLACK)
    return join([cab, glass, front, load, frame, rear, guards, mirrors, _axles((3.0, -2.6), 1.22, 0.48)])
