"""Builds the scene of a plan: the ground, what lines the sides, and what stands on the pavement."""

from __future__ import annotations

import numpy as np

from engine.world import buildings, furniture, plants, street, traffic
from engine.world.materials import INDEX
from engine.world.mesh import Mesh, quads
from engine.world.plan import CROSS_HALF, GAP, Plan, Zone, draw
from engine.world.scene import Builder, Labelled, Scene
from engine.world.street import KERB_HEIGHT

_FAR = 120.0


def build(rng: np.random.Generator, *, length: float = 0.0, ego_speed: float = 0.0) -> tuple[Scene, Plan]:
    """A new street with everything on it. With `ego_speed` the traffic goes along with a camera of that speed for `length` metres."""
    plan = draw(rng, length=length)
    builder = Builder()
    _ground(builder, plan, rng)
    for at in plan.crossings:
        _crossing(builder, plan, at, rng)
    for zone in plan.zones:
        _ZONE[zone.kind](builder, plan, zone, rng)
    for side in (-1, 1):
        _kerbside(builder, plan, side, rng)
    _horizon(builder, plan, rng)
    traffic.populate(builder, plan, rng, length=length, ego_speed=ego_speed)
    return Scene(plan.line, Labelled.joined(builder.parts), tuple(builder.movers)), plan


def _ground(builder: Builder, plan: Plan, rng: np.random.Generator) -> None:
    line, profile, ends = plan.line, plan.profile, (plan.start, plan.end)
    builder.add(street.carriageway(line, ends, profile), "road")
    wide = 900.0
    builder.add(
        quads(
            np.array([[(-wide, -wide, -0.08), (wide, -wide, -0.08), (wide, wide, -0.08), (-wide, wide, -0.08)]]),
            INDEX["grass"],
            (0.84, 0.86, 0.80),
        ),
        "terrain",
    )
    tint = tuple(np.array((0.86, 0.86, 0.86)) + rng.uniform(-0.08, 0.10) + rng.uniform(-0.04, 0.04, 3))
    for span in plan.spans:
        builder.add(street.markings(line, span, profile), "road")
        for side in (-1, 1):
            builder.add(street.kerb(line, span, profile, side), "sidewalk")
            builder.add(street.pavement(line, span, profile, side, tint), "sidewalk")
            builder.add(street.verge(line, span, profile, side), "terrain")
            green = tuple(np.array((0.90, 0.92, 0.86)) * rng.uniform(0.85, 1.06))
            builder.add(
                street.ground(line, span, (profile.outer(side), _FAR), side, rng, rise=float(rng.uniform(-0.05, 2.5)), tint=green),
                "terrain",
            )


def _patch(
    plan: Plan, s: tuple[float, float], d: tuple[float, float], z: tuple[float, float], material: str, tint: tuple[float, float, float]
) -> Mesh:
    """A level or upright rectangle in street space; z runs with s where s is a range, else with nothing."""
    corners = np.array([[(s[0], d[0], z[0]), (s[1], d[0], z[1]), (s[1], d[1], z[1]), (s[0], d[1], z[0])]])
    return quads(plan.line.bent(corners), INDEX[material], tint, uv=corners[..., :2])


def _crossing(builder: Builder, plan: Plan, at: float, rng: np.random.Generator) -> None:
    """Another street across, with its kerbs and pavements, zebra stripes, stop lines and traffic lights."""
    profile, grey = plan.profile, (0.92, 0.92, 0.93)
    for side in (-1, 1):
        edge = side * profile.kerb(side)
        builder.add(_patch(plan, (at - CROSS_HALF, at + CROSS_HALF), (edge, side * 110.0), (0.0, 0.0), "asphalt", grey), "road")
        for end in (-1, 1):
            low, high = at + end * CROSS_HALF, at + end * GAP
            builder.add(
                _patch(
                    plan,
                    (low + end * 0.18, high),
                    (edge + side * 0.18, side * 110.0),
                    (KERB_HEIGHT, KERB_HEIGHT),
                    "paving",
                    (0.86, 0.86, 0.86),
                ),
                "sidewalk",
            )
            builder.add(
                _patch(plan, (low, low + end * 0.18), (edge, side * 110.0), (KERB_HEIGHT, KERB_HEIGHT), "kerb", (0.8, 0.8, 0.79)),
                "sidewalk",
            )
            builder.add(
                _patch(plan, (low, low + end * 0.001), (edge, side * 110.0), (0.0, KERB_HEIGHT), "kerb", (0.8, 0.8, 0.79)), "sidewalk"
            )
            builder.add(street.kerb(plan.line, (min(low, high), max(low, high)), profile, side), "sidewalk")
        dashes = [(min(side * d, side * (d + 3)), max(side * d, side * (d + 3))) for d in np.arange(profile.kerb(side) + 4, 40, 6)]
        builder.add(street.stripes(plan.line, [(at - 0.07, at + 0.07, low, high) for low, high in dashes]), "road")
    builder.add(street.zebra(plan.line, at - GAP - 0.2 + 3.4, profile), "road")
    builder.add(street.zebra(plan.line, at + GAP - 6.4 + 3.0, profile), "road")
    builder.add(
        street.stripes(
            plan.line, [(at - GAP - 1.6, at - GAP - 1.1, -profile.carriage, -0.1), (at + GAP + 1.1, at + GAP + 1.6, 0.1, profile.carriage)]
        ),
        "road",
    )
    state = int(rng.integers(0, 3))
    arm = bool(rng.random() < 0.5)
    for s, side, turn in ((at - GAP - 1.0, -1, 0.0), (at + GAP + 0.8, -1, 0.0), (at + GAP + 1.0, 1, np.pi), (at - GAP - 0.8, 1, 0.0)):
        over = arm and (side < 0) == (turn == 0.0)
        builder.add_parts(
            furniture.traffic_light(state, over), plan.line.place(s, side * (profile.kerb(side) + 0.55), KERB_HEIGHT, turn=turn)
        )


