"""A training item and the surface every dataset has."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.labels import LabelSpace, Mask

Image = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Sample:
    """One image and, where there is one, its mask. `name` is unique within its dataset and the stem of what is predicted for it."""

    name: str
    image: Path
    mask: Path | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """What a network says of one image: `mask` (H, W) uint8 train ids, `confidence` (H, W) float32 in 0…1 of the class it names."""

    mask: Mask
    confidence: NDArray[np.float32]
    milliseconds: float = 0.0
    """How long it took, from the image to the mask."""


class Dataset(Protocol):
    """A folder of labelled frames in a known layout, opened at one split."""

    @property
    def layout(self) -> str:
        """The name of the layout's module, such as `camvid`."""

    @property
    def root(self) -> Path: ...

    @property
    def split(self) -> str: ...

    @property
    def splits(self) -> tuple[str, ...]:
        """Every split this folder has."""

    @property
    def space(self) -> LabelSpace: ...

    @property
    def samples(self) -> tuple[Sample, ...]: ...

    def image(self, index: int) -> Image:
        """(H, W, 3) uint8 RGB. Raises DataError."""

    def truth(self, index: int) -> Path | None:
        """The file that the frame's mask is read from; None where it has none."""

    def mask(self, index: int) -> Mask:
        """(H, W) uint8 ids of `space`, 255 where the truth is not valid, of the image's size. Raises DataError."""
