"""The journal of all edits to all label documents: one SQLite file in the user's home, written before an edit counts as done.

SQLite's write-ahead log with `synchronous=NORMAL`: a row is handed to the operating system before the call returns, so a process that is killed
loses none (40 µs a row); the disk isn't waited for (an fsync takes 0.3 ms to 20 ms), so a power cut may take the last seconds. `settle` waits for
it, beside the writers, before and after each save. What a power cut leaves is always a journal that
ends earlier, never a damaged one. Where the home's disk can't do write-ahead logs (some network disks), SQLite's old way is used, which waits.

What is old is forgotten by and by: see `thin`.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from engine import places
from engine.annotation import changes_json, database, holding
from engine.annotation.changes import Change
from engine.annotation.history import Kind
from engine.errors import DataError, OutputError

_SCHEMA = """
create table if not exists documents (id integer primary key, path text not null unique);
create table if not exists edits (
    id integer primary key, document integer not null, number integer not null, kind text not null, what text not null, time real not null, change text not null,
    unique (document, number));
create table if not exists versions (
    id integer primary key, document integer not null, time real not null, kind text not null, sha256 text not null, edits integer not null, since integer not null,
    what text not null, size integer not null, confirmed integer not null, state blob not null, content blob not null);
create index if not exists versions_of_documents on versions (document, id);
"""
_VERSION = "id, time, kind, sha256, edits, since, what, size, confirmed"
_AUTOMATIC_CHECKPOINT_PAGES = 4000
_LARGE_LOG = 1 << 20


class Origin(StrEnum):
    """How a version of a document's file came about."""

    FOUND = "found"
    """The file before its first edit here; empty where there was none."""
    SAVED = "saved"
    TAKEN = "taken"
    """Someone else's file that took the place of what was edited here."""
    ASIDE = "aside"
    """What gave way where two had changed the file."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One row: the change as it was applied, so for an undo the inverse of what was once done. `time` in seconds since 1970."""

    number: int
    kind: Kind
    what: str
    time: float
    text: str

    @property
    def change(self) -> Change:
        return changes_json.load(self.text, self.what)


@dataclass(frozen=True, slots=True)
class Version:
    """One content of a document's file. It holds all edits up to the number `edits`, of which `since` came after the version before.

    `time` in seconds since 1970, `size` in bytes, `what` is the last edit's; unless `confirmed` the file may never have had this content.
    """

    id: int
    time: float
    origin: Origin
    sha256: str
    edits: int
    since: int
    what: str
    size: int
    confirmed: bool


@dataclass(frozen=True, slots=True)
class NewEdit:
    """An edit to be written down."""

    number: int
    kind: Kind
    change: Change


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A version to be written down. `state` is what the reader of `content` can't know; see `engine.annotation.keys`."""

    origin: Origin
    sha256: str
    edits: int
    what: str
    state: bytes
    content: bytes
    confirmed: bool = True


