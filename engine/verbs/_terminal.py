"""Events on a terminal: a bar while something goes on, one JSON line an event for programs, and Ctrl+C as a wish to stop."""

from __future__ import annotations

import math
import signal
import sys
from collections.abc import Iterable, Sequence
from types import FrameType, TracebackType
from typing import Any

from tqdm import tqdm

from engine import events
from engine.errors import RoadscopeError


class Interrupted(Exception):
    """The user stopped the job; the text says what was kept."""


class JobFailed(RoadscopeError):
    """A job said `Failed`; the text is its reason."""


class Terminal:
    """Where a verb speaks. Within its `with` block the first Ctrl+C asks the job to stop, the second ends the program."""

    def __init__(self, *, json_lines: bool = False) -> None:
        self._json_lines = json_lines
        self._stop_asked = False
        self._bar: tqdm[Any] | None = None
        self._before: Any = None

    def __enter__(self) -> Terminal:
        self._before = signal.signal(signal.SIGINT, self._on_interrupt)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._close_bar()
        signal.signal(signal.SIGINT, self._before)

    def should_stop(self) -> bool:
        """Whether Ctrl+C was pressed: what long jobs ask."""
        return self._stop_asked

    def show(self, job: Iterable[events.Event], *, silent: bool = False) -> events.Finished:
        """Draws a job until its end and returns what it says last. Raises JobFailed, and Interrupted where it was stopped."""
        saved: list[str] = []
        for event in job:
            if self._json_lines and not silent:
                print(events.to_line(event), flush=True)
            elif not silent:
                self._draw(event)
            match event:
                case events.Saved(path=path):
                    saved.append(path)
                case events.Failed(reason=reason):
                    raise JobFailed(reason)
                case events.Finished(stopped=stopped):
                    self._close_bar()
                    if stopped:
                        raise Interrupted(f"Kept: {saved[-1]}" if saved else "Nothing was written.")
                    return event
        raise RuntimeError("the job ended without saying how")

    def say(self, text: str = "") -> None:
        """A line on standard output, above the bar when there is one; on standard error when the output is for programs."""
        tqdm.write(text, file=sys.stderr if self._json_lines else sys.stdout)

    def table(self, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Columns as wide as they need be; all but the first to the right."""
        cells = [list(map(str, header)), *([_cell(value) for value in row] for row in rows)]
        widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
        for index, row in enumerate(cells):
            line = "  ".join(value.ljust(width) if not column else value.rjust(width) for column, (value, width) in enumerate(zip(row, widths)))
            self.say(line.rstrip())
            if not index:
                self.say("  ".join("─" * width for width in widths))

    def _draw(self, event: events.Event) -> None:
        match event:
            case events.Started(run=run, step=step, steps_total=total, parameters=parameters, device=device):
                self.say(f"Run {run} on {device}: {len(event.classes)} classes, {parameters:,} parameters" + (f", going on from step {step}" if step else ""))
                self._advance(step, total, "training")
            case events.StageBegan(stage=stage, stages=stages, size=(height, width), batch=batch):
                self.say(f"stage {stage + 1} of {stages}: {height}×{width}, {batch} frames a step")
            case events.StepDone(step=step, steps_total=total, loss=loss, images_per_second=speed):
                self._advance(step, total, "training", loss=f"{loss:.3f}", img_s=f"{speed:.1f}")
            case events.RateTried(step=step, steps_total=total, learning_rate=rate, smoothed=loss):
                self._advance(step, total, "rates", rate=f"{rate:.1e}", loss=f"{loss:.3f}")
            case events.Validated(step=step, mean_iou=mean, seconds=seconds, best=best):
                self.say(f"step {step}: mIoU {mean:.3f}{' (best so far)' if best else ''}, scored in {seconds:.1f} s")
            case events.Progress(done=done, total=total, what=what):
                self._advance(done, total, what)
            case events.Message(text=text, level=level):
                self.say(f"{'warning: ' if level == 'warning' else ''}{text}")
            case events.Saved(path=path, what="movie" | "table" | "picture" | "street" as what):
                self.say(f"{what}: {path}")

    def _advance(self, done: int, total: int, what: str, **facts: str) -> None:
        if not sys.stderr.isatty():
            return  # a log or a script reads sentences there, not a bar
        if self._bar is None or self._bar.desc.removesuffix(": ") != what or (self._bar.total or 0) != total:
            self._close_bar()
            self._bar = tqdm(total=total or None, desc=what, unit="", file=sys.stderr, dynamic_ncols=True, leave=False, initial=0, mininterval=0.2)
        self._bar.set_postfix(facts, refresh=False)
        self._bar.update(max(0, done - self._bar.n))

    def _close_bar(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def _on_interrupt(self, number: int, frame: FrameType | None) -> None:
        if self._stop_asked:
            raise KeyboardInterrupt
        self._stop_asked = True
        print("\nStopping at the next safe point (Ctrl+C again ends at once) …", file=sys.stderr)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return "–" if math.isnan(value) else f"{value:.3f}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
