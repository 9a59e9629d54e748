"""Cityscapes with its fine truth: `leftImg8bit` and `gtFine`, splits train, val, test and whatever else lies in `leftImg8bit`."""

from __future__ import annotations

from pathlib import Path

from engine.datasets import _cityscapes
from engine.datasets._base import FileDataset, Labels


def recognises(path: Path) -> bool:
    """Whether `path` is such a folder, or anything in its leftImg8bit or gtFine."""
    found = _cityscapes.locate(path)
    if not found:
        return False
    root, below = found
    if below[:1] == ("gtCoarse",) or "train_extra" in below:
        return False
    return (root / "gtFine").is_dir() or not (root / "gtCoarse").is_dir()


def open(path: Path, *, split: str | None = None, labels: Labels = None) -> FileDataset:
    """Raises DataError."""
    return _cityscapes.open_truth("cityscapes", "gtFine", path, split=split, labels=labels)
