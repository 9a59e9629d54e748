"""Any folder of images with masks of the same names.

    images/NAME.*            masks/NAME.png               one folder each (or image, imgs, JPEGImages, rgb … and labels, annotations, gt …)
    images/train/NAME.*      masks/train/NAME.png         splits below
    train/images/NAME.*      train/masks/NAME.png         splits above
    NAME.*                   NAME_mask.png                side by side (or _label, _gt, _seg, _L …)

Without split folders every fifth frame by name is `val`, the others `train`. Masks hold ids, or colours where a palette file lies beside them.
The classes are those of `classes.txt`, `palette.yaml` or the like (`engine/datasets/_palette.py`), else `class 0`, `class 1` … as found.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from engine import images as pictures
from engine import labels as label_spaces
from engine import listing
from engine.datasets import _ids, _palette
from engine.datasets._base import FileDataset, Frames, Labels, ReadMask, assemble, by_stem, upwards
from engine.errors import DataError
from engine.labels import LabelSpace

_IMAGES = ("images", "image", "imgs", "img", "JPEGImages", "rgb", "frames")
_MASKS = (
    "masks", "mask", "labels", "label", "annotations", "annotation", "annots", "gt", "ground_truth", "groundtruth", "SegmentationClass", "segmentation", "ids",
)  # fmt: skip
_SPLITS = ("train", "training", "val", "valid", "validation", "dev", "test", "testing")
_ENDINGS = ("_mask", "_masks", "_label", "_labels", "_labelIds", "_gt", "_seg", "_ids", "_annotation", "_L")
_LOSSLESS = pictures.SUFFIXES - {".jpg", ".jpeg", ".webp"}
VAL_EVERY = 5


@dataclass(frozen=True, slots=True)
class _Found:
    """Where images and masks lie by split; '' is the only one where there are no split folders."""

    root: Path
    places: dict[str, tuple[Path, Path]]
    covered: tuple[str, ...]


def recognises(path: Path) -> bool:
    """Whether `path` is such a folder, or one of its folders of images or masks."""
    return _locate(path) is not None


def open(path: Path, *, split: str | None = None, labels: Labels = None) -> FileDataset:
    """Raises DataError."""
    found = _locate(path)
    assert found, f"{path} holds no images with masks"
    if "" in found.places:
        frames = _frames(*found.places[""])
        parts: dict[str, Callable[[], Frames]] = {name: partial(_part, frames, name) for name in ("train", "val")}
        covered = tuple(parts) if len(frames.images) > 1 else ("val",)
    else:
        parts = {name: partial(_frames, *places) for name, places in found.places.items()}
        covered = found.covered
    space, read_mask = _described(found, labels)
    note = f"val is every {VAL_EVERY}th frame by name; folders named train and val would decide" if "" in found.places else ""
    return assemble("folder", found.root, parts, split=split, covered=covered, space=space, read_mask=read_mask, note=note)


def _locate(path: Path) -> _Found | None:
    start = upwards(path, 0)[0]
    for root in reversed(upwards(path, 3)):
        below = start.relative_to(root).parts
        if found := _nested(root, below) or _split_above(root, below):
            return found
    if _beside(start):
        return _Found(start, {"": (start, start)}, ())
    return None


def _nested(root: Path, below: tuple[str, ...]) -> _Found | None:
    """images/ and masks/ in `root`, with or without split folders below."""
    pair = _pair(root)
    if pair is None or (below and root / below[0] not in pair):
        return None
    images, masks = pair
    splits = [name for name in listing.folder(images).folders if name in _SPLITS]
    if not splits:
        return _Found(root, {"": (images, masks)}, ())
    covered = below[1:2] if below[1:2] and below[1] in splits else tuple(splits)
    return _Found(root, {name: (images / name, masks / name) for name in splits}, covered)


def _split_above(root: Path, below: tuple[str, ...]) -> _Found | None:
    """train/images, train/masks, val/images … in `root`."""
    if below and below[0] not in _SPLITS:
        return None
    pairs = {name: pair for name in _SPLITS if (root / name).is_dir() and (pair := _pair(root / name))}
    if not pairs or (below and (below[0] not in pairs or (below[1:] and root / below[0] / below[1] not in pairs[below[0]]))):
        return None
    return _Found(root, pairs, below[:1] or tuple(pairs))


def _pair(folder: Path) -> tuple[Path, Path] | None:
    try:
        names = {name.lower(): name for name in listing.folder(folder).folders}
    except DataError:
        return None  # a folder above that may not be listed can't be a dataset
    images = next((folder / names[name.lower()] for name in _IMAGES if name.lower() in names), None)
    masks = next((folder / names[name.lower()] for name in _MASKS if name.lower() in names and _any_mask(folder / names[name.lower()])), None)
    return (images, masks) if images and masks else None


def _any_mask(folder: Path) -> bool:
    return any(Path(name).suffix.lower() in _LOSSLESS for _, name in listing.tree(folder, depth=2).files())


def _beside(folder: Path) -> bool:
    stems = {path.stem for path in listing.tree(folder, depth=0).paths() if path.suffix.lower() in pictures.SUFFIXES}
    return any(_stripped(stem) in stems for stem in stems)


def _frames(images: Path, masks: Path) -> Frames:
    """Matched by the path below their folder, without the suffix; a mask's name may end in _mask or the like."""
    if not images.is_dir():
        return Frames({})
    found, double = by_stem(listing.tree(images).paths(), name=partial(_frame_name, images))
    if images == masks:
        found = {name: path for name, path in found.items() if _stripped(name) not in found}
    if not masks.is_dir():
        return Frames(found, {}, double)
    lossless = (path for path in listing.tree(masks).paths() if path.suffix.lower() in _LOSSLESS and (images != masks or _stripped(path.stem)))
    there, more = by_stem(lossless, name=partial(_mask_name, masks, frozenset(found)))
    return Frames(found, there, double + more)


