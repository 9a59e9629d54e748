"""CamVid in the SegNet split: `<split>/NAME.{png,jpg}` with `<split>annot/NAME.png`, ids 0…10, 11 void.

Source: G. Brostow et al., PRL 2009; the split of V. Badrinarayanan et al., PAMI 2017.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from engine import listing
from engine.datasets._base import FileDataset, Frames, Labels, absolute, assemble, by_stem, space_of, upwards

_ANNOTATED = "annot"


def recognises(path: Path) -> bool:
    """Whether `path` is such a folder, or one of its folders of images or masks, or a file in them."""
    return _found(path) is not None


def open(path: Path, *, split: str | None = None, labels: Labels = None) -> FileDataset:
    """Raises DataError."""
    found = _found(path)
    assert found, f"{path} is no CamVid folder"
    root, covered = found
    parts = {name: partial(_frames, root, name) for name in _splits(root)}
    return assemble("camvid", root, parts, split=split, covered=covered, space=space_of(labels, "camvid"))


def _found(path: Path) -> tuple[Path, tuple[str, ...]] | None:
    root, *above = upwards(path, 1)
    if splits := _splits(root):
        return root, splits
    for parent in above:
        name = root.name.removesuffix(_ANNOTATED)
        if name in _splits(parent):
            return parent, (name,)
    return None


def _splits(root: Path) -> tuple[str, ...]:
    folders = set(listing.folder(root).folders)
    return tuple(sorted(name for name in folders if f"{name}{_ANNOTATED}" in folders))


def _frames(root: Path, split: str) -> Frames:
    images, double = by_stem(listing.tree(root / split, depth=0).paths())
    masks, more = by_stem(listing.tree(absolute(root / f"{split}{_ANNOTATED}"), depth=0).paths())
    return Frames(images, masks, double + more)
