"""Labelled frames on the disk, one layout a file: `recognises(path) -> bool`, `open(path, *, split, labels) -> Dataset`."""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import ModuleType

from engine import catalogue, own_spaces
from engine.datasets._base import ALL, FileDataset, Labels, Problem, absolute
from engine.errors import DataError

__all__ = ["ALL", "FileDataset", "Labels", "Problem", "layouts", "open_dataset", "open_labelled", "recognise"]
_LAST = "folder"
"""The layout that fits almost anything, asked when no other knows the path."""


@cache
def layouts() -> tuple[str, ...]:
    """The names of the known layouts, in the order in which they are asked."""
    names = catalogue.names(sys.modules[__name__])
    return (*(name for name in names if name != _LAST), _LAST)


def recognise(path: Path) -> str | None:
    """The layout of the dataset at, above or below `path`; None where it is no dataset with masks."""
    path = absolute(Path(path))
    if not path.exists():
        return None
    return next((name for name in layouts() if _module(name).recognises(path)), None)


def open_dataset(path: Path, *, layout: str = "auto", split: str = "", labels: Labels = None) -> FileDataset:
    """The dataset that `path` lies in, at `split` (by default what the path covers; `all` for every split).

    `labels` names the label space of the masks where it isn't the layout's own, or the one that the user made of that for this data.
    Raises DataError, and ConfigError for an unknown layout.
    """
    path = absolute(Path(path))
    name = recognise(path) if layout == "auto" else layout
    if name is None:
        raise DataError(_not_known(path))
    module = _module(name)
    if layout != "auto" and not module.recognises(path):
        raise DataError(f"{path} is not in the layout {layout}; {'set data.layout to auto' if recognise(path) else 'check the folder'}")
    opened: FileDataset = module.open(path, split=split or None, labels=labels)
    return opened if labels else replace(opened, space=own_spaces.used_for(opened.root, opened.space))


def open_labelled(path: Path, *, layout: str = "auto", split: str = "", labels: Labels = None) -> FileDataset:
    """The same, of frames that have a mask alone. Raises DataError where none has."""
    dataset = open_dataset(path, layout=layout, split=split, labels=labels)
    labelled = tuple(sample for sample in dataset.samples if sample.mask)
    if not labelled:
        raise DataError(f"{dataset.root} has no masks in its split {dataset.split}; choose a split with masks, it has: {', '.join(dataset.splits)}")
    return replace(dataset, samples=labelled)


@cache
def _module(name: str) -> ModuleType:
    return catalogue.load(sys.modules[__name__], name)


def _not_known(path: Path) -> str:
    if not path.exists():
        return f"{path} doesn't exist; check the spelling"
    if path.is_dir() and not any(path.iterdir()):
        return f"{path} is an empty folder; choose the folder that holds the images and masks"
    return f"{path} is no dataset with masks that Roadscope knows ({', '.join(layouts())}); put images in `images` and masks of the same names in `masks`"
