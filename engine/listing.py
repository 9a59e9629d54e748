"""What lies in a folder tree: listed once, remembered on the disk, listed anew only where a folder changed.

A folder's listing holds as long as its modification time does. Listings of small trees are not kept: reading them again costs less
than remembering. No file is asked for its status, so that 20 000 files cost a few milliseconds and a slow share one look a folder.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from engine import atomic, places
from engine.errors import DataError, OutputError

KEPT_FROM = 1000
"""Files a tree must have for its listing to be kept."""
SETTLED_NS = 2_000_000_000
"""A folder changed this shortly before it was listed may change again without a new time: its listing is not trusted twice."""
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Folder:
    """Names in one folder, sorted; hidden ones are left out. `changed` is its modification time in ns."""

    folders: tuple[str, ...]
    files: tuple[str, ...]
    changed: int


@dataclass(frozen=True)
class Tree:
    """The folders below `root` by their path from there, with slashes; the root itself is ''."""

    root: Path
    folders: dict[str, Folder] = field(repr=False)

    @property
    def count(self) -> int:
        return sum(len(folder.files) for folder in self.folders.values())

    def files(self, folder: str = "") -> Iterator[tuple[str, str]]:
        """(folder, name) of every file in `folder` and below it."""
        for name, content in self.folders.items():
            if not folder or name == folder or name.startswith(f"{folder}/"):
                for file in content.files:
                    yield name, file

    def paths(self, folder: str = "") -> Iterator[Path]:
        """Every file in `folder` and below it."""
        for name, file in self.files(folder):
            yield self.root / name / file


def tree(root: Path, *, depth: int = 4) -> Tree:
    """The tree at `root`, down to `depth` folders below it. Raises DataError where the root can't be listed."""
    root = Path(os.path.abspath(root))
    kept = _Kept(root, depth)
    remembered = kept.read()
    now = time.time_ns()
    folders: dict[str, Folder] = {}
    _walk(root, "", depth, remembered, folders)
    fresh = any(remembered.get(name) is not folder for name, folder in folders.items()) or len(remembered) > len(folders)
    found = Tree(root, folders)
    if fresh and found.count >= KEPT_FROM:
        kept.write({name: folder for name, folder in folders.items() if folder.changed < now - SETTLED_NS})
    return found


def folder(path: Path) -> Folder:
    """The names in one folder. Raises DataError."""
    try:
        changed = path.stat().st_mtime_ns
        folders: list[str] = []
        files: list[str] = []
        with os.scandir(path) as entries:
            for entry in entries:
                if not entry.name.startswith("."):
                    (folders if entry.is_dir() else files).append(entry.name)
    except NotADirectoryError as error:
        raise DataError(f"{path} is a file; give the folder it lies in") from error
    except FileNotFoundError as error:
        raise DataError(f"{path} doesn't exist; check the spelling") from error
    except OSError as error:
        raise DataError(f"{path} can't be listed ({error.strerror}); change its permissions or choose another folder") from error
    return Folder(tuple(sorted(folders)), tuple(sorted(files)), changed)


def _walk(path: Path, name: str, depth: int, remembered: dict[str, Folder], into: dict[str, Folder]) -> None:
    known = remembered.get(name)
    try:
        current = known if known and path.stat().st_mtime_ns == known.changed else folder(path)
    except OSError:
        current = folder(path)  # says what is wrong
    into[name] = current
    if depth > 0:
        for below in current.folders:
            _walk(path / below, f"{name}/{below}" if name else below, depth - 1, remembered, into)


@dataclass(frozen=True, slots=True)
class _Kept:
    """The listing of one tree on the disk; anything unreadable there counts as nothing remembered."""

    root: Path
    depth: int

    @property
    def _path(self) -> Path:
        key = hashlib.sha256(f"{self.root}\n{self.depth}".encode()).hexdigest()[:24]
        return places.cache() / "listings" / f"{key}.json"

    def read(self) -> dict[str, Folder]:
        try:
            values = json.loads(self._path.read_text(encoding="utf-8"))
            if values["version"] != _VERSION or values["root"] != str(self.root):
                return {}
            return {name: Folder(tuple(folders), tuple(files), changed) for name, (changed, folders, files) in values["folders"].items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return {}  # a cache: missing or damaged, it is made again

    def write(self, folders: dict[str, Folder]) -> None:
        values = {
            "version": _VERSION,
            "root": str(self.root),
            "folders": {name: [one.changed, one.folders, one.files] for name, one in folders.items()},
        }
        try:
            atomic.write_text(self._path, json.dumps(values, ensure_ascii=False))
        except (OutputError, OSError, UnicodeEncodeError):
            return  # nothing is lost: without a cache the next look lists again
