"""From a network's coarse logits to a mask of any size.

Enlarging K planes to the size of a photograph and taking the argmax costs more than a small network itself. On a processor it
is done in bands of rows that stay in its cache, and in each only the planes of classes that can win there are enlarged, one
after the other, and the largest is kept. The mask is that of all planes enlarged.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import gcd

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from engine.labels import Mask

MOST_PIXELS = 1 << 21
"""Masks bigger than this are decided at this many pixels, where a network's stride is long exceeded, and enlarged."""


def decide(logits: Tensor, size: tuple[int, int]) -> tuple[Mask, NDArray[np.float32]]:
    """Train ids (h, w) uint8 and their confidence (h, w) float32 in 0…1, of `size`, from logits (K, h', w') of the same picture.

    Confidence is the class's softmax probability; between coarse pixels it is that of the interpolated logits.
    """
    height, width = size
    factor = min(1.0, (MOST_PIXELS / (height * width)) ** 0.5)
    decided = (max(1, round(height * factor)), max(1, round(width * factor)))
    mask, confidence = (_on_device if logits.is_cuda else _on_host)(logits.float(), decided)
    if decided != size:
        mask = cv2.resize(mask, (width, height), interpolation=cv2.INTER_NEAREST)
        confidence = cv2.resize(confidence, (width, height), interpolation=cv2.INTER_LINEAR)
    return mask, confidence


def _on_device(logits: Tensor, size: tuple[int, int]) -> tuple[Mask, NDArray[np.float32]]:
    enlarged = F.interpolate(logits[None], size, mode="bilinear", align_corners=False)[0]
    best, winner = enlarged.max(dim=0)
    confidence = torch.exp(best - enlarged.logsumexp(dim=0))
    return winner.to(torch.uint8).cpu().numpy(), confidence.cpu().numpy()


def _on_host(logits: Tensor, size: tuple[int, int]) -> tuple[Mask, NDArray[np.float32]]:
    planes = logits.contiguous().numpy()
    mask, confidence = np.empty(size, np.uint8), np.empty(size, np.float32)

    def fill(band: _Band) -> None:
        rows = slice(*band.fine)
        _decide_band(planes[:, slice(*band.coarse)], band, mask[rows], confidence[rows])

    bands = list(_bands(planes.shape[1], size))
    workers = min(len(bands), torch.get_num_threads())
    if workers > 1:
        with ThreadPoolExecutor(workers, thread_name_prefix="decide") as pool:
            list(pool.map(fill, bands))
    else:
        for band in bands:
            fill(band)
    return mask, confidence


@dataclass(frozen=True, slots=True)
class _Band:
    """Rows of a mask and the coarse rows they are interpolated from; each pair is a half-open range."""

    coarse: tuple[int, int]
    """With those beside the band's own."""
    enlarged: int
    """How many fine rows the coarse ones become."""
    kept: tuple[int, int]
    """Which of those belong to the band."""
    fine: tuple[int, int]
    """Where they lie in the mask."""


_BAND_PIXELS = 1 << 18
"""A plane of float32 of about a core's second cache: bands of half or a quarter of it spend more on calls and on rows beside their own."""


def _bands(coarse: int, size: tuple[int, int]) -> Iterator[_Band]:
    """The whole mask, from the top. Bands begin where the edges of a coarse and of a fine row meet: there a part is enlarged as the whole is."""
    fine, width = size
    unit = coarse // gcd(coarse, fine)
    step = unit * max(4, _BAND_PIXELS * coarse // (width * fine) // unit)
    for top in range(0, coarse, step):
        bottom = min(top + step, coarse)
        first, last = max(0, top - unit), min(coarse, bottom + unit)
        at, end, start, stop = (row * fine // coarse for row in (top, bottom, first, last))
        yield _Band((first, last), stop - start, (at - start, end - start), (at, end))


def _decide_band(planes: NDArray[np.float32], band: _Band, mask: Mask, confidence: NDArray[np.float32]) -> None:
    """Fills `mask` and `confidence` (rows, W), which are the band's part of the whole, from its planes (K, rows, w)."""
    highest = _highest(planes)
    first, *others = np.flatnonzero(_may_win(planes, highest)).tolist() or [0]  # none where logits are no numbers
    plane = np.empty((band.enlarged, mask.shape[1]), np.float32)
    kept, wins = plane[slice(*band.kept)], np.empty_like(mask)
    best = confidence
    _enlarge(planes[first], plane)
    best[:], mask[:] = kept, first
    for train_id in others:
        _enlarge(planes[train_id], plane)
        cv2.compare(kept, best, cv2.CMP_GT, wins)
        cv2.max(mask, cv2.min(wins, train_id, wins), mask)  # ids come in ascending order: the new winner's is always the larger one
        cv2.max(best, kept, best)
    _enlarge(_logsumexp(planes, highest), plane)
    cv2.exp(cv2.subtract(best, kept, best), confidence)
    cv2.min(confidence, 1.0, confidence)


def _highest(planes: NDArray[np.float32]) -> NDArray[np.float32]:
    highest = planes[0].copy()
    for plane in planes[1:]:
        cv2.max(highest, plane, highest)
    return highest


def _may_win(planes: NDArray[np.float32], highest: NDArray[np.float32]) -> NDArray[np.bool_]:
    """(K,) whether a class can have the largest logit anywhere between the pixels of its plane: all that can, and few that can't.

    Between four pixels a class falls short of the interpolated `highest` by its smallest shortfall at them or more, by its
    largest or less. The least of the largest ones, over the classes, bounds the winner's: a class whose smallest is above it never wins.
    """
    four = np.ones((2, 2), np.uint8)
    short, among = np.empty_like(highest), np.empty_like(highest)
    bound = np.full_like(highest, np.inf)
    for plane in planes:
        cv2.min(bound, cv2.dilate(cv2.subtract(highest, plane, short), four, among), bound)
    able = np.empty(len(planes), np.bool_)
    for train_id, plane in enumerate(planes):
        cv2.erode(cv2.subtract(highest, plane, short), four, among)
        able[train_id] = cv2.hasNonZero(cv2.compare(among, bound, cv2.CMP_LE))
    return able


def _logsumexp(planes: NDArray[np.float32], highest: NDArray[np.float32]) -> NDArray[np.float32]:
    total, part = np.zeros_like(highest), np.empty_like(highest)
    for plane in planes:
        cv2.add(total, cv2.exp(cv2.subtract(plane, highest, part), part), total)
    return cv2.add(cv2.log(total, total), highest, total)  # type: ignore[return-value]


def _enlarge(plane: NDArray[np.float32], into: NDArray[np.float32]) -> None:
    cv2.resize(plane, (into.shape[1], into.shape[0]), into, interpolation=cv2.INTER_LINEAR)
