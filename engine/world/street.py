"""The line a street follows and the sheets that lie along it: carriageway, markings, kerbs, pavements, grass.

Street space: s metres along the centre line, d metres to its left, z metres up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.world.materials import INDEX
from engine.world.mesh import Colour, Mesh, join, pose, quads

KERB_HEIGHT = 0.13
_STEP = 2.5
_LIFT = 0.006
_WHITE: Colour = (0.90, 0.90, 0.87)


@dataclass(frozen=True)
class Line:
    """The centre line from `start` on, sampled every half metre: `xy` (K, 2) and `heading` (K,)."""

    start: float
    xy: NDArray[np.floating]
    heading: NDArray[np.floating]

    @staticmethod
    def curved(start: float, end: float, bends: list[tuple[float, float, float]]) -> Line:
        """A line through the origin at s = 0, heading along x there; `bends` are (s, length, angle) of smooth turns."""
        s = np.arange(start, end + 0.5, 0.5)
        heading = np.zeros_like(s)
        for at, length, angle in bends:
            share = np.clip((s - at) / length, 0, 1)
            heading += angle * share * share * (3 - 2 * share)
        heading -= np.interp(0.0, s, heading)
        steps = 0.5 * np.stack([np.cos(heading), np.sin(heading)], 1)
        xy = np.cumsum(steps, 0)
        xy -= np.array([np.interp(0.0, s, xy[:, 0]), np.interp(0.0, s, xy[:, 1])])
        return Line(start, xy, heading)

    def at(self, s: NDArray[np.floating] | float) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
        """Points (…, 2) and headings (…) at distances along the line."""
        where = (np.asarray(s, np.float64) - self.start) * 2
        below = np.clip(where.astype(np.int64), 0, len(self.heading) - 2)
        share = np.clip(where - below, 0.0, 1.0)
        xy = self.xy[below] + (self.xy[below + 1] - self.xy[below]) * share[..., None]
        return xy, self.heading[below] + (self.heading[below + 1] - self.heading[below]) * share

    def bent(self, points: NDArray[np.floating]) -> NDArray[np.floating]:
        """World points of street points (…, 3)."""
        xy, heading = self.at(points[..., 0])
        x = xy[..., 0] - points[..., 1] * np.sin(heading)
        y = xy[..., 1] + points[..., 1] * np.cos(heading)
        return np.stack([x, y, points[..., 2]], -1)

    def place(self, s: float, d: float, z: float = 0.0, *, turn: float = 0.0, scale: float = 1.0) -> NDArray[np.floating]:
        """(4, 4) world_from_thing for a thing that stands at (s, d, z), turned by `turn` from the street's direction."""
        x, y, up = self.bent(np.array([s, d, z]))
        return pose(x, y, up, yaw=float(self.at(s)[1]) + turn, scale=scale)


@dataclass(frozen=True, slots=True)
class Profile:
    """Half widths and furniture lines of one street, in metres from its centre (both sides alike unless named)."""

    lane: float
    lanes: int
    parking: tuple[bool, bool]
    pavement: tuple[float, float]
    verge: tuple[float, float]

    @property
    def carriage(self) -> float:
        """Half the width of the running lanes."""
        return self.lane * self.lanes

    def kerb(self, side: int) -> float:
        """Where the kerb stands; side is +1 left, −1 right."""
        return self.carriage + (2.15 if self.parking[side > 0] else 0.0)

    def inner(self, side: int) -> float:
        """Where the pavement begins behind the kerb and the verge."""
        return self.kerb(side) + 0.18 + self.verge[side > 0]

    def outer(self, side: int) -> float:
        """Where the pavement ends and plots begin."""
        return self.inner(side) + self.pavement[side > 0]


def sheet(line: Line, s: tuple[float, float], section: list[tuple[float, float]], material: int, tint: Colour) -> Mesh:
    """A surface that follows the line between two distances, its cross-section a row of (d, z)."""
    count = max(1, round((s[1] - s[0]) / _STEP))
    along = np.linspace(s[0], s[1], count + 1)
    d, z = np.array(section).T
    grid = np.stack(
        [
            np.broadcast_to(along[:, None], (count + 1, len(d))),
            np.broadcast_to(d, (count + 1, len(d))),
            np.broadcast_to(z, (count + 1, len(d))),
        ],
        -1,
    )
    across = np.concatenate([[0], np.cumsum(np.hypot(np.diff(d), np.diff(z)))]) + d[0]
    uv = np.stack([grid[..., 0], np.broadcast_to(across, grid.shape[:2])], -1)
    world = line.bent(grid)
    return quads(_faces(world), material, tint, uv=_faces(uv))


def _faces(grid: NDArray[np.floating]) -> NDArray[np.floating]:
    return np.stack([grid[:-1, :-1], grid[1:, :-1], grid[1:, 1:], grid[:-1, 1:]], 2).reshape(-1, 4, grid.shape[-1])


