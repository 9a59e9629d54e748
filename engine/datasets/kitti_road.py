"""KITTI road: `training/image_2/CAT_NNNNNN.png` with `training/gt_image_2/CAT_{road,lane}_NNNNNN.png`, CAT um, umm or uu.

In the truth a pixel is scored where red is above 0, and is road where blue is; the other pixels are void. Splits `train` and `val` (road),
`lane_train` and `lane_val` (the ego lane, in its own label space), `test`. There is no official validation split: frames whose number is
a multiple of five are `val`. Source: J. Fritsch et al., ITSC 2013, and its devkit.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine import images as pictures
from engine import listing
from engine.datasets import _kitti
from engine.datasets._base import MISSING_MASK, FileDataset, Frames, Labels, Problem, assemble, by_stem, space_of
from engine.labels import VOID

_TRUTH = "gt_image_2"
_LANE = "lane_"


def recognises(path: Path) -> bool:
    """Whether `path` is such a folder, its `training` or anything in it."""
    return _kitti.locate(path, _TRUTH) is not None


def open(path: Path, *, split: str | None = None, labels: Labels = None) -> FileDataset:
    """By default the road truth, where there is any. Raises DataError."""
    found = _kitti.locate(path, _TRUTH)
    assert found, f"{path} is no KITTI road folder"
    training, below = found
    names = [f"{kind}{part}" for kind in ("", _LANE) for part in ("train", "val")]
    parts = {name: part for name in names if (part := partial(_frames, training, name))().masks} | _kitti.test_part(training)
    covered = ["test"] if below == ("testing",) else [name for name in parts if name != "test" or not below]
    road = [name for name in covered if not name.startswith(_LANE)]
    lane = split.startswith(_LANE) if split else not road
    opened = assemble(
        "kitti_road",
        _kitti.root_of(training),
        parts,
        split=split,
        covered=road or covered,  # two kinds of truth of one frame don't go into one dataset
        space=space_of(labels, "kitti_lane" if lane else "kitti_road"),
        read_mask=read_truth,
        note=_kitti.NOTE,
    )
    return replace(opened, covered=tuple(covered))


def read_truth(path: Path) -> NDArray[np.integer]:
    """(H, W) uint8: 1 road (or lane), 0 not, 255 not valid. Raises DataError."""
    picture = pictures.read_rgb(path)
    mask = (picture[..., 2] > 0).astype(np.uint8)
    mask[picture[..., 0] == 0] = VOID
    return mask


def _frames(training: Path, split: str) -> Frames:
    kind = "lane" if split.startswith(_LANE) else "road"
    part = split.removeprefix(_LANE)
    images, double = by_stem(listing.tree(training / _kitti.IMAGES, depth=0).paths())
    paths = list(listing.tree(training / _TRUTH, depth=0).paths())
    masks, more = by_stem(paths, name=partial(_frame_name, kind))
    others, _ = by_stem(paths, name=partial(_frame_name, "road" if kind == "lane" else "lane"))
    labelled = {name: path for name, path in images.items() if name in masks and _kitti.of_split(part, name)}
    bare = [path for name, path in images.items() if kind == "road" and name not in masks and name not in others and _kitti.of_split(part, name)]
    problems = [Problem(path, MISSING_MASK, f"{path} has neither road nor lane truth in {_TRUTH}; add it, or leave the frame out") for path in bare]
    return Frames(labelled, {name: path for name, path in masks.items() if _kitti.of_split(part, name)}, (*double, *more, *problems))


def _frame_name(kind: str, path: Path) -> str | None:
    """`um_000000` of `um_road_000000.png`; None for the other kind of truth."""
    category, _, rest = path.stem.partition("_")
    found, _, digits = rest.partition("_")
    return f"{category}_{digits}" if found == kind else None
