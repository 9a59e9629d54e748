"""What the Drive and Lidar pages share: the clock, the pictures of the session's frame, and their masks."""

from __future__ import annotations

import time
import traceback
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

import numpy as np
from PySide6.QtCore import QObject, Signal

from engine.errors import RoadscopeError
from gui.frames import Frames
from gui.latest import Latest
from gui.masks import SLOWEST, MaskFeed
from gui.session import Session
from gui.widgets.playback import Pace, Playback

if TYPE_CHECKING:
    from engine.labels import Mask
    from engine.sample import Image, Prediction


@dataclass(frozen=True, eq=False)
class Picture:
    """One frame as it is painted. `levels` are `layers.pyramid` of `image`, none in a drive of scans alone; `truth` is in ids of the label space."""

    frame: int
    image: Image | None
    levels: list[Image]
    prediction: Prediction | None = None
    truth: Mask | None = None


class Player(QObject):
    """One a session (`Player.of`): `shown(picture)` for each frame that should be painted; while playing, with its mask or not at all.

    A paused frame is shown at once and `masked(frame, prediction)` follows; `failed(sentence, details)` says what can't be read.
    """

    shown = Signal(object)
    masked = Signal(int, object)
    failed = Signal(str, str)
    opened = Signal(object)
    """The `Frames` that are played from now on, or None."""
    closing = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self.frames: Frames | None = None
        self.playback = Playback(self)
        self.pace = Pace()
        self.masks = MaskFeed(self)
        self._watchers: dict[QObject, tuple[bool, bool]] = {}
        self._shown_at = 0.0
        self._held: Picture | None = None
        self._next: Picture | None = None
        self._shown: Picture | None = None
        self._reader = Latest(self._read, self)
        self._connect()
        self._open()

    @staticmethod
    def of(session: Session) -> Player:
        """The session's own, made when it is first asked for."""
        known = session.findChild(Player)
        return cast(Player, known) if known is not None else Player(session)

    @property
    def picture(self) -> Picture | None:
        """What was shown last."""
        return self._shown

    def watch(self, watcher: QObject, *, masks: bool, truth: bool = False) -> None:
        """A page is shown, or wants other things: frames are read while somebody watches; with `masks` they are predicted.

        Pictures don't wait for masks that nobody wants.
        """
        wanted = (masks, truth)
        if self._watchers.get(watcher) != wanted:
            self._watchers[watcher] = wanted
            self.masks.predict_ahead(self._masks_wanted)
            self.refresh()

    def leave(self, watcher: QObject) -> None:
        """A page is shown no more; without any the clock stops."""
        self._watchers.pop(watcher, None)
        self.masks.predict_ahead(self._masks_wanted)
        if not self._watchers:
            self.playback.pause()

    @property
    def too_slow(self) -> bool:
        """Whether masks are wanted, but the network takes too long for playing with them."""
        return self._masks_wanted and self.masks.needed > SLOWEST

    def refresh(self) -> None:
        """Reads the session's frame (again)."""
        if self.frames is not None and self._watchers:
            self._reader.ask((self.frames, self._session.frame))

    def close(self) -> None:
        """Ends the threads, also those of who listens to `closing`."""
        self.playback.pause()
        self.closing.emit()
        self._reader.close()
        self.masks.close()

    @property
    def _masks_wanted(self) -> bool:
        return any(masks for masks, _ in self._watchers.values())

    @property
    def _truth_wanted(self) -> bool:
        return any(truth for _, truth in self._watchers.values())

    def _connect(self) -> None:
        self._session.source_changed.connect(lambda source: self._open())
        self._session.checkpoint_changed.connect(lambda path: self._on_checkpoint())
        self._session.frame_changed.connect(self._on_frame)
        self.playback.due.connect(self._session.show_frame)
        self.playback.changed.connect(self._on_playback)
        self._reader.done.connect(self._on_read)
        self._reader.failed.connect(self._on_failed)
        self.masks.ready.connect(self._on_mask)
        self.masks.failed.connect(self.failed)

    def _open(self) -> None:
        drive = self._session.drive
        self._held = self._next = self._shown = None
        self.frames = Frames(drive) if drive is not None else None
        self.playback.open(np.maximum.accumulate([frame.time for frame in drive.frames]).tolist() if drive is not None else [])
        self.playback.moved(self._session.frame)
        self.masks.open(self.frames, self._session.checkpoint)
        self.opened.emit(self.frames)
        self.refresh()

    def _read(self, request: tuple[Frames, int]) -> Picture:
        from gui.widgets import layers

        frames, index = request
        image = frames.image(index)
        if image is None:
            return Picture(index, None, [])
        return Picture(
            index,
            image,
            layers.pyramid(image),
            self.masks.at_hand(index) if self._masks_wanted else None,
            frames.truth(index) if self._truth_wanted else None,
        )

    def _on_frame(self, index: int) -> None:
        self.playback.moved(index)
        self.refresh()

    def _on_checkpoint(self) -> None:
        self.masks.open(self.frames, self._session.checkpoint)
        self.refresh()

    def _on_playback(self) -> None:
        self.pace.reset()
        if not self.playback.playing:
            self._held = self._next = None
            self.refresh()

    def _on_read(self, request: tuple[Frames, int], picture: Picture) -> None:
        if request[0] is not self.frames:
            return
        missing = picture.prediction is None and picture.image is not None and self._masks_wanted and self.masks.active
        patient = self.playback.playing and time.monotonic() - self._shown_at < self.masks.patience
        if not missing:
            self.masks.stand_at(picture.frame)
            self._show(picture)
        elif patient and self._held is not None:
            self._next = picture  # the network is busy: of the pictures that come meanwhile the newest is next
        else:
            self.masks.ask(picture.frame)
            if patient:
                self._held = picture
            else:
                self._show(picture)

    def _on_mask(self, frame: int, prediction: Prediction) -> None:
        if self._held is not None and self._held.frame == frame:
            picture, self._held, self._next = self._held, self._next, None
            if self._held is not None:
                self.masks.ask(self._held.frame)
            if self._shown is None or not self.playback.playing or picture.frame >= self._shown.frame or self.playback.loop is not None:
                self._show(replace(picture, prediction=prediction))
        elif self._shown is not None and self._shown.frame == frame and self._shown.prediction is None:
            self._shown = replace(self._shown, prediction=prediction)
            self.masked.emit(frame, prediction)

    def _show(self, picture: Picture) -> None:
        self._shown, self._shown_at = picture, time.monotonic()
        if self.playback.playing:
            self.pace.count()
        self.shown.emit(picture)

    def _on_failed(self, request: tuple[Frames, int], error: Exception) -> None:
        if request[0] is self.frames:
            self.playback.pause()
            told = isinstance(error, RoadscopeError)
            self.failed.emit(str(error) if told else f"{type(error).__name__}: {error}", "".join(traceback.format_exception(error)))
