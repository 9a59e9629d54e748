"""What parts of the frame looked like before and after edits: one that is undone is shown again without painting all its regions anew."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray

from engine.annotation.document import Box, Region

FEWEST = 24
"""Regions of a part below which painting it anew is as quick."""
_BYTES = 32 << 20
_SNAPSHOT_BYTES = 16 << 20
"""A larger frame isn't copied when a stroke begins: that would take longer than what it saves."""
_Regions = tuple[Region, ...]
_Key = tuple[Box, tuple[int, ...]]


class LabelPatches:
    """The pixels of parts by their box and the regions that touch it; the least recently used go. And the frame as it was before a stroke."""

    def __init__(self) -> None:
        self._kept: OrderedDict[_Key, tuple[_Regions, NDArray[np.uint8]]] = OrderedDict()
        self._bytes = 0
        self._before: NDArray[np.uint8] | None = None
        self._changed: Box | None = None

    def find(self, regions: _Regions, box: Box) -> NDArray[np.uint8] | None:
        """What the box looked like when exactly these regions touched it, the very same objects in this order."""
        key = box, tuple(map(id, regions))
        found = self._kept.get(key)
        if found is None:
            return None
        self._kept.move_to_end(key)
        return found[1]

    def keep(self, regions: _Regions, box: Box, pixels: NDArray[np.uint8]) -> None:
        """The regions stay alive as long as their ids stand for them."""
        if len(regions) < FEWEST or pixels.nbytes > _BYTES // 4:
            return
        key = box, tuple(map(id, regions))
        if key in self._kept:
            self._bytes -= self._kept.pop(key)[1].nbytes
        self._kept[key] = regions, pixels.copy()
        self._bytes += pixels.nbytes
        while self._bytes > _BYTES:
            self._bytes -= self._kept.popitem(last=False)[1][1].nbytes

    def clear(self) -> None:
        """The same regions look different from now on."""
        self._kept.clear()
        self._bytes, self._before, self._changed = 0, None, None

    def stroke_begins(self, index: NDArray[np.uint8]) -> None:
        """Before a stroke's part is drawn; only the first part of a stroke counts."""
        if self._changed is None and self._before is None and index.nbytes <= _SNAPSHOT_BYTES:
            self._before = index.copy()

    def stroke_drew(self, box: Box) -> None:
        """In this box the frame shows something that no document says."""
        own = self._changed
        self._changed = box if own is None else (min(own[0], box[0]), min(own[1], box[1]), max(own[2], box[2]), max(own[3], box[3]))

    def before_stroke(self, box: Box) -> NDArray[np.uint8] | None:
        """What the box was before the stroke that is now painted over as a whole; None where there was none, or some of it is left."""
        before, own = self._before, self._changed
        self._before = None
        if own is not None and not (box[0] <= own[0] and box[1] <= own[1] and box[2] >= own[2] and box[3] >= own[3]):
            return None
        self._changed = None
        return before[box[1] : box[3], box[0] : box[2]] if before is not None and own is not None else None
