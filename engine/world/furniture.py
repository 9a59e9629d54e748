"""What stands beside a road: lamps, traffic lights, signs, bollards, fences, walls, benches, bins and a bus stop.

Templates stand at the origin and face against the traffic, that is along −x. Where a thing has parts of several classes,
each part is given with the name of its class.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from engine.world.materials import INDEX
from engine.world.mesh import Colour, Mesh, ball, boxes, disc, join, quads, revolved, tube

METAL, PLATE, SIGNAL, LAMP, RUBBER, WOOD, BRICK, CONCRETE, PLASTER, GLASS = (
    INDEX[name] for name in ("metal", "plate", "signal", "lamp", "rubber", "wood", "brick", "concrete", "plaster", "glass")
)
Parts = tuple[tuple[str, Mesh], ...]
_STEEL: Colour = (0.46, 0.48, 0.49)
_BLACK: Colour = (0.06, 0.065, 0.07)
_RED, _WHITE, _BLUE, _YELLOW = (0.72, 0.05, 0.06), (0.93, 0.93, 0.92), (0.05, 0.22, 0.62), (0.95, 0.74, 0.05)
SIGNS = ("stop", "limit", "no_entry", "priority", "give_way", "warning", "crossing", "parking", "direction", "ahead")
_FACE = (-1.0, 0.0, 0.0)


@cache
def lamp(style: int) -> Parts:
    """A street lamp whose arm reaches to +y (over the road when placed on its right side)."""
    colour = ((0.30, 0.34, 0.33), (0.52, 0.54, 0.55), (0.16, 0.19, 0.18))[style % 3]
    if style % 3 == 2:
        head = [
            revolved([(0.09, 4.0), (0.24, 4.5), (0.20, 4.55), (0.05, 4.72)], METAL, colour, segments=10),
            revolved([(0.085, 4.03), (0.20, 4.46)], LAMP, (0.95, 0.92, 0.82), segments=10),
        ]
        pole = [
            tube((0, 0, 0), (0, 0, 0.9), 0.13, METAL, colour, end_radius=0.10),
            tube((0, 0, 0.9), (0, 0, 4.05), 0.085, METAL, colour, end_radius=0.07),
        ]
    else:
        head = [
            ball((0, 1.75, 7.32), (0.17, 0.42, 0.09), METAL, colour, segments=10),
            boxes((-0.11, 1.45, 7.21), (0.11, 2.05, 7.26), LAMP, (0.95, 0.94, 0.88)),
        ]
        pole = [tube((0, 0, 0), (0, 0, 1.1), 0.13, METAL, colour), tube((0, 0, 1.1), (0, 0, 6.6), 0.105, METAL, colour, end_radius=0.08)]
        bend = [np.array([0, 1.5 * (1 - np.cos(a)), 6.6 + 0.7 * np.sin(a)]) for a in np.linspace(0, np.pi / 2, 5)]
        pole += [tube(a, b, 0.065, METAL, colour, segments=8, capped=False) for a, b in zip(bend, bend[1:], strict=False)]
    return (("pole", join([*pole, *head])),)


def _light_box(state: int, at: tuple[float, float, float]) -> Mesh:
    """Three lenses in a black box with a light border; `state` is 0 red, 1 amber, 2 green."""
    x, y, z = at
    parts = [
        boxes((x - 0.02, y - 0.28, z - 0.58), (x + 0.02, y + 0.28, z + 0.58), RUBBER, _BLACK),
        boxes((x - 0.16, y - 0.17, z - 0.48), (x + 0.10, y + 0.17, z + 0.48), RUBBER, (0.09, 0.10, 0.10)),
    ]
    border = [
        (x - 0.028, y - 0.28, z - 0.58),
        (x - 0.028, y - 0.28, z + 0.54),
        (x - 0.028, y - 0.28, z - 0.58),
        (x - 0.028, y + 0.24, z - 0.58),
    ]
    ends = [(x + 0.0, y + 0.28, z - 0.54), (x, y + 0.28, z + 0.58), (x, y - 0.24, z + 0.58), (x, y + 0.28, z + 0.58)]
    parts.append(boxes(border, ends, PLATE, _WHITE))
    lit = ((1.0, 0.05, 0.04), (1.0, 0.62, 0.03), (0.05, 0.95, 0.45))
    for number in range(3):
        red, green, blue = lit[number]
        dim = (0.16 * red, 0.16 * green, 0.16 * blue)
        on = number == state
        lens = (x - 0.165, y, z + 0.30 - 0.30 * number)
        parts.append(disc(lens, 0.115, _FACE, SIGNAL if on else RUBBER, lit[number] if on else dim, segments=14))
        hood = revolved([(0.125, 0.0), (0.125, 0.16)], RUBBER, _BLACK, segments=12)
        turned = np.eye(4)
        turned[:3, :3] = [[0, 0, -1], [0, 1, 0], [1, 0, 0]]
        turned[:3, 3] = lens[0] + 0.01, lens[1], lens[2]
        parts.append(hood.moved(turned))
    return join(parts)


@cache
def traffic_light(state: int, arm: bool) -> Parts:
    """A signal on a post; with `arm` a second one over the lane at +y."""
    post = [tube((0, 0, 0), (0, 0, 5.9 if arm else 3.4), 0.10 if arm else 0.085, METAL, _STEEL)]
    boxes_of_light = [_light_box(state, (-0.16, 0.0, 2.75))]
    if arm:
        post.append(tube((0, 0, 5.6), (0, 3.9, 5.8), 0.085, METAL, _STEEL))
        boxes_of_light.append(_light_box(state, (-0.16, 3.4, 5.45)))
    return (("pole", join(post)), ("traffic light", join(boxes_of_light)))


def _polygon(centre: tuple[float, float, float], radius: float, corners: int, turn: float, tint: Colour, out: float) -> Mesh:
    """A flat polygon facing −x, `out` metres in front of the sign's back."""
    angle = turn + np.arange(corners) * 2 * np.pi / corners
    ring = np.stack([np.full(corners, centre[0] - out), centre[1] - radius * np.cos(angle), centre[2] + radius * np.sin(angle)], 1)
    middle = np.broadcast_to(np.array([centre[0] - out, centre[1], centre[2]]), ring.shape)
    return quads(np.stack([middle, ring, np.roll(ring, -1, 0), middle], 1), PLATE, tint)


