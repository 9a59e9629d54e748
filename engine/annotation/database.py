"""Small SQLite files that survive being killed at any time: a row that was written is there, whatever happens after."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.annotation import holding
from engine.errors import DataError, OutputError

_CURES = {
    sqlite3.SQLITE_FULL: "the disk is full; free some space",
    sqlite3.SQLITE_IOERR: "the disk is full or reports a fault; free some space",
    sqlite3.SQLITE_READONLY: "it may not be written; change its permissions",
    sqlite3.SQLITE_CANTOPEN: "it can't be opened; free some space, or change the permissions of its folder",
    sqlite3.SQLITE_BUSY: "another process has been writing it for long; try again",
}


def opened(path: Path, schema: str, *, patience: float = 5.0, lasting: bool = True) -> sqlite3.Connection:
    """The file with its tables, for any thread, one at a time; each statement is a transaction. Other processes are waited for `patience` seconds.

    A row is the operating system's before the call returns; the disk isn't waited for, so a power cut may take the last seconds; what isn't
    `lasting` it may take altogether. Raises as `told`.
    """
    with holding.alone(path.with_suffix(".setup")), told(path):
        connection = sqlite3.connect(path, timeout=patience, isolation_level=None, check_same_thread=False)
        try:
            set_up(connection, schema, lasting=lasting)
        except sqlite3.Error:
            connection.close()
            raise
    return connection


def set_up(connection: sqlite3.Connection, schema: str, *, lasting: bool = True) -> None:
    """Makes the tables that aren't there, and has SQLite write a log ahead, where the disk can do that: else it waits for the disk."""
    run = connection.execute
    if run("pragma journal_mode").fetchone()[0] != "wal":
        run("pragma journal_mode = wal")
    in_log = run("pragma journal_mode").fetchone()[0] == "wal"
    run(f"pragma synchronous = {'off' if not lasting else 'normal' if in_log else 'full'}")
    for statement in schema.split(";"):
        run(statement)


@contextmanager
def told(path: Path, *, cure: str = "to begin with an empty one") -> Iterator[None]:
    """Turns SQLite's refusals into OutputError where the file can't be written, and DataError where it is damaged."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise DataError(f"{path} is damaged ({error}); move it away, with its -wal, {cure}") from error
        raise OutputError(f"{path} can't be written: {_CURES.get(code, f'{error}; try again')}") from error
