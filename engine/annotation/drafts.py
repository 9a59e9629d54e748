"""A network's mask as a first draft: polygons that a person could have drawn."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.annotation import tracing
from engine.annotation.document import Box, Document, Painted, Polygon
from engine.errors import ConfigError
from engine.labels import ClassSet, LabelSpace, Mask, TrainedClass
from engine.sample import Prediction

Draft = tuple[str, Polygon]
SMALLEST = 24
"""Pixels below which a patch is taken for noise."""
DRAFTED_BY = "drafted by "
"""What the edit of a draft that nobody has looked at is called begins so; the checkpoint's name follows."""


@dataclass(frozen=True, slots=True)
class Options:
    """What is drafted: see `polygons_of`."""

    sure: float = 0.0
    smallest: int = SMALLEST
    tolerance: float = 1.0
    only: str | None = None
    within: Box | None = None
    free: bool = False

    def __post_init__(self) -> None:
        """Raises ConfigError."""
        if not 0 <= self.sure <= 1:
            raise ConfigError(f"sure is {self.sure}; give a share from 0 to 1")
        if self.smallest < 1:
            raise ConfigError(f"smallest is {self.smallest}; give at least 1 pixel")
        if not 0 <= self.tolerance <= 50:
            raise ConfigError(f"tolerance is {self.tolerance}; give 0 to 50 pixels")


def drafted(
    prediction: Prediction, classes: ClassSet, space: LabelSpace, *, options: Options | None = None, labelled: NDArray[np.bool_] | None = None
) -> list[Draft]:
    """The polygons of a prediction that go below the labels of a frame, which cover the pixels `labelled` (H, W)."""
    asked = options or Options()
    return polygons_of(
        prediction.mask,
        classes=classes,
        space=space,
        confidence=prediction.confidence,
        labelled=labelled,
        sure=asked.sure,
        smallest=asked.smallest,
        tolerance=asked.tolerance,
        only=asked.only,
        within=asked.within,
        free=asked.free,
    )


def below(document: Document, found: Iterable[Draft]) -> Document:
    """The document with drafts below all its regions: labelled pixels stay as they are."""
    drawn = Document(document.width, document.height, next_key=document.next_key)
    for label, shape in found:
        drawn = drawn.added(label, shape)
    return document.with_regions([*drawn.regions, *document.regions])


def polygons_of(
    mask: Mask,
    *,
    classes: ClassSet,
    space: LabelSpace,
    confidence: NDArray[np.float32] | None = None,
    labelled: NDArray[np.bool_] | None = None,
    sure: float = 0.0,
    least: float = 0.0,
    smallest: int = SMALLEST,
    tolerance: float = 1.0,
    only: str | None = None,
    within: Box | None = None,
    free: bool = False,
) -> list[Draft]:
    """The patches of a mask (H, W) of train ids with names of `space`, what encloses the most first, so that later ones paint over it.

    Left out: pixels of a `confidence` (H, W) below `sure`, and patches of a mean one below `least`; all but the class `only`; pixels outside of
    `within`; with `free` those that are `labelled` (H, W) already; patches that show fewer than `smallest` pixels beside what is labelled.
    Outlines are off the patches' own by at most `tolerance` pixels, and reach as far below what is painted later, so that hardly a gap opens.
    A class that has no name in the space is left out; one of several members is called by its first, or as `only` says. A hole is left open, by a seam, where at least `smallest` pixels of it would else be painted
    that nothing paints later.
    """
    found = _found(mask, classes, space, only=only, where=_where(mask, confidence, labelled if free else None, sure=sure, within=within), smallest=smallest)
    found = [
        patch
        for patch in found
        if (confidence is None or float(confidence[patch.place][patch.mask].mean()) >= least)
        and (labelled is None or np.count_nonzero(patch.mask & ~labelled[patch.place]) >= smallest)
    ]
    found.sort(key=lambda patch: -patch.area)
    reach = int(np.ceil(tolerance))
    ranks = np.full(mask.shape, -1, np.int32)
    for rank, patch in enumerate(found):
        ranks[patch.place][patch.mask] = rank
    if labelled is not None:
        ranks[labelled & (ranks < 0)] = len(found)
    drafts = ((patch.name, _outline(_grown(patch, rank, ranks, reach), rank, ranks, tolerance=tolerance, smallest=smallest)) for rank, patch in enumerate(found))
    return [(name, outline) for name, outline in drafts if outline is not None]


def name_in(one: TrainedClass, space: LabelSpace) -> str | None:
    """What a class is called in a label space: by its own name, or that of the first of its members that the space has."""
    found = (space.find(name) for name in (one.name, *one.members))
    return next((label.name for label in found if label is not None and label.id >= 0 and not label.retired), None)


@dataclass(frozen=True, slots=True)
class _Patch:
    """Pixels of a class that hang together: `mask` (h, w), its first at (left, top). `area` is what its outer border encloses, holes included."""

    name: str
    left: int
    top: int
    mask: NDArray[np.bool_]
    area: float

    @property
    def place(self) -> tuple[slice, slice]:
        return slice(self.top, self.top + self.mask.shape[0]), slice(self.left, self.left + self.mask.shape[1])


