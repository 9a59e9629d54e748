"""Town houses in a row, detached houses with gables, and the taller blocks behind.

Local space: x along the street, y away from it, z up; the front's foot runs along y = 0 with its middle at the origin.
"""

from __future__ import annotations

import numpy as np

from engine.world.materials import INDEX
from engine.world.mesh import Colour, Mesh, boxes, join, quads

_BAY = 3.0
_BRICKS: tuple[Colour, ...] = ((0.60, 0.33, 0.26), (0.66, 0.42, 0.32), (0.52, 0.30, 0.26), (0.72, 0.58, 0.44), (0.48, 0.36, 0.32))
_PLASTERS: tuple[Colour, ...] = (
    (0.90, 0.84, 0.70),
    (0.86, 0.76, 0.58),
    (0.88, 0.88, 0.84),
    (0.74, 0.80, 0.82),
    (0.88, 0.72, 0.62),
    (0.78, 0.82, 0.70),
    (0.82, 0.66, 0.50),
)
_GREYS: tuple[Colour, ...] = ((0.78, 0.78, 0.77), (0.62, 0.63, 0.65), (0.86, 0.85, 0.82), (0.50, 0.46, 0.43))
_ROOFS: tuple[Colour, ...] = ((0.56, 0.30, 0.24), (0.34, 0.33, 0.34), (0.44, 0.27, 0.22), (0.30, 0.31, 0.35))
_STYLES = (("front_sash", "brick", _BRICKS), ("front_plaster", "plaster", _PLASTERS), ("front_modern", "concrete", _GREYS))
_STONE: Colour = (0.84, 0.82, 0.77)


def _face(
    a: tuple[float, float],
    b: tuple[float, float],
    low: float,
    high: float,
    material: int,
    tint: Colour,
    uv: tuple[float, float],
    *,
    stretch: float = 1.0,
) -> Mesh:
    """An upright wall from foot `a` to foot `b`, seen from its right side; `uv` where its texture starts."""
    length = float(np.hypot(b[0] - a[0], b[1] - a[1])) * stretch
    corners = np.array([[(*a, low), (*b, low), (*b, high), (*a, high)]])
    texture = np.array([[(0, 0), (length, 0), (length, high - low), (0, high - low)]]) + np.array(uv)
    return quads(corners, material, tint, uv=texture)


def town_house(rng: np.random.Generator, bays: int, *, shop: bool, floors: int) -> tuple[Mesh, float]:
    """A house of `bays` × 3 m in a row, with its width."""
    front, plain, tints = _STYLES[rng.choice(3, p=(0.36, 0.44, 0.20))]
    tint = tints[rng.integers(len(tints))]
    width, depth, ground = bays * _BAY, float(rng.uniform(9, 13)), 3.6 if shop else 3.0
    top = ground + floors * _BAY
    half = width / 2
    offset = (_BAY * rng.integers(4), _BAY * rng.integers(4))
    parts = [_face((-half, 0), (half, 0), ground, top, INDEX[front], tint, offset)]
    if shop:
        units = max(1, round(width / 7.2))
        parts.append(
            _face(
                (-half, 0),
                (half, 0),
                0.0,
                ground,
                INDEX["front_shop"],
                (0.80, 0.78, 0.74),
                (7.2 * rng.integers(2), 3.6 * rng.integers(4)),
                stretch=units * 7.2 / width,
            )
        )
        parts.append(boxes((-half, -0.14, ground - 0.08), (half, 0.02, ground + 0.10), INDEX["concrete"], _STONE))
        if rng.random() < 0.5:
            parts.append(_awning(rng, -half + 0.8, -half + 0.8 + min(5.0, width * 0.5)))
    else:
        parts += [
            _face((-half, 0), (half, 0), 0.0, ground, INDEX[front], tint, offset),
            _entrance(rng, half - 1.5),
            boxes((-half, -0.06, 0), (half, 0.0, 0.55), INDEX["concrete"], (0.62, 0.61, 0.60)),
        ]
    side_front = INDEX[front] if rng.random() < 0.6 else INDEX[plain]
    parts += [
        _face((half, 0), (half, depth), 0, top, side_front, tint, offset),
        _face((-half, depth), (-half, 0), 0, top, side_front, tint, offset),
        _face((half, depth), (-half, depth), 0, top, INDEX[plain], tint, offset),
    ]
    parts += _crown(rng, half, depth, top, tint, INDEX[plain])
    if front == "front_plaster" and rng.random() < 0.5:
        parts.append(_balconies(rng, half, ground, floors))
    return join(parts), width


