"""Fusion: the class the camera sees at each point of a scan.

A point takes the class of the one pixel it falls into, never an average or a vote around it: thin things (poles, riders)
are seldom wider than a few pixels, and a vote would feed them to what is behind them. Where two classes meet, within a pixel of
the edge, the point's place in space may tell that it belongs to the other side; see `edges`. Points that a nearer surface hides
from the camera get no class at all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import DataError
from engine.labels import VOID, Mask
from engine.lidar.calibration import Calibration
from engine.lidar.edges import settled
from engine.lidar.projection import inside, visible
from engine.lidar.scan import Points, Scan

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class FusedCloud:
    """A scan with what the camera says of its points; every array has the scan's N rows, in its order."""

    points: Points
    """(N, 3) float32 metres in lidar space."""
    reflectance: Floats
    """(N,) float32, 0…1."""
    train_id: Mask
    """(N,) uint8; 255 where the camera does not see the point, or sees void."""
    confidence: Floats
    """(N,) float32, 0…1; 0 where the camera does not see the point."""
    depth: Floats
    """(N,) float32 metres along the camera's axis; NaN outside the picture."""
    seen: NDArray[np.bool_]
    """(N,) whether the point is inside the picture and nothing nearer hides it."""
    pixel: NDArray[np.int32]
    """(N, 2) x, y; -1 outside the picture."""

    def __len__(self) -> int:
        return len(self.points)

    @property
    def in_image(self) -> NDArray[np.bool_]:
        """(N,) whether the point falls into the picture, hidden or not."""
        return self.pixel[:, 0] >= 0


def fuse(
    scan: Scan,
    calibration: Calibration,
    mask: Mask,
    confidence: Floats | None = None,
    *,
    occlusion: bool = True,
) -> FusedCloud:
    """Gives each point the class of its pixel.

    `mask` is (H, W) uint8 train ids at the size the calibration is for, `confidence` (H, W) float32 0…1 or None for 1
    everywhere. Without `occlusion` every point inside the picture counts as seen. Raises DataError for a mask of another size.
    """
    size = mask.shape[:2]
    if calibration.size is not None and size != calibration.size:
        raise DataError(f"the mask is {_spoken(size)}, its camera's pictures are {_spoken(calibration.size)}; export masks at full size")
    if confidence is not None and confidence.shape != mask.shape:
        raise DataError(f"the confidence is {_spoken(confidence.shape)}, its mask {_spoken(size)}; export both at full size")
    cloud = locate(scan, calibration, size, occlusion=occlusion)
    seen = np.flatnonzero(cloud.seen)
    pixel = cloud.pixel[seen]
    cloud.train_id[seen] = settled(cloud.points[seen], pixel, cloud.depth[seen], mask)
    cloud.confidence[seen] = 1 if confidence is None else confidence[pixel[:, 1], pixel[:, 0]]
    return cloud


def locate(scan: Scan, calibration: Calibration, size: tuple[int, int], *, occlusion: bool = True) -> FusedCloud:
    """Where the points are in a picture of `size` (height, width) and which the camera sees, before any class is known."""
    found = inside(scan.points, calibration.image_from_lidar, size)
    cloud = bare(scan)
    cloud.pixel[found.index] = found.pixel
    cloud.depth[found.index] = found.depth
    seen = visible(scan.points, calibration.image_from_lidar, size, found=found) if occlusion else found
    cloud.seen[seen.index] = True
    return cloud


def bare(scan: Scan) -> FusedCloud:
    """The scan alone, where there is no picture or no calibration: no point is seen, none has a class."""
    count = len(scan)
    return FusedCloud(
        scan.points,
        scan.reflectance,
        np.full(count, VOID, np.uint8),
        np.zeros(count, np.float32),
        np.full(count, np.nan, np.float32),
        np.zeros(count, bool),
        np.full((count, 2), -1, np.int32),
    )


def _spoken(size: tuple[int, ...]) -> str:
    return "×".join(map(str, size[1::-1]))