def _town(builder: Builder, plan: Plan, zone: Zone, rng: np.random.Generator) -> None:
    s, shops = zone.start, rng.random() < 0.6
    base = int(rng.integers(2, 5))
    while zone.end - s > 6.0:
        bays = min(int(rng.integers(2, 6)), int((zone.end - s) // 3))
        if bays < 1:
            break
        house, width = buildings.town_house(
            rng, bays, shop=bool(shops and rng.random() < 0.75), floors=int(np.clip(base + rng.integers(-1, 2), 1, 5))
        )
        back = float(rng.choice((0.0, 0.0, 0.25)))
        middle = s + width / 2
        builder.add(
            house,
            "building",
            plan.line.place(middle, zone.side * (plan.profile.outer(zone.side) + back), KERB_HEIGHT, turn=0.0 if zone.side > 0 else np.pi),
        )
        s += width + (float(rng.uniform(2.0, 4.5)) if rng.random() < 0.12 else 0.0)


def _edging(builder: Builder, plan: Plan, zone: Zone, rng: np.random.Generator, kinds: tuple[str, ...]) -> None:
    """A fence, a wall or a hedge along the pavement, with a gap now and then."""
    kind, style = str(rng.choice(kinds)), int(rng.integers(0, 4))
    tint = plants.GREENS[rng.integers(len(plants.GREENS))]
    for s in np.arange(zone.start + 1.0, zone.end - 0.9, 2.0):
        if rng.random() < 0.05:
            continue
        at = plan.line.place(float(s), zone.side * (plan.profile.outer(zone.side) + 0.3), KERB_HEIGHT)
        if kind == "fence":
            builder.add(furniture.fence(style), "fence", at)
        elif kind == "wall":
            builder.add(furniture.wall(style % 3), "wall", at)
        else:
            builder.add(plants.hedge(int(rng.integers(3))).painted({plants.HEDGE: tint, plants.LEAF: tint}), "vegetation", at)


def _houses(builder: Builder, plan: Plan, zone: Zone, rng: np.random.Generator) -> None:
    _edging(builder, plan, zone, rng, ("fence", "wall", "hedge", "fence"))
    s, outer = zone.start + 7.0, plan.profile.outer(zone.side)
    while s < zone.end - 5:
        back = float(rng.uniform(4.0, 7.5))
        builder.add(
            buildings.detached(rng),
            "building",
            plan.line.place(s, zone.side * (outer + back), KERB_HEIGHT, turn=0.0 if zone.side > 0 else np.pi),
        )
        for _ in range(int(rng.integers(1, 4))):
            _plant(builder, plan, rng, s + float(rng.uniform(-7, 7)), zone.side * (outer + float(rng.uniform(1.2, back - 1.2))), small=True)
        s += float(rng.uniform(13.5, 18))


def _park(builder: Builder, plan: Plan, zone: Zone, rng: np.random.Generator) -> None:
    if rng.random() < 0.6:
        _edging(builder, plan, zone, rng, ("fence", "hedge", "fence"))
    outer = plan.profile.outer(zone.side)
    for _ in range(int((zone.end - zone.start) / 3.0)):
        _plant(
            builder,
            plan,
            rng,
            float(rng.uniform(zone.start, zone.end)),
            zone.side * (outer + float(rng.uniform(2.5, 34))),
            small=rng.random() < 0.25,
        )


def _walled(builder: Builder, plan: Plan, zone: Zone, rng: np.random.Generator) -> None:
    _edging(builder, plan, zone, rng, ("wall",))
    outer = plan.profile.outer(zone.side)
    for _ in range(int((zone.end - zone.start) / 5.0)):
        _plant(builder, plan, rng, float(rng.uniform(zone.start, zone.end)), zone.side * (outer + float(rng.uniform(3.5, 12))), small=False)
    middle, width = (zone.start + zone.end) / 2, (zone.end - zone.start) * 0.7
    if rng.random() < 0.7:
        builder.add(
            buildings.block(rng, 3.0 * round(width / 3), int(rng.integers(2, 6))),
            "building",
            plan.line.place(middle, zone.side * (outer + 16), 0, turn=0.0 if zone.side > 0 else np.pi),
        )


_ZONE = {"town": _town, "houses": _houses, "park": _park, "walled": _walled}


def _plant(builder: Builder, plan: Plan, rng: np.random.Generator, s: float, d: float, *, small: bool) -> None:
    """A bush or a tree of any kind."""
    green = plants.GREENS[rng.integers(len(plants.GREENS))]
    if small:
        mesh, scale = plants.bush(int(rng.integers(4))), float(rng.uniform(0.8, 1.5))
    else:
        fine = abs(d) < 20 and s < plan.sharp
        kind = plants.KINDS[rng.integers(len(plants.KINDS))]
        mesh, scale = plants.tree(kind, int(rng.integers(3)), fine), float(rng.uniform(0.8, 1.35))
    builder.add(
        mesh.painted({plants.LEAF: green}), "vegetation", plan.line.place(s, d, KERB_HEIGHT, turn=float(rng.uniform(0, 6.28)), scale=scale)
    )


def _kerbside(builder: Builder, plan: Plan, side: int, rng: np.random.Generator) -> None:
    """Trees, lamps, signs, bollards, bins, benches and parked bicycles in a row behind the kerb."""
    profile = plan.profile
    d = side * (profile.kerb(side) + 0.18 + max(0.45, profile.verge[side > 0] / 2))
    planted = rng.random() < 0.72
    green, lamp_style = plants.GREENS[rng.integers(len(plants.GREENS))], int(rng.integers(0, 3))
    step, s = plan.trees[side > 0], plan.start + 4.0
    next_lamp, next_tree = s + float(rng.uniform(0, 20)), s + float(rng.uniform(0, 8))
    while s < plan.end - 20:
        s += float(rng.uniform(1.9, 3.2))
        if plan.crossing(s, GAP + 2.2):
            continue
        at = plan.line.place(s, d, KERB_HEIGHT, turn=0.0 if side < 0 else np.pi)
        if s >= next_lamp:
            builder.add_parts(furniture.lamp(lamp_style), at)
            next_lamp = s + float(rng.uniform(17, 26))
        elif planted and s >= next_tree:
            mesh = plants.tree(plan.tree_kind, int(rng.integers(3)), s < plan.sharp).painted({plants.LEAF: green})
            builder.add(
                mesh,
                "vegetation",
                plan.line.place(s, d, KERB_HEIGHT, turn=float(rng.uniform(0, 6.28)), scale=float(rng.uniform(0.85, 1.15))),
            )
            next_tree = s + step
        else:
            _small_thing(builder, plan, rng, s, d, side)


def _small_thing(builder: Builder, plan: Plan, rng: np.random.Generator, s: float, d: float, side: int) -> None:
    chance = rng.random()
    toward = plan.line.place(s, d, KERB_HEIGHT, turn=0.0 if side < 0 else np.pi)
    if chance < 0.24:
        against = 0.0 if side < 0 or rng.random() < 0.45 else np.pi
        kind = furniture.SIGNS[rng.integers(len(furniture.SIGNS))]
        builder.add_parts(furniture.sign(kind), plan.line.place(s, d, KERB_HEIGHT, turn=against + float(rng.normal(0, 0.06))))
    elif chance < 0.38:
        builder.add_parts(furniture.bollard(), toward)
    elif chance < 0.54:
        for step in range(int(rng.integers(1, 4))):
            traffic.parked_bicycle(
                builder,
                rng,
                plan.line.place(s + 0.62 * step, d + side * 0.35, KERB_HEIGHT, turn=np.pi / 2 + float(rng.normal(0, 0.15))),
                fine=s < plan.sharp,
            )
    elif chance < 0.58:
        builder.add(furniture.bench(), "static", plan.line.place(s, d + side * 0.5, KERB_HEIGHT, turn=0.0 if side > 0 else np.pi))
    elif chance < 0.62:
        builder.add(furniture.bin_(), "static", toward)


def _horizon(builder: Builder, plan: Plan, rng: np.random.Generator) -> None:
    """Houses and trees behind the first row and across the street's far end, so that no one sees the world's edge."""
    for side in (-1, 1):
        for s in np.arange(plan.start, plan.end, 30.0):
            if rng.random() < 0.55:
                builder.add(
                    buildings.block(rng, 3.0 * rng.integers(4, 8), int(rng.integers(3, 8))),
                    "building",
                    plan.line.place(float(s), side * float(rng.uniform(42, 60)), 0, turn=0.0 if side > 0 else np.pi),
                )
            else:
                _plant(builder, plan, rng, float(s), side * float(rng.uniform(30, 55)), small=False)
    for d in np.arange(-60, 61, 20.0):
        builder.add(
            buildings.block(rng, 21.0, int(rng.integers(3, 7))), "building", plan.line.place(plan.end + 4, float(d), 0, turn=-np.pi / 2)
        )
