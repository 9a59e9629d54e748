"""A picture, its mask and its points drawn for one view, at the view's own pixels: the cost follows the view, not the picture.

Numpy and OpenCV only; the image canvas paints what comes out.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from gui.widgets.viewport import Viewport

Picture = NDArray[np.uint8]
OUTLINE = 0xFF
_STRIPES = 12
"""Pixels from one stripe to the next, along a line."""


@dataclass(frozen=True)
class Points:
    """Dots over a picture: `pixel` (M, 2) x y, `colour` (M, 3) RGB, the farthest first; `size` in device pixels where the picture is about as large as it is."""

    pixel: NDArray[np.integer]
    colour: Picture
    size: int = 2


def pyramid(image: Picture) -> list[Picture]:
    """BGRA copies of an (H, W, 3) RGB picture, each half of the one before, so that a small view of it doesn't shimmer."""
    levels = [cv2.cvtColor(image, cv2.COLOR_RGB2BGRA)]
    while min(levels[-1].shape[:2]) >= 512:
        height, width = levels[-1].shape[:2]
        levels.append(cv2.resize(levels[-1], (width // 2, height // 2), interpolation=cv2.INTER_AREA))
    return levels


def sampled(levels: list[Picture], view: Viewport, background: tuple[int, int, int], *, reduction: int = 1) -> Picture:
    """(h, w, 4) BGRA of the view, smooth below 3 device pixels a picture pixel and in squares above, when pixels are looked at."""
    level = 0
    while level + 1 < len(levels) and view.scale * 2 ** (level + 1) <= 1.0:
        level += 1
    how = cv2.INTER_NEAREST if view.scale >= 3 else cv2.INTER_LINEAR
    red, green, blue = background
    return _warped(levels[level], view, how, (blue, green, red, 255), reduction)


def toned(picture: Picture, table: Picture) -> Picture:
    """(h, w, 4) BGRA with the values of the three colours as a (256,) table says."""
    tables = np.stack([table, table, table, np.arange(256, dtype=np.uint8)], axis=1).reshape(1, 256, 4)
    return cv2.LUT(picture, tables)  # type: ignore[return-value]


def sampled_mask(mask: Picture, view: Viewport, *, reduction: int = 1) -> Picture:
    """(h, w) of the view; 255 outside of the picture. The mask may be smaller than the picture."""
    return _warped(mask, view, cv2.INTER_NEAREST, 255, reduction)


def sampled_ids(ids: NDArray[np.uint16], view: Viewport) -> NDArray[np.uint16]:
    """(h, w) of the view; 0 outside of the picture."""
    return _warped(ids, view, cv2.INTER_NEAREST, 0, 1)  # type: ignore[arg-type, return-value]  # pixels of any kind


def tinted(mask: Picture, table: NDArray[np.uint32]) -> Picture:
    """(h, w, 4) premultiplied BGRA by a 256-entry table of 0xAARRGGBB."""
    return np.take(np.ascontiguousarray(table, "<u4"), mask, mode="clip").view(np.uint8).reshape(*mask.shape, 4)  # half of the time of OpenCV's


def outlined(tint: Picture, mask: Picture) -> None:
    """Draws the borders between classes of `mask` (h, w) into its `tint`, in place: dark, so that near colours stay apart."""
    border = np.zeros(mask.shape, bool)
    border[:, 1:] |= mask[:, 1:] != mask[:, :-1]
    border[1:] |= mask[1:] != mask[:-1]
    border &= tint[..., 3] > 0
    tint[border] = (16, 16, 16, OUTLINE)


def hatched(tint: Picture, mask: Picture, which: Picture, *, origin: tuple[int, int] = (0, 0)) -> None:
    """Draws stripes over the classes of `mask` (h, w) that the 256-entry table `which` marks, into its `tint`, in place.

    `origin` is where (x, y) its first pixel lies in what the stripes run through.
    """
    marked = cv2.LUT(mask, which)
    if not marked.any():
        return
    height, width = mask.shape
    along = (np.arange(width) + origin[0])[None, :] + (np.arange(height) + origin[1])[:, None]
    tint[(along % _STRIPES < _STRIPES // 4) & (marked > 0) & (tint[..., 3] > 0)] = (130, 130, 130, 130)


def dotted(target: Picture, points: Points, view: Viewport, *, reduction: int = 1) -> None:
    """Draws square dots into `target` (h, w, 4) BGRA, in place."""
    height, width = target.shape[:2]
    side = max(1, round(min(7.0, 1.1 * points.size * view.scale**0.75) / reduction))
    centre = (points.pixel + 0.5) * view.scale + (view.left, view.top)
    corner = np.floor(centre / reduction - side / 2 + 0.5).astype(np.int64)
    kept = (corner[:, 0] > -side) & (corner[:, 1] > -side) & (corner[:, 0] < width) & (corner[:, 1] < height)
    corner, colour = corner[kept], points.colour[kept]
    values = np.full((len(colour), 4), 255, np.uint8)
    values[:, :3] = colour[:, ::-1]
    padded = np.zeros((height + 2 * side, width + 2 * side), np.uint32)
    packed, flat = values.view("<u4").ravel(), padded.reshape(-1)
    base = (corner[:, 1] + side) * padded.shape[1] + corner[:, 0] + side
    offsets = (np.arange(side)[:, None] * padded.shape[1] + np.arange(side)).ravel()
    flat[base[:, None] + offsets] = packed[:, None]
    drawn = padded[side : side + height, side : side + width]
    shown = target.view("<u4")[..., 0]
    np.copyto(shown, drawn, where=drawn != 0)


def table(palette: Picture, opacity: float, hidden: NDArray[np.bool_]) -> NDArray[np.uint32]:
    """256 entries 0xAARRGGBB, premultiplied, of a palette (256, 3) RGB; `hidden` (256,) classes and void are clear."""
    alpha = np.where(hidden, 0.0, min(1.0, max(0.0, opacity)))
    alpha[255] = 0.0
    colours = np.rint(palette * alpha[:, None]).astype(np.uint32)
    return (np.rint(alpha * 255).astype(np.uint32) << 24) | (colours[:, 0] << 16) | (colours[:, 1] << 8) | colours[:, 2]


def _warped(source: Picture, view: Viewport, how: int, border: object, reduction: int) -> Picture:
    height, width = source.shape[:2]
    x, y = view.scale * view.width / width / reduction, view.scale * view.height / height / reduction
    # OpenCV's pixel centres lie at whole numbers, the view's corners do
    matrix = np.array([[x, 0, view.left / reduction + (x - 1) / 2], [0, y, view.top / reduction + (y - 1) / 2]])
    size = (-(-view.view_width // reduction), -(-view.view_height // reduction))
    return cv2.warpAffine(source, matrix, size, flags=how, borderMode=cv2.BORDER_CONSTANT, borderValue=border)
