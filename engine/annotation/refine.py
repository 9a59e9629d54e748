"""What a network said of a thing, put right by clicks: some inside of it, some outside.

A click speaks for the pixels around it, the less the farther they are; ways across an edge of the picture are long ones (geodesic distance, as in
A. Criminisi, T. Sharp, A. Blake, GeoS, 2008). Where no click speaks, the network has its say.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.annotation.document import Painted
from engine.sample import Image

Pixel = tuple[int, int]
"""x, y."""
Plane = NDArray[np.float32]
REACH = 60.0
"""Pixels of the picture at which a click's word counts for a third, on even ground."""
_SUREST, _SPOKEN = 6.0, 12.0
"""Logits: the most that a network's word may count, and a click's where it is."""
_EVEN, _STEEP = 4.0, 2.0
"""Colours this far apart are the same; each further grey level is as long as so many pixels."""
_DOUBT = 0.1
"""The probability of what nobody has a word for."""
_LONGEST = 512
"""Pixels that the longer side of a picture is brought down to where no network says how small it looks at it."""
_FAR = 3
"""A click is heard within so many times its reach."""
_ROUNDS = 3


def refined(
    probabilities: Plane, image: Image, *, train_id: int = 0, inside: Sequence[Pixel] = (), outside: Sequence[Pixel] = (), reach: float = REACH
) -> Painted | None:
    """The pixels of an image (H, W, 3) RGB where a class has the upper hand once the clicks have had their say; None where it has nowhere.

    `probabilities` are those of all classes (K, h, w), in 0…1, of which `train_id` is meant, or those of one alone (h, w); of the whole picture, but any size.
    With clicks inside, only patches that one of them lies in are taken. Pixels clicked are in or out as clicked; the last word is an outside one's.
    """
    height, width = image.shape[:2]
    lead = _lead(probabilities, train_id)
    small = cv2.resize(image, lead.shape[::-1], interpolation=cv2.INTER_AREA) if lead.shape != (height, width) else image
    scale = lead.shape[1] / width, lead.shape[0] / height
    within = [(x, y) for x, y in inside if 0 <= x < width and 0 <= y < height]
    without = [(x, y) for x, y in outside if 0 <= x < width and 0 <= y < height]
    for clicks, sign in ((within, 1.0), (without, -1.0)):
        seeds = [(int((x + 0.5) * scale[0]), int((y + 0.5) * scale[1])) for x, y in clicks]
        _say(lead, small, seeds, sign=sign, reach=max(1.0, reach * scale[0]))
    full = cv2.resize(lead, (width, height), interpolation=cv2.INTER_LINEAR) if lead.shape != (height, width) else lead
    mask = full > 0
    for value, clicks in ((True, within), (False, without)):
        for x, y in clicks:
            mask[y, x] = value
    return Painted.of(_holding(mask, within))


def by_colour(image: Image, *, inside: Sequence[Pixel], outside: Sequence[Pixel] = (), reach: float = REACH) -> Painted | None:
    """As `refined`, where no network has a say: what is like the pixels clicked inside, and near them."""
    height, width = image.shape[:2]
    doubt = np.full(_coarse(height, width, max(height, width)), _DOUBT, np.float32)
    return refined(doubt, image, inside=inside, outside=outside, reach=reach)


def corrected(region: Painted, image: Image, *, inside: Sequence[Pixel] = (), outside: Sequence[Pixel] = (), reach: float = REACH) -> Painted | None:
    """A region of an image (H, W, 3) with what clicks change of it; beyond `_FAR` times their reach its pixels stay. None where nothing is left."""
    height, width = image.shape[:2]
    mask = np.zeros((height, width), bool)
    left, top, right, bottom = region.box
    mask[top:bottom, left:right] = region.mask
    said = [(x, y, sign) for some, sign in ((inside, 1.0), (outside, -1.0)) for x, y in some if 0 <= x < width and 0 <= y < height]
    if said:
        far = int(_FAR * reach) + 1
        x0, y0 = max(0, min(x for x, _, _ in said) - far), max(0, min(y for _, y, _ in said) - far)
        here = slice(y0, max(y for _, y, _ in said) + far + 1), slice(x0, max(x for x, _, _ in said) + far + 1)
        rows, columns = mask[here].shape
        lead = np.zeros(_coarse(rows, columns, max(height, width)), np.float32)
        small = cv2.resize(image[here], lead.shape[::-1], interpolation=cv2.INTER_AREA)
        scale = lead.shape[1] / columns, lead.shape[0] / rows
        for x, y, sign in said:
            _say(lead, small, [(int((x - x0 + 0.5) * scale[0]), int((y - y0 + 0.5) * scale[1]))], sign=sign, reach=max(1.0, reach * scale[0]))
        known = np.float32(np.log(1 / _DOUBT - 1))
        mask[here] = cv2.resize(lead, (columns, rows), interpolation=cv2.INTER_LINEAR) + np.where(mask[here], known, -known) > 0
        for x, y, sign in said:
            mask[y, x] = sign > 0
    return Painted.of(mask)