def _glyph(at: tuple[float, float, float], rows: list[tuple[float, float, float, float]], tint: Colour) -> Mesh:
    """Bars (y0, y1, z0, z1) relative to `at`, in front of everything else of the sign."""
    return join(
        boxes((at[0] - 0.036, at[1] + y0, at[2] + z0), (at[0] - 0.03, at[1] + y1, at[2] + z1), PLATE, tint) for y0, y1, z0, z1 in rows
    )


@cache
def sign(kind: str) -> Parts:
    """A traffic sign of 0.8 m on a post."""
    at = (-0.09, 0.0, 2.45)
    post_top, face = 2.9, _sign_face(kind, at)
    return (("pole", tube((0, 0, 0), (0, 0, post_top), 0.065, METAL, (0.56, 0.57, 0.58))), ("traffic sign", face))


def _sign_face(kind: str, at: tuple[float, float, float]) -> Mesh:
    octagon, up = np.pi / 8, np.pi / 2
    match kind:
        case "stop":
            bars = [(-0.26 + 0.135 * k, -0.17 + 0.135 * k, -0.09, 0.09) for k in range(4)]
            return join([_polygon(at, 0.46, 8, octagon, _WHITE, 0.0), _polygon(at, 0.43, 8, octagon, _RED, 0.01), _glyph(at, bars, _WHITE)])
        case "limit":
            bars = [(-0.17, -0.05, -0.14, 0.14), (0.05, 0.17, -0.14, 0.14)]
            return join([_polygon(at, 0.42, 20, 0, _RED, 0.0), _polygon(at, 0.32, 20, 0, _WHITE, 0.01), _glyph(at, bars, _BLACK)])
        case "no_entry":
            return join([_polygon(at, 0.42, 20, 0, _RED, 0.0), _glyph(at, [(-0.28, 0.28, -0.075, 0.075)], _WHITE)])
        case "priority":
            return join([_polygon(at, 0.47, 4, up, _WHITE, 0.0), _polygon(at, 0.36, 4, up, _YELLOW, 0.01)])
        case "give_way":
            return join([_polygon(at, 0.52, 3, -up, _RED, 0.0), _polygon(at, 0.32, 3, -up, _WHITE, 0.01)])
        case "warning":
            return join(
                [
                    _polygon(at, 0.52, 3, up, _RED, 0.0),
                    _polygon(at, 0.34, 3, up, _WHITE, 0.01),
                    _glyph(at, [(-0.03, 0.03, -0.10, 0.13)], _BLACK),
                ]
            )
        case "crossing":
            bars = [(-0.22, 0.22, -0.24, -0.18), (-0.04, 0.06, -0.14, 0.12), (-0.05, 0.05, 0.14, 0.24), (-0.16, 0.14, -0.02, 0.04)]
            return join([_plate(at, 0.40, 0.40, _BLUE), _polygon(at, 0.36, 3, up, _WHITE, 0.012), _glyph(at, bars, _BLACK)])
        case "parking":
            bars = [(0.06, 0.14, -0.24, 0.24), (-0.12, 0.06, 0.16, 0.24), (-0.12, 0.06, -0.04, 0.04), (-0.14, -0.06, 0.0, 0.22)]
            return join([_plate(at, 0.38, 0.38, _BLUE), _glyph(at, bars, _WHITE)])
        case "direction":
            bars = [(-0.55, 0.2, 0.08, 0.16), (-0.55, 0.45, -0.12, -0.04)]
            return join(
                [
                    _plate(at, 0.80, 0.32, _WHITE),
                    _plate(at, 0.76, 0.28, (0.05, 0.34, 0.20) if at[1] else _BLUE, 0.01),
                    _glyph(at, bars, _WHITE),
                ]
            )
        case _:
            bars = [(-0.05, 0.05, -0.24, 0.12), (-0.14, 0.14, 0.04, 0.12), (-0.08, 0.08, 0.12, 0.20)]
            return join([_polygon(at, 0.42, 20, 0, _BLUE, 0.0), _glyph(at, bars, _WHITE)])


