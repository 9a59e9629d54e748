"""What all layouts share: frames and masks matched by name, splits, and a dataset over them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine import images, own_labels, own_spaces
from engine import labels as label_spaces
from engine.errors import DataError
from engine.labels import LabelSpace, Mask
from engine.sample import Image, Sample

ALL = "all"
"""The split that stands for every split a path covers."""
MISSING_MASK = "missing mask"
MISSING_IMAGE = "missing image"
WRONG_SIZE = "wrong size"
UNKNOWN_ID = "unknown id"
DOUBLE = "double name"
_ALIASES = (("train", "training", "train_set"), ("val", "valid", "validation", "dev"), ("test", "testing"))
_ORDER = ("train", "training", "val", "valid", "validation", "test", "testing")

ReadMask = Callable[[Path], NDArray[np.integer]]
Labels = LabelSpace | str | None


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about one file that a user should mend: `kind` in a few words for counting, `text` one sentence with the cure."""

    file: Path
    kind: str
    text: str


@dataclass(frozen=True)
class FileDataset:
    """Images and masks on the disk. Reading is safe from any number of threads at once."""

    layout: str
    root: Path
    split: str
    splits: tuple[str, ...]
    covered: tuple[str, ...]
    """The splits at or below the path the dataset was opened with."""
    space: LabelSpace
    samples: tuple[Sample, ...] = field(repr=False)
    read_mask: ReadMask = field(repr=False)
    """Mask file → (H, W) ids as they stand there, not yet checked. Raises DataError."""
    problems: tuple[Problem, ...] = field(default=(), repr=False)
    """What the names alone give away: frames without their mask, masks without their frame."""
    note: str = ""
    """What a user may want to know of it, such as how the splits came about where the layout has none."""

    def image(self, index: int) -> Image:
        """(H, W, 3) uint8 RGB. Raises DataError."""
        return images.read_rgb(self.samples[index].image)

    def truth(self, index: int) -> Path | None:
        """The file of the frame's truth: the user's own labels, also where they came after the dataset was opened, else its mask; None where it has neither."""
        sample = self.samples[index]
        own = own_labels.mask(self.root, sample.image)
        return own if own.is_file() else sample.mask

    def mask(self, index: int) -> Mask:
        """(H, W) uint8 ids of `space`, 255 where the truth is not valid, of the image's size. Raises DataError."""
        image, path = self.samples[index].image, self.truth(index)
        if path is None:
            raise DataError(f"{image} has no mask; choose a split with masks, or label the frame")
        mask = self.read_mask(path)
        wrong = wrong_size(path, mask.shape, images.size(image)) or unknown_ids(path, mask, self.space)
        if wrong and wrong.kind == UNKNOWN_ID:  # classes may have been added since the dataset was opened
            wrong = unknown_ids(path, mask, own_spaces.used_for(self.root, self.space))
        if wrong:
            raise DataError(wrong.text)
        return mask.astype(np.uint8, copy=False)


@dataclass(frozen=True, slots=True)
class Frames:
    """One split by frame name, as its layout found it."""

    images: dict[str, Path]
    masks: dict[str, Path] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def assemble(
    layout: str,
    root: Path,
    parts: Mapping[str, Callable[[], Frames]],
    *,
    split: str | None,
    covered: Iterable[str],
    space: LabelSpace,
    read_mask: ReadMask = images.read_ids,
    note: str = "",
) -> FileDataset:
    """A dataset of the splits `parts`, opened at `split`: by default at what its path covers. Raises DataError."""
    covered = tuple(name for name in ordered(covered) if name in parts)
    name = _chosen(split, parts, covered, root)
    chosen = covered or tuple(parts) if name == ALL else (name,)
    samples: list[Sample] = []
    problems: list[Problem] = []
    taken: set[str] = set()
    mine = 0
    for part in chosen:
        frames = parts[part]()
        own = own_labels.masks(root, frames.images)
        found, wrong = _matched(frames, own)
        mine += sum(sample.name in own for sample in found)
        doubled = not taken.isdisjoint(frames.images)
        samples += [Sample(f"{part}-{one.name}", one.image, one.mask) for one in found] if doubled else found
        taken.update(frames.images)
        problems += [*frames.problems, *wrong]
    if name == ALL:
        samples.sort(key=lambda sample: os.fspath(sample.image))  # side by side as they were recorded, where splits share a folder
    if not samples:
        raise DataError(f"{root} has no frames in its split {name}; check that the images lie where the {layout} layout has them")
    if mine:
        note = "; ".join(words for words in (note, f"{mine} frame{'s have' if mine != 1 else ' has'} labels of your own, drawn on the Annotate page") if words)
    read = partial(_read, own_labels.folder(root), read_mask)
    return FileDataset(layout, root, name, ordered(parts), covered, space, tuple(samples), read, tuple(problems), note)


