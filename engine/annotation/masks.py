"""A label document as masks: for the screen, for training, and as the benchmarks' own scripts write them.

Cityscapes' are those of cityscapesScripts' json2labelImg and json2instanceImg: deleted regions and those of ids below 0 (licence plates)
aren't painted, a name that only with `group` at its end is unknown stands for several things, and the background is unlabelled.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.annotation.document import Box, Document, Region
from engine.annotation.raster import Rasteriser
from engine.errors import ConfigError, DataError
from engine.label_space import GROUP
from engine.labels import VOID, Label, LabelSpace, Mask

Draw = Callable[..., NDArray[Any]]
"""Any of the masks below: `draw(document, space, rasteriser=None)`."""
NONE = 255
"""In a mask of places: no region."""
_IGNORED = ("out of roi", "ignore", "outlier", "void")
_BACKGROUNDS = ("unlabeled", "unlabelled", "void")
_ROADS = ("road", "lane")
_NO_ROAD, _ROAD, _NOT_VALID = 0, 1, 2
_ROAD_COLOURS = np.array([(255, 0, 0), (255, 0, 255), (0, 0, 0)], np.uint8)


def label_of(name: str, space: LabelSpace) -> tuple[Label, bool]:
    """The label that a region's name, or one it had before, stands for, and whether it is a group of such things.

    Raises DataError that names the nearest known ones.
    """
    if (found := space.find(name)) is not None:
        return found, False
    single = name.removesuffix(GROUP)
    if single != name and (found := space.find(single)) is not None:
        return found, True
    known = [label.name for label in space.labels if not label.retired]
    near = list(dict.fromkeys(difflib.get_close_matches(name, known, 3, 0.5) + difflib.get_close_matches(single.strip().lower(), known, 3, 0.5)))[:3]
    listed = f"nearest are: {', '.join(near)}" if near else f"it has: {', '.join(known)}"
    raise DataError(f"the label space {space.name} has no label {name!r}; rename the region, or choose the space that has it ({listed})")


def labels_of(document: Document, space: LabelSpace) -> dict[str, tuple[Label, bool]]:
    """`label_of` every name in the document but those of deleted regions. Raises DataError."""
    return {name: label_of(name, space) for name in dict.fromkeys(region.label for region in document.regions if not region.deleted)}


def background(space: LabelSpace) -> Label | None:
    """The label of pixels in no region: what is called unlabelled or void, else the void one of the lowest id; None where the space has none.

    Never one that is trained on, and the same in whatever order the user puts the classes.
    """
    fitting = [label for label in space.labels if is_void(label)]
    named = next((found for name in _BACKGROUNDS if (found := space.find(name)) in fitting), None)
    return named or min(fitting, key=lambda label: label.id, default=None)


def is_void(label: Label) -> bool:
    """Whether pixels of it are neither trained on nor scored because no one can or wants to say what they are."""
    return label.train_id == VOID and label.id >= 0 and label.category == "void"


def ignored(space: LabelSpace) -> Label | None:
    """The label of regions that are to be left out of training and scores: Cityscapes' `out of roi`, `void` elsewhere; None where the space has none."""
    fitting = [label for label in space.labels if is_void(label) and label.id <= VOID and not label.retired]
    named = next((found for name in _IGNORED if (found := space.find(name)) in fitting), None)
    return named or next(iter(fitting), None)


def index_mask(
    document: Document, space: LabelSpace, *, rasteriser: Rasteriser | None = None, into: Mask | None = None, window: Box | None = None, hidden: frozenset[str] = frozenset()
) -> Mask:
    """(H, W) uint8 place of each pixel's label in `space.labels`, 255 in no region: for the screen, so licence plates are seen too.

    With `into`, an earlier such mask, only its `window` is made again, in place. Regions of `hidden` label names let those below be seen.
    Raises DataError for a label that the space lacks, see `labels_of`.
    """
    mask = np.full((document.height, document.width), NONE, np.uint8) if into is None else into
    if into is not None:
        left, top, right, bottom = window or (0, 0, document.width, document.height)
        mask[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)] = NONE
    places = {label.name: place for place, label in enumerate(space.labels)}
    values = {name: None if label.name in hidden else places[label.name] for name, (label, _) in labels_of(document, space).items()}
    (rasteriser or _rasteriser(document)).paint(document, mask, lambda region: values[region.label], window=window)
    return mask


def index_palette(space: LabelSpace) -> Mask:
    """(256, 3) RGB by place in `space.labels`; 255 has the background's colour."""
    table = np.zeros((256, 3), np.uint8)
    table[: len(space.labels)] = [label.colour for label in space.labels]
    unpainted = background(space)
    table[NONE] = unpainted.colour if unpainted else (0, 0, 0)
    return table


def label_ids(document: Document, space: LabelSpace, *, rasteriser: Rasteriser | None = None) -> Mask:
    """(H, W) uint8 ids, as `…_labelIds.png`. Raises DataError for a label that the space lacks, or whose id doesn't fit 8 bits."""
    values = {name: _byte(label, space) if label.id >= 0 else None for name, (label, _) in labels_of(document, space).items()}
    unpainted = background(space)
    return _painted(document, lambda region: values[region.label], rasteriser, background=unpainted.id if unpainted else VOID)


