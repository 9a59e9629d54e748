"""The camera: rays through pixels, edges cast anew at four points a pixel, and development into a picture."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.world.casting import Caster, Hits
from engine.world.shading import Shader
from engine.world.weather import Weather

Floats = NDArray[np.floating]
_SUBPIXELS = ((-0.25, -0.25), (0.25, -0.25), (-0.25, 0.25), (0.25, 0.25))
_AO_STEP = 4
_AO_RAYS = 6
_AO_REACH = 2.2


@dataclass(frozen=True)
class View:
    """A pinhole at a place: `size` (height, width), `intrinsics` (3, 3), `world_from_camera` (4, 4), x right, y down, z ahead."""

    size: tuple[int, int]
    intrinsics: NDArray[np.floating]
    world_from_camera: NDArray[np.floating]

    @property
    def origin(self) -> Floats:
        return self.world_from_camera[:3, 3].astype(np.float32)

    def directions(self, x: NDArray[np.floating], y: NDArray[np.floating]) -> Floats:
        """(N, 3) unit rays through pixel positions; whole numbers are pixel centres."""
        k = self.intrinsics
        right, down = ((np.asarray(at, np.float32) - np.float32(k[i, 2])) * np.float32(1 / k[i, i]) for i, at in enumerate((x, y)))
        turned = self.world_from_camera[:3, :3].astype(np.float32)
        rays = right[:, None] * turned[:, 0] + down[:, None] * turned[:, 1] + turned[:, 2]
        rays *= (1 / np.sqrt(right * right + down * down + 1))[:, None]
        return rays


@dataclass(frozen=True)
class Shot:
    """A picture (H, W, 3) uint8 RGB with its truth: Cityscapes ids (H, W) uint8, instance ids (H, W) int32, depth (H, W) metres along z."""

    image: NDArray[np.uint8]
    ids: NDArray[np.uint8]
    instances: NDArray[np.int32]
    depth: Floats


def shoot(caster: Caster, view: View, air: Weather, rng: np.random.Generator) -> Shot:
    """One picture; the truth is that of the ray through each pixel's centre."""
    height, width = view.size
    y, x = np.divmod(np.arange(height * width), width)
    direction = view.directions(x, y)
    hits = caster.cast(view.origin, direction)
    shader = Shader(caster, air, 1.0 / float(view.intrinsics[0, 0]))
    openness = _openness(caster, hits, view.size)
    light = shader.light(direction, hits, openness.reshape(-1)[hits.met])
    ahead = direction @ view.world_from_camera[:3, 2].astype(np.float32)
    depth = (hits.distance * ahead).reshape(height, width)
    edges = np.flatnonzero(_edges(hits, depth, view.size))
    if edges.size:
        light[edges] = _finer(shader, view, edges, openness)
    image = develop(light.reshape(height, width, 3), air, rng)
    return Shot(image, hits.label.reshape(height, width), hits.instance.reshape(height, width), depth)


def _finer(shader: Shader, view: View, edges: NDArray[np.intp], openness: Floats) -> Floats:
    """(E, 3) mean tone of four rays a pixel."""
    y, x = np.divmod(edges, view.size[1])
    direction = np.concatenate([view.directions(x + dx, y + dy) for dx, dy in _SUBPIXELS])
    hits = shader.caster.cast(view.origin, direction)
    around = np.tile(openness.reshape(-1)[edges], len(_SUBPIXELS))
    light = shader.light(direction, hits, around[hits.met])
    return np.minimum(light, 3.0).reshape(len(_SUBPIXELS), len(edges), 3).mean(0)


def _edges(hits: Hits, depth: Floats, size: tuple[int, int]) -> NDArray[np.bool_]:
    """(H · W,) pixels whose neighbours show another thing, another material or another depth."""
    height, width = size
    key = hits.instance.copy()
    key[hits.met] = key[hits.met] * 64 + hits.material
    key = key.reshape(size)
    near = np.where(np.isfinite(depth), 1.0 / np.maximum(depth, 0.1), 0.0).astype(np.float32)
    bend = np.zeros(size, np.float32)
    bend[:, 1:-1] = np.abs(near[:, 2:] - 2 * near[:, 1:-1] + near[:, :-2])
    bend[1:-1] = np.maximum(bend[1:-1], np.abs(near[2:] - 2 * near[1:-1] + near[:-2]))
    edge = bend > 0.06 * np.maximum(near, 0.01)
    across, down = key[:, 1:] != key[:, :-1], key[1:] != key[:-1]
    edge[:, 1:] |= across
    edge[:, :-1] |= across
    edge[1:] |= down
    edge[:-1] |= down
    return edge.reshape(height * width)


