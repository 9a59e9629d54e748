"""Label spaces (what the ids in a dataset's masks mean) and class sets (what a network is trained on).

A mask on disk holds ids of a label space. A network knows a class set: K classes, train ids 0 … K-1, 255 void. One
256-entry table leads from the first to the second.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from engine import label_files, own_spaces, places
from engine.config import ClassesConfig
from engine.errors import ConfigError
from engine.label_space import REST, VOID, Category, Colour, Label, LabelSpace, Mask, colour_of, space_from_dict

__all__ = [
    "REST", "REST_COLOUR", "VOID", "Category", "ClassSet", "Colour", "Label", "LabelSpace", "Mask", "TrainedClass", "class_set", "shipped", "space", "space_from_dict",
    "space_text", "spaces",
]  # fmt: skip
REST_COLOUR = (90, 90, 90)
_FOLDER = places.CONFIGS / "labels"


@dataclass(frozen=True)
class TrainedClass:
    """One class of a class set: its members are names of the label space; `semantic_kitti` is the id it gets in .label files."""

    name: str
    colour: Colour
    semantic_kitti: int = 0
    members: tuple[str, ...] = ()
    scored: bool = True


@dataclass(frozen=True)
class ClassSet:
    """The classes a network is trained on, in the order of its outputs. `lut` is the (256,) table id → train id."""

    space: str
    classes: tuple[TrainedClass, ...]
    lut: tuple[int, ...] = field(repr=False)
    base: str = ""
    """The label space that `space`, one of the user's own, was made from."""

    def __len__(self) -> int:
        return len(self.classes)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.classes)

    def fits(self, space: LabelSpace) -> bool:
        """Whether an id of `space` means the same here: it is the same label space, or one of the two was made from the other."""
        return self.space in (space.name, space.base) or self.base == space.name

    @property
    def output_channels(self) -> int:
        """What the network puts out: one channel for "a class and the rest" (the rest's logit is then 0), else one a class."""
        return 1 if len(self.classes) == 2 and not self.classes[0].scored else len(self.classes)

    @property
    def table(self) -> Mask:
        """`lut` as (256,) uint8: `class_set.table[mask_of_ids]` is the mask of train ids."""
        return np.array(self.lut, np.uint8)

    @property
    def palette(self) -> Mask:
        """(256, 3) RGB of each train id; void is black."""
        palette = np.zeros((256, 3), np.uint8)
        palette[: len(self.classes)] = [one.colour for one in self.classes]
        return palette

    @property
    def ids(self) -> Mask:
        """(256,) a label-space id for each train id (the first member's, as the datasets write it); void becomes 0 or 255."""
        table = np.full(256, VOID if not self.lut or self.lut[0] != VOID else 0, np.uint8)
        for train_id in range(len(self.classes)):
            if train_id in self.lut:
                table[train_id] = self.lut.index(train_id)
        return table

    @property
    def semantic_kitti(self) -> NDArray[np.uint32]:
        """(256,) the SemanticKITTI id of each train id; 0 for void."""
        table = np.zeros(256, np.uint32)
        table[: len(self.classes)] = [one.semantic_kitti for one in self.classes]
        return table

    def to_dict(self) -> dict[str, Any]:
        """Plain values for a checkpoint's metadata."""
        return {
            "space": self.space,
            **({"base": self.base} if self.base else {}),
            "lut": list(self.lut),
            "classes": [
                {"name": c.name, "colour": list(c.colour), "semantic_kitti": c.semantic_kitti, "members": list(c.members), "scored": c.scored} for c in self.classes
            ],
        }

    @staticmethod
    def from_dict(values: dict[str, Any]) -> ClassSet:
        """What `to_dict` gave. Raises KeyError, TypeError or ValueError for anything else."""
        classes = tuple(
            TrainedClass(c["name"], colour_of(c["colour"]), int(c["semantic_kitti"]), tuple(c["members"]), bool(c["scored"])) for c in values["classes"]
        )
        return ClassSet(str(values["space"]), classes, tuple(int(v) for v in values["lut"]), str(values.get("base", "")))


