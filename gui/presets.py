"""Experiments to start from: every training config in `configs/`, and how one is fitted to the dataset that is open."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from engine import config, places
from engine.config import TrainConfig
from engine.errors import ConfigError

if TYPE_CHECKING:
    from engine.sample import Dataset

_STREET = "street.json"
"""What the procedural street leaves beside its pictures, which lie in the Cityscapes layout."""
_HELD_OUT = ("val", "validation", "valid", "test")


@dataclass(frozen=True, slots=True)
class Preset:
    """A config file; `about` is the comment at its head."""

    name: str
    title: str
    about: str
    config: TrainConfig


def found(folder: Path | None = None) -> list[Preset]:
    """The training configs of `folder`, by name; files that are none are left out."""
    presets = []
    for path in sorted((folder or places.CONFIGS).glob("*.yaml")):
        try:
            presets.append(Preset(path.stem, _title(path.stem), _about(path), config.load(path)))
        except ConfigError:
            continue  # another kind of file, or one that somebody is editing: the rest can be chosen
    return presets


def for_dataset(presets: list[Preset], dataset: Dataset) -> Preset | None:
    """The preset that is named after the dataset's layout, else after a part of its path, else the first; the street has its own."""
    street = ["street"] if any((folder / _STREET).is_file() for folder in (dataset.root, dataset.root.parent)) else []
    words = [*street, dataset.layout, dataset.layout.split("_")[0], *(part.lower() for part in reversed(dataset.root.parts))]
    for word in words:
        for preset in presets:
            if word and word in preset.name.lower().split("_") + preset.name.lower().split("-") + [preset.name.lower()]:
                return preset
    return presets[0] if presets else None


def fitted(wanted: TrainConfig, dataset: Dataset) -> TrainConfig:
    """`wanted` on the data of `dataset`: its folder, and splits that it has."""
    splits = dataset.splits
    data = replace(wanted.data, root=dataset.root)
    if data.layout not in ("auto", dataset.layout):
        data = replace(data, layout="auto")
    if splits and data.train_split not in splits:
        data = replace(data, train_split="train" if "train" in splits else splits[0])
    if splits and data.validation_split not in splits:
        others = [split for split in (*_HELD_OUT, *splits) if split in splits and split != data.train_split]
        data = replace(data, validation_split=others[0] if others else data.train_split)
    return replace(wanted, data=data)


def without_missing_data(wanted: TrainConfig) -> TrainConfig:
    """`wanted`, its data left open where their folder isn't on this machine."""
    return wanted if wanted.data.root.is_dir() else replace(wanted, data=replace(wanted.data, root=Path()))


def _title(stem: str) -> str:
    words = stem.replace("_", " ").replace("-", " ")
    return words[:1].upper() + words[1:]


def _about(path: Path) -> str:
    lines = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            break
        lines.append(line.lstrip("# ").strip())
    return " ".join(lines)
