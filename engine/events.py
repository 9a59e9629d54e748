"""What a long job says while it runs: small frozen records of plain values, one JSON line each.

Every long job of the engine is a generator of these. The terminal, a thread beside the window, a child process and the
history of a run carry the same records.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from engine.errors import DataError

ShouldStop = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Started:
    """A training run begins or goes on: `step` is where (0 for a new one), `steps_total` where it will end."""

    run: str
    step: int
    steps_total: int
    classes: tuple[str, ...]
    parameters: int
    device: str


@dataclass(frozen=True, slots=True)
class StageBegan:
    """Stage `stage` (from 0) of `stages` of a run begins after `step` steps: frames of `size` (height, width) in batches of `batch`."""

    step: int
    stage: int
    stages: int
    size: tuple[int, int]
    batch: int


@dataclass(frozen=True, slots=True)
class StepDone:
    """One optimiser step. `terms` are the loss's parts by name; speeds are means over the last steps; times in seconds.

    `loader_images_per_second` is what the threads that make the views could make: as long as it is the larger one, nothing waits for them; 0 where it isn't known.
    """

    step: int
    steps_total: int
    epoch: int
    loss: float
    learning_rate: float
    images_per_second: float
    seconds_left: float
    terms: dict[str, float] = field(default_factory=dict)
    loader_images_per_second: float = 0.0


@dataclass(frozen=True, slots=True)
class RateTried:
    """One step of a learning-rate range test, the first being 1: the loss at that rate, raw and `smoothed` over the rates so far."""

    step: int
    steps_total: int
    learning_rate: float
    loss: float
    smoothed: float
    seconds_left: float = float("nan")


@dataclass(frozen=True, slots=True)
class Validated:
    """The network was scored on held-out frames. NaN stands for a class that does not occur."""

    step: int
    epoch: int
    mean_iou: float
    iou: dict[str, float]
    loss: float
    best: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class SampleShown:
    """One of the frames that are drawn at every validation; paths are relative to the run's folder."""

    step: int
    index: int
    name: str
    image: str
    truth: str
    prediction: str


@dataclass(frozen=True, slots=True)
class NeedsFound:
    """How badly some frames of a drive, by their positions, need a look, by one `measure` of `engine.inference.needs`: 0 … 1 each."""

    measure: str
    frames: tuple[int, ...]
    scores: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Saved:
    """A file stands complete on the disk. `what` is a word for people: checkpoint, movie, cloud, mask, table."""

    path: str
    what: str


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `total` (0 when unknown); `what` says of what, in words for people."""

    done: int
    total: int
    what: str
    seconds_left: float = float("nan")


@dataclass(frozen=True, slots=True)
class Message:
    """Something the user should read; `level` is info or warning."""

    text: str
    level: str = "info"


@dataclass(frozen=True, slots=True)
class Failed:
    """The job ended without its result: one sentence, and for those who ask the traceback."""

    reason: str
    details: str = ""


@dataclass(frozen=True, slots=True)
class Finished:
    """The job ended well, or was stopped and kept what it had. `summary` holds plain values by name."""

    stopped: bool = False
    summary: dict[str, Any] = field(default_factory=dict)


Event = Started | StageBegan | StepDone | RateTried | Validated | SampleShown | NeedsFound | Saved | Progress | Message | Failed | Finished
Events = Iterator[Event]
_KINDS = {kind.__name__: kind for kind in (Started, StageBegan, StepDone, RateTried, Validated, SampleShown, NeedsFound, Saved, Progress, Message, Failed, Finished)}


def to_line(event: Event) -> str:
    """One line of JSON, without its newline; what is no number is null there."""
    values = {"kind": type(event).__name__, **asdict(event)}
    try:
        return json.dumps(values, ensure_ascii=False, allow_nan=False)
    except ValueError:  # JSON knows no NaN
        return json.dumps(_swapped(values, lambda one: isinstance(one, float) and not math.isfinite(one), None), ensure_ascii=False)


def from_line(line: str) -> Event:
    """The event that `to_line` wrote. Raises DataError for anything else."""
    try:
        values = json.loads(line)
        kind = _KINDS[values.pop("kind")]
        if "null" in line and kind is not Finished:  # a summary's null may be a None of its own
            values = _swapped(values, lambda one: one is None, math.nan)
        if kind is Started:
            values["classes"] = tuple(values["classes"])
        if kind is NeedsFound:
            values["frames"], values["scores"] = tuple(values["frames"]), tuple(values["scores"])
        if kind is StageBegan:
            values["size"] = tuple(values["size"])
        return kind(**values)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(f"not an event of Roadscope: {line[:80]!r}; delete the line to read the rest") from error


def _swapped(value: Any, wanted: Callable[[Any], bool], by: Any) -> Any:
    """Plain values with `by` in the place of each that is `wanted`, at any depth."""
    if isinstance(value, dict):
        return {key: _swapped(one, wanted, by) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_swapped(one, wanted, by) for one in value]
    return by if wanted(value) else value


def seconds_left(begun: float, done: int, total: int) -> float:
    """At the mean pace since `begun`, a time of `time.perf_counter`; NaN before the first is done."""
    return (time.perf_counter() - begun) / done * (total - done) if done else float("nan")


def never() -> bool:
    """The `should_stop` of a job that nobody stops."""
    return False
