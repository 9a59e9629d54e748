"""Which ids masks hold, when no file says so: looked up in the masks themselves, and remembered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from engine import atomic, images, places
from engine.datasets._base import ReadMask
from engine.errors import DataError, OutputError

MOST = 2000
"""Of more masks than this an even selection is read."""


def kind(mask: Path) -> str:
    """`ids` for one channel or a PNG palette, `grey` for three equal channels, `colours` otherwise. Raises DataError."""
    try:
        images.read_ids(mask)
        return "ids"
    except DataError:
        picture = images.read_rgb(mask)
    return "grey" if (picture == picture[..., :1]).all() else "colours"


def only(masks: Sequence[Path], read: ReadMask, ids: set[int]) -> bool:
    """Whether the first few masks hold nothing but `ids`, each of them."""
    return set().union(*(_of(mask, read) for mask in masks[:8])) == ids


def found(masks: Sequence[Path], read: ReadMask) -> set[int]:
    """Every id in the masks; damaged masks count as empty, they are found when they are checked."""
    chosen = masks if len(masks) <= MOST else [masks[round(i)] for i in np.linspace(0, len(masks) - 1, MOST)]
    stamp = "\n".join(f"{folder} {folder.stat().st_mtime_ns}" for folder in sorted({mask.parent for mask in chosen})) + f"\n{len(chosen)} {chosen[0]} {chosen[-1]}"
    cache = places.cache() / "ids" / f"{hashlib.sha256(stamp.encode('utf-8', 'surrogateescape')).hexdigest()[:24]}.json"
    try:
        return set(json.loads(cache.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        pass  # not looked up yet, or damaged: it is made again
    with ThreadPoolExecutor() as pool:
        ids = set().union(*pool.map(lambda mask: _of(mask, read), chosen))
    if len(masks) > 100:
        try:
            atomic.write_text(cache, json.dumps(sorted(ids)))
        except (OutputError, OSError):
            pass  # without a cache the next look reads the masks again
    return ids


def _of(mask: Path, read: ReadMask) -> set[int]:
    try:
        return {int(id_) for id_ in np.flatnonzero(np.bincount(read(mask).ravel()))}
    except DataError:
        return set()