def geodesic(uneven: tuple[Plane, Plane], seeds: Sequence[Pixel]) -> Plane:
    """(h, w) the length of the shortest level and upright way from each pixel to the nearest seed.

    `uneven` are the lengths of the steps to the next pixel, across (h, w - 1) and down (h - 1, w).
    """
    across, down = (np.pad(steps.cumsum(axis=axis, dtype=np.float32), pad) for steps, axis, pad in ((uneven[0], 1, ((0, 0), (1, 0))), (uneven[1], 0, ((1, 0), (0, 0)))))
    far = np.full(across.shape, np.float32(1e6))
    for x, y in seeds:
        far[y, x] = 0
    for _ in range(_ROUNDS):
        # The shortest way along a line to all its pixels at once: the least of (what was before - where it stands), in steps from there.
        for along, axis in ((across, 1), (down, 0)):
            forward = along + np.minimum.accumulate(far - along, axis=axis)
            backward = np.flip(np.minimum.accumulate(np.flip(far + along, axis), axis=axis), axis) - along
            far = np.minimum(np.minimum(forward, backward), far)
    return far


def _coarse(height: int, width: int, longest: int) -> tuple[int, int]:
    """The size at which a part of a picture is looked at, of a picture whose longer side is `longest`."""
    smaller = max(1, round(longest / _LONGEST))
    return max(1, round(height / smaller)), max(1, round(width / smaller))


def _lead(probabilities: Plane, train_id: int) -> Plane:
    """(h, w) logits by which a class is ahead of the best other, cut at what counts."""
    if probabilities.ndim == 2:
        own, other = probabilities, 1 - probabilities
    else:
        own, other = probabilities[train_id], np.zeros(probabilities.shape[1:], np.float32)
        for place, plane in enumerate(probabilities):
            if place != train_id:
                np.maximum(other, plane, out=other)
    least = np.float32(np.exp(-2 * _SUREST))
    return np.clip(cv2.log(np.maximum(own, least).astype(np.float32)) - cv2.log(np.maximum(other, least).astype(np.float32)), -_SUREST, _SUREST)


def _say(lead: Plane, image: Image, seeds: Sequence[Pixel], *, sign: float, reach: float) -> None:
    """Adds what clicks say to the lead (h, w) of a class, around them."""
    height, width = lead.shape
    for x, y in seeds:
        far = int(_FAR * reach) + 1
        left, top, right, bottom = max(0, x - far), max(0, y - far), min(width, x + far + 1), min(height, y + far + 1)
        ground = cv2.medianBlur(np.ascontiguousarray(image[top:bottom, left:right]), 3).astype(np.float32)
        uneven = _steps(ground[:, 1:], ground[:, :-1]), _steps(ground[1:], ground[:-1])
        distance = geodesic(uneven, [(x - left, y - top)])
        here = lead[top:bottom, left:right]
        here += sign * _SPOKEN * np.exp(-np.square(distance / reach))


def _steps(one: Plane, other: Plane) -> Plane:
    """How long the steps between pixels (…, 3) are."""
    return 1 + _STEEP * np.maximum(np.abs(one - other).max(axis=2) - _EVEN, 0)


def _holding(mask: NDArray[np.bool_], clicks: Sequence[Pixel]) -> NDArray[np.bool_]:
    """The patches of a mask that hold one of the pixels; all of them where no pixels are given."""
    if not clicks:
        return mask
    ground, (height, width) = mask.astype(np.uint8), mask.shape
    reached: NDArray[np.uint8] = np.zeros((height + 2, width + 2), np.uint8)
    for x, y in clicks:
        if mask[y, x] and not reached[y + 1, x + 1]:
            cv2.floodFill(ground, reached, (x, y), 0, flags=4 | cv2.FLOODFILL_MASK_ONLY | 1 << 8)
    return reached[1:-1, 1:-1] > 0
