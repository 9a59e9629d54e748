"""A label space as a YAML file that people may edit: read with the line of every mistake, written so that it reads well."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from engine import atomic
from engine.errors import ConfigError
from engine.label_space import VOID, Category, Label, LabelSpace, colour_of

LARGEST_ID = 254
"""Of what can be labelled with; 255 is void."""
LONGEST_NAME = 60
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The one in C, where PyYAML was built with it, is several times as fast."""
_HEADER = "# A label space of your own. Ids stay what they are: masks hold them. `aliases` are earlier names, `retired` classes are listed no more.\n"
_LABEL = {"id", "name", "colour", "category", "train_id", "semantic_kitti", "instances", "aliases", "retired"}
_CATEGORY = {"name", "colour", "semantic_kitti", "ignore"}


def read(path: Path) -> LabelSpace:
    """The label space of a file. Raises ConfigError that names the file, the line and the cure."""
    try:
        text = path.read_text(encoding="utf-8")
        root, values = _parsed(text)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} can't be read as a label space; check that it is a text file that may be read") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}," if mark else ""
        raise ConfigError(f"{path}{where} is not valid YAML ({getattr(error, 'problem', None) or error}); write it as the files in configs/labels/") from error
    if not isinstance(root, yaml.MappingNode) or not isinstance(values, dict):
        raise ConfigError(f"{path} holds no label space; write `name`, `title` and `classes` as in configs/labels/")
    return _Reader(path, root, values).space()


def write(space: LabelSpace, path: Path) -> None:
    """Writes the file, all of it or nothing. Raises OutputError."""
    atomic.write_text(path, _HEADER + text_of(space))


def text_of(space: LabelSpace) -> str:
    """The file's text: one class a line."""
    head: dict[str, Any] = {"name": space.name, "title": space.title}
    if space.base:
        head["base"] = space.base
    lines = [yaml.safe_dump(head, sort_keys=False, allow_unicode=True), "classes:\n"]
    lines += [f"  - {_line(_label_values(label))}\n" for label in space.labels]
    if space.categories:
        lines += ["categories:\n", *(f"  - {_line(_category_values(category))}\n" for category in space.categories)]
    return "".join(lines)


def _parsed(text: str) -> tuple[yaml.Node | None, Any]:
    """The document as nodes, which know their lines, and as plain values."""
    loader = _LOADER(text)
    try:
        root = loader.get_single_node()
        return root, loader.construct_document(root) if root is not None else None
    finally:
        loader.dispose()


def _line(values: dict[str, Any]) -> str:
    return yaml.safe_dump(values, default_flow_style=True, sort_keys=False, allow_unicode=True, width=100_000).strip()


def _label_values(label: Label) -> dict[str, Any]:
    values: dict[str, Any] = {"id": label.id, "name": label.name, "colour": list(label.colour)}
    if label.train_id != VOID:
        values["train_id"] = label.train_id
    values |= {"category": label.category, "semantic_kitti": label.semantic_kitti}
    if label.instances:
        values["instances"] = True
    if label.aliases:
        values["aliases"] = list(label.aliases)
    if label.retired:
        values["retired"] = True
    return values


def _category_values(category: Category) -> dict[str, Any]:
    values: dict[str, Any] = {"name": category.name, "colour": list(category.colour), "semantic_kitti": category.semantic_kitti}
    return values | ({"ignore": list(category.ignore)} if category.ignore else {})


