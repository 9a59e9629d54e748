"""KITTI semantics (2015): `training/image_2/NNNNNN_10.png` with `training/semantic/NNNNNN_10.png`; ids are those of Cityscapes.

There is no official validation split: frames whose number is a multiple of five are `val`. Sizes vary by a few pixels.
Source: H. Alhaija et al., IJCV 2018.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from engine import listing
from engine.datasets import _kitti
from engine.datasets._base import FileDataset, Frames, Labels, assemble, by_stem, space_of

_TRUTH = "semantic"


def recognises(path: Path) -> bool:
    """Whether `path` is such a folder, its `training` or anything in it."""
    return _kitti.locate(path, _TRUTH) is not None


def open(path: Path, *, split: str | None = None, labels: Labels = None) -> FileDataset:
    """Raises DataError."""
    found = _kitti.locate(path, _TRUTH)
    assert found, f"{path} is no KITTI semantics folder"
    training, below = found
    parts = {name: part for name in ("train", "val") if (part := partial(_frames, training, name))().images} | _kitti.test_part(training)
    covered = ("test",) if below == ("testing",) else [name for name in parts if name != "test" or not below]
    space = space_of(labels, "cityscapes")
    return assemble("kitti_semantics", _kitti.root_of(training), parts, split=split, covered=covered, space=space, note=_kitti.NOTE)


def _frames(training: Path, split: str) -> Frames:
    images, double = by_stem(listing.tree(training / _kitti.IMAGES, depth=0).paths())
    masks, more = by_stem(listing.tree(training / _TRUTH, depth=0).paths())
    mine = partial(_kitti.of_split, split)
    return Frames(_only(images, mine), _only(masks, mine), tuple(one for one in double + more if mine(one.file.stem)))


def _only(files: dict[str, Path], mine: partial[bool]) -> dict[str, Path]:
    return {name: path for name, path in files.items() if mine(name)}
