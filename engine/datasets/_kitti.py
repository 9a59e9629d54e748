"""What the KITTI benchmarks with masks share: `training/image_2` beside a folder of truth, and no official validation split.

Frames whose number is a multiple of five are `val`, the others `train`: always the same ones, however many are there.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

from engine import listing
from engine.datasets._base import Frames, by_stem, upwards

IMAGES = "image_2"
VAL_EVERY = 5
NOTE = f"val is every frame whose number is a multiple of {VAL_EVERY}; the dataset itself has no validation split"
_WITHIN = frozenset({IMAGES, "image_3", "calib", "gt_image_2", "semantic", "semantic_rgb", "instance"})


def locate(path: Path, truth: str) -> tuple[Path, tuple[str, ...]] | None:
    """(the folder that holds image_2 and `truth`, the folders from there to `path`); None for another layout."""
    start = upwards(path, 0)[0]
    if _holds(start / "training", truth):
        return start / "training", ()
    for folder in upwards(path, 1):
        if _holds(folder, truth):
            below = start.relative_to(folder).parts
            return (folder, below) if not below or below[0] in _WITHIN else None
    testing = next((folder for folder in upwards(path, 1) if folder.name == "testing"), None)
    if testing is not None and _holds(testing.parent / "training", truth):
        return testing.parent / "training", ("testing",)
    return None


def root_of(training: Path) -> Path:
    """The folder a user thinks of as the dataset."""
    return training.parent if training.name == "training" else training


def test_part(training: Path) -> dict[str, Callable[[], Frames]]:
    """The split `test`, images without truth, where the folder `testing` is there."""
    folder = training.parent / "testing" / IMAGES
    return {"test": partial(_test_frames, folder)} if training.name == "training" and folder.is_dir() else {}


def number(name: str) -> int:
    """The frame number in a file's name, such as 35 in `um_000035` and in `000035_10`; 0 where there is none."""
    digits = re.search(r"\d+", name)
    return int(digits[0]) if digits else 0


def of_split(split: str, name: str) -> bool:
    """Whether the frame `name` belongs to `train` or `val`."""
    return (number(name) % VAL_EVERY == 0) == (split == "val")


def _holds(folder: Path, truth: str) -> bool:
    return (folder / truth).is_dir() and (folder / IMAGES).is_dir()


def _test_frames(folder: Path) -> Frames:
    images, double = by_stem(listing.tree(folder, depth=0).paths())
    return Frames(images, {}, double)
