"""People with limbs, standing or in mid-stride; bicycles, and riders on them.

Templates stand on the ground at the origin and face along x. Clothes, skin and hair are materials to be painted.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from engine.world.materials import INDEX
from engine.world.mesh import Colour, Mesh, ball, boxes, join, pose, ring, surface, tube

CLOTH, TROUSERS, SKIN, HAIR, LEATHER, METAL, RUBBER, PAINT, LAMP = (
    INDEX[name] for name in ("cloth", "trousers", "skin", "hair", "leather", "metal", "rubber", "paint", "lamp")
)
PHASES = 12
STRIDE = 1.44
_GREY: Colour = (0.5, 0.5, 0.5)
TOPS: tuple[Colour, ...] = (
    (0.75, 0.14, 0.12),
    (0.13, 0.22, 0.45),
    (0.85, 0.82, 0.75),
    (0.16, 0.16, 0.18),
    (0.20, 0.45, 0.32),
    (0.85, 0.60, 0.15),
    (0.45, 0.28, 0.55),
    (0.62, 0.66, 0.70),
    (0.86, 0.45, 0.40),
    (0.30, 0.55, 0.75),
)
BOTTOMS: tuple[Colour, ...] = ((0.16, 0.20, 0.32), (0.12, 0.12, 0.13), (0.35, 0.30, 0.24), (0.42, 0.43, 0.45), (0.24, 0.30, 0.42))
SKINS: tuple[Colour, ...] = ((0.86, 0.66, 0.54), (0.76, 0.56, 0.43), (0.55, 0.37, 0.26), (0.38, 0.25, 0.18))
HAIRS: tuple[Colour, ...] = ((0.12, 0.09, 0.07), (0.30, 0.20, 0.12), (0.62, 0.48, 0.28), (0.55, 0.54, 0.53), (0.08, 0.08, 0.08))


def _limb(joints: list[np.ndarray], radii: list[float], material: int) -> Mesh:
    """Bars from joint to joint with a ball at every bend."""
    parts = []
    for a, b, ra, rb in zip(joints, joints[1:], radii, radii[1:], strict=False):
        parts.append(tube(a, b, ra, material, _GREY, end_radius=rb, segments=8, capped=False))
        parts.append(ball(b, (rb, rb, rb), material, _GREY, segments=8))
    return join(parts)


def _head(neck: np.ndarray, lean: float = 0.0) -> Mesh:
    top = neck + np.array([0.02 + lean, 0, 0.19])
    return join(
        [
            tube(
                neck - np.array([0, 0, 0.06]), neck + np.array([0.01 + lean * 0.6, 0, 0.10]), 0.055, SKIN, _GREY, segments=8, capped=False
            ),
            ball(top, (0.098, 0.080, 0.120), SKIN, _GREY, segments=12),
            ball(top + np.array([-0.022, 0, 0.028]), (0.098, 0.088, 0.112), HAIR, _GREY, segments=12),
            ball(top + np.array([0.098, 0, -0.01]), (0.022, 0.016, 0.022), SKIN, _GREY, segments=6),
        ]
    )


def _shoe(ankle: np.ndarray, pitch: float = 0.0) -> Mesh:
    return ball((0.055, 0, -0.045), (0.135, 0.05, 0.05), LEATHER, (0.12, 0.10, 0.09), segments=8).moved(pose(*ankle, pitch=pitch))


@cache
def walker(phase: int, build: str = "plain") -> Mesh:
    """A person 1.76 m tall at `phase` of PHASES steps of a stride; `build` is plain, skirt, coat, pack or standing."""
    turn = 2 * np.pi * phase / PHASES
    swing = 0.0 if build == "standing" else 1.0
    parts: list[Mesh] = []
    hip_lift = 0.93 - 0.025 * swing * abs(np.sin(turn))
    for side, shift in ((-1, 0.0), (1, np.pi)):
        thigh = swing * 0.48 * np.sin(turn + shift) + (0.04 * side if not swing else 0)
        bend = swing * (0.10 + 0.75 * max(0.0, np.cos(turn + shift)) ** 2)
        hip = np.array([0.0, side * 0.095, hip_lift])
        knee = hip + 0.44 * np.array([np.sin(thigh), 0.0, -np.cos(thigh)])
        ankle = knee + 0.43 * np.array([np.sin(thigh - bend), 0.0, -np.cos(thigh - bend)])
        parts += [_limb([hip, knee, ankle], [0.095, 0.068, 0.048], TROUSERS), _shoe(ankle, bend * 0.6 - thigh * 0.3)]
        arm = -0.8 * thigh
        shoulder = np.array([0.0, side * 0.205, hip_lift + 0.52])
        elbow = shoulder + 0.29 * np.array([np.sin(arm), side * 0.16, -np.cos(arm)])
        wrist = elbow + 0.26 * np.array([np.sin(arm + 0.35), 0.0, -np.cos(arm + 0.35)])
        parts += [
            ball(shoulder, (0.075, 0.07, 0.075), CLOTH, _GREY, segments=8),
            _limb([shoulder, elbow, wrist], [0.062, 0.050, 0.042], CLOTH),
            ball(wrist + np.array([0.01, 0, -0.05]), (0.04, 0.03, 0.06), SKIN, _GREY, segments=6),
        ]
    parts.append(_trunk(np.array([0.0, 0.0, hip_lift]), np.array([0.02, 0.0, hip_lift + 0.54])))
    parts += _clothing(build, hip_lift)
    parts.append(_head(np.array([0.02, 0.0, hip_lift + 0.56])))
    return join(parts)


def _trunk(hip: np.ndarray, neck: np.ndarray) -> Mesh:
    """Pelvis, waist and chest, one ball each, and the cloth between them."""
    along = neck - hip
    rings = []
    for share, (deep, wide) in zip(
        (-0.16, 0.0, 0.25, 0.55, 0.82, 0.97, 1.06),
        ((0.06, 0.09), (0.125, 0.172), (0.112, 0.152), (0.132, 0.182), (0.118, 0.200), (0.07, 0.12), (0.05, 0.05)),
        strict=True,
    ):
        angle = np.arange(12) * (2 * np.pi / 12)
        rings.append(hip + share * along + np.stack([deep * np.cos(angle), wide * np.sin(angle), np.zeros(12)], 1))
    grid = np.array(rings)
    material = np.full((len(rings) - 1, 12), CLOTH)
    material[0] = TROUSERS
    return surface(grid, material, _GREY, around=True)


def _clothing(build: str, hip: float) -> list[Mesh]:
    match build:
        case "skirt":
            return [tube((0.0, 0, hip - 0.42), (0.0, 0, hip + 0.10), 0.25, TROUSERS, _GREY, end_radius=0.145, segments=12)]
        case "coat":
            return [tube((0.0, 0, hip - 0.30), (0.01, 0, hip + 0.45), 0.225, CLOTH, _GREY, end_radius=0.19, segments=12)]
        case "pack":
            return [ball((-0.20, 0, hip + 0.34), (0.12, 0.15, 0.22), LEATHER, (0.18, 0.20, 0.24), segments=8)]
        case _:
            return []


@cache
def bicycle(fine: bool = True) -> Mesh:
    """A bicycle upright, its wheels' axles at x = ±0.53; `paint` is the frame. Without `fine` for looking at from afar."""
    parts = []
    for x in (-0.53, 0.53):
        parts.append(
            ring(0.325, 0.034, RUBBER, (0.07, 0.07, 0.075), segments=18 if fine else 12, sides=6 if fine else 4).moved(pose(x, 0, 0.36))
        )
        if fine:
            parts.append(ring(0.288, 0.014, METAL, (0.6, 0.6, 0.62), segments=18, sides=4).moved(pose(x, 0, 0.36)))
        for step in range(6 if fine else 0):
            angle = step * np.pi / 6 + 0.2
            reach = 0.29 * np.array([np.cos(angle), 0, np.sin(angle)])
            centre = np.array([x, 0, 0.36])
            parts.append(tube(centre - reach, centre + reach, 0.007, METAL, (0.5, 0.5, 0.52), segments=3, capped=False))
        parts.append(tube((x, -0.05, 0.36), (x, 0.05, 0.36), 0.035, METAL, (0.3, 0.3, 0.3), segments=6))
    crank, seat, head, front, rear = (
        np.array(p) for p in ((-0.08, 0, 0.32), (-0.22, 0, 0.84), (0.36, 0, 0.86), (0.53, 0, 0.36), (-0.53, 0, 0.36))
    )
    for a, b in (
        (crank, seat),
        (crank, head),
        (seat * 0.92 + crank * 0.08, head),
        (seat * 0.9 + crank * 0.1, rear),
        (crank, rear),
        (head, front),
    ):
        parts.append(tube(a, b, 0.028, PAINT, _GREY, segments=6))
    if not fine:
        return join(parts)
    parts.append(tube(head, head + np.array([-0.04, 0, 0.18]), 0.022, METAL, (0.3, 0.3, 0.3), segments=6))
    bar = head + np.array([-0.04, 0, 0.18])
    parts.append(tube(bar - np.array([0, 0.28, 0]), bar + np.array([0, 0.28, 0]), 0.02, METAL, (0.15, 0.15, 0.15), segments=6))
    parts.append(ball(seat + np.array([-0.02, 0, 0.09]), (0.14, 0.075, 0.045), LEATHER, (0.10, 0.09, 0.08), segments=8))
    parts.append(tube(seat, seat + np.array([0, 0, 0.08]), 0.02, METAL, (0.4, 0.4, 0.4), segments=6))
    parts.append(tube(crank - np.array([0, 0.05, 0]), crank + np.array([0, 0.05, 0]), 0.09, METAL, (0.25, 0.25, 0.25), segments=10))
    parts.append(
        boxes(
            [(-0.66, -0.03, 0.70), (0.43, -0.03, 0.84)],
            [(-0.62, 0.03, 0.76), (0.47, 0.03, 0.90)],
            LAMP,
            np.array([(0.8, 0.05, 0.05), (0.95, 0.95, 0.9)]),
        )
    )
    return join(parts)