@cache
def _hemisphere() -> Floats:
    """(16, RAYS, 3) directions spread round +z, one set for each pixel of a 4 × 4 pattern."""
    count = 16 * _AO_RAYS
    height = np.sqrt((np.arange(count) + 0.5) / count)
    angle = np.arange(count) * 2.39996
    flat = np.sqrt(1 - height**2)
    spread = np.stack([flat * np.cos(angle), flat * np.sin(angle), height], 1).astype(np.float32)
    return np.stack([spread[k::16] for k in range(16)])


def _openness(caster: Caster, hits: Hits, size: tuple[int, int]) -> Floats:
    """(H, W) how open to the sky a place is, 0…1, from short rays at every fourth pixel, smoothed."""
    height, width = size
    where = np.full(height * width, -1, np.int64)
    where[hits.met] = np.arange(len(hits.met))
    coarse = where.reshape(size)[_AO_STEP // 2 :: _AO_STEP, _AO_STEP // 2 :: _AO_STEP]
    y, x = np.mgrid[0 : coarse.shape[0], 0 : coarse.shape[1]]
    taken = coarse >= 0
    pick = coarse[taken]
    pattern = _hemisphere()[((y % 4) * 4 + x % 4)[taken]]
    normal = np.ascontiguousarray(hits.normal[:, pick].T)
    turned = pattern + normal[:, None, :] * np.float32(0.9)
    flip = np.einsum("ijk,ik->ij", turned, normal) < 0
    turned[flip] *= -1
    turned /= np.sqrt(np.einsum("ijk,ijk->ij", turned, turned))[..., None]
    start = np.repeat(hits.point[:, pick] + normal.T * np.float32(0.03), _AO_RAYS, 1)
    covered = caster.covered(start, turned.reshape(-1, 3).T, reach=_AO_REACH).reshape(-1, _AO_RAYS).mean(1)
    small = np.ones(coarse.shape, np.float32)
    small[taken] = 1 - 0.85 * covered
    small = cv2.blur(small, (4, 4), borderType=cv2.BORDER_REPLICATE)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)


@cache
def _tone() -> NDArray[np.float32]:
    """(4096,) linear light 0…4 to display values 0…255: a filmic curve and the display's gamma."""
    x = np.arange(4096) / 1024.0
    x = x * 0.82
    curve = (x * (2.51 * x + 0.03)) / (x * (2.43 * x + 0.59) + 0.14)
    return (np.clip(curve, 0, 1) ** (1 / 2.2) * 255).astype(np.float32)


@cache
def _grain() -> Floats:
    """(1024, 2048, 3) sensor noise of deviation one."""
    noise = np.random.default_rng(5).standard_normal((1024, 2048, 3), np.float32)
    return noise * np.float32(0.7) + np.float32(0.7) * noise.mean(2, keepdims=True)


def develop(light: Floats, air: Weather, rng: np.random.Generator) -> NDArray[np.uint8]:
    """(H, W, 3) uint8 from linear light: rain, lens softness, exposure, white balance, vignette, tone, noise."""
    height, width = light.shape[:2]
    if air.kind == "rain":
        light = _rain(light, air, rng)
    light = cv2.GaussianBlur(np.minimum(light, 4.0), (3, 3), 0.42)
    balance = np.exp(rng.normal(0, 0.025, 3)).astype(np.float32) * np.float32(air.exposure * np.exp(rng.normal(0, 0.03)) * 1024)
    y, x = np.linspace(-1, 1, height, dtype=np.float32)[:, None], np.linspace(-1, 1, width, dtype=np.float32)[None]
    corner = 1 - 0.14 * (0.4 * y * y + 0.6 * x * x)
    index = np.clip(light * balance * corner[..., None], 0, 4095).astype(np.uint16)
    tone = np.take(_tone(), index)
    dy, dx = int(rng.integers(0, 1024)), int(rng.integers(0, 2048))
    rows, columns = (np.arange(height) + dy) % 1024, (np.arange(width) + dx) % 2048
    strength = np.float32(rng.uniform(1.2, 2.6))
    return np.clip(tone + strength * _grain()[rows[:, None], columns[None]] + 0.5, 0, 255).astype(np.uint8)


def _rain(light: Floats, air: Weather, rng: np.random.Generator) -> Floats:
    """Thin slanting streaks, and a little light scattered by the drops."""
    height, width = light.shape[:2]
    drops = np.zeros((height, width), np.float32)
    slant = rng.uniform(-0.12, 0.12)
    count = int(width * height / 1500)
    long = height / 512
    for x, y, length in zip(rng.uniform(0, width, count), rng.uniform(-20, height, count), rng.uniform(8, 30, count) * long, strict=True):
        cv2.line(
            drops,
            (round(x), round(y)),
            (round(x + slant * length), round(y + length)),
            float(0.10 + 0.10 * (length > 18 * long)),
            1,
            cv2.LINE_AA,
        )
    return light + (air.horizon * 1.05 - light) * drops[..., None]
