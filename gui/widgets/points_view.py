"""The camera's image with a scan's points on it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from gui.clouds import Cloud
from gui.player import Picture
from gui.widgets.image_canvas import ImageCanvas

_DIM = 0.62
"""How bright the image is under the points, so that their colours can be read."""


class PointsView(ImageCanvas):
    """Shows picture and cloud of one frame; `picked(row)` is the row of the cloud's point that was clicked."""

    picked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, empty="This frame has no image")
        self._cloud: Cloud | None = None
        self._frame = -1
        shade = np.zeros(256, np.uint32)
        shade[0] = round((1 - _DIM) * 255) << 24
        self.set_colours(shade)
        self.clicked.connect(self._on_clicked)
        self.setAccessibleName("Camera image with the points of the scan")

    def show_frame(self, picture: Picture, cloud: Cloud) -> None:
        """Both at once; the image alone where the camera sees no point."""
        self._cloud = cloud
        dots = cloud.dots
        dim = np.zeros((1, 1), np.uint8) if dots is not None else None
        if picture.frame != self._frame or not self.has_image:
            self._frame = picture.frame
            self.show_image(picture.levels, mask=dim, points=dots)
        else:
            self.show_mask(dim)
            self.show_points(dots)

    def clear(self) -> None:
        """Shows nothing."""
        self._cloud, self._frame = None, -1
        self.show_image(None)

    def row_at(self, spot: tuple[float, float] | None, *, within: float = 8.0) -> int | None:
        """The row of the fused cloud's seen point nearest to the image's pixel (x, y); None where none is near."""
        if spot is None or self._cloud is None or self._cloud.fused is None:
            return None
        rows = self._cloud.rows[self._cloud.fused.seen[self._cloud.rows]]
        if not len(rows):
            return None
        away = np.hypot(*(self._cloud.fused.pixel[rows] + 0.5 - spot).T)
        nearest = int(np.argmin(away))
        return int(rows[nearest]) if away[nearest] <= within else None

    def _on_clicked(self, spot: tuple[float, float] | None) -> None:
        row = self.row_at(spot)
        if row is not None:
            self.picked.emit(row)
