"""Who edits a document: one process at a time, for as long as it lives. A process that was killed holds nothing."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from engine import atomic

try:
    import fcntl
except ImportError:  # no such locks on this system: there the journal itself refuses the edits of a second process
    fcntl = None  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that has a document; `since` in seconds since 1970. Zeros where it hasn't said yet."""

    pid: int = 0
    host: str = ""
    since: float = 0.0

    def __str__(self) -> str:
        if not self.pid:
            return "another process"
        return f"process {self.pid} on {self.host} (since {datetime.fromtimestamp(self.since):%Y-%m-%d %H:%M})"


class Hold:
    """A lock file that this process holds until `release`, or until it ends."""

    def __init__(self, path: Path, stream: BinaryIO) -> None:
        self._path, self._stream = path, stream

    def release(self) -> None:
        """Twice is no mistake."""
        if not self._stream.closed:
            self._path.unlink(missing_ok=True)  # while it is held: whoever opened it meanwhile sees that it is another's
            self._stream.close()


def take(path: Path) -> Hold | Holder:
    """The hold on this lock file, or who has it. Raises OutputError where its folder can't be written."""
    with atomic.told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        while True:
            stream = path.open("a+b")
            if fcntl is None:
                return Hold(path, stream)
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                with stream:
                    return _holder(stream)
            if _is_at(path, stream):
                stream.truncate(0)
                stream.write(json.dumps([os.getpid(), socket.gethostname(), time.time()]).encode())
                stream.flush()
                return Hold(path, stream)
            stream.close()


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """Waits until no other process is in such a block. Raises OutputError where the folder of `path` can't be written."""
    with atomic.told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        stream = path.open("ab")
    with stream:
        if fcntl is not None:
            fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def _is_at(path: Path, stream: BinaryIO) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(stream.fileno()))
    except FileNotFoundError:
        return False


def _holder(stream: BinaryIO) -> Holder:
    stream.seek(0)
    try:
        pid, host, since = json.loads(stream.read())
    except ValueError:  # it has just taken it and is about to say so
        return Holder()
    return Holder(pid, host, since)
