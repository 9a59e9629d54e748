"""Triangles and how to make them: every thing of the street is a soup of these.

A mesh keeps each triangle's own corners, texture coordinates and shading normals, so that meshes are joined and moved as
plain arrays. Lengths are metres; texture coordinates are metres along the surface.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Colour = tuple[float, float, float]
Point = Sequence[float] | NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Mesh:
    """F triangles: `points`, `normals` (F, 3, 3), `uv` (F, 3, 2), `material` (F,) uint8, `tint` (F, 3) sRGB 0…1."""

    points: Floats
    normals: Floats
    uv: Floats
    material: NDArray[np.uint8]
    tint: Floats

    def __len__(self) -> int:
        return len(self.points)

    def moved(self, target_from_source: NDArray[np.floating]) -> Mesh:
        """The mesh after a transform (4, 4) of rotation, uniform scale and translation."""
        matrix = target_from_source[:3, :3].astype(np.float32)
        turned = matrix / np.float32(np.cbrt(abs(np.linalg.det(matrix))))
        points = self.points.reshape(-1, 3) @ matrix.T
        points += target_from_source[:3, 3].astype(np.float32)
        normals = self.normals.reshape(-1, 3) @ turned.T
        return replace(self, points=points.reshape(-1, 3, 3), normals=normals.reshape(-1, 3, 3))

    def painted(self, colours: dict[int, Colour]) -> Mesh:
        """The mesh with the tint of whole materials replaced."""
        tint = self.tint.copy()
        for material, colour in colours.items():
            tint[self.material == material] = colour
        return replace(self, tint=tint)


def join(meshes: Iterable[Mesh]) -> Mesh:
    """All triangles of `meshes`, in order."""
    parts = list(meshes)
    if not parts:
        return Mesh(
            np.zeros((0, 3, 3), np.float32),
            np.zeros((0, 3, 3), np.float32),
            np.zeros((0, 3, 2), np.float32),
            np.zeros(0, np.uint8),
            np.zeros((0, 3), np.float32),
        )
    names = ("points", "normals", "uv", "material", "tint")
    return Mesh(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def pose(
    x: float = 0.0, y: float = 0.0, z: float = 0.0, *, yaw: float = 0.0, pitch: float = 0.0, roll: float = 0.0, scale: float = 1.0
) -> NDArray[np.floating]:
    """(4, 4) Rz(yaw) · Ry(pitch) · Rx(roll) · scale, then the shift."""
    (cr, sr), (cp, sp), (cy, sy) = ((np.cos(a), np.sin(a)) for a in (roll, pitch, yaw))
    result = np.eye(4)
    result[:3, :3] = scale * np.array(
        [
            [cy * cp, cy * sp * sr - sy * cr, cy * sp * cr + sy * sr],
            [sy * cp, sy * sp * sr + cy * cr, sy * sp * cr - cy * sr],
            [-sp, cp * sr, cp * cr],
        ]
    )
    result[:3, 3] = x, y, z
    return result


def quads(
    corners: NDArray[np.floating],
    material: int,
    tint: Colour | Floats,
    *,
    uv: NDArray[np.floating] | None = None,
    offset: tuple[float, float] = (0.0, 0.0),
) -> Mesh:
    """Flat four-sided faces; `corners` (N, 4, 3) go round counter-clockwise seen from outside, the first edge along u."""
    corners = np.asarray(corners, np.float32).reshape(-1, 4, 3)
    if uv is None:
        uv = np.zeros((len(corners), 4, 2), np.float32)
        uv[:, 1:3, 0] = np.linalg.norm(corners[:, 1] - corners[:, 0], axis=1)[:, None]
        uv[:, 2:, 1] = np.linalg.norm(corners[:, 3] - corners[:, 0], axis=1)[:, None]
    uv = np.asarray(uv, np.float32).reshape(-1, 4, 2) + np.array(offset, np.float32)
    normal = _cross(corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1])
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)
    return _from_quads(corners, np.repeat(normal[:, None], 4, 1), uv, material, tint)


def _cross(one: Floats, two: Floats) -> Floats:
    """Products of vectors (N, 3); for the few that most meshes have, several times quicker than numpy's own."""
    result = np.empty_like(one)
    for axis in range(3):
        a, b = (axis + 1) % 3, (axis + 2) % 3
        result[:, axis] = one[:, a] * two[:, b] - one[:, b] * two[:, a]
    return result


