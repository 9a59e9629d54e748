"""House fronts: windows with frames, sills, curtains and blinds in a wall, and shops with doors."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.floating]
_SIZE = 1024
_FRAME, _GLASS = 0.5, 1.0


@dataclass(frozen=True, slots=True)
class Style:
    """A window within its bay; `left`, `top`, `width`, `height` as shares of a bay of 3 m × 3 m, bars across and down."""

    left: float
    top: float
    width: float
    height: float
    bars: tuple[int, int]
    frame: tuple[float, float, float]
    sill: bool = True
    surround: float = 0.0


SASH = Style(0.29, 0.20, 0.42, 0.58, (2, 2), (0.90, 0.89, 0.86), surround=0.035)
PLASTER = Style(0.24, 0.22, 0.52, 0.52, (2, 1), (0.82, 0.80, 0.77), surround=0.045)
MODERN = Style(0.08, 0.20, 0.84, 0.56, (3, 1), (0.20, 0.21, 0.23), sill=False)


def front(rng: np.random.Generator, wall: Picture, style: Style, *, repeats: int = 2) -> Picture:
    """(1024, 1024, 4): four storeys of four bays; the wall's tile goes `repeats` times into its side."""
    canvas = _wall(wall, repeats)
    bay = _SIZE // 4
    for floor in range(4):
        for column in range(4):
            window(
                canvas, rng, column * bay + style.left * bay, floor * bay + style.top * bay, style.width * bay, style.height * bay, style
            )
    return canvas[::-1].copy()


def shops(rng: np.random.Generator, wall: Picture) -> Picture:
    """(1024, 1024, 4): four ground floors of 3.6 m one above the other, each with two shops or a door and windows."""
    canvas = _wall(wall, 2)
    unit = _SIZE // 4
    for floor in range(4):
        y = floor * unit
        for half in range(2):
            x = half * 512
            board = rng.uniform(0.1, 0.6, 3)
            _fill(canvas, x + 18, y + 20, 476, 44, board, _FRAME)
            letters = np.clip(board + 0.45, 0, 1)
            for step in range(int(rng.integers(5, 10))):
                _fill(canvas, x + 120 + step * 28, y + 32, int(rng.integers(10, 20)), 20, letters, _FRAME)
            style = Style(0, 0, 0, 0, (int(rng.integers(2, 4)), 1), tuple(rng.uniform(0.12, 0.4, 3)), sill=False)  # type: ignore[arg-type]
            window(canvas, rng, x + 26, y + 74, 330, 150, style)
            _fill(canvas, x + 26, y + 224, 330, 32, np.array([0.42, 0.41, 0.40]) * rng.uniform(0.7, 1.3), _FRAME)
            _door(canvas, rng, x + 384, y + 74)
    return canvas[::-1].copy()


def window(canvas: Picture, rng: np.random.Generator, x: float, y: float, width: float, height: float, style: Style) -> None:
    """Draws one window with its upper left at (x, y) texels."""
    x, y, width, height = (round(v) for v in (x, y, width, height))
    edge = round(style.surround * 256)
    if edge:
        _fill(canvas, x - edge, y - edge, width + 2 * edge, height + 2 * edge, np.array([0.86, 0.84, 0.80]), 0.4)
    _fill(canvas, x, y, width, height, np.array(style.frame), _FRAME)
    border = 6
    _glass(canvas[y + border : y + height - border, x + border : x + width - border], rng)
    for bar in range(1, style.bars[0]):
        _fill(canvas, x + width * bar // style.bars[0] - 3, y, 6, height, np.array(style.frame), _FRAME)
    for bar in range(1, style.bars[1]):
        _fill(canvas, x, y + height * bar // style.bars[1] - 3, width, 6, np.array(style.frame), _FRAME)
    _fill(canvas, x, y, width, 5, np.array(style.frame) * 0.5, _FRAME)
    if style.sill:
        _fill(canvas, x - 8, y + height, width + 16, 9, np.array([0.80, 0.78, 0.74]), _FRAME)
        _fill(canvas, x - 6, y + height + 9, width + 12, 5, np.array([0.35, 0.33, 0.31]), 0.45)


def _glass(pane: Picture, rng: np.random.Generator) -> None:
    """A dark room behind glass, now and then with curtains or a blind."""
    height, width = pane.shape[:2]
    down = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    tone = rng.uniform(0.05, 0.16) * (0.7 + 0.6 * down)
    pane[..., :3] = tone[..., None] * np.array([0.9, 1.0, 1.1], np.float32)
    pane[..., 3] = _GLASS
    kind = rng.random()
    if kind < 0.35:
        drape = rng.uniform(0.45, 0.8) * np.array([1.0, 0.97, 0.9], np.float32)
        folds = (0.85 + 0.15 * np.sin(np.arange(width) * 0.5)).astype(np.float32)
        reach = int(width * rng.uniform(0.14, 0.3))
        for part in (slice(0, reach), slice(width - reach, width)):
            pane[:, part, :3] = drape * folds[part][None, :, None] * 0.75
            pane[:, part, 3] = 0.8
    elif kind < 0.55:
        drop = int(height * rng.uniform(0.25, 0.7))
        slats = (0.72 + 0.28 * (np.arange(drop) % 8 > 2)).astype(np.float32)
        pane[:drop, :, :3] = (rng.uniform(0.45, 0.75) * slats)[:, None, None] * np.array([1.0, 0.98, 0.94], np.float32)
        pane[:drop, :, 3] = 0.72


def _door(canvas: Picture, rng: np.random.Generator, x: int, y: int) -> None:
    leaf = rng.uniform(0.12, 0.45, 3)
    _fill(canvas, x, y, 100, 182, leaf * 0.6, _FRAME)
    _fill(canvas, x + 7, y + 42, 86, 140, leaf, _FRAME)
    _glass(canvas[y + 7 : y + 36, x + 7 : x + 93], rng)
    _glass(canvas[y + 54 : y + 112, x + 22 : x + 78], rng)
    _fill(canvas, x + 80, y + 120, 6, 16, np.array([0.8, 0.75, 0.5]), _FRAME)


def _wall(tile: Picture, repeats: int) -> Picture:
    side = _SIZE // repeats
    return np.tile(cv2.resize(tile, (side, side), interpolation=cv2.INTER_AREA), (repeats, repeats, 1))


def _fill(canvas: Picture, x: int, y: int, width: int, height: int, colour: NDArray[np.floating], alpha: float) -> None:
    cv2.rectangle(canvas, (int(x), int(y)), (int(x + width - 1), int(y + height - 1)), (*(float(c) for c in colour), float(alpha)), -1)
