"""What clicks outline, on a thread: by a checkpoint's word, by a segment-anything network, or by colour."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.annotation.brush import Limits
from engine.annotation.document import Painted, Shape
from gui.labelling import Opened
from gui.masks import Sensed
from gui.tools._pending import bounded, shapes_of

if TYPE_CHECKING:
    from engine.inference.promptable import Promptable

Pixel = tuple[int, int]


@dataclass(frozen=True, eq=False)
class Asked:
    """`prior` is the region that is put right, `train_id` the class in what was `sensed`; without clicks the networks are made ready."""

    opened: Opened
    clicks: tuple[tuple[Pixel, bool], ...] = ()
    prior: Painted | None = None
    sensed: Sensed | None = None
    train_id: int | None = None
    limits: Limits | None = None
    as_polygon: bool = False
    file: Path | None = None


class Outliner:
    """Keeps the network of the last file and what it saw in the last frame: each click costs its decoder alone."""

    def __init__(self) -> None:
        self._network: tuple[Path, Promptable] | None = None

    def __call__(self, asked: Asked) -> tuple[Shape, ...]:
        """Raises RoadscopeError."""
        inside, outside = ([pixel for pixel, word in asked.clicks if word == wanted] for wanted in (True, False))
        if asked.file is not None:
            network = self._loaded(asked.file)
            network.look(asked.opened.image)
            found = network.found(inside, outside, prior=asked.prior) if asked.clicks else None
        else:
            found = _without_file(asked, inside, outside)
        return shapes_of(bounded(found, asked.limits, asked.prior), as_polygon=asked.as_polygon)

    def _loaded(self, file: Path) -> Promptable:
        if self._network is None or self._network[0] != file:
            from engine.inference.promptable import Promptable

            self._network = None
            self._network = file, Promptable(file)
        return self._network[1]


def _without_file(asked: Asked, inside: list[Pixel], outside: list[Pixel]) -> Painted | None:
    from engine.annotation import refine

    image = asked.opened.image
    if asked.prior is not None:
        return refine.corrected(asked.prior, image, inside=inside, outside=outside)
    if asked.sensed is not None and asked.train_id is not None:
        return refine.refined(asked.sensed.planes, image, train_id=asked.train_id, inside=inside, outside=outside)
    return refine.by_colour(image, inside=inside, outside=outside)
