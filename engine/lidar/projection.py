"""Which points of a scan a camera sees, and where.

The lidar stands elsewhere than the camera (27 cm behind and 8 cm above it on KITTI's car), so it sees over and past things
that hide what is behind them from the camera. Such points land on the nearer thing's pixels and would take its class. A
depth buffer finds them: each point's depth is held against the nearest depth around its pixel. Scans are sparse, so "around"
is measured in the spacing of the beams, and surfaces seen at a grazing angle (the road far ahead) must not hide themselves:

- a clearly nearer point within half a beam spacing hides a point, where "clearly" grows with the depth that a surface one
  metre below (or beside) the camera gains over that distance;
- clearly nearer points on both sides, within a whole spacing above and below or left and right, hide it as well: the road
  has nearer points on one side only, a car's body has them on both.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.lidar.scan import Points

NEAREST = 0.1
"""Metres in front of the camera below which nothing is projected."""
BEAM_SPACING = (0.0035, 0.0075)
"""Radians between neighbouring beams, sideways and upwards: a 64-beam lidar at 10 turns a second (HDL-64E: 0.17°–0.2° and 0.4°)."""
TOLERANCE = 0.04
"""Share of its depth by which a point may lie behind the nearest one around it."""
_GRAZING_HEIGHT = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """Points of a scan inside a picture: M of its N points, in the scan's order."""

    index: NDArray[np.intp]
    """(M,) rows of the scan."""
    pixel: NDArray[np.int32]
    """(M, 2) x, y of the pixel each point falls into."""
    depth: NDArray[np.float32]
    """(M,) metres along the camera's axis."""

    def __len__(self) -> int:
        return len(self.index)

    def where(self, kept: NDArray[np.bool_]) -> Projection:
        """The points for which `kept` (M,) holds."""
        return Projection(self.index[kept], self.pixel[kept], self.depth[kept])


def inside(points: Points, image_from_lidar: NDArray[np.floating], size: tuple[int, int]) -> Projection:
    """The points that fall into a picture of `size` (height, width), hidden or not.

    `points` is (N, 3) in lidar space; `image_from_lidar` (3, 4). A pixel's centre has whole coordinates.
    """
    height, width = size
    rows = image_from_lidar[:3].astype(np.float32)
    with np.errstate(over="ignore", invalid="ignore"):  # points that are not finite are nowhere: every comparison below is false
        index = np.flatnonzero(points @ rows[2, :3] > NEAREST - rows[2, 3])
        x, y, depth = (np.take(points, index, axis=0) @ rows[:, :3].T + rows[:, 3]).T
        x, y = x / depth + np.float32(0.5), y / depth + np.float32(0.5)
    kept = np.flatnonzero((x >= 0) & (x < width) & (y >= 0) & (y < height))
    pixel = np.empty((len(kept), 2), np.int32)
    pixel[:, 0], pixel[:, 1] = x[kept], y[kept]
    return Projection(index[kept], pixel, depth[kept])


def visible(
    points: Points,
    image_from_lidar: NDArray[np.floating],
    size: tuple[int, int],
    *,
    spacing: tuple[float, float] = BEAM_SPACING,
    tolerance: float = TOLERANCE,
    found: Projection | None = None,
) -> Projection:
    """Like `inside`, without the points that a nearer surface hides from the camera.

    `spacing` is between beams in radians, sideways and upwards; `found` is what `inside` gave, where it was asked before.
    """
    found = inside(points, image_from_lidar, size) if found is None else found
    return found.where(~hidden(found, _focal_lengths(image_from_lidar), size, spacing=spacing, tolerance=tolerance))


def hidden(
    found: Projection,
    focal: tuple[float, float],
    size: tuple[int, int],
    *,
    spacing: tuple[float, float] = BEAM_SPACING,
    tolerance: float = TOLERANCE,
) -> NDArray[np.bool_]:
    """(M,) whether a nearer surface stands before each point; `focal` is in pixels (x, y), `spacing` in radians."""
    across, up = max(1, round(focal[0] * spacing[0])), max(1, round(focal[1] * spacing[1]))
    beside, above = (across + 1) // 2, (up + 1) // 2
    buffer = _nearest(found, size)
    column, row = found.pixel.T
    cell = row * np.int32(size[1]) + column

    def nearest(left: int, right: int, over: int, under: int) -> NDArray[np.float32]:
        kernel = np.ones((over + under + 1, left + right + 1), np.uint8)
        return cv2.erode(buffer, kernel, anchor=(left, over), borderType=cv2.BORDER_REPLICATE).ravel()[cell]

    def limit(rows: int) -> NDArray[np.float32]:
        """How near the nearest within `rows` pixels up and down may be, on a surface one metre below the camera."""
        return found.depth / (1 + tolerance + found.depth * (rows / (focal[1] * _GRAZING_HEIGHT)))

    behind = nearest(beside, beside, above, above) < limit(above)
    between_rows = (nearest(beside, beside, up, 0) < limit(0)) & (nearest(beside, beside, 0, up) < limit(0))
    between_columns = (nearest(across, 0, 1, 1) < limit(1)) & (nearest(0, across, 1, 1) < limit(1))
    return behind | between_rows | between_columns


def _nearest(found: Projection, size: tuple[int, int]) -> NDArray[np.float32]:
    """(H, W) depth of the nearest point in each pixel; a very great depth where there is none."""
    buffer = np.full(size[0] * size[1], np.float32(1e9))
    cell = found.pixel[:, 1] * np.int32(size[1]) + found.pixel[:, 0]
    np.minimum.at(buffer, cell, found.depth)
    return buffer.reshape(size)


def _focal_lengths(image_from_lidar: NDArray[np.floating]) -> tuple[float, float]:
    """Pixels, of the pinhole part of a projection: its axes, seen from the camera's own."""
    x, y, forward = image_from_lidar[:3, :3].astype(np.float64)
    return float(np.linalg.norm(np.cross(x, forward))), float(np.linalg.norm(np.cross(y, forward)))
