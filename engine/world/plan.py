"""What kind of street: how wide, how bent, where other streets cross, what lines its sides."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.world.street import Line, Profile

CROSS_HALF = 4.2
GAP = 7.2
ZONES = ("town", "houses", "park", "walled")


@dataclass(frozen=True)
class Zone:
    """One stretch of one side: `side` is +1 left or −1 right."""

    side: int
    start: float
    end: float
    kind: str


@dataclass(frozen=True)
class Plan:
    """The street from `start` to `end` (metres along its line; the camera begins at 0)."""

    line: Line
    profile: Profile
    start: float
    end: float
    crossings: tuple[float, ...]
    zones: tuple[Zone, ...]
    trees: tuple[float, float]
    tree_kind: str
    bustle: float
    sharp: float
    """Up to where things are made in full detail."""

    @property
    def spans(self) -> list[tuple[float, float]]:
        """The stretches between crossings."""
        marks = [self.start, *(edge for s in self.crossings for edge in (s - GAP, s + GAP)), self.end]
        return list(zip(marks[::2], marks[1::2], strict=True))

    def crossing(self, s: float, reach: float = GAP) -> bool:
        return any(abs(s - at) < reach for at in self.crossings)

    def lane(self, number: int, *, oncoming: bool) -> float:
        """The middle of a lane, 0 the one beside the centre line."""
        return (number + 0.5) * self.profile.lane * (1 if oncoming else -1)


def draw(rng: np.random.Generator, *, length: float) -> Plan:
    """A street whose camera may go `length` metres from 0 and still see far."""
    start, end = -26.0, length + 150.0
    lanes = 2 if rng.random() < 0.22 else 1
    parking = (bool(rng.random() < 0.55), bool(rng.random() < 0.55))
    green = rng.random() < 0.4
    profile = Profile(
        lane=float(rng.uniform(3.1, 3.6)),
        lanes=lanes,
        parking=parking,
        pavement=(float(rng.uniform(2.3, 4.2)), float(rng.uniform(2.3, 4.2))),
        verge=(float(rng.uniform(1.2, 2.4)) if green else 0.0, float(rng.uniform(1.2, 2.4)) if green or rng.random() < 0.15 else 0.0),
    )
    bends = [(float(rng.uniform(10, 60)), float(rng.uniform(60, 110)), float(rng.normal(0, 0.22)))] if rng.random() < 0.6 else []
    line = Line.curved(start - 60, end + 60, bends)
    crossings = _crossings(rng, end)
    zones = tuple(zone for side in (-1, 1) for zone in _zones(rng, side, start, end, crossings))
    spacing = float(rng.uniform(7.5, 14)), float(rng.uniform(7.5, 14))
    kind = str(rng.choice(("round", "tall", "broad", "young"), p=(0.4, 0.2, 0.15, 0.25)))
    return Plan(line, profile, start, end, crossings, zones, spacing, kind, float(rng.uniform(0.7, 1.4)), length + 48.0)


def _crossings(rng: np.random.Generator, end: float) -> tuple[float, ...]:
    found, s = [], float(rng.uniform(20, 95))
    while s < end - 60:
        found.append(s)
        s += float(rng.uniform(75, 120))
    return tuple(found)


def _zones(rng: np.random.Generator, side: int, start: float, end: float, crossings: tuple[float, ...]) -> list[Zone]:
    zones = []
    favourite = rng.dirichlet((1.6, 1.0, 0.8, 0.6))
    marks = [start, *(edge for s in crossings for edge in (s - GAP - 0.4, s + GAP + 0.4)), end]
    for low, high in zip(marks[::2], marks[1::2], strict=True):
        s = low
        while high - s > 8:
            stop = min(high, s + float(rng.uniform(28, 60)))
            stop = high if high - stop < 14 else stop
            zones.append(Zone(side, s, stop, str(rng.choice(ZONES, p=favourite))))
            s = stop
    return zones
