"""Small pictures for long lists: what was asked last comes first, what scrolled away is dropped, the rest waits on the disk."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, Signal
from PySide6.QtGui import QImage

from engine import atomic, places
from engine.errors import OutputError, RoadscopeError
from gui.frame_items import LONGEST, Item

THREADS = 2
BURST_S = 0.03
"""Requests closer together belong to one view of the list and are answered from its top."""
WAITING = 160
"""Requests that wait at most; older ones are forgotten and asked again when they are looked at again."""
KEPT_BYTES = 256 << 20
"""What the disk cache may hold; the least recently made go first."""


class ThumbnailFeed(QObject):
    """`ready(item, picture)` for every request that wasn't dropped; a frame that can't be read gives a null picture."""

    ready = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: dict[Item, tuple[int, int]] = {}
        self._burst = self._count = 0
        self._asked_at = 0.0
        self._working: set[Item] = set()
        self._wake = threading.Condition()
        self._closing = False
        self._threads: list[threading.Thread] = []
        if app := QCoreApplication.instance():
            app.aboutToQuit.connect(self.close)

    def ask(self, item: Item) -> None:
        """Wants the picture of `item` before everything asked earlier."""
        with self._wake:
            if self._closing:
                return
            if item in self._working:
                return
            now = time.monotonic()
            self._burst += now - self._asked_at > BURST_S
            self._asked_at, self._count = now, self._count + 1
            self._waiting[item] = (-self._burst, self._count)
            if len(self._waiting) > WAITING:
                del self._waiting[max(self._waiting, key=self._waiting.__getitem__)]
            self._wake.notify()
        if not self._threads:
            self._threads = [threading.Thread(target=self._work, name="thumbnails", daemon=True) for _ in range(THREADS)]
            for thread in self._threads:
                thread.start()

    def forget(self) -> None:
        """Drops everything that waits."""
        with self._wake:
            self._waiting.clear()

    def close(self) -> None:
        """Ends the threads, after the pictures they are reading."""
        with self._wake:
            self._closing = True
            self._waiting.clear()
            self._wake.notify_all()
        for thread in self._threads:
            thread.join()
        self._threads = []

    def _work(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._waiting or self._closing)
                if self._closing:
                    return
                item = min(self._waiting, key=self._waiting.__getitem__)
                del self._waiting[item]
                self._working.add(item)
            try:
                picture = thumbnail(item)
            except (RoadscopeError, OSError, ValueError, IndexError):
                picture = QImage()  # the list shows a broken frame; the inspection says in words what is wrong with it
            with self._wake:
                self._working.discard(item)
            if not self._closing:
                self.ready.emit(item, picture)


def thumbnail(item: Item) -> QImage:
    """From the disk cache, else read and kept there. Raises DataError."""
    kept = _place(item)
    if kept is not None and not (picture := QImage(str(kept))).isNull():
        return picture
    pixels = item.small()
    height, width = pixels.shape[:2]
    picture = QImage(pixels.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888).copy()
    if kept is not None:
        try:
            with atomic.replacing(kept) as temporary:
                picture.save(str(temporary), "JPG", 88)  # type: ignore[call-overload]
        except (OutputError, OSError):
            pass  # a cache that can't be written costs time, nothing else
    return picture


def prune(limit: int = KEPT_BYTES) -> None:
    """Removes the oldest thumbnails beyond `limit` bytes; for a background job, once a start."""
    folder = places.cache() / "thumbnails"
    try:
        found = sorted(((entry.stat().st_mtime, entry.stat().st_size, entry.path) for entry in os.scandir(folder)), reverse=True)
    except OSError:
        return
    total = 0
    for _, size, path in found:
        total += size
        if total > limit:
            Path(path).unlink(missing_ok=True)


def _place(item: Item) -> Path | None:
    try:
        status = item.path.stat()
    except OSError:
        return None
    if time.time_ns() - status.st_mtime_ns < 2_000_000_000:
        return None  # still being written: what is read now may not be what it will hold
    key = f"{item.path}\n{status.st_mtime_ns}\n{status.st_size}\n{item.number if item.path.suffix.lower() in _MOVIES else 0}\n{LONGEST}"
    return places.cache() / "thumbnails" / f"{hashlib.sha1(key.encode('utf-8', 'surrogateescape')).hexdigest()}.jpg"


_MOVIES = {".mp4", ".mkv", ".avi", ".mov", ".webm", ".m4v", ".mpg", ".mpeg"}
