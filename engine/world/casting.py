"""Rays against triangles: what each ray meets, and whether the sun sees a point. One geometry for camera and lidar."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from engine.world.materials import INDEX
from engine.world.scene import Labelled, Scene

Floats = NDArray[np.floating]


@dataclass(frozen=True)
class Hits:
    """What N rays met: distance (inf for sky), label and instance ids (23 for sky), and for `met` rays (M of N) the surface there.

    Vectors lie in rows of coordinates, `point`, `normal` and `tint` (3, M), `uv` (2, M): numpy is several times faster so.
    """

    distance: Floats
    label: NDArray[np.uint8]
    instance: NDArray[np.int32]
    met: NDArray[np.intp]
    point: Floats
    normal: Floats
    uv: Floats
    material: NDArray[np.uint8]
    tint: Floats


SKY = 23


class Caster:
    """Casts rays into a scene at one moment; the still part is built once and shared by all moments."""

    def __init__(self, still: Solid, moving: Solid | None) -> None:
        self._solids = [still] if moving is None else [still, moving]

    @staticmethod
    def at(scene: Scene, still: Solid, t: float) -> Caster:
        moving = scene.moving(t) if scene.movers else None
        return Caster(still, Solid(moving) if moving is not None and len(moving.mesh) else None)

    def cast(self, origin: Floats, direction: Floats) -> Hits:
        """`origin` (N, 3) or (3,), `direction` (N, 3) of length one."""
        rays = np.empty((len(direction), 6), np.float32)
        rays[:, :3], rays[:, 3:] = origin, direction
        distance, face, bary = self._solids[0].nearest(rays)
        owner = np.zeros(len(rays), np.uint8)
        if len(self._solids) > 1:
            other, other_face, other_bary = self._solids[1].nearest(rays)
            nearer = other < distance
            where = np.flatnonzero(nearer)
            distance, face, bary = np.minimum(distance, other), face.copy(), bary.copy()
            face[where], bary[where], owner[where] = other_face[where], other_bary[where], 1
        return self._described(rays, distance, face, bary, owner)

    def _described(self, rays: Floats, distance: Floats, face: NDArray[np.int64], bary: Floats, owner: NDArray[np.uint8]) -> Hits:
        met = np.flatnonzero(np.isfinite(distance))
        label, instance = np.full(len(rays), SKY, np.uint8), np.full(len(rays), SKY, np.int32)
        face, bary = face[met], bary[met]
        looked = self._solids[0].look_up(np.where(owner[met] == 0, face, 0), bary)
        if len(self._solids) > 1 and (mine := np.flatnonzero(owner[met] == 1)).size:
            theirs = self._solids[1].look_up(face[mine], bary[mine])
            for whole, part in zip(looked, theirs, strict=True):
                whole[..., mine] = part
        label[met], instance[met], normal, uv, material, tint = looked
        ahead = np.ascontiguousarray(np.take(rays, met, axis=0).T)
        point = ahead[:3] + ahead[3:] * distance[met]
        toward = dot(normal, ahead[3:]) > 0
        normal *= np.where(toward & _two_sided()[material], np.float32(-1), np.float32(1))
        return Hits(distance, label, instance, met, point, normal, uv, material, tint)

    def covered(self, point: Floats, direction: Floats, *, reach: float = np.inf) -> NDArray[np.bool_]:
        """(N,) whether something stands within `reach` metres of points (3, N) in a direction (3,) or directions (3, N)."""
        rays = np.empty((point.shape[1], 6), np.float32)
        rays[:, :3], rays[:, 3:] = point.T, direction.T
        covered = self._solids[0].hit(rays, reach)
        if len(self._solids) > 1:
            covered |= self._solids[1].hit(rays, reach)
        return covered


@cache
def _two_sided() -> NDArray[np.bool_]:
    """(256,) the materials whose normals face whoever looks; leaves keep their crown's."""
    flags = np.ones(256, bool)
    flags[[INDEX["leaf"], INDEX["hedge"]]] = False
    return flags


class Solid:
    """Triangles in Open3D's ray-casting scene with what is to be known of each."""

    def __init__(self, things: Labelled) -> None:
        import open3d as o3d

        self._things, self._tensor = things, o3d.core.Tensor.from_numpy
        mesh = things.mesh
        self._scene = o3d.t.geometry.RaycastingScene()
        corners = np.ascontiguousarray(mesh.points.reshape(-1, 3))
        faces = np.arange(len(corners), dtype=np.uint32).reshape(-1, 3)
        self._scene.add_triangles(self._tensor(corners), self._tensor(faces))
        self._scene.cast_rays(self._tensor(np.array([[0, 0, -10, 0, 0, -1]], np.float32)))  # builds the tree before threads share it
        self._corners = np.ascontiguousarray(np.concatenate([np.concatenate([mesh.normals, mesh.uv], 2).reshape(-1, 15), mesh.tint], 1).T)

    def nearest(self, rays: Floats) -> tuple[Floats, NDArray[np.int64], Floats]:
        """Distances (N,), faces (N,) and barycentric coordinates (N, 2)."""
        answer = self._scene.cast_rays(self._tensor(rays))
        return answer["t_hit"].numpy(), answer["primitive_ids"].numpy().astype(np.int64), answer["primitive_uvs"].numpy()

    def hit(self, rays: Floats, reach: float) -> NDArray[np.bool_]:
        return self._scene.test_occlusions(self._tensor(rays), 0.0, reach).numpy()

    def look_up(self, face: NDArray[np.int64], bary: Floats) -> tuple[NDArray, ...]:
        """Label, instance, normal (3, M), texture coordinates (2, M), material and tint (3, M) at points of faces (M,)."""
        one, two = np.ascontiguousarray(bary.T)
        corner = np.take(self._corners, face, axis=1)
        mixed = corner[:5] * (1 - one - two)
        mixed += corner[5:10] * one
        mixed += corner[10:15] * two
        normal = mixed[:3]
        normal *= 1 / np.sqrt(np.maximum(dot(normal, normal), 1e-12))
        return self._things.label[face], self._things.instance[face], normal, mixed[3:], self._things.mesh.material[face], corner[15:]


def dot(one: Floats, two: Floats) -> Floats:
    """(M,) products of vectors (3, M)."""
    return one[0] * two[0] + one[1] * two[1] + one[2] * two[2]
