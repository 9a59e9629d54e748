"""Light and air: the sun's place, the colours of the sky, clouds, haze, rain, and what the camera makes of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.world.noise import sampled

Floats = NDArray[np.floating]
KINDS = ("clear", "clouds", "overcast", "haze", "rain", "evening", "morning")


@dataclass(frozen=True)
class Weather:
    """Colours are linear light; `sun` points to the sun; `haze` is the share of light lost a metre; `wet` and `clouds` 0…1."""

    kind: str
    sun: Floats
    sunlight: Floats
    zenith: Floats
    horizon: Floats
    ambient: Floats
    bounce: Floats
    clouds: float
    haze: float
    wet: float
    lamps: float
    exposure: float
    drift: tuple[float, float]

    @property
    def shadows(self) -> bool:
        return float(self.sunlight.max()) > 0.12


def _linear(colour: tuple[float, float, float]) -> Floats:
    return np.array(colour, np.float32) ** np.float32(2.2)


_SKIES: dict[str, tuple[tuple[float, float, float], tuple[float, float, float], tuple[float, float, float], float, tuple[float, float]]] = {
    # zenith, horizon (sRGB), sun's colour, strength, elevation in degrees
    "clear": ((0.22, 0.46, 0.83), (0.74, 0.86, 0.96), (1.0, 0.95, 0.86), 2.5, (32, 62)),
    "clouds": ((0.30, 0.51, 0.80), (0.78, 0.86, 0.93), (1.0, 0.96, 0.90), 2.1, (28, 60)),
    "overcast": ((0.68, 0.72, 0.77), (0.84, 0.86, 0.88), (1.0, 1.0, 1.0), 0.08, (40, 70)),
    "haze": ((0.62, 0.72, 0.82), (0.86, 0.87, 0.87), (1.0, 0.96, 0.90), 0.85, (28, 55)),
    "rain": ((0.52, 0.56, 0.61), (0.70, 0.73, 0.76), (1.0, 1.0, 1.0), 0.04, (40, 70)),
    "evening": ((0.28, 0.42, 0.70), (0.97, 0.78, 0.58), (1.0, 0.70, 0.42), 2.1, (11, 20)),
    "morning": ((0.32, 0.52, 0.80), (0.93, 0.88, 0.80), (1.0, 0.86, 0.68), 2.1, (16, 28)),
}


def weather(rng: np.random.Generator, kind: str = "") -> Weather:
    """Weather drawn at random, or of the named kind."""
    kind = kind or str(rng.choice(KINDS, p=(0.27, 0.23, 0.16, 0.10, 0.08, 0.08, 0.08)))
    zenith, horizon, colour, strength, (low, high) = _SKIES[kind]
    azimuth, elevation = rng.uniform(0, 2 * np.pi), np.radians(rng.uniform(low, high))
    sun = np.array([np.cos(azimuth) * np.cos(elevation), np.sin(azimuth) * np.cos(elevation), np.sin(elevation)], np.float32)
    shade = np.float32(rng.uniform(0.92, 1.06))
    top, edge = _linear(zenith) * shade, _linear(horizon) * shade
    dull = kind in ("overcast", "rain")
    ambient = (0.62 * top + 0.38 * edge) * (1.35 if dull else 1.15) + np.float32(0.13)
    bounce = np.array([0.24, 0.22, 0.19], np.float32) * (0.35 * strength + 0.8)
    haze = {
        "haze": rng.uniform(0.008, 0.017),
        "rain": rng.uniform(0.004, 0.008),
        "overcast": 0.0022,
        "evening": 0.0024,
        "morning": 0.0032,
    }.get(kind, 0.0012)
    cover = {
        "clear": rng.uniform(0.0, 0.25),
        "clouds": rng.uniform(0.45, 0.75),
        "evening": rng.uniform(0.1, 0.5),
        "morning": rng.uniform(0.1, 0.5),
    }.get(kind, 0.9)
    exposure = {"overcast": 1.12, "rain": 1.22, "evening": 1.05}.get(kind, 0.92) * float(np.exp(rng.normal(0, 0.07)))
    return Weather(
        kind,
        sun,
        _linear(colour) * np.float32(strength),
        top,
        edge,
        ambient.astype(np.float32),
        bounce.astype(np.float32),
        float(cover),
        float(haze),
        float(rng.uniform(0.6, 0.95)) if kind == "rain" else 0.0,
        2.2 if kind in ("rain", "evening", "overcast", "haze") else 0.75,
        exposure,
        (float(rng.uniform(0, 1)), float(rng.uniform(0, 1))),
    )


def sky(directions: Floats, air: Weather, clouds: Floats | None = None) -> Floats:
    """(3, N) linear light from directions (3, N); `clouds` (S, S) is cloud noise that tiles, None for a quick answer."""
    up = np.clip(directions[2], 0.0, 1.0)
    share = (1 - up) ** 2
    share *= share
    light = air.zenith[:, None] + (air.horizon - air.zenith)[:, None] * share
    toward = np.clip(air.sun @ directions, 0.0, 1.0)
    if air.shadows:
        glow = np.float32(0.22) * (0.30 * toward**12 + 1.6 * toward**400)
        light += air.sunlight[:, None] * glow
    return light if clouds is None else _with_clouds(light, directions, up, toward, air, clouds)


def _with_clouds(light: Floats, directions: Floats, up: Floats, toward: Floats, air: Weather, clouds: Floats) -> Floats:
    size, reach = len(clouds), np.float32(0.11) / (up + np.float32(0.12))
    at = np.stack([directions[axis] * reach + np.float32(air.drift[axis]) for axis in range(2)], 1) * np.float32(size)
    density = sampled(clouds, at)
    if air.kind in ("overcast", "rain", "haze"):
        return light * (1.0 + np.float32(0.16) * density * (1 - (1 - up) ** 6))
    bright = air.horizon * 0.55 + (air.ambient * 0.35 + air.sunlight * 0.26)
    amount = np.clip((density + np.float32(air.clouds * 1.5 - 1.0)) * np.float32(1.9), 0, 1) * np.clip(up * 9, 0, 1)
    tone = np.clip(np.float32(1.10) - np.float32(0.28) * amount + np.float32(0.25) * toward**6, 0, 1.5)
    return light + (bright[:, None] * tone - light) * (amount * np.float32(0.92))
