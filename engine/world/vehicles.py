"""Cars of several builds and a van: bodies lofted through cross-sections, round wheels, glass, lights.

Each is a template in its own space: x forward, y left, z up, the origin on the ground below its middle.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from engine.world.materials import INDEX
from engine.world.mesh import Colour, Mesh, boxes, disc, join, pose, quads, revolved, surface

PAINT, GLASS, RUBBER, METAL, LAMP, PLATE = (INDEX[name] for name in ("paint", "glass", "rubber", "metal", "lamp", "plate"))
DARK, GLASS_TINT, BLACK = (0.10, 0.10, 0.11), (0.10, 0.12, 0.14), (0.055, 0.055, 0.06)
WHITE_LIGHT, RED_LIGHT, _AMBER = (1.0, 0.98, 0.92), (0.80, 0.04, 0.05), (0.95, 0.50, 0.08)
CARS = ("hatch", "sedan", "estate", "suv", "van")
CAR_COLOURS: tuple[Colour, ...] = (
    (0.80, 0.81, 0.82),
    (0.88, 0.88, 0.86),
    (0.07, 0.07, 0.08),
    (0.24, 0.26, 0.29),
    (0.50, 0.52, 0.55),
    (0.10, 0.20, 0.42),
    (0.62, 0.08, 0.09),
    (0.14, 0.30, 0.24),
    (0.44, 0.12, 0.14),
    (0.20, 0.44, 0.64),
    (0.78, 0.62, 0.18),
    (0.36, 0.31, 0.27),
    (0.85, 0.36, 0.10),
)


@dataclass(frozen=True, slots=True)
class _Build:
    """Side view of a car: `stations` are (x, sill, belt, top) in metres from the front backwards; `glass` names what is glass in each row."""

    stations: tuple[tuple[float, float, float, float], ...]
    glass: tuple[str, ...]
    width: float
    roof_width: float
    wheels: tuple[float, float]
    radius: float = 0.33


_BUILDS = {
    "hatch": _Build(
        (
            (2.02, 0.34, 0.56, 0.60),
            (1.94, 0.22, 0.66, 0.72),
            (1.15, 0.20, 0.86, 0.93),
            (0.92, 0.20, 0.92, 0.97),
            (0.14, 0.20, 0.94, 1.44),
            (-0.40, 0.20, 0.95, 1.48),
            (-0.50, 0.20, 0.95, 1.48),
            (-1.30, 0.20, 0.98, 1.45),
            (-1.50, 0.20, 0.99, 1.41),
            (-1.86, 0.22, 0.99, 1.04),
            (-1.98, 0.24, 0.80, 0.84),
            (-2.00, 0.36, 0.58, 0.60),
        ),
        ("", "", "", "top", "side", "", "side", "", "top", "", ""),
        0.88,
        0.62,
        (1.24, -1.26),
        0.31,
    ),
    "sedan": _Build(
        (
            (2.30, 0.34, 0.56, 0.60),
            (2.22, 0.20, 0.66, 0.71),
            (1.25, 0.19, 0.85, 0.92),
            (0.98, 0.19, 0.90, 0.95),
            (0.16, 0.19, 0.92, 1.40),
            (-0.42, 0.19, 0.93, 1.44),
            (-0.52, 0.19, 0.93, 1.44),
            (-1.15, 0.19, 0.95, 1.38),
            (-1.30, 0.19, 0.96, 1.34),
            (-1.82, 0.20, 0.97, 1.02),
            (-2.24, 0.22, 0.92, 0.98),
            (-2.30, 0.36, 0.60, 0.64),
        ),
        ("", "", "", "top", "side", "", "side", "", "top", "", ""),
        0.90,
        0.60,
        (1.42, -1.38),
        0.32,
    ),
    "estate": _Build(
        (
            (2.30, 0.34, 0.56, 0.60),
            (2.22, 0.20, 0.67, 0.72),
            (1.25, 0.19, 0.86, 0.93),
            (0.98, 0.19, 0.91, 0.96),
            (0.14, 0.19, 0.93, 1.43),
            (-0.42, 0.19, 0.94, 1.47),
            (-0.52, 0.19, 0.94, 1.47),
            (-1.40, 0.19, 0.96, 1.46),
            (-1.50, 0.19, 0.96, 1.46),
            (-1.98, 0.20, 0.97, 1.42),
            (-2.24, 0.22, 0.96, 1.02),
            (-2.32, 0.36, 0.60, 0.64),
        ),
        ("", "", "", "top", "side", "", "side", "", "side", "top", ""),
        0.90,
        0.62,
        (1.42, -1.40),
        0.32,
    ),
    "suv": _Build(
        (
            (2.26, 0.46, 0.70, 0.76),
            (2.18, 0.32, 0.84, 0.92),
            (1.25, 0.28, 1.02, 1.10),
            (1.00, 0.28, 1.07, 1.13),
            (0.30, 0.28, 1.10, 1.66),
            (-0.34, 0.28, 1.10, 1.71),
            (-0.46, 0.28, 1.10, 1.71),
            (-1.34, 0.28, 1.12, 1.70),
            (-1.46, 0.28, 1.12, 1.69),
            (-1.96, 0.28, 1.13, 1.62),
            (-2.20, 0.32, 1.10, 1.16),
            (-2.26, 0.48, 0.74, 0.78),
        ),
        ("", "", "", "top", "side", "", "side", "", "side", "top", ""),
        0.95,
        0.68,
        (1.36, -1.36),
        0.38,
    ),
    "van": _Build(
        (
            (2.55, 0.40, 0.70, 0.76),
            (2.46, 0.28, 0.88, 0.98),
            (1.95, 0.26, 1.12, 1.22),
            (1.82, 0.26, 1.18, 1.28),
            (1.15, 0.26, 1.22, 1.98),
            (0.30, 0.26, 1.22, 2.04),
            (0.20, 0.26, 1.22, 2.05),
            (-1.20, 0.26, 1.22, 2.05),
            (-1.30, 0.26, 1.22, 2.05),
            (-2.40, 0.26, 1.22, 2.03),
            (-2.52, 0.28, 1.20, 1.98),
            (-2.55, 0.40, 0.80, 0.86),
        ),
        ("", "", "", "top", "side", "", "", "", "", "", ""),
        0.98,
        0.86,
        (1.62, -1.62),
        0.36,
    ),
}


@cache
def car(kind: str) -> Mesh:
    """A car whose `paint` is to be painted; `kind` is one of CARS."""
    build = _BUILDS[kind]
    parts = [_body(build)]
    for x in build.wheels:
        for side in (-1, 1):
            parts.append(wheel(x, side * (build.width - 0.05), build.radius, side))
            parts.append(
                disc((x, side * (build.width + 0.004), build.radius + 0.03), build.radius + 0.07, (0, side, 0), RUBBER, BLACK, segments=18)
            )
    return join([*parts, _lights(build), _trim(build)])


def _body(build: _Build) -> Mesh:
    rings, end = [], len(build.stations) - 1
    for number, (x, sill, belt, top) in enumerate(build.stations):
        narrow = 0.86 if number in (0, end) else 0.97 if number in (1, end - 1) else 1.0
        wide = build.width * narrow
        cabin = top - belt > 0.2
        roof = build.roof_width if cabin else wide * 0.90
        edge = top - 0.035 if cabin else (top + belt) / 2
        right = [
            (-wide * 0.93, sill),
            (-wide, sill + 0.45 * (belt - sill)),
            (-wide * 0.965, belt),
            (-roof, edge),
            (-roof * 0.80, top),
            (0.0, top + 0.02),
        ]
        rings.append([(x, y, z) for y, z in (*right, *((-y, z) for y, z in right[-2::-1]))])
    material = np.full((end, 10), PAINT)
    tint = np.zeros((end, 10, 3), np.float32) + np.array((0.6, 0.6, 0.6), np.float32)
    for row, glass in enumerate(build.glass):
        columns = {"side": [2, 7], "top": [3, 4, 5, 6], "": []}[glass]
        material[row, columns], tint[row, columns] = GLASS, GLASS_TINT
    closing = []
    for ring, facing in ((rings[0], 1), (rings[-1], -1)):
        points = np.array(ring, np.float32)
        middle = len(points) // 2
        one, other = points[:middle][:, None], points[middle + 1 :][::-1][:, None]
        sheet = np.concatenate([one, other] if facing > 0 else [other, one], 1)
        closing.append(surface(sheet, PAINT, (0.6, 0.6, 0.6)))
    shell = surface(np.array(rings), material, tint.reshape(-1, 3), around=False)
    floor = boxes(
        (build.stations[-1][0] + 0.25, -build.width * 0.9, 0.16),
        (build.stations[0][0] - 0.25, build.width * 0.9, build.stations[3][1] + 0.05),
        RUBBER,
        BLACK,
    )
    return join([shell, *closing, floor])


def wheel(x: float, y: float, radius: float, side: int, *, width: float = 0.22, rim: Colour = (0.62, 0.63, 0.65)) -> Mesh:
    """A tyre and its rim with five spokes, the outer face towards `side`."""
    half = width / 2
    tyre = revolved(
        [(0.0, -half), (radius * 0.92, -half), (radius, -half * 0.6), (radius, half * 0.6), (radius * 0.92, half), (radius * 0.66, half)],
        RUBBER,
        (0.075, 0.075, 0.08),
        segments=20,
    )
    inner = disc((0, 0, half - 0.035), radius * 0.67, (0, 0, 1), RUBBER, (0.06, 0.06, 0.06), segments=14)
    edge = disc((0, 0, half + 0.003), radius * 0.68, (0, 0, 1), METAL, rim, segments=18, inner=radius * 0.57)
    hub = disc((0, 0, half - 0.005), radius * 0.17, (0, 0, 1), METAL, rim, segments=8)
    spokes = []
    for step in range(5):
        angle = step * 2 * np.pi / 5 + x
        along, across = np.array([np.cos(angle), np.sin(angle), 0]), np.array([-np.sin(angle), np.cos(angle), 0]) * radius * 0.10
        lift = np.array([0, 0, half - 0.012])
        spokes.append(
            [
                along * radius * 0.1 + across + lift,
                along * radius * 0.1 - across + lift,
                along * radius * 0.6 - across + lift,
                along * radius * 0.6 + across + lift,
            ]
        )
    whole = join([tyre, inner, edge, hub, quads(np.array(spokes), METAL, rim)])
    return whole.moved(pose(x, y, radius, roll=-side * np.pi / 2))


def _lights(build: _Build) -> Mesh:
    front, rear = build.stations[1], build.stations[-2]
    wide, lift = build.width, (front[2] + front[3]) / 2 - 0.06
    back = min(rear[2], 0.92)
    low, high, tint = [], [], []
    for side in (-1, 1):
        y = sorted((side * wide * 0.60, side * wide * 0.93))
        low += [(front[0] - 0.16, y[0], lift - 0.11), (rear[0] - 0.045, y[0], back - 0.15), (rear[0] - 0.045, y[0], back - 0.20)]
        high += [(front[0] + 0.055, y[1], lift + 0.05), (rear[0] + 0.12, y[1], back), (rear[0] + 0.12, y[1], back - 0.15)]
        tint += [WHITE_LIGHT, RED_LIGHT, _AMBER]
    return boxes(low, high, LAMP, np.array(tint))


def _trim(build: _Build) -> Mesh:
    """Grille, bumpers' dark lips, number plates, mirrors, door handles and the lines between the doors."""
    front, rear, wide = build.stations[0][0], build.stations[-1][0], build.width
    sill, belt = build.stations[0][1], build.stations[5][2]
    dark = boxes(
        [(front - 0.10, -wide * 0.48, sill + 0.12), (front - 0.14, -wide * 0.80, sill - 0.12), (rear - 0.02, -wide * 0.80, sill - 0.12)],
        [(front + 0.012, wide * 0.48, sill + 0.27), (front + 0.02, wide * 0.80, sill + 0.02), (rear + 0.14, wide * 0.80, sill + 0.02)],
        RUBBER,
        DARK,
    )
    plates = boxes(
        [(front - 0.02, -0.26, sill + 0.03), (rear - 0.025, -0.26, sill + 0.12)],
        [(front + 0.03, 0.26, sill + 0.14), (rear + 0.02, 0.26, sill + 0.23)],
        PLATE,
        (0.88, 0.88, 0.84),
    )
    mirror_x, door_x = build.stations[3][0] - 0.28, build.stations[6][0]
    sides = (-1.0, 1.0)
    mirrors = boxes(
        [(mirror_x - 0.08, min(s * wide, s * (wide + 0.17)), belt) for s in sides],
        [(mirror_x + 0.08, max(s * wide, s * (wide + 0.17)), belt + 0.15) for s in sides],
        PAINT,
        (0.6, 0.6, 0.6),
    )
    seams = quads(
        np.array(
            [strip for side in sides for x in (build.stations[3][0] - 0.15, door_x, door_x - 0.95) for strip in _seam(build, x, side)]
        ),
        RUBBER,
        DARK,
    )
    grips = boxes(
        [(door_x + 0.08, s * wide - 0.02, belt - 0.13) for s in sides],
        [(door_x + 0.26, s * wide + 0.02, belt - 0.09) for s in sides],
        METAL,
        (0.35, 0.35, 0.36),
    )
    return join([dark, plates, mirrors, seams, grips])


def _seam(build: _Build, x: float, side: float) -> list[list[tuple[float, float, float]]]:
    """The line between two doors, laid on the body's side at `x`."""
    along = np.array([station[0] for station in build.stations])[::-1]
    sill, belt = (float(np.interp(x, along, np.array([station[k] for station in build.stations])[::-1])) for k in (1, 2))
    points = [
        (build.width * 0.94 + 0.006, sill + 0.06),
        (build.width + 0.006, sill + 0.45 * (belt - sill)),
        (build.width * 0.965 + 0.008, belt),
    ]
    return [
        [(x - 0.009, side * a, z), (x + 0.009, side * a, z), (x + 0.009, side * b, top), (x - 0.009, side * b, top)]
        for (a, z), (b, top) in zip(points, points[1:], strict=False)
    ]
