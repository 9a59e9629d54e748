"""The classes of a plain folder: from a file beside the masks, or from the ids that are in them.

Read are YAML or JSON (a list of names, `name: [r, g, b]`, `name: id`, `id: name`, or the form of configs/labels/) and text or CSV, one class a
line: `name`, `id name`, `name r g b`, `r g b name`, `id name r g b`, with blanks, commas or colons between (CVAT's labelmap.txt too).
"""

from __future__ import annotations

import colorsys
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from engine import images, listing
from engine import labels as label_spaces
from engine.errors import DataError
from engine.labels import VOID, Colour, Label, LabelSpace

_STEMS = frozenset("palette classes labels labelmap label_colors label_colours colors colours class_dict class_names classnames names obj".split())
_SUFFIXES = frozenset({".yaml", ".yml", ".json", ".txt", ".csv", ".names"})
_VOID_NAMES = frozenset({"void", "unlabeled", "unlabelled", "ignore", "ignored", "unknown"})
_SEPARATOR = r"[\s,;:]+"
_COLOUR_NAME = re.compile(rf"^(\d+){_SEPARATOR}(\d+){_SEPARATOR}(\d+){_SEPARATOR}(\D.*)$")
_NAME_COLOUR = re.compile(rf"^(?:(\d+){_SEPARATOR})?(\D.*?){_SEPARATOR}(\d+){_SEPARATOR}(\d+){_SEPARATOR}(\d+)[\s,;:]*$")
_ID_NAME = re.compile(rf"^(\d+){_SEPARATOR}(\D.*)$")
_HEADER = frozenset("id name class r g b red green blue colour color label".split())
_UNKNOWN = 254
_CURE = "write one class a line, such as `road 128 64 128`"


@dataclass(frozen=True, slots=True)
class Entry:
    """One class as its file gives it."""

    name: str
    id: int | None = None
    colour: Colour | None = None


def find(folders: Iterable[Path]) -> Path | None:
    """The first file in `folders` whose name says that it lists classes."""
    for folder in folders:
        for name in listing.folder(folder).files:
            path = folder / name
            if path.stem.lower() in _STEMS and path.suffix.lower() in _SUFFIXES:
                return path
    return None


