"""A street with everything on it: what stands, what moves, and what each triangle is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine import labels
from engine.world.mesh import Mesh, join
from engine.world.street import Line

Pose = NDArray[np.floating]


@dataclass(frozen=True)
class Labelled:
    """Triangles with the Cityscapes id (F,) uint8 and instance id (F,) int32 (class · 1000 + n, or the class id) of each."""

    mesh: Mesh
    label: NDArray[np.uint8]
    instance: NDArray[np.int32]

    @staticmethod
    def joined(parts: list[tuple[Mesh, int, int]]) -> Labelled:
        """From meshes with their class and instance ids."""
        counts = [len(mesh) for mesh, _, _ in parts]
        label = np.repeat(np.array([part[1] for part in parts], np.uint8), counts)
        instance = np.repeat(np.array([part[2] for part in parts], np.int32), counts)
        return Labelled(join(mesh for mesh, _, _ in parts), label, instance)


@dataclass(frozen=True)
class Mover:
    """Something that changes place: `where(t)` is world_from_thing at t seconds, `shape(t)` its parts with class and instance ids."""

    where: Callable[[float], Pose]
    shape: Callable[[float], list[tuple[Mesh, int, int]]]


@dataclass
class Builder:
    """Collects the things of a scene and numbers its instances."""

    parts: list[tuple[Mesh, int, int]] = field(default_factory=list)
    movers: list[Mover] = field(default_factory=list)
    _counts: dict[int, int] = field(default_factory=dict)

    def add(self, mesh: Mesh | None, name: str, at: Pose | None = None) -> None:
        """Stuff of a class without instances."""
        if mesh is not None:
            id_ = labels.space("cityscapes").label(name).id
            self.parts.append((mesh if at is None else mesh.moved(at), id_, id_))

    def add_parts(self, parts: tuple[tuple[str, Mesh], ...], at: Pose) -> None:
        for name, mesh in parts:
            self.add(mesh, name, at)

    def instance(self, name: str) -> tuple[int, int]:
        """The class id and a fresh instance id of `name`."""
        id_ = labels.space("cityscapes").label(name).id
        number = self._counts.get(id_, 0)
        self._counts[id_] = number + 1
        return id_, id_ * 1000 + number

    def stand(self, parts: list[tuple[str, Mesh]], at: Pose) -> None:
        """Things with instances that keep their place, one instance a part."""
        for name, mesh in parts:
            self.parts.append((mesh.moved(at), *self.instance(name)))

    def move(
        self, parts: list[tuple[str, list[Mesh]]], where: Callable[[float], Pose], *, cycle: Callable[[float], float] | None = None
    ) -> None:
        """Things that move together; each part is a list of shapes that `cycle(t)` (0…1 a turn) runs through."""
        numbered = [(shapes, *self.instance(name)) for name, shapes in parts]

        def shape(t: float) -> list[tuple[Mesh, int, int]]:
            turn = cycle(t) % 1.0 if cycle else 0.0
            return [(shapes[int(turn * len(shapes)) % len(shapes)], label, instance) for shapes, label, instance in numbered]

        self.movers.append(Mover(where, shape))


@dataclass(frozen=True)
class Scene:
    """`still` never changes; `moving(t)` gives the rest at t seconds."""

    line: Line
    still: Labelled
    movers: tuple[Mover, ...]

    def moving(self, t: float) -> Labelled:
        parts = [
            (mesh.moved(where), label, instance)
            for mover in self.movers
            for where in (mover.where(t),)
            for mesh, label, instance in mover.shape(t)
        ]
        return Labelled.joined(parts)

    def frozen(self, t: float = 0.0) -> Scene:
        """The scene as it stands at one moment, without movers."""
        moving = self.moving(t)
        still = Labelled(
            join([self.still.mesh, moving.mesh]),
            np.concatenate([self.still.label, moving.label]),
            np.concatenate([self.still.instance, moving.instance]),
        )
        return Scene(self.line, still, ())