def _where(
    mask: Mask, confidence: NDArray[np.float32] | None, labelled: NDArray[np.bool_] | None, *, sure: float, within: Box | None
) -> NDArray[np.bool_] | None:
    """(H, W) the pixels that may be drafted; None for all."""
    where = None if labelled is None else ~labelled
    if confidence is not None and sure > 0:
        where = (confidence >= sure) if where is None else where & (confidence >= sure)
    if within is not None:
        left, top, right, bottom = (max(0, side) for side in within)
        inside = np.zeros(mask.shape, bool)
        inside[top:bottom, left:right] = True if where is None else where[top:bottom, left:right]
        where = inside
    return where


def _found(mask: Mask, classes: ClassSet, space: LabelSpace, *, only: str | None, where: NDArray[np.bool_] | None, smallest: int) -> list[_Patch]:
    """The patches of all classes that are asked for."""
    found: list[_Patch] = []
    for train_id, one in enumerate(classes.classes):
        name = name_in(one, space)
        if only in one.members and (asked := space.find(only)) is not None:
            name = asked.name
        if name is not None and only in (None, name, one.name, *one.members):
            here = mask == train_id
            found += _patches((here if where is None else here & where).view(np.uint8), name, smallest)
    return found


def _patches(here: NDArray[np.uint8], name: str, smallest: int) -> Iterator[_Patch]:
    """Those of a mask (H, W) of one class that are large enough."""
    borders, tree = cv2.findContours(here, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)  # a third of the time of numbering all that hangs together
    holes: dict[int, list[NDArray[np.int32]]] = {}
    for border, (_, _, _, outer) in zip(borders, tree[0] if borders else ()):
        holes.setdefault(int(outer), []).append(np.asarray(border))
    for place, border in enumerate(borders):
        left, top, across, down = cv2.boundingRect(border)
        if tree[0][place][3] >= 0 or across * down < smallest:
            continue
        mask = np.zeros((down, across), np.uint8)
        cv2.drawContours(mask, [border, *holes.get(place, ())], -1, 1, cv2.FILLED, offset=(-left, -top))
        if cv2.countNonZero(mask) >= smallest:
            yield _Patch(name, left, top, mask.view(bool), cv2.contourArea(border))


def _grown(patch: _Patch, rank: int, ranks: NDArray[np.int32], reach: int) -> _Patch:
    """With the pixels up to `reach` around that are painted over by later patches: then no gap opens where both outlines lose vertices."""
    if not reach:
        return patch
    left, top = max(0, patch.left - reach), max(0, patch.top - reach)
    around = ranks[top : patch.top + patch.mask.shape[0] + reach, left : patch.left + patch.mask.shape[1] + reach]
    mask = np.zeros(around.shape, np.uint8)
    mask[patch.top - top :, patch.left - left :][: patch.mask.shape[0], : patch.mask.shape[1]] = patch.mask
    grown = cv2.dilate(mask, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=0)
    return dataclasses.replace(patch, left=left, top=top, mask=(mask > 0) | ((grown > 0) & (around > rank)))


def _outline(patch: _Patch, rank: int, ranks: NDArray[np.int32], *, tolerance: float, smallest: int) -> Polygon | None:
    """A patch's outer border, with seams to the holes that stay open; None where it has no area."""
    border = _border(patch.mask)
    points = cv2.approxPolyDP(border, tolerance, True)[:, 0] if tolerance else border[:, 0]
    if len(points) < 3:
        return None
    open_ = _open_holes(patch, border, ranks[patch.place] > rank, smallest)
    if open_ is not None and (whole := Painted.of(~open_ & _filled(patch, border), patch.left, patch.top)) is not None:
        return next(iter(tracing.traced(whole, tolerance)), None)
    return Polygon(tuple((int(x) + patch.left, int(y) + patch.top) for x, y in points))


def _open_holes(patch: _Patch, border: NDArray[np.int32], later: NDArray[np.bool_], smallest: int) -> NDArray[np.bool_] | None:
    """(h, w) the holes of a patch that are too large to be closed and are not painted `later`; None where there are none."""
    holes = _filled(patch, border) & ~patch.mask & ~later
    if np.count_nonzero(holes) < smallest:
        return None
    count, numbers, facts, _ = cv2.connectedComponentsWithStats(holes.view(np.uint8), connectivity=4)
    large = [number for number in range(1, count) if facts[number, cv2.CC_STAT_AREA] >= smallest]
    return np.isin(numbers, large) if large else None


def _filled(patch: _Patch, border: NDArray[np.int32]) -> NDArray[np.bool_]:
    """(h, w) all that a border encloses."""
    filled = np.zeros(patch.mask.shape, np.uint8)
    cv2.drawContours(filled, [border], -1, 1, cv2.FILLED)
    return filled.view(bool)


def _border(mask: NDArray[np.bool_]) -> NDArray[np.int32]:
    """(N, 1, 2) the pixels along the outer border of a mask of one patch."""
    # One pixel more around it, so that OpenCV takes nothing for the edge of the picture.
    borders, _ = cv2.findContours(np.pad(mask, 1).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE, offset=(-1, -1))
    return np.asarray(max(borders, key=cv2.contourArea))
