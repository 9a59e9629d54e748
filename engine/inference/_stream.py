"""A drive's frames with their predictions: read on one thread, predicted on another, used on the caller's."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import TypeVar

from engine.drives import Drive
from engine.errors import DataError
from engine.inference.predictor import Predictor
from engine.sample import Image, Prediction

Given = TypeVar("Given")
Made = TypeVar("Made")


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


def ahead(work: Callable[[Given], Made], items: Iterable[Given], *, depth: int = 3) -> Generator[Made, None, None]:
    """`work(item)` for each item in order, on one thread that keeps up to `depth` results ready.

    What `work` raises is raised here, at its place in the order. Closing the iterator waits for the piece under way.
    """
    pool = ThreadPoolExecutor(1, thread_name_prefix="ahead")
    waiting: deque[Future[Made]] = deque()
    try:
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) > depth:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()
        pool.shutdown(wait=True)


def seconds_left(started: float, done: int, total: int) -> float:
    """At the mean pace since `started`, a time of `time.perf_counter`."""
    return (time.perf_counter() - started) / done * (total - done) if done else float("nan")