def _crown(rng: np.random.Generator, half: float, depth: float, top: float, tint: Colour, wall: int) -> list[Mesh]:
    """The top of a house: a cornice and a tiled slope, or a parapet."""
    cornice = boxes(
        [(-half, -0.32, top - 0.12), (-half, -0.18, top - 0.32)],
        [(half, 0.1, top + 0.10), (half, 0.1, top - 0.12)],
        INDEX["concrete"],
        _STONE,
    )
    if rng.random() < 0.62:
        rise = float(rng.uniform(1.8, 3.2))
        ridge = depth * 0.5
        tile = _ROOFS[rng.integers(len(_ROOFS))]
        slopes = quads(
            np.array(
                [
                    [(-half, -0.30, top + 0.10), (half, -0.30, top + 0.10), (half, ridge, top + rise), (-half, ridge, top + rise)],
                    [(half, depth, top), (-half, depth, top), (-half, ridge, top + rise), (half, ridge, top + rise)],
                ]
            ),
            INDEX["roof"],
            tile,
        )
        gables = quads(
            np.array(
                [
                    [(s * half, 0, top), (s * half, depth, top), (s * half, ridge, top + rise), (s * half, ridge, top + rise)]
                    for s in (-1, 1)
                ]
            ),
            wall,
            tint,
        )
        x = half * 0.6 * (1 if rng.random() < 0.5 else -1)
        chimney = boxes((x - 0.45, ridge - 0.4, top + rise * 0.5), (x + 0.45, ridge + 0.4, top + rise + 1.1), INDEX["brick"], _BRICKS[0])
        return [cornice, slopes, gables, chimney]
    flat = boxes((-half, 0.0, top), (half, depth, top + 0.5), wall, tint)
    plant = boxes((-half * 0.4, depth * 0.4, top + 0.5), (half * 0.2, depth * 0.7, top + 2.2), INDEX["concrete"], (0.7, 0.7, 0.7))
    return [cornice, flat, plant]


def _awning(rng: np.random.Generator, start: float, end: float) -> Mesh:
    colours = np.array([(0.70, 0.14, 0.13), (0.12, 0.32, 0.25), (0.16, 0.24, 0.48), (0.82, 0.55, 0.14)])
    colour = colours[rng.integers(4)]
    count = max(3, round((end - start) / 0.5))
    x = np.linspace(start, end, count + 1)
    slopes = [[(a, -1.15, 2.55), (b, -1.15, 2.55), (b, -0.02, 3.1), (a, -0.02, 3.1)] for a, b in zip(x, x[1:], strict=False)]
    hems = [[(a, -1.15, 2.33), (b, -1.15, 2.33), (b, -1.15, 2.55), (a, -1.15, 2.55)] for a, b in zip(x, x[1:], strict=False)]
    tints = np.array([colour if k % 2 else (0.92, 0.91, 0.88) for k in range(count)] * 2)
    return quads(np.array(slopes + hems), INDEX["cloth"], tints.astype(np.float32))


def _entrance(rng: np.random.Generator, x: float) -> Mesh:
    leaf = tuple(rng.uniform(0.12, 0.42, 3))
    frame = boxes((x - 0.75, -0.10, 0.0), (x + 0.75, 0.0, 2.65), INDEX["concrete"], _STONE)
    door = boxes((x - 0.52, -0.13, 0.12), (x + 0.52, -0.05, 2.15), INDEX["wood"], leaf)  # type: ignore[arg-type]
    light = boxes((x - 0.52, -0.12, 2.2), (x + 0.52, -0.05, 2.5), INDEX["glass"], (0.12, 0.14, 0.16))
    return join([frame, door, light, boxes((x - 0.8, -0.55, 0.0), (x + 0.8, -0.05, 0.13), INDEX["concrete"], (0.66, 0.66, 0.65))])