def _from_quads(corners: Floats, normals: Floats, uv: Floats, material: int | NDArray[np.integer], tint: Colour | Floats) -> Mesh:
    """Two triangles a quad; `material` and `tint` are one for all or one a quad."""
    order = np.array([[0, 1, 2], [0, 2, 3]])
    count = len(corners)
    materials = np.repeat(np.broadcast_to(np.asarray(material, np.uint8), (count,)), 2)
    tints = np.repeat(np.broadcast_to(np.asarray(tint, np.float32), (count, 3)), 2, 0)
    points, shading, texture = (np.ascontiguousarray(a[:, order].reshape(-1, 3, a.shape[-1]), np.float32) for a in (corners, normals, uv))
    return Mesh(points, shading, texture, materials, tints)


_BOX = np.array(
    [
        [[0, 1, 0], [0, 0, 0], [0, 0, 1], [0, 1, 1]],
        [[1, 0, 0], [1, 1, 0], [1, 1, 1], [1, 0, 1]],
        [[0, 0, 0], [1, 0, 0], [1, 0, 1], [0, 0, 1]],
        [[1, 1, 0], [0, 1, 0], [0, 1, 1], [1, 1, 1]],
        [[0, 0, 1], [1, 0, 1], [1, 1, 1], [0, 1, 1]],
        [[0, 1, 0], [1, 1, 0], [1, 0, 0], [0, 0, 0]],
    ],
    np.float32,
)


def boxes(low: NDArray[np.floating] | Sequence, high: NDArray[np.floating] | Sequence, material: int, tint: Colour | Floats) -> Mesh:
    """Boxes between the corners `low` and `high`, (N, 3) each; `tint` one for all or (N, 3)."""
    low, high = (np.asarray(a, np.float32).reshape(-1, 1, 1, 3) for a in (low, high))
    corners = (low + _BOX[None] * (high - low)).reshape(-1, 4, 3)
    colours = np.repeat(np.broadcast_to(np.asarray(tint, np.float32), (len(low), 3)), 6, 0)
    return quads(corners, material, colours)


def surface(
    grid: NDArray[np.floating], material: int | NDArray[np.integer], tint: Colour | Floats, *, around: bool = False, smooth: bool = True
) -> Mesh:
    """A bent sheet through a grid of points (R, C, 3); outside is to the left of rows × columns.

    `around` closes the columns to a ring; `material` may be (R − 1, C or C − 1).
    """
    grid = np.asarray(grid, np.float32)
    if around:
        grid = np.concatenate([grid, grid[:, :1]], 1)
    rows, columns = grid.shape[:2]
    u = np.concatenate([np.zeros((rows, 1), np.float32), np.cumsum(np.linalg.norm(np.diff(grid, axis=1), axis=2), 1)], 1)
    v = np.concatenate([np.zeros((1, columns), np.float32), np.cumsum(np.linalg.norm(np.diff(grid, axis=0), axis=2), 0)], 0)
    uv = np.stack([u, v], -1)

    def faces(values: Floats) -> Floats:
        return np.stack([values[:-1, :-1], values[:-1, 1:], values[1:, 1:], values[1:, :-1]], 2).reshape(-1, 4, values.shape[-1])

    corners = faces(grid)
    flat = _cross(corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1])
    if smooth:
        normals = faces(_vertex_normals(flat.reshape(rows - 1, columns - 1, 3), around))
    else:
        normals = np.repeat((flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-12))[:, None], 4, 1)
    chosen = np.broadcast_to(np.asarray(material), (rows - 1, columns - 1)).reshape(-1) if np.ndim(material) else material
    return _from_quads(corners, normals, faces(uv), chosen, tint)