def train_ids(document: Document, space: LabelSpace, *, rasteriser: Rasteriser | None = None) -> Mask:
    """(H, W) uint8 train ids, 255 void, as `…_labelTrainIds.png`. Raises DataError."""
    values = {name: label.train_id if label.id >= 0 else None for name, (label, _) in labels_of(document, space).items()}
    unpainted = background(space)
    return _painted(document, lambda region: values[region.label], rasteriser, background=unpainted.train_id if unpainted else VOID)


def colours(document: Document, space: LabelSpace, *, rasteriser: Rasteriser | None = None) -> Mask:
    """(H, W, 3) uint8 RGB, as `…_color.png`. Raises DataError."""
    places = {label.name: place for place, label in enumerate(space.labels)}
    values = {name: places[label.name] if label.id >= 0 else None for name, (label, _) in labels_of(document, space).items()}
    return index_palette(space)[_painted(document, lambda region: values[region.label], rasteriser, background=NONE)]


def instance_ids(document: Document, space: LabelSpace, *, rasteriser: Rasteriser | None = None) -> NDArray[np.uint16]:
    """(H, W) uint16, as `…_instanceIds.png`: id · 1000 + n for the n-th thing of its label, from 0; the id for groups and all else. Raises DataError."""
    return _instances(document, space, rasteriser, room=1000, first=0)


def kitti_semantic(document: Document, space: LabelSpace, *, rasteriser: Rasteriser | None = None) -> Mask:
    """(H, W) uint8 ids, as KITTI semantics' `semantic/`. Raises DataError."""
    return label_ids(document, space, rasteriser=rasteriser)


def kitti_instance(document: Document, space: LabelSpace, *, rasteriser: Rasteriser | None = None) -> NDArray[np.uint16]:
    """(H, W) uint16, as KITTI semantics' `instance/`: id · 256 + n for the n-th thing of its label, from 1; n is 0 for groups and all else. Raises DataError."""
    return _instances(document, space, rasteriser, room=256, first=1)


def kitti_road(document: Document, space: LabelSpace, *, rasteriser: Rasteriser | None = None) -> Mask:
    """(H, W, 3) uint8 RGB, as KITTI road's `gt_image_2/`: magenta road (or lane), red what isn't, black what isn't valid: unpainted or void.

    Road is what is called so, and what is trained as the same class. Raises DataError, and ConfigError where the space has neither.
    """
    road = road_label(space)
    values: dict[str, int | None] = {}
    for name, (label, _) in labels_of(document, space).items():
        is_road = label is road or (label.train_id == road.train_id != VOID)
        values[name] = None if label.id < 0 else _ROAD if is_road else _NOT_VALID if label.category == "void" else _NO_ROAD
    return _ROAD_COLOURS[_painted(document, lambda region: values[region.label], rasteriser, background=_NOT_VALID)]


def road_label(space: LabelSpace) -> Label:
    """The label called road, or lane where there is no road. Raises ConfigError where the space has neither."""
    found = next((found for name in _ROADS if (found := space.find(name)) is not None), None)
    if found is None:
        raise ConfigError(f"the label space {space.name} has no class called road or lane; write KITTI road's truth from one that has, such as cityscapes")
    return found


def _instances(document: Document, space: LabelSpace, rasteriser: Rasteriser | None, *, room: int, first: int) -> NDArray[np.uint16]:
    """id · room + n; where things aren't counted from 1, so that n can tell them from all else, these have their bare id."""
    names = labels_of(document, space)
    seen: Counter[str] = Counter()
    values: dict[int, int | None] = {}
    for region in document.regions:
        if region.deleted:
            continue
        label, group = names[region.label]
        bare = _byte(label, space) * (room if first else 1) if label.id >= 0 else None
        if bare is None or group or not label.instances:
            values[region.key] = bare
            continue
        number = first + seen[label.name]
        seen[label.name] += 1
        values[region.key] = label.id * room + number
        if number >= room or label.id * room + number > np.iinfo(np.uint16).max:
            raise DataError(f"the frame has {seen[label.name]} regions of {label.name!r}, more than an instance mask can count; make some of them one {label.name + GROUP!r}")
    unpainted = background(space)
    empty = (unpainted.id if unpainted else VOID) * (room if first else 1)
    return _painted(document, lambda region: values[region.key], rasteriser, background=empty, kind=np.uint16)


def _byte(label: Label, space: LabelSpace) -> int:
    if label.id <= VOID:
        return label.id
    same = next((one.name for one in space.labels if one.train_id == label.train_id != VOID and 0 <= one.id < VOID), None)
    raise DataError(f"{label.name!r} has the id {label.id} in the label space {space.name}, masks hold up to {VOID}; " + (f"use {same!r} instead" if same else "use another label"))


def _painted(document: Document, value_of: Callable[[Region], int | None], rasteriser: Rasteriser | None, *, background: int, kind: type[np.generic] = np.uint8) -> NDArray:
    target = np.full((document.height, document.width), background, kind)
    (rasteriser or _rasteriser(document)).paint(document, target, value_of)
    return target


def _rasteriser(document: Document) -> Rasteriser:
    return Rasteriser(document.width, document.height, kept_bytes=0)
