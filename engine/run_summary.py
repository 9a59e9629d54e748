"""What a list of runs says of each: read from the history without parsing its steps, so that a hundred runs cost no wait."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from engine import events
from engine.config import ModelConfig
from engine.errors import DataError
from engine.runs import Run

State = Literal["running", "finished", "stopped", "failed", "interrupted"]
_TAIL = 64 * 1024


@dataclass(frozen=True, slots=True)
class Summary:
    """One run in a list. `mean_iou` is the best so far, NaN before the first validation; `words` is its network."""

    run: Run
    when: datetime
    words: str
    dataset: str
    mean_iou: float
    step: int
    steps_total: int
    state: State


def summary(run: Run) -> Summary:
    """Reads what `run` has said so far."""
    try:
        content = run.events.read_bytes()
    except OSError:
        content = b""
    stage = content[max(0, content.rfind(b'{"kind": "StageBegan"')) :]  # scores of an earlier, smaller stage are no match for the last's
    scores = [said.mean_iou for said in _said(stage, b'{"kind": "Validated"') if isinstance(said, events.Validated)]
    step, total = _where(content)
    words, dataset = _words(run)
    mean_iou = max((score for score in scores if not math.isnan(score)), default=math.nan)
    return Summary(run, _when(run), words, dataset, mean_iou, step, total, _state(run, content))


def _said(content: bytes, start: bytes) -> list[events.Event]:
    found, at = [], 0
    while (at := content.find(start, at)) >= 0:
        end = content.find(b"\n", at)
        if event := _event(content[at : end if end >= 0 else len(content)]):
            found.append(event)
        at += len(start)
    return found


def _event(line: bytes) -> events.Event | None:
    try:
        return events.from_line(line.decode("utf-8"))
    except (DataError, UnicodeDecodeError):
        return None


def _where(content: bytes) -> tuple[int, int]:
    for line in reversed(content[-_TAIL:].splitlines()):
        event = _event(line)
        if isinstance(event, (events.StepDone, events.Started)):
            return event.step, event.steps_total
    return 0, 0


def state_of(last: events.Event | None) -> State:
    """How a run that nobody trains came to its end, by the last thing it said."""
    match last:
        case events.Finished(stopped=stopped):
            return "stopped" if stopped else "finished"
        case events.Failed():
            return "failed"
    return "interrupted"


def _state(run: Run, content: bytes) -> State:
    if run.alive:
        return "running"
    last = next((event for event in map(_event, reversed(content[-_TAIL:].splitlines())) if event is not None), None)
    return state_of(last)


def _words(run: Run) -> tuple[str, str]:
    import yaml

    try:
        values = yaml.load((run.path / "config.yaml").read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        return ModelConfig(architecture=values["model"]["architecture"], encoder=values["model"]["encoder"]).words(), Path(values["data"]["root"]).name
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError):
        return run.name.split("_", 2)[-1], ""  # an older or a damaged config: the folder's name still says something


def _when(run: Run) -> datetime:
    try:
        return datetime.strptime(run.name[:19], "%Y-%m-%d_%H-%M-%S")
    except ValueError:
        return datetime.fromtimestamp(run.path.stat().st_mtime if run.path.exists() else 0)
