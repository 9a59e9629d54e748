"""Where reviews are kept: one SQLite file in the user's home, for the documents of all sources.

By document, not by source: a frame's checks and comments are there however its folder was opened. They are no edits of labels: nothing is
written beside the data, and the journal knows nothing of them. A frame counts as checked as long as its file is the one that was checked, which
a listing of thousands of frames tells by the files' dates and sizes without reading one; the digest tells it for sure once a frame is opened.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from engine import places
from engine.annotation import database
from engine.annotation.review import Check, Comment, Kind, Review, Stamp

_SCHEMA = """
create table if not exists frames (
    id integer primary key, folder text not null, name text not null, checked real, digest text, written integer, size integer, unique (folder, name));
create table if not exists comments (
    id integer primary key, frame integer not null, left integer not null, top integer not null, right integer not null, bottom integer not null,
    kind text not null, text text not null, time real not null, deleted integer not null default 0);
create index if not exists comments_of_frames on comments (frame)
"""


@dataclass(frozen=True, slots=True)
class Place:
    """A document by its folder, links followed, and its name."""

    folder: str
    name: str

    @staticmethod
    def of(document: Path) -> Place:
        """Looks at the disk, where links lie."""
        return Place(str(document.parent.resolve()), document.name)


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a frame without reading its labels: how its file was when it was checked (None: never), and its comments by kind."""

    checked: Stamp | None = None
    digest: str = ""
    """Of the labels that were checked."""
    to_correct: int = 0
    questions: int = 0
    resolved: int = 0


class ReviewStore:
    """May be used from several threads, and by several processes. All methods raise OutputError where the file can't be written, DataError where it is damaged."""

    def __init__(self, path: Path | None = None) -> None:
        """The reviews at `path`, by default the user's."""
        self.path = Path(path or places.label_documents() / "reviews.sqlite")
        self._lock = threading.RLock()
        self._connection = database.opened(self.path, _SCHEMA)

    def close(self) -> None:
        """Twice is no mistake."""
        with self._lock, database.told(self.path):
            self._connection.close()

    def read(self, place: Place) -> Review:
        """What is known of one frame."""
        rows = self._rows("select checked, digest from frames where folder = ? and name = ? and digest is not null", place.folder, place.name)
        comments = self._rows(
            "select left, top, right, bottom, kind, text, id, time from comments where not deleted and frame = (select id from frames where folder = ? and name = ?) order by id",
            place.folder, place.name,
        )  # fmt: skip
        check = Check(*rows[0]) if rows else None
        return Review(check, tuple(Comment((left, top, right, bottom), Kind(kind), text, id_, when) for left, top, right, bottom, kind, text, id_, when in comments))

    def check(self, place: Place, digest: str, stamp: Stamp) -> Check:
        """These labels are right; `stamp` is their file's."""
        check = Check(time.time(), digest)
        self._rows(
            "insert into frames (folder, name, checked, digest, written, size) values (?, ?, ?, ?, ?, ?)"
            " on conflict (folder, name) do update set checked = excluded.checked, digest = excluded.digest, written = excluded.written, size = excluded.size",
            place.folder, place.name, check.time, digest, *stamp,
        )  # fmt: skip
        return check

    def uncheck(self, place: Place) -> None:
        """Nobody has looked at it."""
        self._rows("update frames set checked = null, digest = null, written = null, size = null where folder = ? and name = ?", place.folder, place.name)

    def settle(self, place: Place, digest: str, stamp: Stamp) -> None:
        """The file with this stamp holds labels of this digest: where those were checked, it is checked."""
        self._rows("update frames set written = ?, size = ? where folder = ? and name = ? and digest = ? and (written, size) is not (?, ?)", *stamp, place.folder, place.name, digest, *stamp)

    def add(self, place: Place, comment: Comment) -> Comment:
        """The comment as it is kept."""
        kept = replace(comment, time=time.time())
        with self._lock:
            self._rows("insert or ignore into frames (folder, name) values (?, ?)", place.folder, place.name)
            rows = self._rows(
                "insert into comments (frame, left, top, right, bottom, kind, text, time)"
                " values ((select id from frames where folder = ? and name = ?), ?, ?, ?, ?, ?, ?, ?) returning id",
                place.folder, place.name, *kept.box, kept.kind, kept.text, kept.time,
            )  # fmt: skip
        return replace(kept, id=rows[0][0])

    def change(self, comment: Comment) -> None:
        """Keeps what it says now."""
        self._rows("update comments set left = ?, top = ?, right = ?, bottom = ?, kind = ?, text = ? where id = ?", *comment.box, comment.kind, comment.text, comment.id)

    def remove(self, comment: Comment, *, removed: bool = True) -> None:
        """Takes it away, or brings it back."""
        self._rows("update comments set deleted = ? where id = ?", removed, comment.id)

    def seen(self, folders: Iterable[str]) -> dict[Place, Seen]:
        """All frames of these folders of which something is known."""
        found: dict[Place, Seen] = {}
        for folder in folders:
            for name, digest, written, size, correct, questions, resolved in self._rows(
                "select name, digest, written, size, coalesce(sum(kind = 'correct'), 0), coalesce(sum(kind = 'question'), 0), coalesce(sum(kind = 'resolved'), 0)"
                " from frames left join comments on frame = frames.id and not deleted where folder = ? group by frames.id",
                folder,
            ):
                found[Place(folder, name)] = Seen((written or 0, size or 0) if digest is not None else None, digest or "", correct, questions, resolved)
        return found

    def _rows(self, statement: str, *values: object) -> Sequence[tuple]:
        with self._lock, database.told(self.path):
            return self._connection.execute(statement, values).fetchall()
