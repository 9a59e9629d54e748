"""Cleaning a mask up: clusters too small to be anything become what is nearest to them."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.labels import Mask


def dropped(mask: Mask, smallest: int) -> Mask:
    """`mask` (H, W) uint8 without its clusters of fewer than `smallest` pixels: each of their pixels takes the id of the nearest pixel that stays.

    A cluster is all pixels of one id that hang together by their sides. Where no cluster is large enough the mask stays as it is.
    """
    clusters, sizes = _clusters(mask)
    small = sizes < smallest
    if smallest <= 1 or not small.any() or small.all():
        return mask
    gone = small[clusters].astype(np.uint8)
    _, nearest = cv2.distanceTransformWithLabels(gone, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    ids = np.zeros(int(nearest.max()) + 1, np.uint8)
    stays = gone == 0
    ids[nearest[stays]] = mask[stays]
    return np.where(stays, mask, ids[nearest])


def _clusters(mask: Mask) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """(H, W) the number of each pixel's cluster, and the pixels of each, in one pass over all ids.

    Pixels stand on the even places of a grid twice as fine; a place between two is set where they have the same id, so that
    one labelling of the grid by sides can't join different ids.
    """
    height, width = mask.shape
    grid = np.zeros((2 * height - 1, 2 * width - 1), np.uint8)
    grid[::2, ::2] = 1
    grid[::2, 1::2] = mask[:, 1:] == mask[:, :-1]
    grid[1::2, ::2] = mask[1:] == mask[:-1]
    _, numbers = cv2.connectedComponents(grid, connectivity=4, ltype=cv2.CV_32S)
    clusters = np.ascontiguousarray(numbers[::2, ::2])
    return clusters, np.bincount(clusters.ravel())
