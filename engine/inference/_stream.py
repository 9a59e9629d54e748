"""A drive's frames with their predictions: read on one thread, predicted on another, used on the caller's."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.ahead import ahead
from engine.drives import Drive
from engine.errors import DataError
from engine.sample import Image, Prediction

if TYPE_CHECKING:
    from engine.inference.predictor import Predictor


@dataclass(frozen=True, slots=True)
class Predicted:
    """A frame at its position in the drive, and one prediction a predictor; without an image, `problem` says why."""

    index: int
    image: Image | None
    predictions: tuple[Prediction, ...] = ()
    problem: str = ""


def predicted(drive: Drive, predictors: Sequence[Predictor], *, indices: Sequence[int] | None = None) -> Generator[Predicted, None, None]:
    """Every frame in order, or those at `indices`. Close the iterator before the drive; raises what a predictor raises."""

    def read(index: int) -> Predicted:
        try:
            return Predicted(index, drive.image(index))
        except DataError as error:
            return Predicted(index, None, problem=str(error))

    def predict(frame: Predicted) -> Predicted:
        if frame.image is None:
            return frame
        image = frame.image
        return Predicted(frame.index, image, tuple(predictor.predict(image) for predictor in predictors))

    with closing(ahead(read, range(len(drive.frames)) if indices is None else indices)) as frames, closing(ahead(predict, frames)) as results:
        yield from results
