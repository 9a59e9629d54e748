"""A network's first draft of a frame before it is kept: its regions, of which some may be left out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.annotation.document import Document, Region
from gui.label_picture import NOTHING
from gui.labelling import Opened

if TYPE_CHECKING:
    from engine.annotation.drafts import Draft, Options
    from engine.annotation.raster import Rasteriser
    from engine.labels import ClassSet
    from engine.sample import Prediction

Anchor = tuple[int, int, str]
"""A pixel of a region that is left out, and its label: what is drafted anew leaves out what has that label there."""


@dataclass(frozen=True, eq=False)
class Asked:
    """A wish for a proposal; `labelled` (H, W) are the pixels that have a label."""

    opened: Opened
    prediction: Prediction
    classes: ClassSet
    options: Options
    labelled: NDArray[np.bool_]
    left_out: tuple[Anchor, ...] = ()


@dataclass(eq=False)
class Proposal:
    """`top` and `kept` (H, W) uint16 say of each pixel which region is uppermost there, counted from 1, of all and of those not left out; 0 for none."""

    opened: Opened
    regions: tuple[Region, ...]
    top: NDArray[np.uint16]
    kept: NDArray[np.uint16]
    rasteriser: Rasteriser
    left_out: set[int] = field(default_factory=set)
    """Places of regions."""
    version: int = 0
    """Another number after each change."""

    @property
    def drafts(self) -> list[Draft]:
        """What would be kept, the lowest first."""
        return [(region.label, region.shape) for place, region in enumerate(self.regions) if place not in self.left_out]  # type: ignore[misc]  # all are polygons

    def at(self, x: int, y: int) -> int | None:
        """The place of the region that shows at a pixel; None where there is none, or a label lies over it."""
        height, width = self.top.shape
        if not (0 <= x < width and 0 <= y < height) or self.opened.picture.index[y, x] != NOTHING:
            return None
        return int(self.top[y, x]) - 1 if self.top[y, x] else None

    def leave_out(self, places: Iterable[int], left_out: bool = True) -> None:
        """Leaves regions out, or takes them in again."""
        chosen = set(places)
        changed = chosen - self.left_out if left_out else chosen & self.left_out
        self.left_out ^= changed
        document = Document(self.top.shape[1], self.top.shape[0], self.regions)
        for place in changed:
            left, top, right, bottom = self.regions[place].box
            self.kept[max(0, top) : bottom, max(0, left) : right] = 0
            self.rasteriser.paint(document, self.kept, self._value, window=self.regions[place].box)
        self.version += bool(changed)

    def of_class(self, label: str) -> list[int]:
        """The places of a class's regions."""
        return [place for place, region in enumerate(self.regions) if region.label == label]

    def anchors(self) -> tuple[Anchor, ...]:
        """A pixel of each region that is left out."""
        found = []
        for place in sorted(self.left_out):
            left, top, right, bottom = self.regions[place].box
            rows, columns = np.nonzero(self.top[max(0, top) : bottom, max(0, left) : right] == place + 1)
            if len(rows):
                middle = len(rows) // 2
                found.append((max(0, left) + int(columns[middle]), max(0, top) + int(rows[middle]), self.regions[place].label))
        return tuple(found)

    def _value(self, region: Region) -> int | None:
        return region.key + 1 if region.key not in self.left_out else None


def proposed(asked: Asked) -> Proposal:
    """Drafts the frame: on a thread."""
    from engine.annotation import drafts
    from engine.annotation.raster import Rasteriser

    height, width = asked.labelled.shape
    found = drafts.drafted(asked.prediction, asked.classes, asked.opened.picture.space, options=asked.options, labelled=asked.labelled)
    document = drafts.below(Document(width, height), found)
    rasteriser = Rasteriser(width, height)
    top = np.zeros((height, width), np.uint16)
    rasteriser.paint(document, top, lambda region: region.key + 1)
    proposal = Proposal(asked.opened, document.regions, top, top.copy(), rasteriser)
    again = {int(top[y, x]) - 1 for x, y, label in asked.left_out if top[y, x] and document.regions[int(top[y, x]) - 1].label == label}
    proposal.leave_out(again)
    return proposal
