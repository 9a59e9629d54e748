"""The Cityscapes layout, for its fine and its coarse truth.

`leftImg8bit/<split>/<city>/<frame>_leftImg8bit.png` with `<truth>/<split>/<city>/<frame>_<truth>_labelIds.png`; where a frame has only
`labelTrainIds` these are turned back to ids. Source: M. Cordts et al., CVPR 2016; cityscapesScripts.
"""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine import images as pictures
from engine import labels as label_spaces
from engine import listing
from engine.datasets._base import FileDataset, Frames, Labels, assemble, by_stem, space_of, upwards
from engine.errors import DataError

IMAGES = "leftImg8bit"
_IDS, _TRAIN_IDS = "_labelIds", "_labelTrainIds"
_OWN = frozenset({IMAGES, "leftImg8bit_trainextra", "gtFine", "gtCoarse"})


def locate(path: Path) -> tuple[Path, tuple[str, ...]] | None:
    """(root, what of it `path` is: nothing, or a folder such as gtFine, then a split, then a city); None for another layout."""
    for root in upwards(path, 3):
        if not any((root / name).is_dir() for name in _OWN):
            continue
        below = upwards(path, 0)[0].relative_to(root).parts
        return (root, below) if not below or below[0] in _OWN else None
    return None


def open_truth(layout: str, truth: str, path: Path, *, split: str | None, labels: Labels) -> FileDataset:
    """The dataset at `path` with the masks in the folder `truth`. Raises DataError."""
    found = locate(path)
    assert found, f"{path} is no Cityscapes folder"
    root, below = found
    city = below[2] if len(below) > 2 else ""
    if not _image_folders(root):
        raise DataError(f"{root} has {truth} but no {IMAGES}; unpack the images beside it")
    splits = {name: folder for folder in _image_folders(root) for name in listing.folder(folder).folders}
    if truth == "gtFine":
        splits.pop("train_extra", None)
    elif (root / truth).is_dir():
        splits = {name: folder for name, folder in splits.items() if (root / truth / name).is_dir()}
    parts = {name: partial(_frames, root, folder, truth, name, city) for name, folder in splits.items()}
    covered = below[1:2] if below[1:2] else tuple(splits)
    both = truth == "gtFine" and (root / "gtFine").is_dir() and (root / "gtCoarse").is_dir()
    note = "these are the fine masks; gtCoarse holds coarse ones: give that folder, or the layout cityscapes_coarse" if both else ""
    return assemble(layout, root, parts, split=split, covered=covered, space=space_of(labels, "cityscapes"), read_mask=read_ids, note=note)


def read_ids(path: Path) -> NDArray[np.integer]:
    """(H, W) Cityscapes ids of a labelIds or labelTrainIds file. Raises DataError."""
    mask = pictures.read_ids(path)
    if path.stem.endswith(_TRAIN_IDS) and mask.dtype == np.uint8:
        return _id_of_train_id()[mask]
    return mask


def _image_folders(root: Path) -> list[Path]:
    """The official archives unpack `train_extra` into a folder of its own or into the common one."""
    return [root / name for name in ("leftImg8bit_trainextra", IMAGES) if (root / name).is_dir()]


def _frames(root: Path, images: Path, truth: str, split: str, city: str) -> Frames:
    found, double = by_stem(_paths(images / split, city), name=lambda path: path.stem.removesuffix(f"_{IMAGES}"))
    masks: dict[str, Path] = {}
    if (root / truth / split).is_dir():
        paths = list(_paths(root / truth / split, city))
        for ending in (_TRAIN_IDS, _IDS):  # the second takes precedence
            masks |= {path.stem.removesuffix(f"_{truth}{ending}"): path for path in paths if path.stem.endswith(f"_{truth}{ending}")}
    return Frames(found, dict(sorted(masks.items())), double)


def _paths(folder: Path, city: str) -> list[Path]:
    return list(listing.tree(folder, depth=1).paths(city))


@cache
def _id_of_train_id() -> NDArray[np.uint8]:
    table = np.zeros(256, np.uint8)  # what isn't trained on is `unlabeled`
    for label in label_spaces.space("cityscapes").labels:
        if label.train_id != label_spaces.VOID:
            table[label.train_id] = label.id
    return table