def _part(frames: Frames, split: str) -> Frames:
    names = sorted(frames.images)
    mine = {name for index, name in enumerate(names) if (index % VAL_EVERY == 0) == (split == "val")}
    strays = {name for name in frames.masks if name not in frames.images} if split == "train" else set()
    return Frames(
        {name: path for name, path in frames.images.items() if name in mine},
        {name: path for name, path in frames.masks.items() if name in mine or name in strays},
        frames.problems if split == "train" else (),
    )


def _frame_name(base: Path, path: Path) -> str:
    if path.parent == base:
        return path.stem
    return path.relative_to(base).with_suffix("").as_posix().replace("/", "_")


def _mask_name(base: Path, images: frozenset[str], path: Path) -> str:
    name = _frame_name(base, path)
    return name if name in images else _stripped(name) or name


def _stripped(stem: str) -> str:
    """The stem without the ending of a mask; '' where it has none."""
    return next((stem.removesuffix(ending) for ending in _ENDINGS if stem.endswith(ending)), "")


def _described(found: _Found, labels: Labels) -> tuple[LabelSpace, ReadMask]:
    """The label space of the masks and how they are read."""
    name = found.root.name if found.root.name not in label_spaces.spaces() else f"{found.root.name}_folder"
    masks = [mask for images, folder in found.places.values() for mask in _frames(images, folder).masks.values()]
    if not masks:
        raise DataError(f"{found.root} has no mask that belongs to an image; give masks the names of their images")
    stored = _ids.kind(masks[0])
    folders = [found.root, *(folder.parent for _, folder in found.places.values()), *(folder for _, folder in found.places.values())]
    file = None if labels else _palette.find(dict.fromkeys(folder for folder in folders if folder.is_dir()))
    space, coloured = (label_spaces.space(labels) if isinstance(labels, str) else labels, True) if labels else _palette.read(file, name) if file else (None, False)
    if stored == "colours":
        if space is None or not coloured:
            raise DataError(f"{masks[0]} holds colours; put a palette.txt with a line `name red green blue` a class into {found.root}")
        return space, partial(_palette.read_colours, _palette.colour_table(space))
    read: ReadMask = _palette.read_grey if stored == "grey" else pictures.read_ids
    if space is not None and not _ids.only(masks, read, {0, 255}):
        return space, read
    ids = _ids.found(masks, read)
    if ids == {0, 255} and stored == "ids":
        return space if space and len(space.labels) == 2 else _palette.of_two(name), _palette.read_two
    return space or _palette.from_ids(ids, name), read