def _plate(at: tuple[float, float, float], half_width: float, half_height: float, tint: Colour, out: float = 0.0) -> Mesh:
    x = at[0] - out
    return boxes(
        (x - 0.005, at[1] - half_width, at[2] - half_height),
        (x + (0.012 if not out else 0.0), at[1] + half_width, at[2] + half_height),
        PLATE,
        tint,
    )


@cache
def bollard() -> Parts:
    return (
        (
            "pole",
            join(
                [
                    tube((0, 0, 0), (0, 0, 0.95), 0.085, METAL, (0.20, 0.21, 0.22)),
                    ball((0, 0, 0.95), (0.095, 0.095, 0.06), METAL, (0.20, 0.21, 0.22), segments=8),
                    tube((0, 0, 0.72), (0, 0, 0.82), 0.09, PLATE, _WHITE),
                ]
            ),
        ),
    )


@cache
def fence(style: int) -> Mesh:
    """Two metres of fence along x: 0 pickets, 1 iron railings, 2 boards, 3 mesh panels."""
    match style:
        case 0:
            x = np.arange(-0.95, 1.0, 0.16)
            pickets = boxes([(a - 0.045, -0.012, 0.06) for a in x], [(a + 0.045, 0.012, 1.02) for a in x], WOOD, (0.92, 0.91, 0.88))
            return join(
                [pickets, boxes([(-1, 0.012, 0.25), (-1, 0.012, 0.75)], [(1, 0.05, 0.35), (1, 0.05, 0.85)], WOOD, (0.88, 0.87, 0.84))]
            )
        case 1:
            x = np.arange(-0.95, 1.0, 0.155)
            bars = boxes([(a - 0.016, -0.016, 0.1) for a in x], [(a + 0.016, 0.016, 1.32) for a in x], METAL, (0.09, 0.11, 0.10))
            rails = boxes(
                [(-1, -0.03, 0.15), (-1, -0.03, 1.15), (-1.0, -0.05, 0.0)],
                [(1, 0.03, 0.22), (1, 0.03, 1.22), (-0.91, 0.05, 1.45)],
                METAL,
                (0.09, 0.11, 0.10),
            )
            return join([bars, rails])
        case 2:
            x = np.arange(-0.90, 1.0, 0.2)
            boards = boxes(
                [(a - 0.096, -0.02, 0.05) for a in x],
                [(a + 0.096, 0.02, 1.72) for a in x],
                WOOD,
                np.array([(0.55 + 0.05 * (k % 3), 0.40 + 0.04 * (k % 3), 0.26 + 0.03 * (k % 2)) for k in range(len(x))]),
            )
            return join([boards, boxes((-1, -0.05, 0.0), (-0.9, 0.05, 1.85), WOOD, (0.42, 0.31, 0.21))])
        case _:
            low = [(-1.0, -0.03, 0.0), (-1.0, -0.02, 0.08), (-1.0, -0.02, 1.20), (-1, -0.02, 0.62)] + [
                (a, -0.012, 0.08) for a in np.arange(-0.95, 1.0, 0.11)
            ]
            high = [(-0.92, 0.03, 1.35), (1.0, 0.02, 0.14), (1.0, 0.02, 1.27), (1, 0.02, 0.68)] + [
                (a + 0.024, 0.012, 1.24) for a in np.arange(-0.95, 1.0, 0.11)
            ]
            return boxes(low, high, METAL, (0.12, 0.30, 0.20))


