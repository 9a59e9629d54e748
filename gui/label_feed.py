"""Reads a frame with its labels on a thread, so that the window never waits for a disk, and the next one in advance."""

from __future__ import annotations

import gc
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication

from engine.annotation import finding
from engine.annotation.document import Document
from gui.frames import Frames
from gui.label_picture import NOTHING, LabelPicture
from gui.labelling import Opened
from gui.latest import Latest
from gui.widgets import layers

if TYPE_CHECKING:
    from engine.labels import LabelSpace
    from engine.sample import Image


_UNTIL_IT_IS_LEFT_S = 20.0
"""How long a document that was just left may take to be written and closed before it can be opened again."""
_LOOKED_AT_MS = 60
"""How long a frame is the only one that is worked on: meanwhile it is painted, or already left for the next."""


@dataclass(frozen=True, eq=False)
class Wanted:
    """A frame of the drive that is open."""

    frames: Frames
    frame: int


@dataclass(frozen=True, eq=False)
class _Shown:
    """A frame that is looked at, and that `left` is told of when another is asked for."""

    opened: Opened
    left: threading.Event


class LabelFeed(QObject):
    """`done(wanted, opened)` for the newest that was asked, `failed(wanted, error)` where it can't be read; then what edits of it will need is
    prepared, and the frame after it, in the direction of travel, is read and kept."""

    done = Signal(object, object)
    failed = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._asked: Wanted | None = None
        self._under_way: Wanted | None = None
        self._ahead: tuple[Wanted, Opened, float] | None = None
        self._shown: _Shown | None = None
        self._step = 1
        self._reads_ahead = True
        self._pause = QTimer(self, singleShot=True, interval=_LOOKED_AT_MS)
        self._pause.timeout.connect(self._prepare)
        self._resting = False
        self._reader = Latest(_work, self)
        self._reader.done.connect(self._on_read)
        self._reader.failed.connect(self._on_failed)

    @property
    def ahead(self) -> int | None:
        """The frame that was read in advance."""
        return self._ahead[0].frame if self._ahead is not None else None

    def ask(self, wanted: Wanted) -> None:
        """Reads this frame, or gives what was read in advance."""
        before, self._asked = self._asked, wanted
        self._step = -1 if before is not None and before.frames is wanted.frames and wanted.frame < before.frame else 1
        held, self._ahead = self._ahead, None
        self._leave()
        if held is not None and _same(held[0], wanted) and held[2] == _written(held[1].store.path):
            self._give(wanted, held[1])
            return
        if held is not None:
            held[1].store.close()
        if not _same(self._under_way, wanted):
            self._read(wanted)
        self._rest()

    def forget(self) -> None:
        """Another drive is open: what was asked or read in advance is of no use."""
        self._leave()
        self._rested()
        self._reader.forget()
        self._asked = self._under_way = None
        if self._ahead is not None:
            self._ahead[1].store.close()
            self._ahead = None

    def read_ahead(self, wanted: bool) -> None:
        """Whether the next frame is read in advance: not while a job writes documents, as it would find that one taken."""
        self._reads_ahead = wanted
        if not wanted and self._ahead is not None:
            self._ahead[1].store.close()
            self._ahead = None

    def close(self) -> None:
        """Ends the thread."""
        self._reader.close()
        self.forget()

    def _read(self, wanted: Wanted) -> None:
        self._under_way = wanted
        self._reader.ask(wanted)

    def _give(self, wanted: Wanted, opened: Opened) -> None:
        self._shown = _Shown(opened, threading.Event())
        self._pause.start()
        self.done.emit(wanted, opened)

    def _rest(self) -> None:
        """Until the frame is on the screen no garbage is looked for: among so much that is new, none of it garbage, that takes a fifth of the time."""
        if gc.isenabled():
            gc.disable()
            self._resting = True

    def _rested(self) -> None:
        if self._resting:
            gc.enable()
            self._resting = False

    def _prepare(self) -> None:
        self._rested()
        if _drawing():
            self._pause.start()
        elif self._shown is not None:
            self._reader.ask(self._shown)

    def _leave(self) -> None:
        self._pause.stop()
        if self._shown is not None:
            self._shown.left.set()
            self._shown = None

    def _on_prepared(self, shown: _Shown) -> None:
        if shown is not self._shown:
            return
        if _drawing():
            self._pause.start()
        elif self._reads_ahead and self._asked is not None:
            following = Wanted(self._asked.frames, self._asked.frame + self._step)
            if 0 <= following.frame < len(following.frames):
                self._read(following)

    def _on_read(self, wanted: Wanted | _Shown, opened: Opened) -> None:
        if isinstance(wanted, _Shown):
            self._on_prepared(wanted)
            return
        asked = self._asked
        if wanted is not self._under_way or asked is None:
            opened.store.close()
            return
        self._under_way = None
        if _same(asked, wanted):
            self._give(asked, opened)
        elif not self._reads_ahead:
            opened.store.close()
        else:
            self._ahead = wanted, opened, _written(opened.store.path)

    def _on_failed(self, wanted: Wanted, error: Exception) -> None:
        if wanted is self._under_way:
            self._under_way = None
            self._rested()
            if _same(self._asked, wanted):
                self.failed.emit(self._asked, error)


