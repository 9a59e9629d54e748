"""The render process as the window sees it: never waited for, started again when it is lost."""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QSocketNotifier, QTimer, Signal
from PySide6.QtGui import QImage

from engine.lidar.orbit import Lines, Orbit
from engine.lidar.render_process import CloudRenderer

_HUNG_AFTER = 20.0
"""Seconds without an answer after which the process counts as lost."""
_TRIES = 3
"""So many ends within a minute and it is not started again by itself."""


class RenderLink(QObject):
    """`pictured(image, ticket)` for each picture; `restarted` after the process was lost and started again, `failed(sentence)` when that is of no use."""

    pictured = Signal(QImage, int)
    restarted = Signal()
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.renderer: CloudRenderer | None = None
        self._notifier: QSocketNotifier | None = None
        self._heard = 0.0
        self._ends: list[float] = []
        self._watch = QTimer(self)
        self._watch.setInterval(1000)
        self._watch.timeout.connect(self._on_watch)

    def start(self, size: tuple[int, int], background: tuple[int, int, int]) -> CloudRenderer:
        """Starts the process, for pictures of `size` (height, width) in device pixels."""
        self.renderer = CloudRenderer(size, background=background)
        self._listen()
        return self.renderer

    def set_cloud(self, points: NDArray[np.float32], colours: NDArray[np.uint8]) -> None:
        """(N, 3) metres, (N, 3) uint8; nothing before the start."""
        if self.renderer is not None:
            self.renderer.set_cloud(points, colours)

    def set_extras(self, extras: list[Lines]) -> None:
        if self.renderer is not None:
            self.renderer.set_extras(extras)

    def set_pose(self, ticket: int, view: Orbit) -> None:
        if self.renderer is not None:
            self.renderer.set_pose(ticket, view.camera_from_lidar, view.fov)

    def set_size(self, size: tuple[int, int], point_size: float) -> None:
        """(height, width) of the pictures and the size of a point, in device pixels."""
        if self.renderer is not None:
            self.renderer.resize(size[1], size[0])
            self.renderer.set_point_size(point_size)

    def start_again(self) -> None:
        """After `failed`: tries anew, with the last view."""
        self._ends.clear()
        self._revive()

    def close(self) -> None:
        """Ends the process."""
        self._watch.stop()
        self._drop_notifier()
        if self.renderer is not None:
            self.renderer.close()
            self.renderer = None

    def _listen(self) -> None:
        assert self.renderer is not None
        self._heard = time.monotonic()
        self._notifier = QSocketNotifier(self.renderer.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_readable)
        self._watch.start()

    def _drop_notifier(self) -> None:
        if self._notifier is not None:
            self._notifier.setEnabled(False)
            self._notifier.deleteLater()
            self._notifier = None

    def _on_readable(self) -> None:
        if self.renderer is None:
            return
        self._heard = time.monotonic()
        shown = self.renderer.poll()
        if shown is not None:
            height, width = shown.pixels.shape[:2]
            picture = QImage(shown.pixels.data, width, height, width * 3, QImage.Format.Format_RGB888)
            self.pictured.emit(picture.convertToFormat(QImage.Format.Format_RGB32), shown.ticket)
        if self.renderer is not None and not self.renderer.alive:
            self._on_lost()

    def _on_watch(self) -> None:
        if self.renderer is None:
            return
        hung = self.renderer.behind and time.monotonic() - self._heard > _HUNG_AFTER
        if not self.renderer.alive or hung:
            self._on_lost()

    def _on_lost(self) -> None:
        assert self.renderer is not None
        now = time.monotonic()
        self._ends = [one for one in self._ends if now - one < 60] + [now]
        why = self.renderer.failure or "the 3-D view's process doesn't answer; try again"
        if len(self._ends) > _TRIES:
            self._watch.stop()
            self._drop_notifier()
            self.failed.emit(why)
            return
        self._revive()
        self.restarted.emit()

    def _revive(self) -> None:
        if self.renderer is not None:
            self._drop_notifier()
            self.renderer.restart()
            self._listen()
