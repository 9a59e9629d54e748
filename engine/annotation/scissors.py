"""Intelligent scissors: the way along edges between two points. E. Mortensen, W. Barrett, Intelligent Scissors for Image Composition (1995); OpenCV's."""

from __future__ import annotations

import cv2
import numpy as np

from engine.annotation.document import Point
from engine.sample import Image

REACH = 240
"""Pixels from the start within which the way is sought: what a map of costs takes grows with its area."""
_CANNY = (25, 75)
_STEEPEST = 700.0
"""Sobel's gradient, above which all edges are as good."""
_OFF_EDGES, _FLAT = 0.65, 0.35
"""What a step costs off the edges that Canny finds, and what one costs on even ground. Directions of edges, which Mortensen and Barrett count too, make the
map of costs a third slower and the way no better on the procedural street."""


class Scissors:
    """For one picture (H, W, 3) RGB. `path` may be asked many times a second from the same start: its map of costs is kept."""

    def __init__(self, image: Image) -> None:
        self._image = image
        self._start: tuple[int, int] | None = None
        self._corner = 0, 0
        self._tool: cv2.segmentation.IntelligentScissorsMB | None = None

    def path(self, start: tuple[int, int], end: tuple[int, int], *, tolerance: float = 1.0) -> tuple[Point, ...]:
        """The vertices after `start` up to and with `end`, off the way along the edges by at most `tolerance` pixels; straight where `end` is out of reach.

        Both points are pixels of the picture.
        """
        if start != self._start:
            self._begin(start)
        left, top = self._corner
        x, y = end[0] - left, end[1] - top
        if self._tool is None or not (0 <= x < self._width and 0 <= y < self._height) or start == end:
            return (end,)
        way = self._tool.getContour((x, y))
        kept = cv2.approxPolyDP(way, tolerance, False)[:, 0] if len(way) > 2 else way[:, 0]
        return (*((int(across) + left, int(down) + top) for across, down in kept[1:-1]), end)

    def _begin(self, start: tuple[int, int]) -> None:
        height, width = self._image.shape[:2]
        self._start, self._tool = start, None
        if not (0 <= start[0] < width and 0 <= start[1] < height):
            return
        left, top = max(0, start[0] - REACH), max(0, start[1] - REACH)
        part = np.ascontiguousarray(self._image[top : start[1] + REACH, left : start[0] + REACH])
        self._height, self._width = part.shape[:2]
        self._corner = left, top
        if min(self._height, self._width) < 3:
            return
        tool = _priced(part)
        tool.buildMap((start[0] - left, start[1] - top))
        self._tool = tool


def _priced(part: Image) -> cv2.segmentation.IntelligentScissorsMB:
    """The tool, told what a step to each pixel costs."""
    smooth = cv2.GaussianBlur(part, (3, 3), 0)
    across, down = cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1)
    red, green, blue = cv2.split(cv2.magnitude(across, down))
    flat = 1 - cv2.sqrt(cv2.min(cv2.max(cv2.max(red, green), blue) * np.float32(1 / _STEEPEST), 1.0))
    off_edges = (cv2.Canny(smooth, *_CANNY) == 0).astype(np.uint8)
    tool = cv2.segmentation.IntelligentScissorsMB()
    tool.setWeights(_OFF_EDGES, 0, _FLAT)
    tool.applyImageFeatures(off_edges, np.zeros((*flat.shape, 2), np.float32), flat, part)
    return tool