def _same(one: Wanted | None, other: Wanted | None) -> bool:
    return one is not None and other is not None and one.frames is other.frames and one.frame == other.frame


def _drawing() -> bool:
    """Whether a button of the mouse is down: a thread that takes half of the interpreter's time would be felt."""
    return QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton


def _written(path: Path) -> float:
    """When the file was last written; 0 where there is none."""
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def _work(request: Wanted | _Shown) -> Opened | None:
    if isinstance(request, Wanted):
        return read(request)
    request.opened.picture.rasteriser.prepare(request.opened.store.document, lambda: not request.left.is_set())
    return None


def read(wanted: Wanted) -> Opened:
    """The frame's picture and its document: the file's, else one that begins as the frame's mask, else an empty one. Raises DataError."""
    from engine.annotation import frame_labels
    from engine.annotation.raster import Rasteriser
    from engine.annotation.store import Store

    space, path, frame = space_of(wanted.frames), path_of(wanted.frames, wanted.frame), wanted.frames.drive.frames[wanted.frame]
    notes: list[str] = []
    with ThreadPoolExecutor(1, thread_name_prefix="picture") as beside:  # the labels are read meanwhile
        picture_read = beside.submit(_picture, wanted)

        def new() -> Document:
            height, width = picture_read.result()[0].shape[:2]
            document, said = frame_labels.begun((width, height), space, image=frame.image, truth=lambda: wanted.frames.truth(wanted.frame))
            notes.extend(said)
            return document

        store = Store.open(path, new=new, patience=_UNTIL_IT_IS_LEFT_S)
        try:
            image, levels = picture_read.result()
            height, width = image.shape[:2]
            picture = LabelPicture(space, Rasteriser(width, height), np.full((height, width), NOTHING, np.uint8))
            picture.paint(store.document, (0, 0, width, height))
        except BaseException:
            store.close()
            raise
    return Opened(wanted.frame, image, levels, store, picture, frame_labels.masks_of(path), "; ".join(notes))


def _picture(wanted: Wanted) -> tuple[Image, list[Image]]:
    """The frame's picture, and its `layers.pyramid`."""
    image = wanted.frames.image(wanted.frame)
    assert image is not None, "a drive of scans alone is never asked for"
    return image, layers.pyramid(image)


def regions_of(wanted: Wanted) -> Document | None:
    """The labels of a frame as they are in its file; None where it has none. Raises DataError."""
    from engine.annotation import cityscapes_json

    path = path_of(wanted.frames, wanted.frame)
    return cityscapes_json.read_file(path) if path.exists() else None


def path_of(frames: Frames, number: int) -> Path:
    """Where the labels of a frame are kept."""
    frame = frames.drive.frames[number]
    return finding.document_path(frames.drive.path, stem=frame.stem, image=frame.image, mask=frame.mask)


def space_of(frames: Frames) -> LabelSpace:
    """What the drive is labelled with: the user's own label space where one was made for it, else the drive's, else that of Cityscapes. Raises ConfigError."""
    from engine import labels, own_spaces

    return own_spaces.used_for(frames.drive.path, frames.drive.space or labels.space("cityscapes"))