class _Reader:
    """One file: its plain values, and its nodes for the lines."""

    def __init__(self, path: Path, root: yaml.MappingNode, values: dict[str, Any]) -> None:
        self._path, self._values = path, values
        self._nodes = {key.value: node for key, node in root.value if isinstance(key, yaml.ScalarNode)}

    def space(self) -> LabelSpace:
        for key in ("name", "title"):
            self._check(isinstance(self._values.get(key), str) and self._values[key].strip(), self._line(key), f"has no {key}", f"write `{key}: …` at its top")
        self._check(isinstance(self._values.get("base", ""), str), self._line("base"), "has a base that is no name", "name the label space that it was made from")
        labels = tuple(self._label(entry, line) for entry, line in self._entries("classes", required=True))
        lines = [line for _, line in self._entries("classes", required=True)]
        self._check_unique(labels, lines)
        categories = tuple(self._category(entry, line) for entry, line in self._entries("categories", required=False))
        return LabelSpace(self._values["name"], self._values["title"], labels, categories, self._values.get("base", ""))

    def _entries(self, key: str, *, required: bool) -> list[tuple[dict[str, Any], int]]:
        node, values = self._nodes.get(key), self._values.get(key)
        if values is None and not required:
            return []
        whole = isinstance(node, yaml.SequenceNode) and isinstance(values, list) and (values or not required)
        self._check(whole, self._line(key), f"has no list of {key}", "write one a line, such as `- {id: 0, name: road, colour: [128, 64, 128], category: flat}`")
        assert isinstance(node, yaml.SequenceNode) and isinstance(values, list)
        found = [(value, item.start_mark.line + 1) for value, item in zip(values, node.value)]
        for value, line in found:
            self._check(isinstance(value, dict), line, "has an entry that is no class", "write it as `- {id: 0, name: road, colour: [128, 64, 128], category: flat}`")
        return found

    def _label(self, entry: dict[str, Any], line: int) -> Label:
        self._check_keys(entry, _LABEL, line)
        name = self._name(entry, line)
        number = entry.get("id")
        whole = isinstance(number, int) and not isinstance(number, bool) and -1 <= number <= VOID
        self._check(whole, line, f"gives {name!r} the id {number!r}", f"use a whole number from 0 to {LARGEST_ID}, {VOID} for void, or -1 for what is never painted")
        train_id = entry.get("train_id", VOID)
        self._check(_whole(train_id, VOID), line, f"gives {name!r} the train_id {train_id!r}", f"use a whole number from 0 to {VOID - 1}, or leave it out where it isn't trained on")
        kitti = entry.get("semantic_kitti", 0)
        self._check(_whole(kitti, 65535), line, f"gives {name!r} the semantic_kitti {kitti!r}", "use an id of SemanticKITTI, or leave it out")
        for key in ("instances", "retired"):
            self._check(isinstance(entry.get(key, False), bool), line, f"gives {name!r} {key} {entry.get(key)!r}", "write true or false")
        category = entry.get("category", name)
        self._check(isinstance(category, str) and category.strip(), line, f"gives {name!r} the category {category!r}", "use words, in quotes where YAML reads them otherwise")
        aliases = self._names(entry, "aliases", line)
        return Label(number, name, self._colour(entry, name, line), category, train_id, kitti, entry.get("instances", False), aliases, entry.get("retired", False))  # type: ignore[arg-type]

    def _category(self, entry: dict[str, Any], line: int) -> Category:
        self._check_keys(entry, _CATEGORY, line)
        name = self._name(entry, line)
        kitti = entry.get("semantic_kitti", 0)
        self._check(_whole(kitti, 65535), line, f"gives {name!r} the semantic_kitti {kitti!r}", "use an id of SemanticKITTI, or leave it out")
        return Category(name, self._colour(entry, name, line), kitti, self._names(entry, "ignore", line))

    def _check_unique(self, labels: tuple[Label, ...], lines: list[int]) -> None:
        """Ids, and names among themselves and with earlier ones."""
        owners: dict[object, str] = {}
        for label, line in zip(labels, lines):
            named: tuple[object, ...] = (label.id, label.name, *label.aliases)
            for value in dict.fromkeys(named):
                what = f"the id {value}" if isinstance(value, int) else f"the name {value!r}"
                self._check(value not in owners, line, f"gives {what} to {label.name!r} and to {owners.get(value)!r}", "make them different")
                owners[value] = label.name

    def _check_keys(self, entry: dict[str, Any], known: set[str], line: int) -> None:
        strange = next((key for key in entry if key not in known), None)
        self._check(strange is None, line, f"has the unknown key {strange!r}", f"use only: {', '.join(sorted(known))}")

    def _name(self, entry: dict[str, Any], line: int) -> str:
        name = entry.get("name")
        self._check(_is_name(name), line, f"has the name {name!r}", f"use up to {LONGEST_NAME} letters, in quotes where YAML reads them otherwise")
        assert isinstance(name, str)
        return name

    def _names(self, entry: dict[str, Any], key: str, line: int) -> tuple[str, ...]:
        names = entry.get(key, [])
        self._check(isinstance(names, list) and all(_is_name(name) for name in names), line, f"has {key} {names!r}", f"write a list of names, such as `{key}: [car]`")
        return tuple(names)

    def _colour(self, entry: dict[str, Any], name: str, line: int) -> tuple[int, int, int]:
        values = entry.get("colour")
        fine = isinstance(values, list) and len(values) == 3 and all(_whole(value, 255) for value in values)
        self._check(fine, line, f"gives {name!r} the colour {values!r}", "use red, green and blue from 0 to 255, such as [128, 64, 128]")
        return colour_of(values)

    def _line(self, key: str) -> int:
        return self._nodes[key].start_mark.line + 1 if key in self._nodes else 1

    def _check(self, fine: object, line: int, what: str, cure: str) -> None:
        if not fine:
            raise ConfigError(f"{self._path}, line {line}, {what}; {cure}")


def _whole(value: object, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most


def _is_name(value: object) -> bool:
    return isinstance(value, str) and value == value.strip() and value.isprintable() and 0 < len(value) <= LONGEST_NAME