def _balconies(rng: np.random.Generator, half: float, ground: float, floors: int) -> Mesh:
    bays = round(2 * half / _BAY)
    column = -half + _BAY * (rng.integers(bays) + 0.5)
    parts = []
    for floor in range(floors):
        z = ground + floor * _BAY
        parts.append(boxes((column - 1.3, -0.95, z - 0.06), (column + 1.3, 0.0, z + 0.10), INDEX["concrete"], (0.80, 0.79, 0.76)))
        x = np.arange(column - 1.28, column + 1.29, 0.16)
        parts.append(
            boxes([(a - 0.012, -0.93, z + 0.1) for a in x], [(a + 0.012, -0.90, z + 1.05) for a in x], INDEX["metal"], (0.16, 0.17, 0.18))
        )
        parts.append(
            boxes(
                [(column - 1.3, -0.95, z + 1.03), (column - 1.3, -0.95, z + 0.1), (column + 1.27, -0.95, z + 0.1)],
                [(column + 1.3, -0.89, z + 1.09), (column - 1.27, 0, z + 1.09), (column + 1.3, 0, z + 1.09)],
                INDEX["metal"],
                (0.16, 0.17, 0.18),
            )
        )
    return join(parts)


def detached(rng: np.random.Generator) -> Mesh:
    """A house with a gabled roof in its garden, 9 m or 12 m wide."""
    front, plain, tints = _STYLES[rng.choice(2)]
    tint, tile = tints[rng.integers(len(tints))], _ROOFS[rng.integers(len(_ROOFS))]
    half, depth, top, rise = float(_BAY * rng.integers(3, 5) / 2), 8.5, float(3.0 * rng.integers(1, 3)), float(rng.uniform(2.6, 3.6))
    offset = (_BAY * rng.integers(4), _BAY * rng.integers(4))
    around = [((-half, 0), (half, 0)), ((half, 0), (half, depth)), ((half, depth), (-half, depth)), ((-half, depth), (-half, 0))]
    parts = [_face(a, b, 0, top, INDEX[front], tint, offset) for a, b in around]
    if rng.random() < 0.5:
        over = half + 0.5
        slopes = [
            [(-over, -0.5, top - 0.3), (over, -0.5, top - 0.3), (over, depth / 2, top + rise), (-over, depth / 2, top + rise)],
            [
                (over, depth + 0.5, top - 0.3),
                (-over, depth + 0.5, top - 0.3),
                (-over, depth / 2, top + rise),
                (over, depth / 2, top + rise),
            ],
        ]
        gables = [
            [(s * half, 0.0, top), (s * half, depth, top), (s * half, depth / 2, top + rise), (s * half, depth / 2, top + rise)]
            for s in (-1.0, 1.0)
        ]
    else:
        slopes = [
            [
                (s * (half + 0.5), -0.5, top - 0.3),
                (s * (half + 0.5), depth + 0.5, top - 0.3),
                (0.0, depth + 0.5, top + rise),
                (0.0, -0.5, top + rise),
            ]
            for s in (-1.0, 1.0)
        ]
        gables = [[(-half, y, top), (half, y, top), (0.0, y, top + rise), (0.0, y, top + rise)] for y in (0.0, depth)]
    parts += [quads(np.array(slopes), INDEX["roof"], tile), quads(np.array(gables), INDEX[plain], tint), _entrance(rng, half - 1.5 - _BAY)]
    parts.append(
        boxes(
            (-half * 0.5 - 0.4, depth * 0.5 - 0.4, top + rise * 0.4),
            (-half * 0.5 + 0.4, depth * 0.5 + 0.4, top + rise + 0.9),
            INDEX["brick"],
            _BRICKS[0],
        )
    )
    return join(parts)


def block(rng: np.random.Generator, width: float, floors: int) -> Mesh:
    """A plain tall house far behind the others."""
    front, plain, tints = _STYLES[rng.integers(3)]
    tint = tints[rng.integers(len(tints))]
    half, depth, top = width / 2, 12.0, floors * _BAY
    offset = (_BAY * rng.integers(4), _BAY * rng.integers(4))
    around = [((-half, 0), (half, 0)), ((half, 0), (half, depth)), ((half, depth), (-half, depth)), ((-half, depth), (-half, 0))]
    parts = [_face(a, b, 0, top, INDEX[front], tint, offset) for a, b in around]
    parts.append(boxes((-half - 0.1, -0.1, top), (half + 0.1, depth + 0.1, top + 0.6), INDEX[plain], tint))
    return join(parts)
