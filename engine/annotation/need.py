"""How badly a frame needs a look, so that people look at those first where it changes most. Every score is in 0 … 1; 0 is no need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.errors import DataError
from engine.labels import VOID, Mask
from engine.sample import Image

STILL = 12
"""Grey levels that a picture's pixel may change by, smoothed, and still show the same."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """How far two masks of a frame are apart."""

    share: float
    """Of the pixels that both call something, those called differently."""
    classes: dict[int, float] = field(default_factory=dict)
    """For each class of either mask: of the pixels that either gives it, those that only one does (1 - intersection over union)."""


def entropy(probabilities: NDArray[np.float32]) -> float:
    """The mean of all pixels' entropy, of class probabilities (K, h, w) that add up to 1: 0 where each is sure of one class, 1 where all classes are as likely."""
    count = probabilities.shape[0]
    if count < 2:
        raise ValueError(f"entropy needs the probabilities of at least two classes, not of {count}")
    total = 0.0
    for plane in probabilities:  # one by one: the planes of all classes together don't fit the cache
        some = np.ascontiguousarray(plane, dtype=np.float32)
        total -= float(cv2.multiply(some, cv2.log(np.maximum(some, np.float32(1e-12)))).sum(dtype=np.float64))
    return _share(total, probabilities[0].size * float(np.log(count)))


def disagreement(one: Mask, other: Mask, *, void: int = VOID) -> Disagreement:
    """How far two masks (H, W) of a frame are apart, such as two networks', or a network's and a person's. Pixels that are `void` in either are left out.

    Raises DataError for masks of different sizes.
    """
    _check(one, other)
    pairs = cv2.add(cv2.multiply(one, 256, dtype=cv2.CV_32S), other, dtype=cv2.CV_32S)
    counts = np.bincount(pairs.ravel(), minlength=256 * 256).reshape(256, 256)
    counts[void], counts[:, void] = 0, 0
    both, either = counts.diagonal(), counts.sum(axis=0) + counts.sum(axis=1) - counts.diagonal()
    total = int(counts.sum())
    classes = {int(id_): 1 - float(both[id_]) / float(either[id_]) for id_ in np.flatnonzero(either)}
    return Disagreement(_share(float(total - both.sum()), total), classes)


def flicker(before: tuple[Image, Mask], after: tuple[Image, Mask], *, still: int = STILL, least: float = 0.0) -> float:
    """Of the pixels at which the image (H, W, 3) hardly changes from one frame to the next, the share at which the mask (H, W) does. 0 where all of it changes,
    or all but a share of less than `least`: such frames don't follow each other.

    Raises DataError where images and masks differ in size.
    """
    (image, mask), (next_image, next_mask) = before, after
    _check(mask, next_mask)
    _check(image, next_image)
    height, width = mask.shape
    grey, next_grey = (cv2.blur(cv2.cvtColor(cv2.resize(one, (width, height), interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY), (5, 5)) for one in (image, next_image))
    calm = cv2.absdiff(grey, next_grey) <= still
    count = int(np.count_nonzero(calm))
    return _share(float(np.count_nonzero(calm & (mask != next_mask))), count) if count >= least * calm.size else 0.0


def unlabelled(mask: Mask, *, void: int = VOID) -> float:
    """The share of the pixels of a mask (H, W) that are `void`."""
    return _share(float(np.count_nonzero(mask == void)), mask.size)


def ranks(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N,) where each score stands among all: 0 … 1, equal ones at the same place, so that scores of different kinds can be put together. NaN stays NaN."""
    known = scores[~np.isnan(scores)]
    _, place, counts = np.unique(known, return_inverse=True, return_counts=True)
    found = np.full(scores.shape, np.nan)
    if known.size:
        found[~np.isnan(scores)] = ((np.cumsum(counts) - counts / 2) / known.size)[place]
    return found


def together(scores: Mapping[str, NDArray[np.float64]]) -> tuple[NDArray[np.float64], list[str]]:
    """(N,) the mean of all ranks that a frame has, NaN for one that has none; and by which kind of score each frame stands highest, "" for none.

    A kind by which all frames are alike says nothing and is left out.
    """
    differing = {name: one for name, one in scores.items() if (known := one[~np.isnan(one)]).size and known.min() < known.max()}
    telling = {name: ranks(one) for name, one in (differing or scores).items()}
    if not telling:
        return np.zeros(0), []
    table = np.stack(list(telling.values()))
    given = ~np.isnan(table)
    mean = np.divide(np.where(given, table, 0).sum(axis=0), given.sum(axis=0), out=np.full(table.shape[1], np.nan), where=given.any(axis=0))
    names, best = [*telling, ""], np.where(given, table, -1).argmax(axis=0)
    return mean, [names[place] for place in np.where(given.any(axis=0), best, len(telling))]


def _share(part: float, whole: float) -> float:
    return min(1.0, max(0.0, part / whole)) if whole else 0.0


def _check(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> None:
    if one.shape != other.shape:
        raise DataError(f"one frame's mask or image is {one.shape}, the other's {other.shape}; compare those of the same size")
