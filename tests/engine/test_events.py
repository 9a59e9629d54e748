"""Events are plain records: what is written to a line is what is read from it."""

from __future__ import annotations

import dataclasses
import math

import pytest

from engine import events
from engine.errors import DataError

EXAMPLES: list[events.Event] = [
    events.Started("run", 0, 10, ("road", "sky"), 1234, "cpu"),
    events.StageBegan(3, 1, 2, (256, 512), 8),
    events.StepDone(1, 10, 0, 0.5, 1e-3, 12.5, 3.0, {"ce": 0.4, "dice": 0.1}),
    events.RateTried(1, 100, 1e-7, 2.5, 2.4, 9.0),
    events.Validated(1, 0, 0.5, {"road": 0.5}, 0.7, True, 1.5),
    events.SampleShown(1, 0, "frame", "a.jpg", "b.png", "c.png"),
    events.NeedsFound("entropy", (3, 4), (0.25, 0.5)),
    events.Saved("/x/ß.png", "mask"),
    events.Progress(1, 0, "frames", 2.0),
    events.Message("Straße", "warning"),
    events.Failed("no", "trace"),
    events.Finished(True, {"report": [1, {"a": None}]}),
]


@pytest.mark.parametrize("event", EXAMPLES, ids=lambda event: type(event).__name__)
def test_an_event_survives_its_line(event: events.Event) -> None:
    line = events.to_line(event)
    assert "\n" not in line and events.from_line(line) == event


def test_every_kind_of_event_has_an_example() -> None:
    assert {type(event) for event in EXAMPLES} == set(events.Event.__args__)


def test_not_a_number_survives_its_line() -> None:
    read = events.from_line(events.to_line(events.Progress(1, 2, "x")))
    assert isinstance(read, events.Progress) and math.isnan(read.seconds_left)


@pytest.mark.parametrize("line", ["", "{", "[]", "3", '{"kind": "Nonsense"}', '{"kind": "Saved"}', '{"kind": "Saved", "path": "x", "what": "y", "more": 1}'])
def test_anything_else_is_one_sentence(line: str) -> None:
    with pytest.raises(DataError, match="not an event of Roadscope"):
        events.from_line(line)


@pytest.mark.parametrize("event", EXAMPLES, ids=lambda event: type(event).__name__)
def test_events_cannot_be_changed(event: events.Event) -> None:
    with pytest.raises((dataclasses.FrozenInstanceError, TypeError)):
        setattr(event, dataclasses.fields(event)[0].name, None)


def test_what_is_no_number_is_null_for_programs_that_read_the_line_and_comes_back() -> None:
    line = events.to_line(events.Validated(5, 0, math.nan, {"car": math.nan, "road": 0.5}, 1.0, False, 0.1))
    assert "NaN" not in line and line.count("null") == 2
    read = events.from_line(line)
    assert isinstance(read, events.Validated) and math.isnan(read.mean_iou) and math.isnan(read.iou["car"]) and read.iou["road"] == 0.5
