"""Colours of points. Every public function here that takes a `cloud` first is a colouring: a new function is a new choice.

Scales are colour maps with even perceived steps (viridis, cividis, inferno) or, for distance, turbo; they span fixed
ranges, so that a colour means the same in every frame.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.errors import ConfigError
from engine.labels import VOID, Mask
from engine.lidar.fusion import FusedCloud

Colours = NDArray[np.uint8]
GREY = (46, 49, 56)
"""Points that have no value to show: not seen by the camera, or of a class that is hidden."""
LIDAR_HEIGHT = 1.73
"""Metres of KITTI's lidar above the road."""
_HIGHEST, _FARTHEST = 4.5, 60.0


def class_(cloud: FusedCloud, palette: Mask) -> Colours:
    """The class set's own colours; a shade of grey by intensity where a point has no class. `palette` is (256, 3) of train ids."""
    colours = np.take(palette, cloud.train_id, axis=0)
    unlabelled = np.flatnonzero(cloud.train_id == VOID)
    colours[unlabelled] = np.take(_greys(), _steps(cloud.reflectance[unlabelled]), axis=0)
    return colours


def height(cloud: FusedCloud) -> Colours:
    """Height above the road, 0 to 4.5 m, finer near the road."""
    above = np.clip((cloud.points[:, 2] + LIDAR_HEIGHT + 0.25) / (_HIGHEST + 0.25), 0, 1)
    return _mapped(np.sqrt(above), cv2.COLORMAP_VIRIDIS)


def intensity(cloud: FusedCloud) -> Colours:
    """Reflectance, 0 to 1, brightened so that asphalt can be told from paint."""
    return _mapped(0.12 + 0.88 * np.sqrt(np.clip(cloud.reflectance, 0, 1)), cv2.COLORMAP_INFERNO)


def depth(cloud: FusedCloud) -> Colours:
    """Distance from the lidar, 0 to 60 m, finer when near: near is red, far is blue."""
    distance = np.sqrt(np.einsum("ij,ij->i", cloud.points, cloud.points))
    return _mapped(0.96 - 0.9 * np.sqrt(np.clip(distance / _FARTHEST, 0, 1)), cv2.COLORMAP_TURBO)


def confidence(cloud: FusedCloud) -> Colours:
    """The network's confidence in the class, 0 to 1; grey where the camera does not see the point."""
    colours = _mapped(cloud.confidence, cv2.COLORMAP_CIVIDIS)
    colours[~cloud.seen] = GREY
    return colours


def names() -> tuple[str, ...]:
    """Every colouring, in the order of this file; `class` stands for `class_`."""
    return tuple(_colourings())


def colour(name: str, cloud: FusedCloud, palette: Mask, hidden: Iterable[int] = ()) -> Colours:
    """(N, 3) uint8 RGB of the cloud's points; those of `hidden` train ids are grey. Raises ConfigError for an unknown name."""
    try:
        function = _colourings()[name]
    except KeyError:
        raise ConfigError(f"there is no colouring {name!r}; choose one of: {', '.join(names())}") from None
    colours = function(cloud, palette) if "palette" in inspect.signature(function).parameters else function(cloud)
    if hidden := tuple(hidden):
        colours[_among(cloud.train_id, hidden)] = GREY
    return colours


def shown(cloud: FusedCloud, hidden: Iterable[int] = ()) -> NDArray[np.bool_]:
    """(N,) which points stay when those of `hidden` train ids are dropped instead of greyed."""
    return ~_among(cloud.train_id, tuple(hidden))


@cache
def _colourings() -> dict[str, Callable[..., Colours]]:
    return {
        name.rstrip("_"): function
        for name, function in globals().items()
        if inspect.isfunction(function) and function.__module__ == __name__ and _is_colouring(name, function)
    }


def _is_colouring(name: str, function: Callable[..., object]) -> bool:
    signature = inspect.signature(function)
    return not name.startswith("_") and next(iter(signature.parameters), "") == "cloud" and signature.return_annotation == "Colours"


def _among(train_id: Mask, hidden: tuple[int, ...]) -> NDArray[np.bool_]:
    table = np.zeros(256, bool)
    table[list(hidden)] = True
    return table[train_id]


def _mapped(values: NDArray[np.floating], colour_map: int) -> Colours:
    """RGB of values in 0…1."""
    return np.take(_table(colour_map), _steps(values), axis=0)


def _steps(values: NDArray[np.floating]) -> NDArray[np.uint8]:
    """0…255 of 0…1; what lies outside is clipped, NaN is 0."""
    return (np.fmin(np.fmax(values, 0), 1) * np.float32(255)).astype(np.uint8)


@cache
def _greys() -> Colours:
    """(256, 3) shades of GREY by reflectance."""
    return np.outer(np.linspace(0.75, 1.25, 256), GREY).astype(np.uint8)


@cache
def _table(colour_map: int) -> Colours:
    return cv2.applyColorMap(np.arange(256, dtype=np.uint8), colour_map)[:, 0, ::-1].copy()