def _vertex_normals(flat: Floats, around: bool) -> Floats:
    """Normals of grid points from those of the faces between them, weighted by area."""
    rows, columns = flat.shape[:2]
    total = np.zeros((rows + 1, columns + 1, 3), np.float32)
    for down in (0, 1):
        for right in (0, 1):
            total[down : down + rows, right : right + columns] += flat
    if around:
        total[:, 0] = total[:, -1] = total[:, 0] + total[:, -1]
    return total / np.maximum(np.linalg.norm(total, axis=2, keepdims=True), 1e-12)


def revolved(profile: Sequence[tuple[float, float]], material: int, tint: Colour, *, segments: int = 12) -> Mesh:
    """A profile of (radius, z), from the bottom up, turned round the z axis; radius 0 closes an end."""
    angles = np.arange(segments) * (2 * np.pi / segments)
    radius, height = np.array(profile, np.float32).T
    grid = np.stack(
        [radius[:, None] * np.cos(angles), radius[:, None] * np.sin(angles), np.broadcast_to(height[:, None], (len(height), segments))], -1
    )
    return surface(grid, material, tint, around=True)


def ball(centre: Point, radii: Point, material: int, tint: Colour, *, segments: int = 12) -> Mesh:
    """An ellipsoid."""
    latitude = np.linspace(-np.pi / 2, np.pi / 2, segments // 2 + 1)
    mesh = revolved([(float(np.cos(a)), float(np.sin(a))) for a in latitude], material, tint, segments=segments)
    scale = np.asarray(radii, np.float32)
    normals = mesh.normals / scale
    normals /= np.maximum(np.linalg.norm(normals, axis=2, keepdims=True), 1e-12)
    return replace(mesh, points=mesh.points * scale + np.asarray(centre, np.float32), normals=normals, uv=mesh.uv * float(scale.mean()))


def tube(
    start: Point,
    end: Point,
    radius: float,
    material: int,
    tint: Colour,
    *,
    end_radius: float | None = None,
    segments: int = 8,
    capped: bool = True,
) -> Mesh:
    """A straight round bar between two points, tapering to `end_radius`."""
    a, b = np.asarray(start, float), np.asarray(end, float)
    length = float(np.linalg.norm(b - a))
    last = radius if end_radius is None else end_radius
    sides = revolved([(radius, 0.0), (last, length)], material, tint, segments=segments)
    parts = [sides]
    if capped:
        parts += [
            revolved([(0.0, 0.0), (radius, 0.0)], material, tint, segments=segments),
            revolved([(last, length), (0.0, length)], material, tint, segments=segments),
        ]
    return join(parts).moved(_along(a, b))


def _along(a: NDArray[np.floating], b: NDArray[np.floating]) -> NDArray[np.floating]:
    """(4, 4) that takes the z axis to the line from `a` towards `b`."""
    forward = (b - a) / max(float(np.linalg.norm(b - a)), 1e-9)
    side = np.cross([0.0, 0.0, 1.0] if abs(forward[2]) < 0.9 else [1.0, 0.0, 0.0], forward)
    side /= np.linalg.norm(side)
    result = np.eye(4)
    result[:3, 0], result[:3, 1], result[:3, 2], result[:3, 3] = side, np.cross(forward, side), forward, a
    return result


def ring(radius: float, thickness: float, material: int, tint: Colour, *, segments: int = 16, sides: int = 6) -> Mesh:
    """A torus round the y axis: a tyre of a bicycle."""
    around = np.arange(segments + 1) * (2 * np.pi / segments)
    small = np.arange(sides) * (2 * np.pi / sides)
    reach = radius + thickness * np.cos(small)[None]
    grid = np.stack(
        [
            reach * np.cos(around)[:, None],
            np.broadcast_to(thickness * np.sin(small), (segments + 1, sides)),
            reach * np.sin(around)[:, None],
        ],
        -1,
    )
    return surface(grid[:, ::-1], material, tint, around=True)


def disc(centre: Point, radius: float, facing: Point, material: int, tint: Colour, *, segments: int = 16, inner: float = 0.0) -> Mesh:
    """A flat round plate, or with `inner` a flat ring."""
    flat = revolved([(radius, 0.0), (inner, 0.0)], material, tint, segments=segments)
    start = np.asarray(centre, float)
    return flat.moved(_along(start, start + np.asarray(facing, float)))
