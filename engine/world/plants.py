"""Trees with crowns of many leaves, bushes and hedges."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np

from engine.world.materials import INDEX
from engine.world.mesh import Colour, Mesh, ball, join, quads, surface, tube

LEAF, BARK, HEDGE = INDEX["leaf"], INDEX["bark"], INDEX["hedge"]
KINDS = ("round", "tall", "broad", "young", "conifer")
GREENS: tuple[Colour, ...] = (
    (0.46, 0.60, 0.26),
    (0.38, 0.54, 0.24),
    (0.54, 0.62, 0.30),
    (0.42, 0.57, 0.31),
    (0.60, 0.62, 0.30),
    (0.35, 0.50, 0.27),
)
_SHAPES = {
    # height of the crown's middle, its radii, height and radius of the trunk, number of balls
    "round": (5.0, (2.3, 2.3, 2.2), 3.4, 0.19, 11),
    "tall": (6.4, (1.7, 1.7, 3.6), 3.2, 0.20, 13),
    "broad": (5.8, (3.4, 3.4, 2.3), 3.9, 0.27, 15),
    "young": (3.6, (1.3, 1.3, 1.5), 2.5, 0.11, 7),
    "conifer": (4.6, (1.8, 1.8, 3.8), 1.4, 0.18, 12),
}


@cache
def tree(kind: str, variant: int, fine: bool = True) -> Mesh:
    """A tree at the origin; `leaf` is to be painted. `fine` trees have some hundred single leaves round the crown."""
    rng = np.random.default_rng([KINDS.index(kind), variant])
    middle, radii, trunk_top, thick, count = _SHAPES[kind]
    centre, spread = np.array([0.0, 0.0, middle]), np.array(radii)
    clumps = _clumps(rng, centre, spread, count, conical=kind == "conifer")
    parts = [_trunk(rng, trunk_top, thick, clumps)]
    parts += [_dented(rng, at, size, 10 if fine else 8) for at, size in clumps]
    if fine:
        parts.append(_leaves(rng, clumps, 560))
    crown = join(parts[1:])
    return join([parts[0], _softened(crown, centre, spread)])


def _clumps(
    rng: np.random.Generator, centre: np.ndarray, spread: np.ndarray, count: int, *, conical: bool
) -> list[tuple[np.ndarray, float]]:
    """Balls of leaves spread evenly over an ellipsoid: places and radii."""
    found = []
    for step in range(count):
        height = 1 - 2 * (step + 0.5) / count
        angle = step * 2.39996 + rng.uniform(-0.3, 0.3)
        flat = np.sqrt(1 - height * height)
        narrow = (0.25 + 0.75 * (1 - height) / 2) if conical else 1.0
        reach = rng.uniform(0.48, 0.66)
        at = centre + spread * np.array([flat * np.cos(angle) * narrow, flat * np.sin(angle) * narrow, height]) * reach
        found.append((at, float(spread.min() * rng.uniform(0.50, 0.66) * (0.55 + 0.45 * narrow))))
    found.append((centre, float(spread.min() * (0.5 if conical else 0.72))))
    return found


def _dented(rng: np.random.Generator, at: np.ndarray, radius: float, segments: int) -> Mesh:
    """A ball with many small dents."""
    latitude = np.linspace(-np.pi / 2, np.pi / 2, segments // 2 + 2)
    angle = np.arange(segments) * (2 * np.pi / segments)
    reach = radius * rng.uniform(0.82, 1.12, (len(latitude), segments))
    reach[0] = reach[-1] = radius
    flat = np.cos(latitude)[:, None] * reach
    grid = np.stack([flat * np.cos(angle), flat * np.sin(angle), np.sin(latitude)[:, None] * reach * 0.92], -1) + at
    ball = surface(grid, LEAF, (0.5, 0.5, 0.5), around=True)
    local = (ball.points - at.astype(np.float32)) / np.float32(radius)
    turned = np.arctan2(local[..., 1], local[..., 0])
    turned = turned[:, :1] + (turned - turned[:, :1] + np.pi) % (2 * np.pi) - np.pi
    uv = np.stack([turned * 0.8, np.arcsin(np.clip(local[..., 2], -1, 1))], -1) * radius + rng.uniform(0, 1.5, 2)
    return replace(ball, uv=uv.astype(np.float32))


def _leaves(rng: np.random.Generator, clumps: list[tuple[np.ndarray, float]], count: int) -> Mesh:
    """Small flat leaves sticking out of the clumps."""
    pick = rng.integers(0, len(clumps), count)
    centres, sizes = np.array([c for c, _ in clumps])[pick], np.array([r for _, r in clumps])[pick]
    out = rng.normal(size=(count, 3))
    out /= np.linalg.norm(out, axis=1, keepdims=True)
    at = centres + out * (sizes * rng.uniform(0.90, 1.20, count))[:, None]
    one = np.cross(out, rng.normal(size=(count, 3)))
    one /= np.linalg.norm(one, axis=1, keepdims=True)
    two = np.cross(out + 0.7 * rng.normal(size=(count, 3)), one)
    two /= np.linalg.norm(two, axis=1, keepdims=True)
    one, two = one * rng.uniform(0.12, 0.26, (count, 1)), two * rng.uniform(0.10, 0.20, (count, 1))
    corners = np.stack([at - one, at - two, at + one, at + two], 1)
    tone = rng.uniform(0.8, 1.2, (count, 1)) * np.array([[0.5, 0.5, 0.5]])
    return quads(corners, LEAF, np.asarray(tone, np.float32), offset=(float(rng.random()), 0.0))


def _softened(crown: Mesh, centre: np.ndarray, spread: np.ndarray) -> Mesh:
    """Normals turned half-way to the crown's own outside, so that it is lit as one round thing."""
    outward = (crown.points - centre.astype(np.float32)) / spread.astype(np.float32) ** 2
    outward /= np.maximum(np.linalg.norm(outward, axis=2, keepdims=True), 1e-6)
    normals = 0.45 * crown.normals + 0.75 * outward
    normals /= np.maximum(np.linalg.norm(normals, axis=2, keepdims=True), 1e-6)
    return Mesh(crown.points, normals.astype(np.float32), crown.uv, crown.material, crown.tint)


