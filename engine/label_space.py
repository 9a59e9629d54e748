"""The records of a label space: what the ids in masks mean, what they are called and how they are grouped."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import ConfigError

VOID = 255
REST = "rest"
GROUP = "group"
"""At the end of a region's label: it stands for several things of that class."""

Colour = tuple[int, int, int]
Mask = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Label:
    """One id of a label space. `train_id` is 255 where the class is neither trained on nor scored.

    `aliases` are names it had before, which label documents may still hold. A `retired` class is in no list any more, but what was
    labelled with it keeps its meaning, and its id goes to no other.
    """

    id: int
    name: str
    colour: Colour
    category: str
    train_id: int = VOID
    semantic_kitti: int = 0
    instances: bool = False
    aliases: tuple[str, ...] = ()
    retired: bool = False


@dataclass(frozen=True, slots=True)
class Category:
    """A group of a label space; members in `ignore` are void when networks are trained on categories."""

    name: str
    colour: Colour
    semantic_kitti: int = 0
    ignore: tuple[str, ...] = ()


@dataclass(frozen=True)
class LabelSpace:
    """The ids, names and colours a dataset's masks use. `base` is the space that one of the user's own was made from."""

    name: str
    title: str
    labels: tuple[Label, ...]
    categories: tuple[Category, ...] = ()
    base: str = ""

    def label(self, name: str) -> Label:
        """The class of that name, or that had it before. Raises ConfigError that lists the known names."""
        if (found := self.find(name)) is not None:
            return found
        raise ConfigError(f"the label space {self.name} has no class {name!r}; it has: {', '.join(label.name for label in self.labels)}")

    def find(self, name: str) -> Label | None:
        """The class of that name, or that had it before; None where there is none."""
        return self.by_name.get(name)

    def current(self, name: str) -> str:
        """What is called `name` in a label document is called now, groups included; as it is where the space doesn't know it."""
        if (found := self.find(name)) is not None:
            return found.name
        single = name.removesuffix(GROUP)
        found = self.find(single) if single != name else None
        return name if found is None else found.name + name[len(single) :]

    @cached_property
    def by_name(self) -> dict[str, Label]:
        """The classes by their names, those they had before included."""
        return {alias: label for label in self.labels for alias in label.aliases} | {label.name: label for label in self.labels}

    @property
    def listed(self) -> tuple[Label, ...]:
        """What can be labelled with, in the order of lists and digits: that of the user's own space; else what is trained on comes first."""
        shown = [label for label in self.labels if label.id >= 0 and not label.retired]
        if self.base:
            return tuple(shown)
        return (*(label for label in shown if label.train_id != VOID), *(label for label in shown if label.train_id == VOID))

    @property
    def known_ids(self) -> NDArray[np.bool_]:
        """(256,) whether an id may stand in a mask; 255 always may, as void."""
        known = np.zeros(256, bool)
        known[[label.id for label in self.labels if 0 <= label.id < 256]] = True
        known[VOID] = True
        return known

    @property
    def palette(self) -> Mask:
        """(256, 3) RGB of each id; unknown ids and void are black."""
        table = np.zeros((256, 3), np.uint8)
        for label in self.labels:
            if 0 <= label.id < 256:
                table[label.id] = label.colour
        return table

    def completed(self, base: LabelSpace) -> LabelSpace:
        """With those classes of `base` whose ids it lacks, such as ones that were found in masks later."""
        ids = {label.id for label in self.labels}
        more = tuple(label for label in base.labels if label.id not in ids and label.name not in self.by_name)
        return replace(self, labels=self.labels + more) if more else self


def space_from_dict(values: dict[str, Any]) -> LabelSpace:
    """A label space from the plain values of its YAML file."""
    labels = tuple(Label(**{**entry, "colour": colour_of(entry["colour"]), "aliases": tuple(entry.get("aliases", ()))}) for entry in values["classes"])
    categories = tuple(Category(**{**entry, "colour": colour_of(entry["colour"]), "ignore": tuple(entry.get("ignore", ()))}) for entry in values.get("categories", ()))
    return LabelSpace(values["name"], values["title"], labels, categories, values.get("base", ""))


def colour_of(values: Any) -> Colour:
    """RGB from any three numbers. Raises TypeError or ValueError."""
    red, green, blue = (int(value) for value in values)
    return red, green, blue
