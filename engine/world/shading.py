"""From what a ray met to the light that comes back along it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.world import materials, textures
from engine.world.casting import Caster, Hits
from engine.world.noise import fractal
from engine.world.weather import Weather, sky

Floats = NDArray[np.float32]
_M = materials.INDEX


@cache
def _patches() -> Floats:
    """(512, 512) soft noise for stains, and for the clouds."""
    return np.ascontiguousarray(fractal(np.random.default_rng(3), 512, 4, 6))


@cache
def _to_linear() -> Floats:
    return (np.arange(256, dtype=np.float32) / 255) ** np.float32(2.2)


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
        """(N, 3) linear light along N rays; `open_sky` (M,) is how much of the sky each met point sees, 0…1."""
        result = np.empty((len(direction), 3), np.float32)
        away = np.ones(len(direction), bool)
        away[hits.met] = False
        result[away] = sky(direction[away], self.air, _patches())
        if hits.met.size:
            seen = direction[hits.met]
            result[hits.met] = self._surface(seen, hits.distance[hits.met], hits, open_sky)
        return result

    def _surface(self, seen: Floats, distance: Floats, hits: Hits, open_sky: Floats | None) -> Floats:
        table = _table()
        facing = np.abs(np.einsum("ij,ij->i", hits.normal, seen))
        albedo, gloss = self._albedo(hits, distance, facing)
        material = hits.material
        sunny = self._sunny(hits)
        leafy = table["leafy"][material]
        toward = hits.normal @ self.air.sun
        direct = np.where(leafy, np.clip(0.30 + 0.70 * toward, 0.10, 1), np.clip(toward, 0, 1)) * sunny
        dome = 0.5 + 0.5 * hits.normal[:, 2]
        sees = np.ones_like(dome) if open_sky is None else open_sky
        light = direct[:, None] * self.air.sunlight
        light += (dome * sees)[:, None] * self.air.ambient
        light += ((1 - dome) * (0.35 + 0.65 * sees))[:, None] * self.air.bounce
        colour = albedo * light
        self._reflect(colour, seen, hits, gloss, facing, sunny)
        glow = table["glow"][material]
        lit = np.flatnonzero(glow > 0)
        colour[lit] += albedo[lit] * (glow[lit] * np.where(glow[lit] > 1.5, 1.0, self.air.lamps * 0.55))[:, None]
        thick = (1 - np.exp(-distance * self.air.haze))[:, None]
        fog = self.air.horizon * np.float32(0.97)
        colour += (fog - colour) * thick
        return colour

    def _sunny(self, hits: Hits) -> Floats:
        """(M,) 1 where the sun shines on a met point."""
        sunny = np.zeros(len(hits.met), np.float32)
        if not self.air.shadows:
            sunny[:] = 1.0
            return sunny
        toward = hits.normal @ self.air.sun
        asked = np.flatnonzero((toward > 0) | _table()["leafy"][hits.material])
        start = hits.point[asked] + hits.normal[asked] * np.float32(0.02) + self.air.sun * np.float32(0.03)
        leafy = _table()["leafy"][hits.material[asked]]
        start[leafy] += self.air.sun * np.float32(0.35)
        sunny[asked] = ~self.caster.covered(start, self.air.sun)
        return sunny

    def _albedo(self, hits: Hits, distance: Floats, facing: Floats) -> tuple[Floats, Floats]:
        """Linear colour (M, 3) and gloss (M,) of the surfaces."""
        table, atlas = _table(), textures.atlas()
        metres = table["metres"][hits.material]
        footprint = distance * self.pixel / metres / np.sqrt(np.clip(facing, 0.03, 1))
        texel = atlas.look_up(table["tile"][hits.material], hits.uv / metres[:, None], footprint)
        alpha = texel[:, 3].astype(np.float32) * np.float32(1 / 255)
        own = np.clip(2 * alpha, 0, 1)[:, None]
        tint = np.clip(hits.tint, 0, 2) ** np.float32(2.2)
        albedo = _to_linear()[texel[:, :3]] * (tint + (1 - tint) * own)
        gloss = np.maximum(table["gloss"][hits.material], np.clip(2 * alpha - 1, 0, 1))
        coarse = self._stains(hits)
        albedo *= coarse[:, None]
        if self.air.wet:
            flat = np.isin(hits.material, (_M["asphalt"], _M["paving"], _M["kerb"], _M["marking"]))
            puddle = np.clip(self.air.wet + 1.1 * (coarse - 1.0) * 4, 0.15, 1) * flat
            albedo *= (1 - 0.45 * puddle)[:, None]
            gloss = np.maximum(gloss, 0.72 * puddle)
        return albedo, gloss

    def _stains(self, hits: Hits) -> Floats:
        """(M,) soft darker and lighter patches some metres wide over everything that is large and rough."""
        rough = np.flatnonzero(_table()["gloss"][hits.material] == 0)
        at = hits.uv[rough] * np.float32(512 / 23.0) + hits.material[rough, None].astype(np.float32) * 37
        at -= np.floor(at / 512) * 512
        columns = 4096
        rows = -(-len(at) // columns)
        grid = np.zeros((rows * columns, 2), np.float32)
        grid[: len(at)] = at
        stain = cv2.remap(_patches(), grid.reshape(rows, columns, 2), None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP).reshape(-1)[: len(at)] if len(at) else np.zeros(0, np.float32)
        result = np.ones(len(hits.met), np.float32)
        result[rough] += 0.10 * stain
        return result

    def _reflect(self, colour: Floats, seen: Floats, hits: Hits, gloss: Floats, facing: Floats, sunny: Floats) -> None:
        """Adds the mirrored sky and the sun's spark to what is glossy."""
        shiny = np.flatnonzero(gloss > 0.02)
        if not shiny.size:
            return
        normal, along = hits.normal[shiny], seen[shiny]
        mirrored = along - 2 * np.einsum("ij,ij->i", normal, along)[:, None] * normal
        strength = gloss[shiny] * (0.07 + 0.75 * (1 - facing[shiny]) ** 4)
        light = sky(mirrored, self.air)
        ahead = np.clip((mirrored[:, 2] - 0.10) * 7, 0, 1)[:, None]
        street = self.air.ambient * 0.30 + self.air.sunlight * 0.05
        colour[shiny] *= (1 - 0.6 * strength)[:, None]
        colour[shiny] += (street + (light - street) * ahead) * strength[:, None]
        if self.air.shadows:
            spark = np.clip(mirrored @ self.air.sun, 0, 1) ** 60 * sunny[shiny] * gloss[shiny]
            colour[shiny] += (0.55 * spark)[:, None] * self.air.sunlight
