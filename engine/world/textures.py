"""Surface patterns drawn from noise: asphalt, paving, brick, plaster, grass, leaves, house fronts.

All tiles lie in one atlas with their halved copies beside them, so that a whole picture is textured by a single look-up.
A texel is RGBA: the alpha says how the texel takes part in shading, 0 a wall that takes the thing's tint, 128 something
with a colour of its own (a window frame), 255 glass.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.world import fronts
from engine.world.noise import clumps, fractal, sampled

Picture = NDArray[np.floating]
_LEVELS = 8
_PAD = 1


@dataclass(frozen=True)
class Atlas:
    """`texels` (H, W, 4) uint8 sRGB; `origin` (T, LEVELS, 2) x, y of each tile's copies; `size` (T,) texels a side."""

    texels: NDArray[np.uint8]
    origin: NDArray[np.float32]
    size: NDArray[np.float32]
    index: dict[str, int]

    def look_up(self, tile: NDArray[np.integer], uv: NDArray[np.float32], footprint: NDArray[np.float32]) -> NDArray[np.uint8]:
        """(N, 4) texels at `uv` (2, N) in tiles, where a pixel covers `footprint` (N,) of a tile."""
        size = self.size[tile]
        level = np.clip(np.log2(np.maximum(footprint * size, 1.0)) + 0.35, 0, _LEVELS - 1).astype(np.int32)
        side = size * np.exp2(-level.astype(np.float32))
        start = self.origin[tile, level]
        at = np.empty((len(tile), 2), np.float32)
        for axis in range(2):
            at[:, axis] = (uv[axis] - np.floor(uv[axis])) * side + start[:, axis] - np.float32(0.5)
        return sampled(self.texels, at, wrap=False)


