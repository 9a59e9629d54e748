"""Who is on the way: parked and moving cars, trucks, a bus, riders, walkers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.world import lorries, people, vehicles
from engine.world.materials import INDEX
from engine.world.mesh import Colour, Mesh
from engine.world.plan import GAP, Plan
from engine.world.scene import Builder, Pose
from engine.world.street import KERB_HEIGHT

_LENGTH = {"car": 4.6, "truck": 8.2, "bus": 11.6}
_BUSES: tuple[Colour, ...] = ((0.70, 0.10, 0.10), (0.85, 0.80, 0.30), (0.20, 0.40, 0.62), (0.86, 0.86, 0.84))
_LOADS: tuple[Colour, ...] = ((0.88, 0.88, 0.86), (0.20, 0.34, 0.56), (0.72, 0.24, 0.16), (0.28, 0.46, 0.34), (0.82, 0.66, 0.24))


def populate(builder: Builder, plan: Plan, rng: np.random.Generator, *, length: float, ego_speed: float) -> None:
    """Everybody. Without `ego_speed` all stand still as in a photograph."""
    _parked(builder, plan, rng)
    taken = _crossing_walkers(builder, plan, rng) if not ego_speed else []
    _moving(builder, plan, rng, taken, ego_speed)
    _waiting_across(builder, plan, rng)
    _riders(builder, plan, rng, length, ego_speed)
    _walkers(builder, plan, rng, length, bool(ego_speed))


def vehicle(rng: np.random.Generator, kind: str) -> tuple[str, Mesh]:
    """The class and the painted shape of a car, truck or bus."""
    paint = vehicles.CAR_COLOURS[rng.integers(len(vehicles.CAR_COLOURS))]
    match kind:
        case "bus":
            return "bus", lorries.bus().painted({vehicles.PAINT: _BUSES[rng.integers(len(_BUSES))]})
        case "truck":
            return "truck", lorries.truck().painted({vehicles.PAINT: paint, INDEX["tarpaulin"]: _LOADS[rng.integers(len(_LOADS))]})
        case _:
            build = vehicles.CARS[rng.choice(len(vehicles.CARS), p=(0.27, 0.23, 0.2, 0.2, 0.1))]
            return "car", vehicles.car(build).painted({vehicles.PAINT: paint})


def _kind(rng: np.random.Generator) -> str:
    return str(rng.choice(("car", "truck", "bus"), p=(0.76, 0.14, 0.10)))


def _parked(builder: Builder, plan: Plan, rng: np.random.Generator) -> None:
    for side in (-1, 1):
        if not plan.profile.parking[side > 0]:
            continue
        share = float(rng.uniform(0.35, 0.85))
        for s in np.arange(plan.start + 3.0, plan.end - 30, 5.8):
            if rng.random() > share or plan.crossing(s, GAP + 5.5):
                continue
            at = plan.line.place(
                float(s + rng.normal(0, 0.2)),
                side * (plan.profile.carriage + 1.08),
                turn=(0.0 if side < 0 else np.pi) + float(rng.normal(0, 0.015)),
            )
            builder.stand([vehicle(rng, "car")], at)


def _moving(builder: Builder, plan: Plan, rng: np.random.Generator, taken: list[float], ego_speed: float) -> None:
    """Cars before the camera and towards it in every lane; they drive on round a loop longer than anyone can see."""
    for oncoming in (False, True):
        for lane in range(plan.profile.lanes):
            d = plan.lane(lane, oncoming=oncoming)
            speed = ego_speed if not oncoming else -float(rng.uniform(7, 11)) * (ego_speed > 0)
            s = float(rng.uniform(9, 30)) if not oncoming else float(rng.uniform(4, 26))
            if not oncoming and lane == 0 and ego_speed:
                s = float(rng.uniform(14, 20))
            while s < 150:
                kind = _kind(rng)
                s += _LENGTH[kind] / 2
                if not any(abs(s - at) < _LENGTH[kind] / 2 + 2.5 for at in taken):
                    where = _loop(plan, s, d + float(rng.normal(0, 0.12)), speed, ego_speed, oncoming)
                    builder.move([(name, [mesh]) for name, mesh in (vehicle(rng, kind),)], where)
                s += _LENGTH[kind] / 2 + float(rng.uniform(5, 14) if rng.random() < 0.4 else rng.uniform(14, 40))


def _loop(plan: Plan, s: float, d: float, speed: float, ego_speed: float, oncoming: bool) -> Callable[[float], Pose]:
    turn = np.pi if oncoming else 0.0

    def where(t: float) -> Pose:
        ego = ego_speed * t
        ahead = (s + speed * t - ego + 28) % 188.0 - 28
        return plan.line.place(ego + ahead, d, 0.02, turn=turn)

    return where


def _waiting_across(builder: Builder, plan: Plan, rng: np.random.Generator) -> None:
    """Vehicles at the mouths of crossing streets."""
    for at in plan.crossings:
        for side in (-1, 1):
            reach = plan.profile.outer(side) + 1.0
            for step in range(int(rng.integers(0, 3))):
                kind = _kind(rng)
                reach += _LENGTH[kind] / 2 + 0.8
                lane = -side * 1.9 if rng.random() < 0.7 else side * 1.9
                turn = -side * np.pi / 2 if lane * side < 0 else side * np.pi / 2
                builder.stand([vehicle(rng, kind)], plan.line.place(at - lane, side * reach, turn=turn))
                reach += _LENGTH[kind] / 2 + float(rng.uniform(0.5, 3)) + 0.2 * step


def dressed(rng: np.random.Generator) -> dict[int, Colour]:
    """Colours of a person's clothes, skin and hair."""
    return {
        people.CLOTH: people.TOPS[rng.integers(len(people.TOPS))],
        people.TROUSERS: people.BOTTOMS[rng.integers(len(people.BOTTOMS))],
        people.SKIN: people.SKINS[rng.integers(len(people.SKINS))],
        people.HAIR: people.HAIRS[rng.integers(len(people.HAIRS))],
        people.PAINT: people.TOPS[rng.integers(len(people.TOPS))],
    }