def _trunk(rng: np.random.Generator, top: float, thick: float, clumps: list[tuple[np.ndarray, float]]) -> Mesh:
    bark: Colour = (0.42, 0.36, 0.29)
    fork = np.array([0.0, 0.0, top])
    parts = [
        tube((0, 0, -0.1), (0, 0, 0.5), thick * 1.35, BARK, bark, end_radius=thick, segments=10, capped=False),
        tube((0, 0, 0.5), fork, thick, BARK, bark, end_radius=thick * 0.72, segments=10, capped=False),
    ]
    for at, _ in [clumps[i] for i in rng.permutation(len(clumps))[:6]]:
        parts.append(
            tube(
                fork - np.array([0, 0, rng.uniform(0, 0.5)]), at, thick * 0.5, BARK, bark, end_radius=thick * 0.2, segments=6, capped=False
            )
        )
    return join(parts)


@cache
def bush(variant: int) -> Mesh:
    """A rounded bush about a metre high."""
    rng = np.random.default_rng([91, variant])
    clumps = [
        (np.array([rng.uniform(-0.4, 0.4), rng.uniform(-0.4, 0.4), rng.uniform(0.3, 0.6)]), float(rng.uniform(0.36, 0.55)))
        for _ in range(5)
    ]
    crown = join([*(_dented(rng, at, radius, 10) for at, radius in clumps), _leaves(rng, clumps, 160)])
    return _softened(crown, np.array([0.0, 0.0, 0.3]), np.array([1.0, 1.0, 0.9]))


@cache
def hedge(variant: int) -> Mesh:
    """Two metres of clipped hedge along x, 0.7 m deep and 1.25 m high."""
    rng = np.random.default_rng([57, variant])
    profile = np.array([(-0.34, 0.0), (-0.36, 0.6), (-0.34, 1.12), (-0.22, 1.25), (0.22, 1.25), (0.34, 1.12), (0.36, 0.6), (0.34, 0.0)])
    along = np.linspace(1.0, -1.0, 9)
    grid = np.array([[(x, y, z) for y, z in profile] for x in along]) + rng.normal(0, 0.03, (9, 8, 3))
    body = surface(grid, HEDGE, (0.5, 0.5, 0.5))
    ends = join(ball((x, 0, 0.6), (0.14, 0.34, 0.62), HEDGE, (0.5, 0.5, 0.5), segments=8) for x in (-1.0, 1.0))
    clumps = [(np.array([rng.uniform(-1, 1), 0.0, rng.uniform(0.3, 0.9)]), 0.36) for _ in range(14)]
    return join([body, ends, _leaves(rng, clumps, 150)])