@cache
def atlas() -> Atlas:
    """Every tile, drawn once a process; the same on every machine that rounds alike."""
    tiles = {name: _quantised(draw(np.random.default_rng(number + 7))) for number, (name, draw) in enumerate(_TILES.items())}
    width = max(sum((tile.shape[0] >> level) + 2 * _PAD for level in range(_LEVELS)) for tile in tiles.values())
    height = sum(tile.shape[0] + 2 * _PAD for tile in tiles.values())
    texels = np.zeros((height, width, 4), np.uint8)
    origin = np.zeros((len(tiles), _LEVELS, 2), np.float32)
    y = 0
    for number, tile in enumerate(tiles.values()):
        x = 0
        for level in range(_LEVELS):
            padded = np.pad(tile, ((_PAD, _PAD), (_PAD, _PAD), (0, 0)), mode="wrap")
            texels[y : y + padded.shape[0], x : x + padded.shape[1]] = padded
            origin[number, level] = x + _PAD, y + _PAD
            x += padded.shape[1]
            tile = cv2.resize(tile, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        y += tiles[list(tiles)[number]].shape[0] + 2 * _PAD
    sizes = np.array([tile.shape[0] for tile in tiles.values()], np.float32)
    return Atlas(texels, origin, sizes, {name: number for number, name in enumerate(tiles)})


def _quantised(tile: Picture) -> NDArray[np.uint8]:
    return np.clip(tile * 255 + 0.5, 0, 255).astype(np.uint8)


def _toned(value: Picture, colour: tuple[float, float, float] = (1, 1, 1), alpha: float = 0.0) -> Picture:
    """(S, S, 4) grey `value` times a colour."""
    return np.dstack([value[..., None] * np.array(colour, np.float32), np.full_like(value, alpha)]).astype(np.float32)


def _asphalt(rng: np.random.Generator) -> Picture:
    size = 512
    grain = rng.normal(0, 0.055, (size, size)).astype(np.float32)
    stones = np.where(rng.random((size, size)) > 0.985, rng.uniform(-0.06, 0.16, (size, size)), 0).astype(np.float32)
    value = 0.44 + grain + cv2.GaussianBlur(stones, (3, 3), 0.7) + 0.045 * fractal(rng, size, 3, 5)
    crack = np.abs(fractal(rng, size, 2, 4))
    value -= 0.09 * np.clip(1 - crack / 0.012, 0, 1) * (fractal(rng, size, 2, 2) > 0.05)
    return _toned(value, (1.0, 0.99, 0.985))


def _slabs(rng: np.random.Generator, across: int, down: int, *, joint: float, spread: float, shift: bool) -> tuple[Picture, Picture]:
    """Value 0…1 with a tone a slab, and the mask of joints, of `across` × `down` slabs in (512, 512)."""
    size = 512
    y, x = np.mgrid[0:size, 0:size].astype(np.float32) / size
    row = np.floor(y * down).astype(int)
    moved = x * across + (0.5 * (row % 2) if shift else 0)
    column = np.floor(moved).astype(int) % across
    tone = rng.normal(0, spread, (down, across)).astype(np.float32)[row, column]
    edge = np.minimum(np.minimum(moved % 1, 1 - moved % 1) / across, np.minimum(y * down % 1, 1 - y * down % 1) / down)
    return tone, np.clip(1.5 - edge / joint, 0, 1).astype(np.float32)


def _paving(rng: np.random.Generator) -> Picture:
    tone, joints = _slabs(rng, 8, 8, joint=0.0022, spread=0.035, shift=True)
    value = 0.60 + tone + 0.06 * fractal(rng, 512, 4, 5) + rng.normal(0, 0.025, (512, 512)).astype(np.float32)
    return _toned(value * (1 - 0.42 * joints), (1.0, 0.975, 0.93))


def _kerb(rng: np.random.Generator) -> Picture:
    value = 0.66 + 0.07 * fractal(rng, 512, 4, 5) + rng.normal(0, 0.03, (512, 512)).astype(np.float32)
    x = np.arange(512) % 128
    return _toned(value * np.where((x < 2)[None, :], 0.55, 1.0).astype(np.float32), (1.0, 0.99, 0.97))


def _brick(rng: np.random.Generator) -> Picture:
    tone, joints = _slabs(rng, 10, 32, joint=0.0032, spread=0.085, shift=True)
    value = 0.80 + tone + 0.06 * fractal(rng, 512, 4, 5) + rng.normal(0, 0.03, (512, 512)).astype(np.float32)
    wall = _toned(value)
    mortar = np.array([0.86, 0.84, 0.80], np.float32) * (0.9 + 0.1 * fractal(rng, 512, 8, 3))[..., None]
    wall[..., :3] = wall[..., :3] * (1 - joints[..., None]) + mortar * joints[..., None] * 0.95
    return wall


def _plaster(rng: np.random.Generator) -> Picture:
    return _toned(0.90 + 0.055 * fractal(rng, 512, 2, 6) + rng.normal(0, 0.018, (512, 512)).astype(np.float32))


def _concrete(rng: np.random.Generator) -> Picture:
    value = 0.72 + 0.10 * fractal(rng, 512, 3, 6) + rng.normal(0, 0.02, (512, 512)).astype(np.float32)
    x = np.arange(512)
    return _toned(value * np.where((x % 256 < 3)[None, :], 0.7, 1.0).astype(np.float32), (1.0, 0.99, 0.96))


def _marking(rng: np.random.Generator) -> Picture:
    worn = np.clip((fractal(rng, 512, 6, 5) - 0.22) * 3.0, 0, 0.55)
    return _toned(0.90 - worn + rng.normal(0, 0.03, (512, 512)).astype(np.float32), alpha=0.0)


def _grass(rng: np.random.Generator) -> Picture:
    blades = cv2.GaussianBlur(rng.normal(0, 1, (512, 512)).astype(np.float32), (0, 0), 0.8, borderType=cv2.BORDER_REFLECT) * 0.26
    value = 0.62 + 0.17 * blades + 0.16 * fractal(rng, 512, 4, 6)
    dry = np.clip(fractal(rng, 512, 3, 4) * 1.2 + 0.3, 0, 1)[..., None]
    colour = (1 - dry) * np.array([0.42, 0.52, 0.29], np.float32) + dry * np.array([0.56, 0.56, 0.37], np.float32)
    return np.dstack([value[..., None] * colour * 1.15, np.zeros_like(value)]).astype(np.float32)


def _soil(rng: np.random.Generator) -> Picture:
    value = 0.55 + 0.2 * fractal(rng, 512, 4, 7) + rng.normal(0, 0.05, (512, 512)).astype(np.float32)
    return _toned(value, (0.80, 0.66, 0.50))


def _roof(rng: np.random.Generator) -> Picture:
    tone, _ = _slabs(rng, 12, 12, joint=0.004, spread=0.09, shift=True)
    y = (np.arange(512) / 512 * 12 % 1).astype(np.float32)[:, None]
    return _toned((0.82 + tone + 0.05 * fractal(rng, 512, 4, 5)) * (0.62 + 0.38 * np.sqrt(y)))


def _leaf(rng: np.random.Generator) -> Picture:
    value = 0.86 + 0.24 * clumps(rng, 512, 2600, (6, 12)) + 0.10 * fractal(rng, 512, 6, 5)
    return _toned(np.clip(value, 0.30, 1.25) * 0.8)


def _bark(rng: np.random.Generator) -> Picture:
    ridges = cv2.resize(rng.normal(0, 1, (48, 128)).astype(np.float32), (512, 512), interpolation=cv2.INTER_CUBIC)
    return _toned(0.62 + 0.13 * ridges + 0.1 * fractal(rng, 512, 4, 5))


def _wood(rng: np.random.Generator) -> Picture:
    grain = cv2.resize(rng.normal(0, 1, (256, 8)).astype(np.float32), (512, 512), interpolation=cv2.INTER_CUBIC)
    x = np.arange(512)
    tone = np.repeat(rng.normal(0, 0.06, 8), 64).astype(np.float32)[None]
    return _toned((0.74 + 0.05 * grain + tone) * np.where((x % 64 < 3)[None], 0.35, 1.0).astype(np.float32))


def _plain(rng: np.random.Generator) -> Picture:
    return _toned(0.96 + 0.02 * fractal(rng, 512, 2, 4))


def _cloth(rng: np.random.Generator) -> Picture:
    return _toned(0.88 + 0.14 * fractal(rng, 512, 3, 5) + rng.normal(0, 0.03, (512, 512)).astype(np.float32))


def _tarpaulin(rng: np.random.Generator) -> Picture:
    x = np.arange(512)
    fold = (0.035 * np.sin(x / 512 * 2 * np.pi * 6)).astype(np.float32)[None]
    return _toned(0.90 + fold + 0.05 * fractal(rng, 512, 2, 5))


_TILES: dict[str, Callable[[np.random.Generator], Picture]] = {
    "asphalt": _asphalt,
    "paving": _paving,
    "kerb": _kerb,
    "marking": _marking,
    "grass": _grass,
    "soil": _soil,
    "brick": _brick,
    "plaster": _plaster,
    "concrete": _concrete,
    "roof": _roof,
    "leaf": _leaf,
    "bark": _bark,
    "wood": _wood,
    "plain": _plain,
    "cloth": _cloth,
    "tarpaulin": _tarpaulin,
    "front_sash": lambda rng: fronts.front(rng, _brick(rng), fronts.SASH, repeats=4),
    "front_plaster": lambda rng: fronts.front(rng, _plaster(rng), fronts.PLASTER),
    "front_modern": lambda rng: fronts.front(rng, _concrete(rng), fronts.MODERN),
    "front_shop": lambda rng: fronts.shops(rng, _plaster(rng)),
}
