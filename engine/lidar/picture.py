"""Pictures of clouds without a display: points over the camera's image, a bird's-eye view, and the cloud in 3-D."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.lidar.colouring import Colours
from engine.lidar.orbit import Lines, Orbit, intrinsics
from engine.lidar.render_process import BACKGROUND, CloudRenderer, wait_for_picture
from engine.lidar.scan import Points
from engine.sample import Image

_NEAR, _MIDDLE = 12.0, 30.0
_RING = (58, 62, 70)


def overlay_points(image: Image, pixel: NDArray[np.integer], colours: Colours, depth: NDArray[np.floating], *, dim: float = 0.55) -> Image:
    """A copy of `image` (H, W, 3), darkened to `dim`, with M points on it: `pixel` (M, 2) x y, `colours` (M, 3), `depth` (M,) metres.

    Near points are larger and stand before far ones; points outside the picture are left out.
    """
    picture = (image * np.float32(dim)).astype(np.uint8)
    scale = max(1.0, image.shape[0] / 375)
    for nearest, farthest, radius in ((_MIDDLE, np.inf, 1.0), (_NEAR, _MIDDLE, 1.5), (-np.inf, _NEAR, 2.2)):
        chosen = np.flatnonzero((depth >= nearest) & (depth < farthest))
        chosen = chosen[np.argsort(-depth[chosen], kind="stable")]
        _dots(picture, pixel[chosen], colours[chosen], radius * scale)
    return picture


def birds_eye(
    points: Points,
    colours: Colours,
    *,
    ahead: tuple[float, float] = (-15.0, 55.0),
    aside: tuple[float, float] = (-30.0, 30.0),
    pixels_a_metre: float = 14.0,
) -> Image:
    """The cloud from straight above, the way ahead upwards: metres `ahead` (from, to) and `aside` (right is negative)."""
    height, width = round((ahead[1] - ahead[0]) * pixels_a_metre), round((aside[1] - aside[0]) * pixels_a_metre)
    picture = np.full((height, width, 3), BACKGROUND, np.uint8)
    column = (aside[1] - points[:, 1]) * pixels_a_metre
    row = (ahead[1] - points[:, 0]) * pixels_a_metre
    kept = np.flatnonzero((column >= 0) & (column < width) & (row >= 0) & (row < height))
    kept = kept[np.argsort(points[kept, 2], kind="stable")]
    centre = (round(aside[1] * pixels_a_metre), round(ahead[1] * pixels_a_metre))
    for metres in range(10, round(max(ahead[1], aside[1])) + 1, 10):
        cv2.circle(picture, centre, round(metres * pixels_a_metre), _RING, 1, cv2.LINE_AA)
        place = (centre[0] + 5, centre[1] - round(metres * pixels_a_metre) - 5)
        cv2.putText(picture, f"{metres} m", place, cv2.FONT_HERSHEY_SIMPLEX, 0.42, (125, 130, 140), 1, cv2.LINE_AA)
    _dots(picture, np.stack([column[kept], row[kept]], axis=1).astype(np.int32), colours[kept], 1.0)
    arrow = np.array([[0, -11], [7, 8], [0, 4], [-7, 8]], np.int32) + centre
    cv2.fillPoly(picture, [arrow], (255, 190, 70), cv2.LINE_AA)
    return picture


def cloud(
    points: Points,
    colours: Colours,
    *,
    view: Orbit | None = None,
    size: tuple[int, int] = (720, 1280),
    extras: Iterable[Lines] = (),
    point_size: float = 3.0,
) -> Image:
    """The cloud in 3-D from `view`, (height, width) `size`: by the render process, or point by point where that can't draw."""
    view = view or Orbit()
    renderer = CloudRenderer(size, point_size=point_size)
    try:
        renderer.set_cloud(points, colours)
        renderer.set_extras(extras)
        renderer.set_pose(1, view.camera_from_lidar, view.fov)
        painted = wait_for_picture(renderer)
    finally:
        renderer.close()
    return painted.pixels if painted is not None else splatted(points, colours, view=view, size=size, point_size=point_size)


def splatted(points: Points, colours: Colours, *, view: Orbit, size: tuple[int, int], point_size: float = 3.0) -> Image:
    """The cloud in 3-D with numpy alone: squares, far ones first, without lines."""
    height, width = size
    picture = np.full((height, width, 3), BACKGROUND, np.uint8)
    matrix = (intrinsics(view.fov, size) @ view.camera_from_lidar[:3]).astype(np.float32)
    homogeneous = points @ matrix[:, :3].T + matrix[:, 3]
    kept = np.flatnonzero(homogeneous[:, 2] > 0.2)
    x, y, depth = homogeneous[kept].T
    with np.errstate(over="ignore"):
        x, y = x / depth + np.float32(0.5), y / depth + np.float32(0.5)
    inside = np.flatnonzero((x >= 0) & (x < width) & (y >= 0) & (y < height))
    inside = inside[np.argsort(-depth[inside], kind="stable")]
    _dots(picture, np.stack([x[inside], y[inside]], axis=1).astype(np.int32), colours[kept[inside]], point_size / 2)
    return picture


def _dots(picture: Image, pixel: NDArray[np.integer], colours: Colours, radius: float) -> None:
    """Discs at `pixel` (M, 2), later ones over earlier ones."""
    height, width = picture.shape[:2]
    reach = int(radius)
    steps = [(dx, dy) for dy in range(-reach, reach + 1) for dx in range(-reach, reach + 1) if dx * dx + dy * dy <= radius * radius + 0.25]
    offsets = np.array(steps, np.int32)
    places = (pixel.astype(np.int32)[:, None] + offsets).reshape(-1, 2)
    owner = np.repeat(np.arange(len(pixel)), len(offsets))
    kept = (places[:, 0] >= 0) & (places[:, 0] < width) & (places[:, 1] >= 0) & (places[:, 1] < height)
    places, owner = places[kept], owner[kept]
    last = np.full(height * width, -1, np.intp)
    np.maximum.at(last, places[:, 1] * width + places[:, 0], owner)
    painted = np.flatnonzero(last >= 0)
    picture.reshape(-1, 3)[painted] = colours[last[painted]]