def read(path: Path, name: str) -> tuple[LabelSpace, bool]:
    """The label space `name` that a file describes, and whether it gives each class its colour. Raises DataError."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        values = yaml.safe_load(text) if path.suffix.lower() in (".yaml", ".yml", ".json") else None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise DataError(f"{path} can't be read as a list of classes; {_CURE}") from error
    if isinstance(values, dict) and "classes" in values and "name" in values:
        try:
            return label_spaces.space_from_dict({"title": values["name"], **values}), True
        except (TypeError, KeyError, ValueError) as error:
            raise DataError(f"{path} is no label space; give each class its id, name, colour and category as in configs/labels/") from error
    entries = _lines(text) if values is None else _values(values, path)
    return _space(entries, name, path), bool(entries) and all(entry.colour for entry in entries)


def from_ids(ids: Iterable[int], name: str) -> LabelSpace:
    """The label space of masks nobody has described: `class 0`, `class 1` …, 255 void."""
    return LabelSpace(name, name, tuple(_labels([Entry(f"class {id_}", id_) for id_ in sorted(ids) if id_ != VOID])))


def of_two(name: str) -> LabelSpace:
    """Background and foreground, for masks of 0 and 255."""
    return LabelSpace(name, name, tuple(_labels([Entry("background", 0, (0, 0, 0)), Entry("foreground", 1, (255, 255, 255))])))


def colour_table(space: LabelSpace) -> NDArray[np.uint8]:
    """(2^24,) id of each RGB colour, packed with red highest; 254 where the space has no such colour."""
    table = np.full(1 << 24, _UNKNOWN, np.uint8)
    for label in reversed(space.labels):  # of two classes with one colour the first has it
        red, green, blue = label.colour
        table[(red << 16) | (green << 8) | blue] = label.id if 0 <= label.id < 256 else VOID
    return table


def read_colours(table: NDArray[np.uint8], path: Path) -> NDArray[np.uint8]:
    """(H, W) ids of a coloured mask. Raises DataError that names a colour the palette lacks and where it stands."""
    picture = images.read_rgb(path).astype(np.uint32)
    ids = table[(picture[..., 0] << 16) | (picture[..., 1] << 8) | picture[..., 2]]
    strange = ids == _UNKNOWN
    if strange.any():
        y, x = (int(value[0]) for value in np.nonzero(strange))
        colour = " ".join(str(int(value)) for value in picture[y, x])
        raise DataError(f"{path} holds the unknown colour {colour}, first at x {x}, y {y}; add it to the palette file, or export masks without smoothing, as PNG")
    return ids


def read_grey(path: Path) -> NDArray[np.integer]:
    """(H, W) ids of a mask that was saved with three equal channels."""
    picture = images.read_rgb(path)
    if (picture[..., 0] != picture[..., 1]).any() or (picture[..., 0] != picture[..., 2]).any():
        raise DataError(f"{path} holds colours where the other masks hold ids; export it as the others")
    return np.ascontiguousarray(picture[..., 0])


def read_two(path: Path) -> NDArray[np.integer]:
    """(H, W): 1 where a mask of 0 and 255 is 255."""
    mask = images.read_ids(path)
    return np.where(mask == VOID, 1, mask).astype(mask.dtype)


def _lines(text: str) -> list[Entry]:
    entries = []
    for number, line in enumerate(text.splitlines()):
        line = line.strip()
        words = re.split(_SEPARATOR, line.lower().strip(" ,;:"))
        if not line or line.startswith("#") or (not number and len(words) > 1 and set(words) <= _HEADER):
            continue
        if found := _COLOUR_NAME.match(line):
            entries.append(Entry(_tidy(found[4]), None, (int(found[1]), int(found[2]), int(found[3]))))
        elif found := _NAME_COLOUR.match(line):
            entries.append(Entry(_tidy(found[2]), int(found[1]) if found[1] else None, (int(found[3]), int(found[4]), int(found[5]))))
        elif found := _ID_NAME.match(line):
            entries.append(Entry(_tidy(found[2]), int(found[1])))
        else:
            entries.append(Entry(_tidy(line)))
    return entries


def _values(values: Any, path: Path) -> list[Entry]:
    if isinstance(values, dict):
        for key in ("classes", "names", "labels", "palette"):
            values = values.get(key, values) if isinstance(values, dict) else values
    pairs = values.items() if isinstance(values, dict) else enumerate(values) if isinstance(values, list) else ()
    try:
        entries = [_entry(key, value) for key, value in pairs]
    except (TypeError, ValueError, KeyError) as error:
        raise DataError(f"{path} is no list of classes; write a list of names, or `name: [red, green, blue]` a class") from error
    return entries


def _entry(key: Any, value: Any) -> Entry:
    if isinstance(value, str):
        return Entry(value, int(key))
    if isinstance(value, dict):
        colour = value.get("colour") or value.get("color")
        return Entry(str(value.get("name", key)), value.get("id"), _triple(colour) if colour else None)
    return Entry(str(key), value) if isinstance(value, int) else Entry(str(key), None, _triple(value))


def _triple(values: Any) -> Colour:
    red, green, blue = (int(value) for value in values)
    return red, green, blue


def _space(entries: list[Entry], name: str, path: Path) -> LabelSpace:
    if not entries:
        raise DataError(f"{path} lists no class; {_CURE}")
    labels = _labels([Entry(one.name, index if one.id is None else one.id, one.colour) for index, one in enumerate(entries)])
    for label in labels:
        if not all(0 <= value <= 255 for value in label.colour):
            raise DataError(f"{path} gives {label.name} the colour {label.colour}; use values from 0 to 255")
        if not 0 <= label.id <= VOID or label.id == _UNKNOWN:
            raise DataError(f"{path} gives {label.name} the id {label.id}; use ids from 0 to 253, and 255 for void")
    whats: tuple[tuple[str, list[object]], ...] = (("id", [label.id for label in labels]), ("name", [label.name for label in labels]))
    for kind, what in whats:
        if twice := [value for value in what if what.count(value) > 1]:
            raise DataError(f"{path} gives the {kind} {twice[0]} to two classes; make them different")
    return LabelSpace(name, name, tuple(labels))


def _labels(entries: list[Entry]) -> list[Label]:
    kitti = {label.name: label.id for label in label_spaces.space("semantic_kitti").labels}
    labels: list[Label] = []
    trained = 0
    for entry in entries:
        void = entry.name.lower() in _VOID_NAMES or entry.id == VOID
        colour = entry.colour or _distinct(len(labels))
        assert entry.id is not None
        labels.append(Label(entry.id, entry.name, colour, "void" if void else entry.name, VOID if void else trained, kitti.get(entry.name.lower(), 0)))
        trained += not void
    return labels


def _distinct(index: int) -> Colour:
    """Colours far apart for neighbours: hues by the golden angle."""
    red, green, blue = colorsys.hsv_to_rgb(index * 0.61803398875 % 1, 0.65, 0.95 - 0.2 * (index % 3))
    return round(255 * red), round(255 * green), round(255 * blue)


def _tidy(name: str) -> str:
    return name.strip(" \t,;:\"'")