class Journal:
    """May be used from several threads at once, and by several processes. All methods raise OutputError where the journal can't be
    written and DataError where it is damaged."""

    def __init__(self, path: Path | None = None) -> None:
        """The journal at `path`, by default the user's."""
        self.path = Path(path or places.label_documents() / "journal.sqlite")
        self._lock = threading.RLock()
        self._ids: dict[Path, int] = {}
        with holding.alone(self.path.with_suffix(".setup")), self._told():
            self._connection = sqlite3.connect(self.path, timeout=10, isolation_level=None, check_same_thread=False)
            try:
                self._set_up()
            except sqlite3.Error:
                self._connection.close()
                raise

    def close(self) -> None:
        """Twice is no mistake."""
        with self._lock, self._told():
            self._connection.close()

    def last(self, document: Path) -> int:
        """The number of the document's last edit, 0 where there is none."""
        rows = self._rows(
            "select max(coalesce((select max(number) from edits where document = d.id), 0), coalesce((select max(edits) from versions where document = d.id), 0))"
            " from documents d where path = ?",
            str(document),
        )
        return rows[0][0] if rows else 0

    def add(self, document: Path, *entries: NewEdit | NewVersion) -> list[Version]:
        """Writes all or none; returns the versions. Raises OutputError also where another process has written an edit of such a number."""
        packed = [_packed(entry) for entry in entries]  # before others are made to wait
        with self._writing(document) as id_:
            return [made for entry, texts in zip(entries, packed) if (made := self._add(id_, entry, texts)) is not None]

    def confirm(self, document: Path, version: Version) -> None:
        """The file has this content now. Unconfirmed versions before it never came to be and are dropped."""
        with self._writing(document) as id_:
            self._connection.execute("update versions set confirmed = 1 where id = ?", (version.id,))
            self._connection.execute("delete from versions where document = ? and id < ? and not confirmed", (id_, version.id))

    def edits(self, document: Path, *, after: int = 0) -> list[Edit]:
        """Those with a higher number than `after`, from the oldest on."""
        rows = self._rows(
            "select number, kind, what, time, change from edits where document = (select id from documents where path = ?) and number > ? order by number",
            str(document), after,
        )  # fmt: skip
        return [Edit(number, Kind(kind), what, when, text) for number, kind, what, when, text in rows]

    def versions(self, document: Path) -> list[Version]:
        """From the newest to the oldest."""
        rows = self._rows(f"select {_VERSION} from versions where document = (select id from documents where path = ?) order by id desc", str(document))
        return [Version(id_, when, Origin(kind), sha, number, since, what, size, bool(done)) for id_, when, kind, sha, number, since, what, size, done in rows]

    def content_of(self, version: Version) -> bytes:
        """The file's bytes. Raises DataError where the version has been thinned out."""
        return zlib.decompress(self._one(version, "content"))

    def state_of(self, version: Version) -> bytes:
        """What `NewVersion.state` was. Raises DataError where the version has been thinned out."""
        return zlib.decompress(self._one(version, "state"))

    def text_of(self, version: Version) -> str:
        """The file's text; bytes that aren't UTF-8 are replaced. Raises DataError where the version has been thinned out."""
        return self.content_of(version).decode("utf-8", "replace")

    def unsaved(self) -> dict[Path, int]:
        """How many edits each document has that its file hasn't; only documents that have some. Two numbers are compared: undone ones count."""
        rows = self._rows(
            "select path, (select max(number) from edits where document = d.id)"
            " - coalesce((select max(edits) from versions where document = d.id and confirmed and kind != 'aside'), 0) as missing from documents d where missing > 0"
        )
        return {Path(path): missing for path, missing in rows}

    def settle(self) -> None:
        """Waits until all that was written is on the disk, and keeps the log short. May take long, and hardly holds up those who write."""
        log = self.path.with_name(self.path.name + "-wal")
        try:
            with log.open("rb+") as stream:
                os.fsync(stream.fileno())
                size = os.fstat(stream.fileno()).st_size
        except FileNotFoundError:
            return  # no log: what was written was waited for
        except OSError as error:
            raise OutputError(f"{log} can't be written: {error.strerror}; save to another disk and look after this one") from error
        if size > _LARGE_LOG:
            self._rows("pragma wal_checkpoint(passive)")

    def thin(self, *, keep_days: float = 90.0, keep_versions: int = 20) -> None:
        """Forgets edits that are in the file and older than `keep_days`, and versions that are older, so that the journal holds what was done in that time.

        Always kept: edits that aren't in a file yet, the version that the file is at, each document's first version and its newest `keep_versions`.
        Undo goes back as far as the edits that are kept.
        """
        before = time.time() - keep_days * 86400
        for document, path in self._rows("select id, path from documents"):
            with self._writing(Path(path)):
                self._connection.execute(
                    "delete from edits where document = :d and number <= (select max(edits) from versions where document = :d and confirmed and kind != 'aside')"
                    " and number < coalesce((select min(number) from edits where document = :d and time >= :t), 1 << 62)",
                    {"d": document, "t": before},
                )
                self._connection.execute(
                    "delete from versions where document = :d and time < :t and confirmed and id != (select min(id) from versions where document = :d)"
                    " and id != (select max(id) from versions where document = :d and confirmed and kind != 'aside')"
                    " and id not in (select id from versions where document = :d order by id desc limit :n)",
                    {"d": document, "t": before, "n": keep_versions},
                )
        self._rows("pragma incremental_vacuum")

    def thin_daily(self) -> None:
        """`thin`, if that wasn't done today."""
        today = int(time.time() // 86400)
        if self._rows("pragma user_version")[0][0] != today:
            self.thin()
            self._rows(f"pragma user_version = {today}")

    def _set_up(self) -> None:
        run = self._connection.execute
        if not run("select count(*) from sqlite_master").fetchone()[0]:
            run("pragma auto_vacuum = incremental")
        database.set_up(self._connection, _SCHEMA)
        run(f"pragma wal_autocheckpoint = {_AUTOMATIC_CHECKPOINT_PAGES}")

    def _add(self, document: int, entry: NewEdit | NewVersion, packed: tuple[str | bytes, ...]) -> Version | None:
        now = time.time()
        if isinstance(entry, NewEdit):
            row = (document, entry.number, entry.kind, entry.change.what, now, *packed)
            self._connection.execute("insert into edits (document, number, kind, what, time, change) values (?, ?, ?, ?, ?, ?)", row)
            return None
        (before,) = self._connection.execute("select coalesce(max(edits), 0) from versions where document = ?", (document,)).fetchone()
        values = (now, entry.origin, entry.sha256, entry.edits, max(entry.edits - before, 0), entry.what, len(entry.content), entry.confirmed)
        cursor = self._connection.execute(
            f"insert into versions (document, state, content, {_VERSION}) values (?, ?, ?, null, ?, ?, ?, ?, ?, ?, ?, ?)", (document, *packed, *values)
        )
        return Version(cursor.lastrowid or 0, *values)

    def _rows(self, statement: str, *values: object) -> Sequence[tuple]:
        with self._lock, self._told():
            return self._connection.execute(statement, values).fetchall()

    def _one(self, version: Version, column: str) -> bytes:
        rows = self._rows(f"select {column} from versions where id = ?", version.id)
        if not rows:
            raise DataError(f"{self.path} no longer holds the version of {time.strftime('%Y-%m-%d %H:%M', time.localtime(version.time))}; choose another")
        return rows[0][0]

    @contextmanager
    def _writing(self, document: Path) -> Iterator[int]:
        """The document's id, in a transaction."""
        with self._lock, self._told(document), closing(self._connection.cursor()) as cursor:
            cursor.execute("begin immediate")
            try:
                if document not in self._ids:
                    cursor.execute("insert or ignore into documents (path) values (?)", (str(document),))
                found = self._ids.get(document) or cursor.execute("select id from documents where path = ?", (str(document),)).fetchone()[0]
                yield found
                cursor.execute("commit")
                self._ids[document] = found
            finally:
                if self._connection.in_transaction:
                    cursor.execute("rollback")

    @contextmanager
    def _told(self, document: Path | None = None) -> Iterator[None]:
        with database.told(self.path, cure="to go on with what the files hold"):
            try:
                yield
            except sqlite3.IntegrityError as error:
                raise OutputError(f"{document} is being edited by another process too; close it there and open it here again") from error


def last_done(journal: Journal, beginning: str) -> list[Path]:
    """The documents in which nothing was done after an edit whose words begin so, such as `drafts.DRAFTED_BY`."""
    rows = journal._rows(
        "select path, coalesce((select what from edits where document = d.id and number > (select coalesce(max(edits), 0) from versions where document = d.id"
        " and kind != 'aside') order by number desc limit 1), (select what from versions where document = d.id and kind != 'aside' order by id desc limit 1), '')"
        " from documents d order by path"
    )
    return [Path(path) for path, what in rows if what.startswith(beginning)]


def _packed(entry: NewEdit | NewVersion) -> tuple[str | bytes, ...]:
    if isinstance(entry, NewEdit):
        return (changes_json.dump(entry.change),)
    return zlib.compress(entry.state, 1), zlib.compress(entry.content, 1)  # a third of the time of 6, a fifth larger: the first edit of a file waits for it