def _walker(rng: np.random.Generator, *, standing: bool = False, steps: int = people.PHASES) -> list[Mesh]:
    colours = dressed(rng)
    if standing:
        return [people.walker(0, "standing").painted(colours)]
    build = str(rng.choice(("plain", "skirt", "coat", "pack"), p=(0.5, 0.14, 0.2, 0.16)))
    first = int(rng.integers(people.PHASES))
    return [people.walker((first + step) % people.PHASES, build).painted(colours) for step in range(steps)]


def _walkers(builder: Builder, plan: Plan, rng: np.random.Generator, length: float, moving: bool) -> None:
    """People on the pavements, alone or in pairs; more of them near the camera's way than far off."""
    for side in (-1, 1):
        low, high = plan.profile.inner(side) + (0.3 if plan.profile.verge[side > 0] > 0.5 else 0.95), plan.profile.outer(side) - 0.5
        s = float(rng.uniform(2, 9))
        while s < length + 85:
            direction = 1 if rng.random() < 0.5 else -1
            pace, d = float(rng.uniform(1.0, 1.6)), float(rng.uniform(low, max(low + 0.2, high)))
            for mate in range(2 if rng.random() < 0.28 else 1):
                _walk(builder, plan, rng, s + 0.25 * mate, side * (d - 0.62 * mate), pace * direction, moving)
            far = max(0.0, s - length) / 40
            s += float(rng.exponential((4.2 + 5 * far) / plan.bustle)) + 1.0


def _walk(builder: Builder, plan: Plan, rng: np.random.Generator, s: float, d: float, speed: float, moving: bool) -> None:
    standing = rng.random() < 0.15
    scale = float(rng.uniform(0.92, 1.06)) if rng.random() > 0.08 else float(rng.uniform(0.62, 0.75))
    turn = (0.0 if speed > 0 else np.pi) + float(rng.normal(0, 0.12)) + (float(rng.uniform(-2, 2)) if standing else 0.0)
    rate = 0.0 if standing or not moving else speed

    def where(t: float) -> Pose:
        at = s + rate * t
        return plan.line.place(at, d, 0.02 if plan.crossing(at, GAP - 3.1) else KERB_HEIGHT + 0.01, turn=turn, scale=scale)

    builder.move(
        [("person", _walker(rng, standing=standing, steps=people.PHASES if rate else 1))],
        where,
        cycle=lambda t: abs(rate) * t / people.STRIDE,
    )


def _crossing_walkers(builder: Builder, plan: Plan, rng: np.random.Generator) -> list[float]:
    """People on the zebra stripes, and now and then one between them; returns where they are."""
    taken = []
    places = [at + shift for at in plan.crossings if at < 90 for shift in (-GAP + 4.6, GAP - 2.0)]
    if rng.random() < 0.4:
        places.append(float(rng.uniform(9, 30)))
    for s in places:
        if rng.random() < 0.6:
            continue
        taken.append(s)
        for _ in range(int(rng.integers(1, 4))):
            d, direction = float(rng.uniform(-plan.profile.kerb(-1), plan.profile.kerb(1))), 1 if rng.random() < 0.5 else -1
            at = plan.line.place(
                s + float(rng.uniform(-0.9, 0.9)),
                d,
                0.03,
                turn=direction * np.pi / 2 + float(rng.normal(0, 0.15)),
                scale=float(rng.uniform(0.92, 1.06)),
            )
            builder.stand([("person", _walker(rng, steps=1)[0])], at)
    return taken


def _riders(builder: Builder, plan: Plan, rng: np.random.Generator, length: float, ego_speed: float) -> None:
    """Cyclists at the edge of the carriageway, both ways."""
    for side in (-1, 1):
        s = float(rng.uniform(5, 16))
        while s < length + 70:
            d = side * (plan.profile.carriage - 0.55 + float(rng.normal(0, 0.08)))
            rate = (float(rng.uniform(3.5, 5.0)) * (1 if side < 0 else -1)) if ego_speed else 0.0
            _ride(builder, plan, rng, s, d, rate, side)
            s += float(rng.exponential(13 / plan.bustle)) + 4.0


def _ride(builder: Builder, plan: Plan, rng: np.random.Generator, s: float, d: float, rate: float, side: int) -> None:
    colours = dressed(rng)
    frame = dict(colours) | {people.PAINT: vehicles.CAR_COLOURS[rng.integers(len(vehicles.CAR_COLOURS))]}
    first, helmet = int(rng.integers(people.PHASES)), bool(rng.random() < 0.55)
    shapes = [people.rider((first + step) % people.PHASES, helmet).painted(colours) for step in range(people.PHASES if rate else 1)]
    turn = 0.0 if side < 0 else np.pi

    def where(t: float) -> Pose:
        return plan.line.place(s + rate * t, d, 0.02, turn=turn)

    builder.move([("rider", shapes), ("bicycle", [people.bicycle().painted(frame)])], where, cycle=lambda t: abs(rate) * t / 5.0)


def parked_bicycle(builder: Builder, rng: np.random.Generator, at: Pose, *, fine: bool = True) -> None:
    lean = np.eye(4)
    angle = float(rng.normal(0, 0.05))
    lean[1:3, 1:3] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    builder.stand(
        [("bicycle", people.bicycle(fine).painted({people.PAINT: vehicles.CAR_COLOURS[rng.integers(len(vehicles.CAR_COLOURS))]}))],
        at @ lean,
    )