@cache
def wall(style: int) -> Mesh:
    """Two metres of garden wall along x: 0 brick, 1 plaster, 2 concrete."""
    material, tint, height = ((BRICK, (0.62, 0.36, 0.28), 1.35), (PLASTER, (0.86, 0.82, 0.72), 1.7), (CONCRETE, (0.80, 0.80, 0.78), 2.1))[
        style
    ]
    body = boxes((-1.0, -0.13, 0.0), (1.0, 0.13, height), material, tint)
    return join([body, boxes((-1.0, -0.18, height), (1.0, 0.18, height + 0.09), CONCRETE, (0.86, 0.85, 0.82))])


@cache
def bench() -> Mesh:
    slats = [(-0.8, -0.22 + 0.12 * k, 0.43) for k in range(4)] + [(-0.8, 0.24, 0.55 + 0.13 * k) for k in range(3)]
    ends = [(0.8, -0.13 + 0.12 * k, 0.47) for k in range(4)] + [(0.8, 0.28, 0.65 + 0.13 * k) for k in range(3)]
    legs = boxes([(-0.7, -0.2, 0), (0.62, -0.2, 0)], [(-0.62, 0.26, 0.43), (0.7, 0.26, 0.43)], METAL, _BLACK)
    return join([boxes(slats, ends, WOOD, (0.62, 0.42, 0.25)), legs])


@cache
def bin_() -> Mesh:
    return join(
        [
            tube((0, 0, 0.05), (0, 0, 0.85), 0.22, METAL, (0.14, 0.28, 0.22), end_radius=0.26, segments=12),
            tube((0, 0, 0.85), (0, 0, 0.92), 0.28, METAL, (0.10, 0.11, 0.11), segments=12),
        ]
    )
