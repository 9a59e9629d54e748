"""Scores on the disk, so that a drive that was looked through once is ranked at once: one SQLite file in the cache, which can be made again."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from engine import places
from engine.annotation import database
from engine.drives.drive import Drive

_SCHEMA = """
create table if not exists scores (
    network text not null, drive text not null, measure text not null, of text not null, score real not null, primary key (network, drive, measure, of)) without rowid
"""
Row = tuple[str, str, float]
"""Measure, what it was measured of, and the score."""


@dataclass(frozen=True, slots=True)
class NeedCache:
    """The scores of one drive by one network, which is named by its fingerprint. Raises OutputError where the file can't be written, DataError where it is damaged."""

    network: str
    drive: str

    def read(self) -> dict[tuple[str, str], float]:
        """By measure and what it was measured of."""
        path = _path()
        with database.told(path), closing(database.opened(path, _SCHEMA, lasting=False)) as connection:
            rows = connection.execute("select measure, of, score from scores where network = ? and drive = ?", (self.network, self.drive))
            return {(measure, of): score for measure, of, score in rows}

    def write(self, rows: Iterable[Row]) -> None:
        """Keeps these too."""
        path = _path()
        with database.told(path), closing(database.opened(path, _SCHEMA, lasting=False)) as connection:
            connection.execute("begin immediate")
            connection.executemany("insert or replace into scores values (?, ?, ?, ?, ?)", [(self.network, self.drive, *row) for row in rows])
            connection.execute("commit")


def frame_keys(drive: Drive) -> list[str]:
    """A name a frame that changes when its picture's file does."""
    path = drive.path
    whole = _stamp(path) if any(frame.image is None for frame in drive.frames) else ""
    return [f"{frame.number}|{frame.image}|{_stamp(frame.image)}" if frame.image is not None else f"{frame.number}|{whole}" for frame in drive.frames]


def file_key(path: Path | None) -> str:
    """The same of one file; "" without one."""
    return f"{path}|{_stamp(path)}" if path is not None and (_stamp(path)) else ""


def key(*parts: str) -> str:
    """One short name of several."""
    return hashlib.sha1("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:20]


def _stamp(path: Path) -> str:
    try:
        status = os.stat(path)
    except OSError:
        return ""
    return f"{status.st_mtime_ns:x}-{status.st_size:x}"


def _path() -> Path:
    return places.cache() / "needs.sqlite"
