"""Small pictures of a drive's frames for timelines, read on a thread from the drive opened a second time: playing goes on undisturbed."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from engine.errors import RoadscopeError
from gui.frames import Frames
from gui.latest import Latest
from gui.player import Player
from gui.widgets.timeline_strip import PICTURE_HEIGHT

if TYPE_CHECKING:
    from engine.drives.drive import Drive
    from engine.sample import Image

_DENSITY = 2
"""Pictures are made for screens of up to so many device pixels a logical one."""


class DriveThumbnails(QObject):
    """One a player. `ready(frame, picture)` for each frame asked for, also when it was there already."""

    ready = Signal(int, QImage)
    _made = Signal(object, int, QImage)

    def __init__(self, player: Player) -> None:
        super().__init__(player)
        self._player = player
        self._pictures: dict[int, QImage] = {}
        self._newest = 0
        self._drive: Drive | None = None
        self._of: Frames | None = None
        self._lock = threading.Lock()
        self._latest = Latest(self._work, self)
        self._made.connect(self._on_made)
        player.opened.connect(self._on_opened)
        player.closing.connect(self._close)

    @staticmethod
    def of(player: Player) -> DriveThumbnails:
        """The player's own, made when it is first asked for."""
        known = player.findChild(DriveThumbnails)
        return cast(DriveThumbnails, known) if known is not None else DriveThumbnails(player)

    def ask(self, wanted: list[int]) -> None:
        """Pictures of these frames, instead of those that were asked for before."""
        for frame in wanted:
            if frame in self._pictures:
                self.ready.emit(frame, self._pictures[frame])
        missing = [frame for frame in wanted if frame not in self._pictures]
        frames = self._player.frames
        if missing and frames is not None and frames.drive.has_images:
            self._newest += 1
            self._latest.ask((self._newest, frames, missing))

    def _work(self, request: tuple[int, Frames, list[int]]) -> None:
        import cv2

        from engine import images
        from gui import preload

        preload.background_priority()
        number, frames, missing = request
        drive = self._opened(frames)
        for frame in missing:
            if number != self._newest:
                return
            try:
                file = frames.drive.frames[frame].image
                picture = images.read_reduced(file, 256) if file else drive.image(frame)
            except RoadscopeError:
                continue  # the page says it when the frame itself is shown
            height, width = picture.shape[:2]
            factor = PICTURE_HEIGHT * _DENSITY / height
            small = cv2.resize(picture, (max(1, round(width * factor)), PICTURE_HEIGHT * _DENSITY), interpolation=cv2.INTER_AREA)
            self._made.emit(frames, frame, _image(small))

    def _opened(self, frames: Frames) -> Drive:
        if self._drive is None or self._of is not frames:
            from engine.drives import open_drive

            if self._drive is not None:
                self._drive.close()
            self._of = frames
            self._drive = open_drive(frames.drive.path) if frames.drive.kind == "video" else frames.drive
        return self._drive

    def _on_made(self, frames: Frames, frame: int, picture: QImage) -> None:
        if frames is self._player.frames:
            self._pictures[frame] = picture
            self.ready.emit(frame, picture)

    def _on_opened(self, frames: Frames | None) -> None:
        self._newest += 1
        self._pictures.clear()
        self._latest.forget()

    def _close(self) -> None:
        self._newest += 1
        self._latest.close()
        if self._drive is not None and self._of is not None and self._drive is not self._of.drive:
            self._drive.close()


def _image(picture: Image) -> QImage:
    height, width = picture.shape[:2]
    return QImage(picture.data, width, height, width * 3, QImage.Format.Format_RGB888).copy()
