"""Everything a run says, on the disk as it says it: a line an event for the window, and TensorBoard's files."""

from __future__ import annotations

import os
from types import TracebackType

from engine import atomic, events
from engine.config import TrainConfig
from engine.runs import Run
from engine.training.board import Board


class History:
    """The run's `events.jsonl` and `board/`, open for adding."""

    def __init__(self, run: Run) -> None:
        self._run = run
        with atomic.told(run.events):
            self._stream = run.events.open("ab")
            if self._stream.tell() and not _ends_well(run):
                self._stream.write(b"\n")  # the line that a crash cut off stays alone on its own
        self._board: Board | None = None

    def __enter__(self) -> History:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stream.close()
        if self._board is not None:
            self._board.close()

    def open_board(self, config: TrainConfig, *, step: int) -> str:
        """Starts TensorBoard's files of a run that stands at `step`; the empty string, or why there are none, in a sentence."""
        try:
            with atomic.told(self._run.path / "board"):
                self._board = Board(self._run, config, step=step)
        except ImportError as error:
            return f"TensorBoard's files are not written: {error}. Install tensorboard to have them"
        return ""

    def add(self, event: events.Event) -> None:
        """Raises OutputError where the disk refuses. Progress isn't kept: it means nothing later."""
        if isinstance(event, events.Progress):
            return
        with atomic.told(self._run.events):
            self._stream.write(events.to_line(event).encode("utf-8") + b"\n")
            self._stream.flush()
        if self._board is not None:
            self._board.draw(event)


def _ends_well(run: Run) -> bool:
    with run.events.open("rb") as stream:
        stream.seek(-1, os.SEEK_END)
        return stream.read(1) == b"\n"
