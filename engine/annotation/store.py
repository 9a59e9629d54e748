"""One label document that is open: each edit goes into the journal before it counts, the file follows, and nothing that was done is lost.

What is on the disk is told by its SHA-256. It is what was last written here: then the edits after that are done again. Or it is another, or an earlier
version: then somebody else wrote it, and where there are edits that the file never had, the user chooses.
"""

from __future__ import annotations

import errno
import hashlib
import os
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NoReturn

from engine import atomic, places
from engine.annotation import changes, cityscapes_json, holding, keys
from engine.annotation.changes import Change
from engine.annotation.document import Document
from engine.annotation.history import History, Kind, Step
from engine.annotation.holding import Hold, Holder
from engine.annotation.journal import Edit, Journal, NewEdit, NewVersion, Origin, Version
from engine.errors import DataError, OutputError

_BETWEEN_TRIES_S = 0.01
_NONE = ""
"""Stands for the SHA-256 of a file that isn't there."""


class Conflict(DataError):
    """The file is not what it was when it was last read or written here."""


class Store:
    """Made by `open`. Edits belong to one thread; `save` may be called from another meanwhile, and holds up none of them."""

    def __init__(self, path: Path, journal: Journal, hold: Hold | None) -> None:
        self.path = path
        self.recovered = 0
        """How many edits were done again that had not reached the file."""
        self.blocked = ""
        """Why the document can't be edited, as a sentence; empty where it can."""
        self.conflict = False
        """Whether `keep_mine` and `take_theirs` are the ways on."""
        self._journal, self._hold = journal, hold
        self._saving = threading.Lock()
        self._lock = threading.RLock()  # a number and the document of that number belong together; never waits for a disk but the journal's
        self._document = Document(1, 1)
        self._history = History()
        self._on_disk = _NONE
        self._number = self._saved = 0
        self._what = ""
        self._begun = False

    @staticmethod
    def open(path: Path, *, new: Callable[[], Document], patience: float = 0.0) -> Store:
        """The document of a file, with what the journal knows beyond it; `new` is what it begins as where there is neither. Another store of this very
        process is given `patience` seconds to close.

        A file that can't be read, that another program changed meanwhile, or that another process edits, is `blocked`. Raises OutputError where the
        journal can't be written, DataError where it is damaged, or the file is and no version of it is known.
        """
        path = Path(path).resolve()  # one journal and one lock for a file of several names; a link to it stays a link
        hold, end = holding.take(_lock_of(path)), time.monotonic() + patience
        while isinstance(hold, Holder) and hold.pid == os.getpid() and time.monotonic() < end:
            time.sleep(_BETWEEN_TRIES_S)
            hold = holding.take(_lock_of(path))
        try:
            journal = Journal()
        except BaseException:
            if isinstance(hold, Hold):
                hold.release()
            raise
        store = Store(path, journal, hold if isinstance(hold, Hold) else None)
        try:
            store._read(new)
        except BaseException:
            store.close()
            raise
        if not isinstance(hold, Hold):
            store.conflict, store.blocked = False, f"{path.name} is being edited by {hold}; close it there to edit it here"
        return store

    @property
    def document(self) -> Document:
        """With all that was committed."""
        return self._document

    @property
    def unsaved(self) -> bool:
        """Whether the file lacks what was committed."""
        return self._saved != self._number

    @property
    def history(self) -> History:
        """What can be undone and redone."""
        return self._history

    def commit(self, change: Change) -> None:
        """Does an edit. Raises OutputError where it can't be written down or the document is blocked, Conflict where the file is found to have been
        changed: then it isn't done. ValueError where it is another document's."""
        with self._lock:
            self._write_down(Kind.DO, change)
            self._history.do(change)

    def undo(self) -> Change | None:
        """Takes the last edit back, and returns what that did; None at the beginning. Raises OutputError as `commit` does."""
        with self._lock:
            change = self._history.next_undo
            if change is not None:
                self._write_down(Kind.UNDO, change)
                self._history.undo()
            return change

    def redo(self) -> Change | None:
        """Does again what was taken back last, and returns it; None where nothing was. Raises OutputError as `commit` does."""
        with self._lock:
            change = self._history.next_redo
            if change is not None:
                self._write_down(Kind.REDO, change)
                self._history.redo()
            return change

    def save(self, beside: Callable[[Document], object] | None = None) -> None:
        """Writes the file. Raises OutputError where it can't be, Conflict where somebody else wrote it: then the document stays unsaved, and whole.

        `beside` writes what is made of the document, just before the file: whoever is killed in between has edits that the file lacks, and so writes both
        when it is opened next. What it raises is raised once the file is written.
        """
        with self._saving:
            with self._lock:
                document, number, what = self._document, self._number, self._what
            if number == self._saved or self.blocked:
                return
            if _sha(found := _content(self.path)) != self._on_disk:
                self._refuse(found)
            content = cityscapes_json.write(document).encode("utf-8")
            (version,) = self._journal.add(self.path, NewVersion(Origin.SAVED, _sha(content), number, what, keys.of(document), content, confirmed=False))
            self._journal.settle()  # after a power cut the file may be older than the journal says, but nothing the journal never heard of
            try:
                if beside is not None:
                    beside(document)
            finally:
                atomic.write_bytes(self.path, content)
                with self._lock:
                    self._on_disk, self._saved = version.sha256, number
                _settle(self.path.parent)
                self._journal.confirm(self.path, version)
                self._journal.settle()
                self._journal.thin_daily()

    def versions(self) -> list[Version]:
        """What the file held, from the newest on."""
        return self._journal.versions(self.path)

    def document_of(self, version: Version) -> Document:
        """The document as it was then. Raises DataError."""
        return keys.given(_read(self._journal.content_of(version), self.path.name), self._journal.state_of(version))

    def keep_mine(self) -> None:
        """After a conflict, or where the file can't be read: what is edited here stays, the file's content becomes a version, and the next save replaces it."""
        with self._saving, self._lock:
            content = _content(self.path)
            entries = [] if content is None else [NewVersion(Origin.ASIDE, _sha(content), self._number, "another program's", b"", content)]
            if not self._begun:
                entries.append(_beginning(self._document, self._number, self._on_disk, None))
            self._journal.add(self.path, *entries)
            self._on_disk, self._saved, self._begun = _sha(content), -1, True
            self.conflict, self.blocked = False, ""

    def take_theirs(self) -> None:
        """After a conflict: the file's content stays, and what was edited here becomes a version. Raises DataError where the file can't be read."""
        with self._saving, self._lock:
            content = _content(self.path)
            if content is None:
                raise DataError(f"{self.path} is gone; keep what was edited here")
            theirs = _read(content, str(self.path))
            mine = cityscapes_json.write(self._document).encode("utf-8")
            self._take(theirs, content, NewVersion(Origin.ASIDE, _sha(mine), self._number, "edited here", keys.of(self._document), mine))

    def close(self) -> None:
        """Lets others edit, once a save that is under way has ended. Twice is no mistake; what is unsaved is in the journal."""
        with self._saving:
            self._journal.close()
            if self._hold is not None:
                self._hold.release()

    def _read(self, new: Callable[[], Document]) -> None:
        content = _content(self.path)
        self._on_disk = _sha(content)
        versions = [version for version in self._journal.versions(self.path) if version.origin != Origin.ASIDE]
        self._number = self._saved = self._journal.last(self.path)
        if not versions:
            self._document = _read(content, str(self.path)) if content is not None else new()
            return
        last = next((place for place, version in enumerate(versions) if version.confirmed), len(versions) - 1)
        known = next((version for version in versions[: last + 1] if version.sha256 == self._on_disk), None)
        if known is None:
            self._changed_elsewhere(content, versions[last])
            return
        self._follow(self.document_of(known), known.edits)
        if not known.confirmed and self._hold is not None:
            self._journal.confirm(self.path, known)  # it was killed between the file's renaming and this

    def _changed_elsewhere(self, content: bytes | None, last: Version) -> None:
        """The file isn't what was last written: gone, damaged, or another program's."""
        blocked = f"{self.path.name} is gone from its folder; bring back its last version"
        if content is not None:
            try:
                theirs = _read(content, str(self.path))
            except DataError as error:
                blocked = f"{error}; or bring back its last version"
            else:
                blocked = f"{self.path.name} was changed by another program, and has edits here that it lacks; choose which to keep"
                if last.edits == self._number:
                    self._take(theirs, content)
                    return
        self._follow(self.document_of(last), last.edits)
        self.conflict, self.blocked = True, blocked

    def _take(self, theirs: Document, content: bytes, *aside: NewVersion) -> None:
        if self._hold is not None:  # who only looks leaves the journal to the one who edits
            self._journal.add(self.path, *aside, NewVersion(Origin.TAKEN, _sha(content), self._number, "another program's", keys.of(theirs), content))
        self._document, self._history, self._begun = theirs, History(), True
        self._on_disk, self._saved = _sha(content), self._number
        self.conflict, self.blocked = False, ""

    def _follow(self, document: Document, edits: int) -> None:
        """Does again, on a version's document, what was edited after it; and finds what can be undone. Raises DataError where the journal doesn't fit."""
        past = self._journal.edits(self.path)
        first = max((version.edits for version in self._journal.versions(self.path) if version.origin == Origin.TAKEN), default=0)
        try:
            for edit in past:
                if edit.number > edits:
                    document = changes.applied(edit.change, document)
        except (ValueError, KeyError) as error:
            raise DataError(f"the journal's edits don't fit {self.path.name}; move it away to begin with the file as it is") from error
        self._document, self._saved, self._begun = document, edits, True
        self.recovered = sum(edit.number > edits for edit in past)
        self._what = _said(past[-1].kind, past[-1].what) if past else ""
        self._history = History((edit.kind, Step(edit.what, partial(_done, edit))) for edit in past if edit.number > first)

    def _write_down(self, kind: Kind, change: Change) -> None:
        """The edit in the journal, then in the document."""
        if self.blocked:
            raise OutputError(self.blocked)
        after = changes.applied(change, self._document)
        entries: list[NewEdit | NewVersion] = []
        if not self._begun:
            content = _content(self.path)
            if _sha(content) != self._on_disk:
                self._refuse(content)
            entries.append(_beginning(self._document, self._number, self._on_disk, content))
        self._journal.add(self.path, *entries, NewEdit(self._number + 1, kind, change))
        self._begun = True
        self._number += 1
        self._what = _said(kind, change.what)
        self._document = after

    def _refuse(self, content: bytes | None) -> NoReturn:
        """The file isn't what it was."""
        happened = "is gone from its folder; bring it back" if content is None else "was changed by another program while it was edited here; choose which of the two to keep"
        self.conflict, self.blocked = True, f"{self.path.name} {happened}"
        raise Conflict(self.blocked)


