"""Everything a run says, on the disk as it says it: a line an event for the window, scalars and pictures for TensorBoard."""

from __future__ import annotations

import math
import os
from types import TracebackType
from typing import Any

import numpy as np

from engine import atomic, events, images
from engine.runs import Run


class History:
    """The run's `events.jsonl` and `board/`, open for adding."""

    def __init__(self, run: Run) -> None:
        self._run = run
        with atomic.told(run.events):
            self._stream = run.events.open("ab")
            if self._stream.tell() and not _ends_well(run):
                self._stream.write(b"\n")  # the line that a crash cut off stays alone on its own
        self._board: Any = None

    def __enter__(self) -> History:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stream.close()
        if self._board is not None:
            self._board.close()

    def open_board(self) -> str:
        """Starts TensorBoard's files; the empty string, or why there are none, in a sentence."""
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError as error:
            return f"TensorBoard's files are not written: {error}. Install tensorboard to have them"
        with atomic.told(self._run.path / "board"):
            self._board = SummaryWriter(str(self._run.path / "board"))
        return ""

    def add(self, event: events.Event) -> None:
        """Raises OutputError where the disk refuses. Progress isn't kept: it means nothing later."""
        if isinstance(event, events.Progress):
            return
        with atomic.told(self._run.events):
            self._stream.write(events.to_line(event).encode("utf-8") + b"\n")
            self._stream.flush()
        if self._board is not None:
            self._draw(event)

    def _draw(self, event: events.Event) -> None:
        match event:
            case events.StepDone(step=step):
                parts = {f"loss_{name}": value for name, value in event.terms.items() if len(event.terms) > 1}
                figures = {"learning_rate": event.learning_rate, "images_per_second": event.images_per_second, "loader_images_per_second": event.loader_images_per_second}
                self._scalars(step, "train", {"loss": event.loss} | figures | parts)
            case events.StageBegan(step=step):
                self._scalars(step, "train", {"stage": event.stage})
            case events.Validated(step=step):
                self._scalars(step, "validation", {"mean_iou": event.mean_iou, "loss": event.loss})
                self._scalars(step, "iou", event.iou)
            case events.SampleShown(step=step, index=index):
                pictures = [images.read_rgb(self._run.path / path) for path in (event.image, event.truth, event.prediction)]
                self._board.add_image(f"sample_{index}", np.hstack(pictures), step, dataformats="HWC")

    def _scalars(self, step: int, group: str, values: dict[str, float]) -> None:
        for name, value in values.items():
            if math.isfinite(value):
                self._board.add_scalar(f"{group}/{name}", value, step)


def _ends_well(run: Run) -> bool:
    with run.events.open("rb") as stream:
        stream.seek(-1, os.SEEK_END)
        return stream.read(1) == b"\n"
