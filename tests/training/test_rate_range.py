"""The learning-rate range test: rising rates, an end in good order, and a rate that can be used."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from engine import config, errors, places
from engine.config import TrainConfig
from engine.events import Event, Failed, Finished, RateTried
from engine.training.learner import Learner, Taken
from engine.training.rate_range import Smoothed, find_rate, ramp, steepest, suggested, summary


def tried(said: list[Event]) -> list[RateTried]:
    return [event for event in said if isinstance(event, RateTried)]


def falling(middle: float, *, width: float = 0.3, leap: float = math.inf) -> tuple[list[float], list[float]]:
    """A loss that falls from 3 to 1 around the rate `middle`, over so many decades, and leaps up beyond `leap`."""
    rates = ramp(1e-7, 1.0, 100)
    decades = np.log10(rates)
    losses = 2 - np.tanh((decades - math.log10(middle)) / width) + np.maximum(0.0, decades - math.log10(leap)) * 5
    return rates, losses.tolist()


@pytest.fixture
def losses(monkeypatch: pytest.MonkeyPatch) -> dict[int, float]:
    """By step: the losses that a learner says instead of learning; 1 where there is none."""
    said: dict[int, float] = {}

    def step(self: Learner, batch: object, *, number: int, learning_rate: float, fill_void: bool = False) -> Taken:
        loss = said.get(number + 1, 1.0)
        if not math.isfinite(loss):
            raise errors.DivergedError(f"the loss is {loss}")
        return Taken(loss, {})

    monkeypatch.setattr(Learner, "step", step)
    return said


def test_rates_rise_by_the_same_factor_from_the_lowest_to_the_highest(small: TrainConfig) -> None:
    said = list(find_rate(small, low=1e-5, high=1e-1, steps=9))
    rates = [one.learning_rate for one in tried(said)]
    assert rates[0] == pytest.approx(1e-5) and rates[-1] == pytest.approx(1e-1) and len(rates) == 9
    assert np.allclose(np.diff(np.log10(rates)), 0.5)
    assert [one.step for one in tried(said)] == list(range(1, 10)) and {one.steps_total for one in tried(said)} == {9}
    assert isinstance(said[-1], Finished) and not said[-1].stopped and said[-1].summary["steps"] == 9 and not said[-1].summary["diverged"]


def test_each_step_is_taken_at_its_rate_whatever_schedule_and_freeze_say(small: TrainConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[tuple[float, bool]] = []
    real = Learner.step

    def step(self: Learner, batch: object, *, number: int, learning_rate: float, fill_void: bool = False) -> Taken:
        done = real(self, batch, number=number, learning_rate=learning_rate, fill_void=fill_void)  # type: ignore[arg-type]
        taken.append((learning_rate, next(self.network.encoder.parameters()).requires_grad))
        assert self._average is None
        return done

    monkeypatch.setattr(Learner, "step", step)
    for key, value in (("freeze_encoder", 100), ("ema", 0.99), ("warm_up", 0.9)):
        small = config.replace(small, f"optimiser.{key}", value)
    list(find_rate(small, low=1e-4, high=1e-2, steps=3))
    assert [rate for rate, _ in taken] == pytest.approx([1e-4, 1e-3, 1e-2]) and all(learns for _, learns in taken)


def test_of_several_stages_only_the_last_is_tried(small: TrainConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    shapes: set[tuple[int, ...]] = set()

    def step(self: Learner, batch: tuple[np.ndarray, np.ndarray], **_: object) -> Taken:
        shapes.add(batch[0].shape)
        return Taken(1.0, {})

    monkeypatch.setattr(Learner, "step", step)
    staged = config.build(TrainConfig, {**config.to_dict(small), "stages": [{"size": [32, 32], "batch": 4}, {"size": [64, 64], "batch": 3}]})
    list(find_rate(staged, steps=4))
    assert shapes == {(3, 64, 64, 3)}


def test_a_loss_of_four_times_the_smallest_ends_it(small: TrainConfig, losses: dict[int, float]) -> None:
    losses |= {step: 100.0 for step in range(6, 41)}
    said = list(find_rate(small, steps=40))
    assert len(tried(said)) == 6 and tried(said)[-1].smoothed > 4
    assert isinstance(said[-1], Finished) and said[-1].summary["diverged"] and not said[-1].stopped


@pytest.mark.parametrize("loss", [math.nan, math.inf])
def test_a_loss_that_is_no_number_any_more_ends_it_in_good_order(small: TrainConfig, losses: dict[int, float], loss: float) -> None:
    losses[5] = loss
    said = list(find_rate(small, steps=10))
    assert [one.step for one in tried(said)] == [1, 2, 3, 4] and not any(isinstance(event, Failed) for event in said)
    assert isinstance(said[-1], Finished) and said[-1].summary["diverged"] and said[-1].summary["learning_rate"] is None


def test_a_real_network_driven_too_far_ends_in_good_order(small: TrainConfig) -> None:
    wild = config.replace(config.replace(small, "optimiser.name", "sgd"), "precision", "fp32")
    said = list(find_rate(wild, low=1e2, high=1e12, steps=30))
    assert isinstance(said[-1], Finished) and said[-1].summary["diverged"] and len(tried(said)) < 30


def test_it_stops_when_asked_and_says_what_it_has(small: TrainConfig) -> None:
    said: list[Event] = []
    for event in find_rate(small, steps=50, should_stop=lambda: len(tried(said)) >= 3):
        said.append(event)
    assert len(tried(said)) == 3 and isinstance(said[-1], Finished) and said[-1].stopped and said[-1].summary["steps"] == 3


def test_no_run_is_made(small: TrainConfig, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    list(find_rate(small, steps=3))
    assert sorted(tmp_path.rglob("*")) == before and not places.home().exists()
    assert [path.name for path in places.cache().iterdir()] == ["frames"], "what was decoded serves the run"


def test_what_goes_wrong_is_one_sentence(small: TrainConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (failed,) = find_rate(config.replace(small, "data.root", tmp_path / "nowhere"))
    assert isinstance(failed, Failed) and "nowhere" in failed.reason and not failed.details
    (failed,) = find_rate(small, low=1.0, high=0.1)
    assert isinstance(failed, Failed) and "no range" in failed.reason
    monkeypatch.setattr(Learner, "step", lambda *_, **__: (_ for _ in ()).throw(MemoryError()))
    *_, last = find_rate(small, steps=3)
    assert isinstance(last, Failed) and "lower batch" in last.reason


def test_the_smoothed_loss_is_the_mean_of_two_values_at_first_and_forgets_them_later() -> None:
    smoothed = Smoothed(100)
    assert smoothed.add(2.0) == pytest.approx(2.0)
    assert smoothed.add(4.0) == pytest.approx((0.9 * 2 + 4) / 1.9)
    for _ in range(100):
        last = smoothed.add(1.0)
    assert last == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize("middle", [1e-4, 3e-3])
def test_the_steepest_descent_is_where_the_slope_is_steepest(middle: float) -> None:
    found = steepest(*falling(middle))
    assert found is not None and found == pytest.approx(middle, rel=0.1)


def test_the_suggestion_is_where_nine_tenths_of_the_fall_are_made() -> None:
    rates, curve = falling(1e-3, leap=1e-1)
    found = suggested(rates, curve)
    assert found is not None and found == pytest.approx(1e-3 * 10 ** (0.3 * math.atanh(0.8)), rel=0.18)  # 3 - 2 · 0.9 = 2 - tanh, one step apart
    assert summary(rates, curve)["steepest"] < found < summary(rates, curve)["lowest"] <= 0.12


@pytest.mark.parametrize("curve", [[], [1.0], [1.0, 1.1], [1.0, 1.0, 1.0, 1.0], [1.0, 1.2, 1.4, 2.0], [1.0, 0.995, 1.0, 0.99]], ids=len)
def test_a_loss_that_does_not_fall_suggests_nothing(curve: list[float]) -> None:
    rates = ramp(1e-7, 1.0, 100)
    found = summary(rates[: len(curve)], curve)
    assert (found["learning_rate"], found["steepest"], found["lowest"], found["steps"]) == (None, None, None, len(curve))
