"""`train --find-rate` as a person or a script meets it."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from engine import config, events, places, verbs
from engine.config import TrainConfig
from engine.events import Event, Finished, RateTried
from engine.training import rate_range
from engine.verbs._terminal import Terminal


@pytest.fixture
def experiment(small: TrainConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A config file; a test of six rates instead of a hundred."""
    monkeypatch.setattr(rate_range, "find_rate", partial(rate_range.find_rate, low=1e-4, high=1e-1, steps=6))
    config.save(small, tmp_path / "experiment.yaml")
    return tmp_path / "experiment.yaml"


def scripted(losses: list[float], *, stopped: bool = False) -> list[Event]:
    rates = rate_range.ramp(1e-7, 1.0, len(losses))
    said: list[Event] = [RateTried(step, len(losses), rate, loss, loss) for step, (rate, loss) in enumerate(zip(rates, losses), 1)]
    return [*said, Finished(stopped, {**rate_range.summary(rates, losses), "diverged": False})]


def test_json_is_one_event_a_line_and_no_run_is_made(experiment: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verbs.run(["train", str(experiment), "--find-rate", "--json"]) == 0
    said = [events.from_line(line) for line in capsys.readouterr().out.splitlines()]
    assert [one.step for one in said if isinstance(one, RateTried)] == [1, 2, 3, 4, 5, 6]
    assert isinstance(said[-1], Finished) and said[-1].summary["steps"] == 6 and not places.runs().exists()


def test_it_prints_about_a_dozen_rates_and_the_setting_to_use(experiment: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    fall = [3.0] * 40 + [3.0 - 0.1 * step for step in range(20)] + [1.0] * 40
    monkeypatch.setattr(rate_range, "find_rate", lambda *_, **__: iter(scripted(fall)))
    assert verbs.run(["train", str(experiment), "--find-rate"]) == 0
    *table, fallen, suggestion = capsys.readouterr().out.splitlines()
    assert 11 <= len(table) - 2 <= 14 and table[0].startswith("learning rate") and "1.000" in table[-1]
    assert "smallest at" in fallen
    setting = suggestion.partition("--set ")[2]
    rate = config.load(experiment, [setting]).optimiser.learning_rate
    assert rate == pytest.approx(rate_range.summary(rate_range.ramp(1e-7, 1.0, 100), fall)["learning_rate"], rel=0.05)


def test_a_loss_that_does_not_fall_is_said_to_suggest_nothing(experiment: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(rate_range, "find_rate", lambda *_, **__: iter(scripted([1.0] * 20)))
    assert verbs.run(["train", str(experiment), "--find-rate"]) == 0
    said = capsys.readouterr().out
    assert "No rate is suggested" in said and "--set" not in said


def test_interrupted_it_ends_with_130_and_leaves_nothing(experiment: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(Terminal, "should_stop", lambda self: True)
    assert verbs.run(["train", str(experiment), "--find-rate"]) == 130
    assert "Nothing was written" in capsys.readouterr().err and not places.runs().exists()


def test_resuming_and_finding_a_rate_exclude_each_other(experiment: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        verbs.run(["train", str(experiment), "--find-rate", "--resume"])
    assert left.value.code == 2 and "not allowed with" in capsys.readouterr().err
    assert verbs.run(["train", str(experiment), "--find-rate", "--run", "somewhere"]) == 1
    assert "leave --run out" in capsys.readouterr().err