def carriageway(line: Line, s: tuple[float, float], profile: Profile) -> Mesh:
    return sheet(line, s, [(-profile.kerb(-1), 0.0), (0.0, 0.03), (profile.kerb(1), 0.0)], INDEX["asphalt"], (0.92, 0.92, 0.93))


def stripes(line: Line, spans: list[tuple[float, float, float, float]]) -> Mesh:
    """Painted bars (s0, s1, d0, d1) just above the carriageway."""
    height = _LIFT + 0.03
    short = [[(s0, d0, height), (s1, d0, height), (s1, d1, height), (s0, d1, height)] for s0, s1, d0, d1 in spans if s1 - s0 < 1.5 * _STEP]
    long = [sheet(line, (s0, s1), [(d0, height), (d1, height)], INDEX["marking"], _WHITE) for s0, s1, d0, d1 in spans if s1 - s0 >= 1.5 * _STEP]
    if short:
        flat = np.array(short)
        long.append(quads(line.bent(flat), INDEX["marking"], _WHITE, uv=flat[..., :2]))
    return join(long)


def markings(line: Line, s: tuple[float, float], profile: Profile) -> Mesh:
    """Centre dashes, lane dashes, edge lines and parking bays between two distances."""
    spans: list[tuple[float, float, float, float]] = []
    for start in np.arange(s[0], s[1] - 3.0, 6.0):
        for lane in range(-profile.lanes + 1, profile.lanes):
            spans.append((start, start + 3.0, lane * profile.lane - 0.075, lane * profile.lane + 0.075))
    for side in (-1, 1):
        edge = side * profile.carriage
        if profile.parking[side > 0]:
            for start in np.arange(s[0], s[1] - 0.2, 5.8):
                low, high = sorted((edge, edge + side * 2.0))
                spans.append((start, start + 0.12, low, high))
        else:
            edge -= side * 0.35
        spans.append((s[0], s[1], edge - 0.06, edge + 0.06))
    return stripes(line, spans)


def zebra(line: Line, s: float, profile: Profile, *, length: float = 3.2) -> Mesh:
    """Bars along the street from kerb to kerb."""
    reach = min(profile.kerb(-1), profile.kerb(1)) - 0.4
    return stripes(line, [(s, s + length, d, d + 0.5) for d in np.arange(-reach, reach - 0.4, 1.0)])


def kerb(line: Line, s: tuple[float, float], profile: Profile, side: int) -> Mesh:
    edge = profile.kerb(side)
    section = [
        (side * edge, 0.0),
        (side * edge, KERB_HEIGHT - 0.02),
        (side * (edge + 0.02), KERB_HEIGHT),
        (side * (edge + 0.18), KERB_HEIGHT),
    ]
    return sheet(line, s, section, INDEX["kerb"], (0.80, 0.80, 0.79))


def pavement(line: Line, s: tuple[float, float], profile: Profile, side: int, tint: Colour) -> Mesh:
    return sheet(
        line, s, [(side * profile.inner(side), KERB_HEIGHT), (side * profile.outer(side), KERB_HEIGHT + 0.03)], INDEX["paving"], tint
    )


def verge(line: Line, s: tuple[float, float], profile: Profile, side: int) -> Mesh | None:
    if profile.verge[side > 0] < 0.3:
        return None
    low, high = profile.kerb(side) + 0.18, profile.inner(side)
    return sheet(
        line,
        s,
        [(side * low, KERB_HEIGHT), (side * (low + high) / 2, KERB_HEIGHT + 0.04), (side * high, KERB_HEIGHT)],
        INDEX["grass"],
        (0.90, 0.92, 0.86),
    )


def ground(
    line: Line, s: tuple[float, float], d: tuple[float, float], side: int, rng: np.random.Generator, *, rise: float, tint: Colour
) -> Mesh:
    """Grass with soft humps from the pavement outwards, |d| between two distances."""
    across = np.concatenate([np.arange(d[0], min(d[0] + 12, d[1]), 2.0), np.linspace(min(d[0] + 12, d[1]), d[1], 6)])
    count = max(2, round((s[1] - s[0]) / 3))
    along = np.linspace(s[0], s[1], count + 1)
    height = KERB_HEIGHT + 0.02 + 0.10 * rng.random((count + 1, len(across))) + rise * ((across - d[0]) / max(d[1] - d[0], 1.0)) ** 1.5
    height[:, 0] = KERB_HEIGHT + 0.02
    grid = np.stack([np.broadcast_to(along[:, None], height.shape), np.broadcast_to(side * across, height.shape), height], -1)
    return quads(_faces(line.bent(grid)), INDEX["grass"], tint, uv=_faces(grid[..., :2]))