def ordered(splits: Iterable[str]) -> tuple[str, ...]:
    """train, val, test, then the others by name."""
    return tuple(sorted(splits, key=lambda name: (_ORDER.index(name) if name in _ORDER else len(_ORDER), name)))


def absolute(path: Path) -> Path:
    """`path` from the root of the disk without `..`, links left as they are."""
    return Path(os.path.abspath(path))


def upwards(path: Path, levels: int = 3) -> list[Path]:
    """`path` (a file's folder) and up to so many folders above it."""
    start = absolute(path)
    start = start if start.is_dir() else start.parent
    return [start, *start.parents][: levels + 1]


def by_stem(paths: Iterable[Path], *, name: Callable[[Path], str | None] = lambda path: path.stem) -> tuple[dict[str, Path], tuple[Problem, ...]]:
    """Pictures by frame name, in the order of names; a second file of one name is a problem, and is left out."""
    found: dict[str, Path] = {}
    problems = []
    for path in paths:
        if path.suffix.lower() not in images.SUFFIXES or (key := name(path)) is None:
            continue
        if key in found:
            problems.append(Problem(path, DOUBLE, f"{path} has the same frame name as {found[key].name} and is left out; rename or remove one of them"))
        else:
            found[key] = path
    return {key: found[key] for key in sorted(found)}, tuple(problems)


def space_of(labels: Labels, default: str) -> LabelSpace:
    """The label space asked for, else the layout's own. Raises ConfigError."""
    return labels if isinstance(labels, LabelSpace) else label_spaces.space(labels or default)


def wrong_size(mask: Path, shape: tuple[int, ...], image: tuple[int, int]) -> Problem | None:
    """The problem of a mask that is not (height, width) as its image."""
    if tuple(shape[:2]) == tuple(image):
        return None
    return Problem(mask, WRONG_SIZE, f"{mask} is {shape[1]}×{shape[0]} (width × height), its image {image[1]}×{image[0]}; export masks at the image's size")


def unknown_ids(mask: Path, ids: NDArray[np.integer], space: LabelSpace) -> Problem | None:
    """The problem of a mask (or of the list of its ids) that holds ids its label space doesn't know."""
    known = _known(space)
    if ids.dtype == np.uint8 and known[ids].all():
        return None
    strange = [int(id_) for id_ in np.unique(ids) if not 0 <= id_ < 256 or not known[id_]]
    if not strange:
        return None
    said = ", ".join(map(str, strange[:5])) + (" …" if len(strange) > 5 else "")
    plural = "s" if len(strange) > 1 else ""
    return Problem(
        mask, UNKNOWN_ID, f"{mask} holds the unknown id{plural} {said}; the label space {space.name} has no such class: correct the mask or choose its label space"
    )


@lru_cache(maxsize=16)
def _known(space: LabelSpace) -> NDArray[np.bool_]:
    return space.known_ids


def _read(own: Path, read_mask: ReadMask, path: Path) -> NDArray[np.integer]:
    return images.read_ids(path) if path.is_relative_to(own) else read_mask(path)


def _matched(frames: Frames, own: Mapping[str, Path]) -> tuple[list[Sample], list[Problem]]:
    """All frames, with their masks: the user's `own` before those that the layout found. A frame without is a problem where the layout found any."""
    samples = [Sample(name, image, own.get(name) or frames.masks.get(name)) for name, image in frames.images.items()]
    if not frames.masks:
        return samples, []
    bare = [Problem(one.image, MISSING_MASK, f"{one.image} has no mask, so it is neither trained on nor scored; label it") for one in samples if one.mask is None]
    stray = [Problem(mask, MISSING_IMAGE, f"{mask} has no image of its name; add the image, or leave the mask out") for name, mask in frames.masks.items() if name not in frames.images]
    return samples, bare + stray


def _chosen(split: str | None, parts: Mapping[str, object], covered: tuple[str, ...], root: Path) -> str:
    if not split:
        return covered[0] if len(covered) == 1 else ALL
    if split == ALL or split in parts:
        return split
    for names in _ALIASES:
        if split in names and (same := next((name for name in names if name in parts), None)):
            return same
    raise DataError(f"{root} has no split {split!r}; it has: {', '.join(ordered(parts))}")
