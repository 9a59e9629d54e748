"""A lidar of 64 beams that turns once a frame: the same geometry as the camera's, so that points and pixels agree."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from engine import labels
from engine.lidar.scan import Scan
from engine.world import materials
from engine.world.casting import Caster, dot

BEAMS, STEPS = 64, 1875
_REACH = 110.0


@cache
def _directions() -> NDArray[np.float32]:
    """(BEAMS · STEPS, 3) unit rays in lidar space, beam by beam from the top: a third of a degree apart above, half a degree below."""
    upper = np.linspace(2.0, -8.33, BEAMS // 2)
    lower = np.linspace(-8.83, -24.8, BEAMS // 2)
    elevation = np.radians(np.concatenate([upper, lower]))[:, None]
    azimuth = -np.arange(STEPS) * (2 * np.pi / STEPS)
    rays = np.stack(
        [np.cos(elevation) * np.cos(azimuth), np.cos(elevation) * np.sin(azimuth), np.broadcast_to(np.sin(elevation), (BEAMS, STEPS))], -1
    )
    return rays.reshape(-1, 3).astype(np.float32)


@cache
def _semantic_kitti() -> NDArray[np.uint32]:
    """(256,) the SemanticKITTI id of each Cityscapes id."""
    table = np.zeros(256, np.uint32)
    for label in labels.space("cityscapes").labels:
        if 0 <= label.id < 256:
            table[label.id] = label.semantic_kitti
    return table


def scan(caster: Caster, world_from_lidar: NDArray[np.floating], rng: np.random.Generator) -> tuple[Scan, NDArray[np.uint32]]:
    """One turn: the points that came back, and for each its SemanticKITTI id with the instance (from 1) in the high 16 bits."""
    rays = _directions()
    turned = rays @ world_from_lidar[:3, :3].T.astype(np.float32)
    hits = caster.cast(world_from_lidar[:3, 3].astype(np.float32), turned)
    facing = np.abs(dot(hits.normal, turned[hits.met].T))
    bright = (hits.tint[0] + hits.tint[1] + hits.tint[2]) / 6 + 0.5
    back = materials.column("reflectance")[hits.material] * bright * (0.25 + 0.75 * facing)
    lost = rng.random(len(rays), np.float32)[hits.met]
    kept = (hits.distance[hits.met] < _REACH) & (lost > 0.012 + 0.5 * np.exp(-back * 30))
    index = hits.met[kept]
    points = rays[index] * hits.distance[index, None]
    noise = 0.02 * rng.standard_normal(len(rays), np.float32)[index]
    reflectance = np.clip(np.round((back[kept] + noise) * 100) / 100, 0, 1).astype(np.float32)
    instance = hits.instance[index]
    number = np.where(instance >= 1000, instance % 1000 + 1, 0).astype(np.uint32)
    return Scan(points, reflectance), _semantic_kitti()[hits.label[index]] | (number << np.uint32(16))
