"""From what a ray met to the light that comes back along it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from engine.world import materials, textures
from engine.world.casting import Caster, Hits, dot
from engine.world.noise import fractal, sampled
from engine.world.weather import Weather, sky

Floats = NDArray[np.floating]
_M = materials.INDEX


@cache
def _patches() -> Floats:
    """(512, 512) soft noise for stains, and for the clouds."""
    return np.ascontiguousarray(fractal(np.random.default_rng(3), 512, 4, 6))


@cache
def _to_linear(bits: int = 8) -> Floats:
    """Linear light of sRGB values 0…255, or with 10 bits of 0…2 in steps of 1/1024."""
    return (
        (np.arange(256, dtype=np.float32) / 255) ** np.float32(2.2)
        if bits == 8
        else (np.arange(2048, dtype=np.float32) / 1024) ** np.float32(2.2)
    )


@cache
def _table() -> dict[str, NDArray]:
    index = textures.atlas().index
    return {
        "tile": np.array([index[m.texture] for m in materials.TABLE.values()], np.int32),
        "metres": materials.column("metres"),
        "gloss": materials.column("gloss"),
        "glow": materials.column("glow"),
        "leafy": np.isin(np.arange(len(materials.NAMES)), [_M["leaf"], _M["hedge"]]),
    }


@dataclass(frozen=True)
class Shader:
    """Shades hits of one caster in one weather; `pixel` is the angle of a pixel in radians."""

    caster: Caster
    air: Weather
    pixel: float

    def light(self, direction: Floats, hits: Hits, open_sky: Floats | None = None) -> Floats:
        """(N, 3) linear light along rays (N, 3); `open_sky` (M,) is how much of the sky each met point sees, 0…1."""
        along = np.ascontiguousarray(direction.T)
        result = np.empty((3, len(direction)), np.float32)
        away = np.ones(len(direction), bool)
        away[hits.met] = False
        result[:, away] = sky(along[:, away], self.air, _patches())
        if hits.met.size:
            result[:, hits.met] = self._surface(np.take(along, hits.met, axis=1), hits.distance[hits.met], hits, open_sky)
        return np.ascontiguousarray(result.T)

    def _surface(self, seen: Floats, distance: Floats, hits: Hits, open_sky: Floats | None) -> Floats:
        table, air = _table(), self.air
        facing = np.abs(dot(hits.normal, seen))
        colour, gloss = self._albedo(hits, distance, facing)
        sunny, toward = self._sunny(hits)
        leafy = table["leafy"][hits.material]
        direct = np.where(leafy, np.clip(np.float32(0.30) + np.float32(0.70) * toward, 0.10, 1), np.clip(toward, 0, 1)) * sunny
        dome = 0.5 + 0.5 * hits.normal[2]
        sees = np.ones_like(dome) if open_sky is None else open_sky
        from_sky, from_ground = dome * sees, (1 - dome) * (0.35 + 0.65 * sees)
        glow = table["glow"][hits.material]
        lit = np.flatnonzero(glow > 0)
        given = colour[:, lit] * (glow[lit] * np.where(glow[lit] > 1.5, 1.0, air.lamps * 0.55).astype(np.float32))
        for channel in range(3):
            colour[channel] *= direct * air.sunlight[channel] + from_sky * air.ambient[channel] + from_ground * air.bounce[channel]
        self._reflect(colour, seen, hits, gloss, facing, sunny)
        colour[:, lit] += given
        clear = np.exp(distance * np.float32(-air.haze))
        for channel in range(3):
            fog = np.float32(air.horizon[channel] * 0.97)
            colour[channel] = fog + (colour[channel] - fog) * clear
        return colour

    def _sunny(self, hits: Hits) -> tuple[Floats, Floats]:
        """(M,) 1 where the sun shines on a met point, and the cosine of the sun's angle there."""
        sun = self.air.sun
        toward = hits.normal[0] * sun[0] + hits.normal[1] * sun[1] + hits.normal[2] * sun[2]
        sunny = np.zeros(len(hits.met), np.float32)
        if not self.air.shadows:
            sunny[:] = 1.0
            return sunny, toward
        leafy = _table()["leafy"][hits.material]
        asked = np.flatnonzero((toward > 0) | leafy)
        lift = np.where(leafy[asked], np.float32(0.38), np.float32(0.03))
        start = np.take(hits.point, asked, axis=1) + np.take(hits.normal, asked, axis=1) * np.float32(0.02) + sun[:, None] * lift
        sunny[asked] = ~self.caster.covered(start, sun)
        return sunny, toward

    def _albedo(self, hits: Hits, distance: Floats, facing: Floats) -> tuple[Floats, Floats]:
        """Linear colour (3, M) and gloss (M,) of the surfaces."""
        table, atlas = _table(), textures.atlas()
        metres = table["metres"][hits.material]
        footprint = distance * np.float32(self.pixel) / metres / np.sqrt(np.clip(facing, 0.03, 1))
        texel = np.ascontiguousarray(atlas.look_up(table["tile"][hits.material], hits.uv / metres, footprint).T)
        own = _OWN[texel[3]]
        tint = _to_linear(10)[np.clip(hits.tint * 1024, 0, 2047).astype(np.int32)]
        albedo = _to_linear()[texel[:3]] * (tint + (1 - tint) * own)
        gloss = np.maximum(table["gloss"][hits.material], _SHINE[texel[3]])
        coarse = self._stains(hits)
        albedo *= coarse
        if self.air.wet:
            flat = np.isin(hits.material, (_M["asphalt"], _M["paving"], _M["kerb"], _M["marking"]))
            puddle = np.clip(self.air.wet + 4.4 * (coarse - 1.0), 0.15, 1) * flat
            albedo *= 1 - 0.45 * puddle
            gloss = np.maximum(gloss, 0.72 * puddle)
        return albedo, gloss

    def _stains(self, hits: Hits) -> Floats:
        """(M,) soft darker and lighter patches some metres wide over everything that is large and rough."""
        shift = hits.material.astype(np.float32) * 37
        at = np.stack([hits.uv[0], hits.uv[1]], 1) * np.float32(512 / 23.0)
        at += shift[:, None]
        stain = sampled(_patches(), at)
        return 1 + np.where(_table()["gloss"][hits.material] == 0, np.float32(0.10), np.float32(0)) * stain

    def _reflect(self, colour: Floats, seen: Floats, hits: Hits, gloss: Floats, facing: Floats, sunny: Floats) -> None:
        """Adds the mirrored sky and the sun's spark to what is glossy."""
        shiny = np.flatnonzero(gloss > 0.02)
        if not shiny.size:
            return
        normal, along = np.take(hits.normal, shiny, axis=1), np.take(seen, shiny, axis=1)
        mirrored = along - 2 * dot(normal, along) * normal
        strength = gloss[shiny] * (0.07 + 0.75 * (1 - facing[shiny]) ** 4)
        light = sky(mirrored, self.air)
        ahead = np.clip((mirrored[2] - 0.10) * 7, 0, 1)
        street = (self.air.ambient * 0.30 + self.air.sunlight * 0.05)[:, None]
        added = (street + (light - street) * ahead) * strength
        if self.air.shadows:
            spark = np.clip(self.air.sun @ mirrored, 0, 1) ** 60 * sunny[shiny] * gloss[shiny]
            added += self.air.sunlight[:, None] * (0.55 * spark)
        colour[:, shiny] = colour[:, shiny] * (1 - 0.6 * strength) + added


def _alpha(offset: float) -> Floats:
    """(256,) of a texel's alpha: how far it is from a tinted wall (offset 0), or from a frame towards glass (offset 1)."""
    return np.clip(2 * np.arange(256, dtype=np.float32) / 255 - np.float32(offset), 0, 1)


_OWN, _SHINE = _alpha(0.0), _alpha(1.0)
