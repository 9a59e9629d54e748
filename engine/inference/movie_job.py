"""A drive as a segmented movie, with a caption and a legend; or two checkpoints beside each other."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from engine import checkpoints
from engine.checkpoints import Card
from engine.drives import Drive, overlay
from engine.drives.movie import MovieWriter
from engine.errors import DataError
from engine.events import Events, Finished, Message, Progress, Saved, ShouldStop, never, seconds_left
from engine.inference import _source
from engine.inference._stream import predicted
from engine.sample import Image, Prediction

if TYPE_CHECKING:
    from engine.inference.predictor import Predictor

WIDEST = 3840
"""Pixels: players decode wider movies in software, if at all."""
_GAP = 6
_BEHIND = (8, 8, 10)
"""Between two panels."""
_WIDE = 1.9
"""Pictures of a higher ratio of width to height are compared one above the other."""


def movie(
    checkpoint: Path,
    input: Path,
    out: Path,
    *,
    opacity: float = 0.5,
    compare: Path | None = None,
    hidden: Collection[str] = (),
    outlines: bool = True,
    legend: bool = True,
    frames: range | None = None,
    device: str = "auto",
    should_stop: ShouldStop = never,
) -> Events:
    """Writes the frames of `input` under their masks as an H.264 movie at the drive's frame rate.

    `frames` are positions in the drive, None for all. Classes named in `hidden` let the image through; `compare` is a second checkpoint, shown beside or below the first.
    A movie that was stopped or failed leaves no file; one of the same name from before stays. Raises RoadscopeError.
    """
    drive = _source.open_source(input)
    try:
        writer = MovieWriter(Path(out), fps=drive.fps)
        yield from (Message(note, "warning") for note in drive.notes)
        if writer.codec == "mpeg4":
            yield Message("this machine's PyAV has no H.264 encoder; the movie is written as MPEG-4, which is bigger and plays in fewer programs", "warning")
        predictors = _loaded([path for path in (checkpoint, compare) if path is not None], device)
        scene = Scene(drive, predictors, opacity=opacity, hidden=hidden, outlines=outlines, legend=legend)
        try:
            with writer:
                yield from _written(writer, drive, predictors, scene, frames, should_stop)
        except _Stopped:
            yield Finished(stopped=True, summary={"out": "", "frames": 0})
            return
        yield Saved(str(out), "movie")
        yield Finished(summary={"out": str(out), "frames": writer.count, "frames_per_second": drive.fps, "codec": writer.codec})
    finally:
        drive.close()


def _loaded(paths: Sequence[Path], device: str) -> list[Predictor]:
    for path in paths:
        checkpoints.card(path)  # before torch, which takes seconds to import
    from engine.inference.predictor import Predictor

    return [Predictor(path, device=device) for path in paths]


class _Stopped(Exception):
    """Leaves the writer's block, so that no half movie is kept."""


def _written(
    writer: MovieWriter, drive: Drive, predictors: Sequence[Predictor], scene: Scene, chosen: range | None, should_stop: ShouldStop
) -> Events:
    indices = range(len(drive.frames)) if chosen is None else range(len(drive.frames))[chosen.start : chosen.stop]
    total, started = len(indices), time.perf_counter()
    yield Progress(0, total, "writing the movie")
    with closing(predicted(drive, predictors, indices=indices)) as frames:
        for done, frame in enumerate(frames, 1):
            if should_stop():
                raise _Stopped
            if frame.image is None:
                yield Message(f"left out: {frame.problem}", "warning")
            else:
                writer.add(scene.draw(frame.index, frame.image, frame.predictions))
            yield Progress(done, total, "writing the movie", seconds_left(started, done, total))
    if not writer.count:
        raise DataError(f"no frame of {drive.path} can be read; copy it again or choose another")


@dataclass(slots=True)
class _Panel:
    """One checkpoint's part of the picture: what doesn't change from frame to frame."""

    title: str
    palette: np.ndarray
    hidden: frozenset[int]
    legend: Image


class Scene:
    """Puts the parts of a movie's picture together: image under its mask, caption, legend."""

    def __init__(self, drive: Drive, predictors: Sequence[Predictor], *, opacity: float, hidden: Collection[str], outlines: bool, legend: bool) -> None:
        height, width = drive.size
        self._stacked = len(predictors) > 1 and width > _WIDE * height
        self._drive, self._opacity, self._outlines = drive, opacity, outlines
        beside = 1 if self._stacked else len(predictors)
        factor = min(1.0, WIDEST / (width * beside))
        self._size = (max(2, round(height * factor)), max(2, round(width * factor)))
        cards = [predictor.card for predictor in predictors]
        self._panels = [self._panel(predictor, legend and not self._said_below(position, cards), hidden) for position, predictor in enumerate(predictors)]
        deepest = max(panel.legend.shape[0] for panel in self._panels)
        for panel in self._panels if not self._stacked else ():
            if below := deepest - panel.legend.shape[0]:
                panel.legend = cv2.copyMakeBorder(panel.legend, 0, below, 0, 0, cv2.BORDER_CONSTANT, value=overlay.BACKGROUND)

    def draw(self, index: int, image: Image, predictions: Sequence[Prediction]) -> Image:
        """(h, w, 3) RGB of the frame at `index`."""
        height, width = self._size
        if image.shape[:2] != self._size:
            image = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
        frame = self._drive.frames[index]
        where = f"{self._drive.name} · frame {frame.number} · {_clock(frame.time)}"
        parts = []
        for position, (panel, prediction) in enumerate(zip(self._panels, predictions)):
            covered = overlay.blend(image, prediction.mask, panel.palette, self._opacity, panel.hidden, outlines=self._outlines)
            left, right = (where, panel.title) if len(self._panels) == 1 else (panel.title, where if position == len(self._panels) - 1 else "")
            parts.append(np.vstack([covered, overlay.caption(left, right, width), panel.legend]))
        if self._stacked:
            parts[0] = cv2.copyMakeBorder(parts[0], 0, _GAP, 0, 0, cv2.BORDER_CONSTANT, value=_BEHIND)
            return np.vstack(parts)
        return np.hstack([parts[0], *(cv2.copyMakeBorder(part, 0, 0, _GAP, 0, cv2.BORDER_CONSTANT, value=_BEHIND) for part in parts[1:])])

    def _panel(self, predictor: Predictor, with_legend: bool, hidden: Collection[str]) -> _Panel:
        classes = predictor.card.classes
        ids = overlay.hidden_ids(classes, hidden)
        legend = overlay.legend(overlay.entries(classes, ids) if with_legend else [], self._size[1])
        return _Panel(title_of(predictor.card, predictor.checkpoint), classes.palette, ids, legend)

    def _said_below(self, position: int, cards: Sequence[Card]) -> bool:
        """Whether the panel below shows the same legend."""
        return self._stacked and position + 1 < len(cards) and cards[position].classes == cards[position + 1].classes


def title_of(card: Card, path: Path) -> str:
    """A checkpoint in words for people: what it is and where it comes from."""
    name = path.name if path.is_dir() else path.stem if path.stem not in ("best", "last") else path.parent.name
    return f"{name} · {card.model.words(' on ')}"


def _clock(seconds: float) -> str:
    return f"{int(seconds // 60)}:{seconds % 60:04.1f}"
