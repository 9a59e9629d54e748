"""The user's own label spaces, and which data is labelled with which.

`<home>/labels/<name>.yaml` is a space, made from one that ships or from a dataset's own; `<home>/labels/used/` remembers for a dataset's or a
drive's path the name of the one it is labelled with.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from pathlib import Path

import yaml

from engine import atomic, label_files, own_labels, places
from engine.errors import ConfigError
from engine.label_space import LabelSpace

Written = tuple[int, int, int]
_read: dict[Path, tuple[Written, LabelSpace]] = {}
_chosen: dict[Path, tuple[Written, str]] = {}
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Use:
    """One source that is labelled with a space."""

    source: Path
    space: str


def folder() -> Path:
    """Where they lie."""
    return places.home() / "labels"


def path_of(name: str) -> Path:
    """The file of the space `name`."""
    return folder() / f"{name}.yaml"


def names() -> tuple[str, ...]:
    """The names of all of them."""
    return tuple(sorted(path.stem for path in folder().glob("*.yaml")))


def name_for(title: str) -> str:
    """A name made of a title, which can stand in a file's name; "" where nothing is left."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:40].strip("-")


def find(name: str) -> LabelSpace | None:
    """The space as its file has it now; None where there is none. Raises ConfigError that names the file and the line."""
    path = path_of(name)
    written = _written(path) if name and name == Path(name).name else None
    if written is None:
        return None
    with _lock:
        known = _read.get(path)
    if known is not None and known[0] == written:
        return known[1]
    space = label_files.read(path)
    if space.name != name:
        raise ConfigError(f"{path} is the label space {space.name!r}; give the file that name, or write `name: {name}` into it")
    with _lock:
        _read[path] = written, space
    return space


def save(space: LabelSpace) -> None:
    """Writes the space's file. Raises OutputError."""
    label_files.write(space, path_of(space.name))


def used_for(source: Path, default: LabelSpace) -> LabelSpace:
    """What a dataset's or drive's path is labelled with: the user's own space that was chosen for it, where that was made from `default`,
    as its file is now; else `default`. Raises ConfigError."""
    name = chosen(source)
    own = find(name) if name else None
    if own is None or not own.base or own.base not in (default.name, default.base):
        return default
    return own.completed(default) if own.base == default.name else own


def chosen(source: Path) -> str:
    """The name of the space that was chosen for a source; "" for its own."""
    path = _use_path(source)
    written = _written(path)
    if written is None:
        return ""
    with _lock:
        known = _chosen.get(path)
    if known is None or known[0] != written:
        known = written, _use(path).space
        with _lock:
            _chosen[path] = known
    return known[1]


def choose(source: Path, name: str) -> None:
    """From now on `source` is labelled with the user's own space `name`; "" for its own. Raises OutputError."""
    atomic.write_text(_use_path(source), yaml.safe_dump({"source": str(source.absolute()), "space": name}, sort_keys=False, allow_unicode=True))


def uses() -> tuple[Use, ...]:
    """Every source that is labelled with a space of the user's own. Raises ConfigError."""
    found = (_use(path) for path in sorted((folder() / "used").glob("*.yaml")))
    return tuple(use for use in found if use.space)


def _use(path: Path) -> Use:
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
        return Use(Path(str(values["source"])), str(values["space"] or ""))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        raise ConfigError(f"{path} doesn't say which label space is used; delete the file, and choose the space again on the Annotate page") from error


def _use_path(source: Path) -> Path:
    return folder() / "used" / f"{own_labels.folder(source).name}.yaml"


def _written(path: Path) -> Written | None:
    """When and how the file was last written; None where there is none."""
    try:
        facts = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return facts.st_mtime_ns, facts.st_size, facts.st_ino
