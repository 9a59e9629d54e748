"""Cityscapes with its coarse truth: `leftImg8bit` and `gtCoarse`, splits train, train_extra and val.

A folder with both truths is opened as fine; give its `gtCoarse`, or the layout's name, for the coarse one.
"""

from __future__ import annotations

from pathlib import Path

from engine.datasets import _cityscapes
from engine.datasets._base import FileDataset, Labels


def recognises(path: Path) -> bool:
    """Whether `path` is a folder with coarse truth, or anything in it."""
    found = _cityscapes.locate(path)
    return found is not None and (found[0] / "gtCoarse").is_dir() and found[1][:1] != ("gtFine",)


def open(path: Path, *, split: str | None = None, labels: Labels = None) -> FileDataset:
    """Raises DataError."""
    return _cityscapes.open_truth("cityscapes_coarse", "gtCoarse", path, split=split, labels=labels)
