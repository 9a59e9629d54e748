"""Random views of a training frame: zoom, crop, mirror, weather, light and the camera's faults, all drawn from one generator.

Zoom and crop are one resampling of the part of the frame that is seen, so that a view costs about a millisecond.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.checkpoints import IMAGENET_MEAN
from engine.config import AugmentConfig, WeatherConfig
from engine.labels import VOID, Mask
from engine.sample import Image
from engine.training.frames import Pair, Size, resized
from engine.training.weather import fallen

_FILL = tuple(round(255 * value) for value in IMAGENET_MEAN)
_COARSE = 4
_FAIR = WeatherConfig()
OUTSIDE = VOID - 1
"""Where a mask shall tell void in the frame from what lies outside the frame, this is the latter."""
_GREY = np.array([0.299, 0.587, 0.114])


def view(
    frame: Pair,
    *,
    size: Size,
    config: AugmentConfig,
    rarity: NDArray[np.float64],
    rng: np.random.Generator,
    weather: WeatherConfig = _FAIR,
    outside: int = VOID,
) -> Pair:
    """A view of a frame that is `size` (height, width) at zoom 1: as large as the crop, or as `size` where there is none.

    What lies outside the frame is filled, and `outside` in the mask. `rarity` (K,) is the chance of each class to be shown where a crop seeks a rare one.
    """
    image, mask = frame
    place = placed(mask, size=size, config=config, rarity=rarity, rng=rng)
    image, mask = _seen(image, mask, place, outside=outside)
    if rng.random() < config.flip:
        image, mask = cv2.flip(image, 1), cv2.flip(mask, 1)
    image = fallen(image, config=weather, rng=rng)
    if config.photometric:
        image = relit(image, strength=config.photometric, rng=rng)
    if config.sensor:
        from engine.training.sensor import worn

        image = worn(image, strength=config.sensor, rng=rng)
    return image, mask


@dataclass(frozen=True, slots=True)
class Place:
    """The part of a frame that a view shows, in pixels: (height, width) of the zoomed frame, the view's upper left corner (y, x) in it, and its size."""

    whole: tuple[float, float]
    corner: tuple[float, float]
    out: Size

    @property
    def part(self) -> tuple[float, float, float, float]:
        """(top, left, bottom, right) of what is seen, each 0 … 1 of the frame."""
        first = [max(0.0, start / side) for start, side in zip(self.corner, self.whole)]
        last = [min(1.0, (start + length) / side) for start, length, side in zip(self.corner, self.out, self.whole)]
        return first[0], first[1], last[0], last[1]


def placed(mask: Mask, *, size: Size, config: AugmentConfig, rarity: NDArray[np.float64], rng: np.random.Generator) -> Place:
    """What `view` draws first: the zoom, and where it looks."""
    out = config.crop if all(config.crop) else size
    zoom = math.exp(rng.uniform(math.log(config.scale[0]), math.log(config.scale[1])))
    whole = size[0] * zoom, size[1] * zoom
    return Place(whole, _corner(mask, whole, out, rng=rng, rarity=rarity if rng.random() < config.rare else None), out)


def relit(image: Image, *, strength: float, rng: np.random.Generator) -> Image:
    """Contrast, saturation, hue and brightness changed by up to `strength` 0 … 1, in one linear map of the colours."""
    contrast, saturation = 1 + strength * rng.uniform(-0.4, 0.4), 1 + strength * rng.uniform(-0.5, 0.5)
    angle, brightness = strength * rng.uniform(-0.3, 0.3), strength * rng.uniform(-40, 40)
    grey = np.tile(_GREY, (3, 1))
    colours = contrast * (grey + saturation * (_hue(angle) - grey))
    offset = (1 - contrast) * 128 + brightness
    return cv2.transform(image, np.hstack([colours, np.full((3, 1), offset)]))  # type: ignore[return-value]


def _hue(angle: float) -> NDArray[np.float64]:
    """(3, 3) rotation of RGB about the grey axis by `angle` radians."""
    cosine, sine = math.cos(angle), math.sin(angle) / math.sqrt(3)
    return np.full((3, 3), (1 - cosine) / 3) + np.array([[cosine, -sine, sine], [sine, cosine, -sine], [-sine, sine, cosine]])


def _corner(
    mask: Mask, whole: tuple[float, float], out: Size, *, rng: np.random.Generator, rarity: NDArray[np.float64] | None
) -> tuple[float, float]:
    """The upper left corner of the view in the zoomed frame, in pixels; below 0 where the frame is smaller than the view."""
    room = [(min(0.0, w - o), max(0.0, w - o)) for w, o in zip(whole, out)]
    corner = [rng.uniform(low, high) for low, high in room]
    if rarity is not None and (point := _rare_point(mask, rarity, rng)) is not None:
        for axis in (0, 1):
            place = point[axis] / mask.shape[axis] * whole[axis] - out[axis] * rng.uniform(0.25, 0.75)
            corner[axis] = min(max(place, room[axis][0]), room[axis][1])
    return corner[0], corner[1]


def _rare_point(mask: Mask, rarity: NDArray[np.float64], rng: np.random.Generator) -> tuple[int, int] | None:
    """A pixel (row, column) of a class that is in the mask, chosen by its rarity."""
    coarse = mask[::_COARSE, ::_COARSE]
    here = np.bincount(coarse.ravel(), minlength=256)[: len(rarity)] > 0
    chances = rarity * here
    if not chances.sum():
        return None
    chosen = rng.choice(len(rarity), p=chances / chances.sum())
    places = np.flatnonzero(coarse == chosen)
    row, column = divmod(int(places[rng.integers(len(places))]), coarse.shape[1])
    return row * _COARSE, column * _COARSE


def _seen(image: Image, mask: Mask, place: Place, *, outside: int) -> Pair:
    out = place.out
    source, target = zip(*(_overlap(*axis) for axis in zip(mask.shape, place.whole, place.corner, out)))
    size = target[0].stop - target[0].start, target[1].stop - target[1].start
    image, mask = resized(image[source], size), resized(mask[source], size)
    if size == out:
        return image, mask
    edges = target[0].start, out[0] - target[0].stop, target[1].start, out[1] - target[1].stop
    image = cv2.copyMakeBorder(image, *edges, cv2.BORDER_CONSTANT, value=_FILL)
    return image, cv2.copyMakeBorder(mask, *edges, cv2.BORDER_CONSTANT, value=(outside,))


def _overlap(length: int, zoomed: float, start: float, out: int) -> tuple[slice, slice]:
    """Along one axis: the part of the frame that is seen, and the part of the view that it fills; neither empty."""
    scale = zoomed / length
    first, last = max(0.0, start / scale), min(float(length), (start + out) / scale)
    begin = min(int(round(first)), length - 1)
    end = max(begin + 1, int(round(last)))
    filled_from = min(max(0, round(-start)), out - 1)
    filled_to = max(filled_from + 1, min(out, round(zoomed - start)))
    return slice(begin, end), slice(filled_from, filled_to)
