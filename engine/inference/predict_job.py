"""Predicting a whole drive into masks on the disk."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from engine import checkpoints, images
from engine.drives import overlay
from engine.errors import ConfigError, DataError
from engine.events import Events, Finished, Message, Progress, Saved, ShouldStop, never, seconds_left
from engine.inference import _source
from engine.inference._stream import predicted
from engine.labels import ClassSet, Mask
from engine.sample import Image

FORMATS = ("ids", "train_ids", "colour", "overlay")


def predict(
    checkpoint: Path, input: Path, out: Path, *, format: str = "ids", opacity: float = 0.5, device: str = "auto", should_stop: ShouldStop = never
) -> Events:
    """Writes one 8-bit PNG a frame of `input` into the folder `out`, named as the frame (`000000.png` in a video).

    `ids` are the label space's, `train_ids` the network's own, `colour` RGB, `overlay` the image under the colours. Frames that can't be
    read are left out, with a word. Raises RoadscopeError; every file in `out` is complete.
    """
    if format not in FORMATS:
        raise ConfigError(f"format is {format!r}; choose one of: {', '.join(FORMATS)}")
    drive = _source.open_source(input)
    try:
        yield from (Message(note, "warning") for note in drive.notes)
        checkpoints.card(checkpoint)  # before torch, which takes seconds to import
        from engine.inference.predictor import Predictor

        predictor = Predictor(checkpoint, device=device)
        draw = _drawn(format, predictor.card.classes, opacity)
        names, total, stopped, started = _source.names(drive), len(drive.frames), False, time.perf_counter()
        milliseconds: list[float] = []
        yield Progress(0, total, "predicting")
        with closing(predicted(drive, [predictor])) as frames:
            for done, frame in enumerate(frames, 1):
                if stopped := should_stop():
                    break
                if frame.image is None:
                    yield Message(f"left out: {frame.problem}", "warning")
                else:
                    images.write_png(Path(out) / f"{names[frame.index]}.png", draw(frame.image, frame.predictions[0].mask))
                    milliseconds.append(frame.predictions[0].milliseconds)
                yield Progress(done, total, "predicting", seconds_left(started, done, total))
        if milliseconds:
            yield Saved(str(out), "masks")
        elif not stopped:
            raise DataError(f"no frame of {input} can be read; copy it again or choose another")
        yield Finished(stopped, _summary(out, milliseconds, time.perf_counter() - started))
    finally:
        drive.close()


def _drawn(format: str, classes: ClassSet, opacity: float) -> Callable[[Image, Mask], Image]:
    ids, palette = classes.ids, classes.palette
    return {
        "ids": lambda image, mask: ids[mask],
        "train_ids": lambda image, mask: mask,
        "colour": lambda image, mask: palette[mask],
        "overlay": lambda image, mask: overlay.blend(image, mask, palette, opacity),
    }[format]


def _summary(out: Path, milliseconds: list[float], seconds: float) -> dict[str, Any]:
    return {
        "out": str(out),
        "frames": len(milliseconds),
        "seconds": round(seconds, 2),
        "frames_per_second": round(len(milliseconds) / seconds, 2),
        "milliseconds_a_frame": round(statistics.median(milliseconds), 1) if milliseconds else None,
    }