@cache
def shipped() -> tuple[str, ...]:
    """The names of the label spaces in `configs/labels/`."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.yaml")))


def spaces() -> tuple[str, ...]:
    """The names of all label spaces: those that ship with the program, then the user's own."""
    known = shipped()
    return (*known, *(name for name in own_spaces.names() if name not in known))


def space(name: str) -> LabelSpace:
    """The label space of `configs/labels/<name>.yaml`, else the user's own of that name as it is now.

    Raises ConfigError that lists the known ones, or names the file of the user's own that can't be read.
    """
    if name in shipped():
        return _shipped(name)
    if (own := own_spaces.find(name)) is not None:
        return own
    raise ConfigError(f"there is no label space {name!r}; choose one of: {', '.join(spaces())}")


def space_text(of: LabelSpace) -> str:
    """The YAML that `space_from_dict` reads: one class a line."""
    return label_files.text_of(of)


@cache
def _shipped(name: str) -> LabelSpace:
    return space_from_dict(yaml.safe_load((_FOLDER / f"{name}.yaml").read_text(encoding="utf-8")))


def class_set(of: LabelSpace, config: ClassesConfig | None = None) -> ClassSet:
    """The class set that `config` asks for in the label space `of`; by default its train ids. Raises ConfigError."""
    config = config or ClassesConfig()
    if config.select:
        classes = [_single(of, name) for name in config.select]
    elif config.group:
        classes = [_group(of, name, members) for name, members in config.group.items()]
    elif config.preset == "categories":
        if not of.categories:
            raise ConfigError(f"classes.preset is 'categories', but the label space {of.name} has none; use 'train'")
        classes = [_category(of, category) for category in of.categories]
    else:
        classes = _train_classes(of)
    return _assembled(of, classes, rest=config.rest)


def _train_classes(of: LabelSpace) -> list[TrainedClass]:
    by_train_id: dict[int, list[Label]] = {}
    for label in of.labels:
        if label.train_id != VOID:
            by_train_id.setdefault(label.train_id, []).append(label)
    return [
        TrainedClass(labels[0].name, labels[0].colour, labels[0].semantic_kitti, tuple(label.name for label in labels), labels[0].category != REST)
        for _, labels in sorted(by_train_id.items())
    ]


def _single(of: LabelSpace, name: str) -> TrainedClass:
    label = of.label(name)
    return TrainedClass(label.name, label.colour, label.semantic_kitti, (label.name,))


def _group(of: LabelSpace, name: str, members: tuple[str, ...]) -> TrainedClass:
    if not members:
        raise ConfigError(f"classes.group.{name} is empty; name at least one class")
    first, *others = (of.label(member) for member in members)
    return TrainedClass(name, first.colour, first.semantic_kitti, (first.name, *(label.name for label in others)))


def _category(of: LabelSpace, category: Category) -> TrainedClass:
    members = tuple(label.name for label in of.labels if label.category == category.name and label.name not in category.ignore and not label.retired)
    return TrainedClass(category.name, category.colour, category.semantic_kitti, members)


def _assembled(of: LabelSpace, classes: list[TrainedClass], *, rest: bool) -> ClassSet:
    named = [member for one in classes for member in one.members]
    if twice := sorted({member for member in named if named.count(member) > 1}):
        raise ConfigError(f"the class {twice[0]!r} stands in two places of classes; name it once")
    if rest:
        others = tuple(label.name for label in of.labels if label.train_id != VOID and label.name not in named)
        classes = [TrainedClass(REST, REST_COLOUR, 0, others, scored=False), *classes]
    lut = [VOID] * 256
    for train_id, one in enumerate(classes):
        for member in one.members:
            if 0 <= (id_ := of.label(member).id) < 256:
                lut[id_] = train_id
    if not classes or len(classes) > 254:
        raise ConfigError(f"classes gives {len(classes)} classes; between 1 and 254 can be trained")
    if len(classes) == 1:
        raise ConfigError(f"classes gives only {classes[0].name!r}; set classes.rest to true to train it against everything else")
    return ClassSet(of.name, tuple(classes), tuple(lut), of.base)
