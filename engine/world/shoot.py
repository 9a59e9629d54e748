"""Taking pictures: one of a street of its own, or a drive's along one street."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.lidar.scan import Scan
from engine.world import lidar
from engine.world import weather as air
from engine.world.camera import Shot, View, shoot
from engine.world.casting import Caster, Solid
from engine.world.layout import build
from engine.world.mesh import pose
from engine.world.plan import Plan
from engine.world.rig import LIDAR_HEIGHT, RATE, Rig, first_scale, oxts
from engine.world.scene import Scene

Matrix = NDArray[np.floating]
SPEED = 7.5


def single(rng: np.random.Generator, size: tuple[int, int]) -> Shot:
    """One picture of a new street in its own weather, from a camera that sits a little differently each time."""
    scene, plan = build(rng)
    caster = Caster(Solid(scene.frozen().still), None)
    height, width = size
    lane = plan.lane(int(rng.integers(plan.profile.lanes)), oncoming=False) + float(rng.normal(0, 0.35))
    world = plan.line.place(0.0, lane, float(rng.uniform(1.35, 1.95)), turn=float(np.clip(rng.normal(0, 0.09), -0.25, 0.25)))
    level = world @ pose(pitch=float(rng.normal(0.015, 0.03)), roll=float(rng.normal(0, 0.012)))
    axes = np.eye(4)
    axes[:3, :3] = [[0, 0, 1], [-1, 0, 0], [0, -1, 0]]
    focal = float(rng.uniform(0.58, 0.90)) * width
    intrinsics = np.array([[focal, 0, width / 2 + rng.normal(0, 0.01) * width], [0, focal, height * rng.uniform(0.44, 0.52)], [0, 0, 1]])
    return shoot(caster, View(size, intrinsics, level @ axes), air.weather(rng), rng)


@dataclass(frozen=True)
class Drive:
    """A ride along one street; frames can be taken in any order, each depends on its number alone."""

    scene: Scene
    plan: Plan
    solid: Solid
    air: air.Weather
    rig: Rig
    seed: int
    rate: float = RATE

    @staticmethod
    def prepared(frames: int, seed: int, size: tuple[int, int], weather: str = "") -> Drive:
        rng = np.random.default_rng([seed, 0])
        scene, plan = build(rng, length=SPEED * frames / RATE, ego_speed=SPEED)
        kind = weather or str(rng.choice(("clear", "clouds", "evening", "morning", "overcast"), p=(0.35, 0.35, 0.1, 0.1, 0.1)))
        return Drive(scene, plan, Solid(scene.still), air.weather(rng, kind), Rig(size), seed)

    def world_from_lidar(self, number: int) -> Matrix:
        """Where the lidar is at a frame, swaying as a car does."""
        t = number / self.rate
        s, sway = SPEED * t, 0.10 * np.sin(0.21 * SPEED * t)
        at = self.plan.line.place(
            s, self.plan.lane(0, oncoming=False) + sway, LIDAR_HEIGHT + 0.015 * np.sin(5.1 * t), turn=0.021 * np.cos(0.21 * SPEED * t)
        )
        return at @ pose(pitch=0.004 * np.sin(4.3 * t), roll=0.004 * np.sin(3.1 * t + 1))

    def frame(self, number: int) -> tuple[Shot, Scan, NDArray[np.uint32]]:
        """Picture, scan and the scan's labels."""
        rng = np.random.default_rng([self.seed, 4, number])
        at = self.world_from_lidar(number)
        caster = Caster.at(self.scene, self.solid, number / self.rate)
        shot = shoot(caster, self.rig.view(at), self.air, rng)
        return shot, *lidar.scan(caster, at, rng)

    def reading(self, number: int) -> str:
        """The line of an OXTS file."""
        scale = first_scale(self.world_from_lidar(0) @ self.rig.lidar_from_imu)
        before, after = self.world_from_lidar(number - 1), self.world_from_lidar(number + 1)
        turn = (np.arctan2(after[1, 0], after[0, 0]) - np.arctan2(before[1, 0], before[0, 0])) * self.rate / 2
        return oxts(self.world_from_lidar(number) @ self.rig.lidar_from_imu, scale=scale, speed=SPEED, turn_rate=float(turn))