@cache
def rider(phase: int, helmet: bool = True) -> Mesh:
    """Who sits on `bicycle`, pedalling: `phase` of PHASES."""
    hip, neck = np.array([-0.20, 0.0, 0.99]), np.array([0.14, 0.0, 1.47])
    crank = np.array([-0.08, 0.0, 0.32])
    parts: list[Mesh] = [_trunk(hip, neck)]
    for side, shift in ((-1, 0.0), (1, np.pi)):
        turn = 2 * np.pi * phase / PHASES + shift
        foot = crank + np.array([0.17 * np.cos(turn), side * 0.10, -0.17 * np.sin(turn) + 0.06])
        start = hip + np.array([0.02, side * 0.095, -0.02])
        knee = _bend(start, foot, 0.43, 0.43)
        parts += [_limb([start, knee, foot], [0.098, 0.070, 0.05], TROUSERS), _shoe(foot)]
        shoulder, hand = neck + np.array([-0.04, side * 0.195, -0.06]), np.array([0.33, side * 0.24, 1.06])
        elbow = (shoulder + hand) / 2 + np.array([-0.03, side * 0.06, -0.05])
        parts += [
            ball(shoulder, (0.075, 0.07, 0.075), CLOTH, _GREY, segments=8),
            _limb([shoulder, elbow, hand], [0.062, 0.050, 0.042], CLOTH),
            ball(hand, (0.05, 0.04, 0.04), SKIN, _GREY, segments=6),
        ]
    parts.append(_head(neck + np.array([0.0, 0, 0.03]), 0.05))
    if helmet:
        parts.append(ball(neck + np.array([0.05, 0, 0.30]), (0.145, 0.105, 0.085), PAINT, _GREY, segments=10))
    return join(parts)


def _bend(start: np.ndarray, end: np.ndarray, upper: float, lower: float) -> np.ndarray:
    """The knee between two points, bent forwards."""
    line = end - start
    length = min(float(np.linalg.norm(line)), upper + lower - 1e-3)
    along = line / np.linalg.norm(line)
    share = (upper**2 - lower**2 + length**2) / (2 * length)
    out = np.array([-along[2], 0.0, along[0]])
    out = out / np.linalg.norm(out) * (1 if out[0] > 0 else -1)
    return start + share * along + np.sqrt(max(upper**2 - share**2, 0.0)) * out
