"""Hard weather on a picture: snow, rain, fog, a low sun's flare, hard shadows, darkness.

Maps are drawn at a fraction of the picture's size and enlarged, which is as soft as weather is and costs a few milliseconds at
512×1024. Everything comes from the generator that is given: the same draws, the same picture.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.config import WeatherConfig
from engine.sample import Image

Effect = Callable[[Image, float, np.random.Generator], Image]
Map = NDArray[np.float32]
_COARSE = 8


def fallen(image: Image, *, config: WeatherConfig, rng: np.random.Generator) -> Image:
    """`image` (H, W, 3) uint8 RGB in the weather that `config` draws: at most one effect, or with `together` each by its own chance.

    Where the probabilities of single effects sum to more than 1 they are scaled to 1. Where all are 0 nothing is drawn from `rng`.
    """
    wanted = {name: getattr(config, name) for name in EFFECTS}
    chances = np.array([chance for chance, _ in wanted.values()])
    if not chances.any():
        return image
    if config.together:
        chosen = [name for name, drawn in zip(wanted, rng.random(len(wanted)) < chances) if drawn]
    else:
        at = int(np.searchsorted(np.cumsum(chances / max(1.0, chances.sum())), rng.random(), side="right"))
        chosen = list(wanted)[at : at + 1]
    for name in chosen:
        image = EFFECTS[name](image, wanted[name][1], rng)
    return image


def snow(image: Image, strength: float, rng: np.random.Generator) -> Image:
    """Falling flakes, soft and near or small and far, in pale air."""
    height, width = image.shape[:2]
    pale = _towards(image, 215, 0.10 + 0.25 * strength)
    layer = np.zeros((height, width), np.uint8)
    slant = rng.uniform(-0.5, 0.5)
    for size, share in ((0.0012, 5e-4), (0.003, 2e-4), (0.006, 4e-5)):
        count = int(share * (0.3 + strength) * height * width)
        radius = max(1, round(size * max(height, width)))
        for x, y in _places(count, height, width, rng):
            cv2.line(layer, (x, y), (round(x + slant * radius), y + radius), int(rng.integers(150, 256)), radius)
    layer = cv2.GaussianBlur(layer, (0, 0), max(0.6, 0.0007 * width))  # type: ignore[assignment]
    return _lit(pale, layer, 1.0)


def rain(image: Image, strength: float, rng: np.random.Generator) -> Image:
    """Slanted streaks in grey, dim air; the lower part shines as if wet."""
    height, width = image.shape[:2]
    dim = cv2.convertScaleAbs(_towards(image, 120, 0.10 + 0.20 * strength), alpha=1 - 0.25 * strength)
    layer = np.zeros((height, width), np.uint8)
    slant, length = rng.uniform(-0.25, 0.25), (0.03 + 0.05 * strength) * height
    for x, y in _places(int(8e-4 * (0.2 + strength) * height * width), height, width, rng):
        reach = length * rng.uniform(0.5, 1.3)
        cv2.line(layer, (x, y), (round(x + slant * reach), round(y + reach)), int(rng.integers(60, 150)), 1, cv2.LINE_AA)
    layer = cv2.GaussianBlur(layer, (3, 3), 0)  # type: ignore[assignment]
    return _lit(dim, layer, 0.4 + 0.5 * strength)  # type: ignore[arg-type]


def fog(image: Image, strength: float, rng: np.random.Generator) -> Image:
    """Haze in drifts, thickest about the horizon where a street is farthest away, thin at the bottom where it is near."""
    height, width = image.shape[:2]
    small = -(-height // _COARSE), -(-width // _COARSE)
    horizon = rng.uniform(0.35, 0.5)
    rows = np.linspace(0, 1, small[0], dtype=np.float32)[:, None]
    near = np.where(rows > horizon, (rows - horizon) / (1 - horizon), 0.35 * (horizon - rows) / horizon)
    thick = (0.45 + 0.5 * strength) * (1 - 0.8 * near) * (0.8 + 0.4 * _drifts(small, rng))
    haze = int(rng.integers(195, 230))
    share = cv2.resize(np.clip(thick * 256, 0, 256 * 0.97).astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    return _mixed(image, share, haze)  # type: ignore[arg-type]


def flare(image: Image, strength: float, rng: np.random.Generator) -> Image:
    """A low sun in the picture's upper half: its glow, and the lens's ghosts on the line through the middle."""
    height, width = image.shape[:2]
    factor = 4
    small = -(-height // factor), -(-width // factor)
    sun = np.array([rng.uniform(0.1, 0.9) * small[1], rng.uniform(0.05, 0.45) * small[0]])
    y, x = np.ogrid[: small[0], : small[1]]
    away = np.sqrt((x - sun[0]) ** 2 + (y - sun[1]) ** 2).astype(np.float32) / max(small)
    glow = np.exp(-away / (0.06 + 0.06 * strength)) * (0.7 + 0.5 * strength) + np.exp(-((away / 0.025) ** 2)) + 0.25 * strength * np.exp(-away / 0.5)
    light = np.repeat((glow * 255)[..., None], 3, axis=2) * np.array([1.0, 0.95, 0.82], np.float32)
    middle = np.array([small[1], small[0]]) / 2
    for _ in range(int(rng.integers(3, 7))):
        at = sun + (middle - sun) * rng.uniform(0.5, 2.2)
        ghost = np.zeros((*small, 3), np.float32)
        colour = rng.uniform(10, 45, 3) * (0.4 + strength)
        cv2.circle(ghost, (round(at[0]), round(at[1])), max(2, round(rng.uniform(0.01, 0.05) * max(small))), colour.tolist(), -1, cv2.LINE_AA)
        light += ghost
    light = cv2.GaussianBlur(light, (0, 0), 1.2)  # type: ignore[assignment]
    light8 = cv2.resize(np.clip(light, 0, 255).astype(np.uint8), (width, height), interpolation=cv2.INTER_LINEAR)
    return cv2.add(image, light8)  # type: ignore[return-value]


def shadow(image: Image, strength: float, rng: np.random.Generator) -> Image:
    """One to three dark patches with straight edges, as of houses and trees, on the lower two thirds."""
    height, width = image.shape[:2]
    patches = np.zeros((height, width), np.uint8)
    for _ in range(int(rng.integers(1, 4))):
        left, top = rng.uniform(-0.2, 0.9) * width, rng.uniform(0.3, 0.7) * height
        across, lean, down = rng.uniform(0.15, 0.5) * width, rng.uniform(-0.4, 0.4) * width, rng.uniform(0.2, 0.7) * height
        corners = np.array([[left, top], [left + across, top], [left + across + lean, top + down], [left + lean, top + down]])
        cv2.fillConvexPoly(patches, corners.round().astype(np.int32), 255)
    soft = cv2.blur(patches, (5, 5))
    share = soft.astype(np.float32) * (256 / 255 * (0.25 + 0.5 * strength))
    return _mixed(image, share, 8)


def dark(image: Image, strength: float, rng: np.random.Generator) -> Image:
    """Towards night: dim, bluish, with a noisy sensor."""
    dimmed = (0.8 - 0.45 * strength) * rng.uniform(0.85, 1.15)
    ramp = np.arange(256, dtype=np.float32) / 255
    table = np.stack([255 * dimmed * tint * ramp**1.2 for tint in (0.90, 0.95, 1.08)], axis=1).clip(0, 255).astype(np.uint8)
    noisy = cv2.LUT(image, table[None])
    noise = rng.integers(0, 256, (image.shape[0], image.shape[1], 1), np.uint8)
    grain = cv2.convertScaleAbs(noise, alpha=0.06 * strength + 0.01)
    return cv2.add(noisy, cv2.merge([grain, grain, grain]))  # type: ignore[return-value]


EFFECTS: dict[str, Effect] = {"snow": snow, "rain": rain, "fog": fog, "flare": flare, "shadow": shadow, "dark": dark}


def _places(count: int, height: int, width: int, rng: np.random.Generator) -> list[list[int]]:
    """`count` pixels (x, y) anywhere."""
    return (rng.random((count, 2)) * (width, height)).astype(int).tolist()  # type: ignore[no-any-return]


def _drifts(size: tuple[int, int], rng: np.random.Generator) -> Map:
    """(h, w) soft noise about 0.5, of two scales."""
    total = np.zeros(size, np.float32)
    for cells, weight in ((4, 0.65), (9, 0.35)):
        noise = rng.random((cells, 2 * cells), np.float32)
        total += weight * cv2.resize(noise, (size[1], size[0]), interpolation=cv2.INTER_CUBIC)
    return total


def _towards(image: Image, value: int, share: float) -> Image:
    """Every channel moved by `share` 0 … 1 towards `value`."""
    return cv2.convertScaleAbs(image, alpha=1 - share, beta=share * value)  # type: ignore[return-value]


def _lit(image: Image, layer: NDArray[np.uint8], strength: float) -> Image:
    """The light of `layer` (H, W) added to all channels."""
    scaled = layer if strength == 1 else cv2.convertScaleAbs(layer, alpha=strength)
    return cv2.add(image, cv2.merge([scaled, scaled, scaled]))  # type: ignore[return-value]


def _mixed(image: Image, share: Map, value: int) -> Image:
    """Every pixel moved by `share` (H, W) 0 … 256 towards the grey `value`, in whole numbers."""
    part = cv2.convertScaleAbs(share, alpha=255 / 256)
    parts = cv2.merge([part, part, part])
    kept = cv2.multiply(image, cv2.bitwise_not(parts), scale=1 / 255)
    return cv2.add(kept, cv2.convertScaleAbs(parts, alpha=value / 255))  # type: ignore[return-value]
