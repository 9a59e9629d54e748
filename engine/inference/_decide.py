"""From a network's coarse logits to a mask of any size.

Enlarging K planes to the size of a photograph and taking the argmax costs more than a small network itself. Here only the
planes of classes that win somewhere are enlarged, one after the other, and the largest is kept: the same mask but for
places where a class would win between two coarse pixels without winning at either.
"""

from __future__ import annotations

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
    total = _logsumexp(planes)  # small, and numpy waits for no pool of threads
    height, width = size
    first, *others = np.unique(planes.argmax(axis=0)).tolist()
    mask = np.full(size, first, np.uint8)
    best = _enlarged(planes[first], (width, height))
    for train_id in others:
        plane = _enlarged(planes[train_id], (width, height))
        cv2.copyTo(np.full(size, train_id, np.uint8), cv2.compare(plane, best, cv2.CMP_GT), mask)
        cv2.max(plane, best, best)
    cv2.subtract(best, _enlarged(total, (width, height)), best)
    confidence = np.minimum(cv2.exp(best), 1.0)
    return mask, confidence.reshape(size)


def _logsumexp(planes: NDArray[np.float32]) -> NDArray[np.float32]:
    highest: NDArray[np.float32] = planes.max(axis=0)
    return highest + np.log(np.exp(planes - highest).sum(axis=0))


def _enlarged(plane: NDArray[np.float32], width_height: tuple[int, int]) -> NDArray[np.float32]:
    return cv2.resize(plane, width_height, interpolation=cv2.INTER_LINEAR)