def _beginning(document: Document, number: int, sha: str, content: bytes | None) -> NewVersion:
    """What the edits after `number` begin with, where the file has the SHA-256 `sha`; its content, or None where what is in it now isn't that."""
    return NewVersion(Origin.FOUND, sha, number, "", keys.of(document), cityscapes_json.write(document).encode("utf-8") if content is None else content)


def _said(kind: Kind, what: str) -> str:
    return what if kind == Kind.DO else f"{kind.value} {what}"


def _done(edit: Edit) -> Change:
    """The change as it was first done: an undo's row holds its inverse."""
    return edit.change.inverse if edit.kind == Kind.UNDO else edit.change


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DataError(f"{path} can't be read ({error.strerror}); check that it is a file and may be read") from error


def _read(content: bytes, source: str) -> Document:
    try:
        return cityscapes_json.read(content.decode("utf-8"), source=source)
    except UnicodeDecodeError as error:
        raise DataError(f"{source} is not UTF-8 (byte {error.start}); save it again as UTF-8") from error


def _settle(folder: Path) -> None:
    """Waits until the folder's names are on the disk."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except PermissionError:
        return  # on Windows, where it isn't needed
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # some network disks don't wait for folders
            raise OutputError(f"{folder} can't be written: {error.strerror}; save to another disk and look after this one") from error
    finally:
        os.close(handle)


def _sha(content: bytes | None) -> str:
    return _NONE if content is None else hashlib.sha256(content).hexdigest()


def _lock_of(path: Path) -> Path:
    return places.label_documents() / "locks" / f"{hashlib.blake2b(str(path).encode(), digest_size=12).hexdigest()}.lock"
