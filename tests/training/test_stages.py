"""Size progression: what a stage takes over, what it begins anew, and a resume in its middle."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from engine import checkpoints, config, events, run_summary
from engine.config import Stage, TrainConfig
from engine.events import Finished, StageBegan, Started, StepDone, Validated
from engine.runs import Run
from engine.training import stages
from engine.training.loop import Trainer, train


@pytest.fixture
def growing(small: TrainConfig) -> TrainConfig:
    """Six frames: three steps of two at 32×32, then four passes of one step of six at 64×64."""
    return dataclasses.replace(small, stages=(Stage((32, 32), 1, 2), Stage((64, 64), 4, 6)))


def test_a_stage_begins_with_its_size_and_its_batch(growing: TrainConfig, tmp_path: Path) -> None:
    run = Run(tmp_path / "run")
    said = list(train(growing, run=run))
    began = [event for event in said if isinstance(event, StageBegan)]
    assert began == [StageBegan(0, 0, 2, (32, 32), 2), StageBegan(3, 1, 2, (64, 64), 6)]
    assert [event for event in run.history() if isinstance(event, StageBegan)] == began
    assert [event.epoch for event in said if isinstance(event, StepDone)] == [0, 0, 0, 1, 2, 3, 4]
    assert [event.step for event in said if isinstance(event, Validated)] == [3, 4, 5, 6, 7]
    assert checkpoints.card(run.path).recipe.size == (64, 64)


def test_frames_of_a_stage_have_its_size_and_the_crop_shrinks_with_it(growing: TrainConfig) -> None:
    wanted = dataclasses.replace(growing, data=dataclasses.replace(growing.data, size=(512, 1024)), augment=config.replace(growing, "augment.crop", (384, 768)).augment)
    wanted = dataclasses.replace(wanted, stages=(Stage((256, 512), 1, 4), Stage((512, 1024), 1, 4)))
    small, large = stages.legs(wanted, lambda _: range(6))  # type: ignore[arg-type, return-value]
    assert small.config.augment.crop == (192, 384) and large.config.augment.crop == (384, 768)
    assert small.config.seed != large.config.seed


@pytest.mark.parametrize(("schedule", "falls_before"), [("restart", True), ("continue", False)])
def test_the_schedule_begins_anew_with_a_stage_or_goes_on(schedule: str, falls_before: bool, growing: TrainConfig, tmp_path: Path) -> None:
    wanted = config.replace(config.replace(growing, "stage_schedule", schedule), "optimiser.schedule", "poly")
    wanted = config.replace(wanted, "optimiser.warm_up", 0.0)
    rates = [event.learning_rate for event in train(wanted, run=Run(tmp_path / "run")) if isinstance(event, StepDone)]
    assert rates[0] == pytest.approx(wanted.optimiser.learning_rate) and rates[:3] == sorted(rates[:3], reverse=True)
    assert (rates[3] > rates[2]) is falls_before


def test_a_score_at_a_small_size_never_keeps_the_last_stage_from_being_saved(
    growing: TrainConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scores = iter([0.9, 0.3, 0.2, 0.4, 0.1])

    def flattering(self: Trainer, step: int, confusion: object, losses: list[float], shown: object) -> object:
        confusion.mean_iou = lambda scored, score=next(scores): score  # type: ignore[attr-defined]
        losses.append(0.0)
        return iter(())

    monkeypatch.setattr(Trainer, "_scored", flattering)
    run = Run(tmp_path / "run")
    *said, finished = train(growing, run=run)
    assert [event.best for event in said if isinstance(event, Validated)] == [True, True, False, True, False]
    assert checkpoints.card(run.best).facts["step"] == 6 and checkpoints.card(run.best).facts["mean_iou"] == 0.4
    assert isinstance(finished, Finished) and finished.summary["mean_iou"] == 0.4
    assert run_summary.summary(run).mean_iou == 0.4


def test_a_run_stopped_anywhere_resumes_to_the_same_bits(growing: TrainConfig, tmp_path: Path) -> None:
    """In an epoch, between the stages, and in the second stage."""
    whole, broken = Run(tmp_path / "whole"), Run(tmp_path / "broken")
    for _ in train(growing, run=whole):
        pass
    for stop_after in (2, 3, 5):
        at = 0
        for event in train(growing, run=broken, resume=broken.resumable, should_stop=lambda: at >= stop_after):
            at = event.step if isinstance(event, (Started, StepDone)) else at
        assert isinstance(event, Finished) and event.stopped and event.summary["step"] == stop_after
    *_, finished = train(growing, run=broken, resume=True)
    assert isinstance(finished, Finished) and not finished.stopped
    expected, found = load_file(whole.state), load_file(broken.state)
    assert expected.keys() == found.keys() and all(np.array_equal(expected[name], found[name]) for name in expected)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("stages", (Stage((32, 32), 1, 2),), "stages end at 32×32, but data.size, at which is scored, is 64×64"),
        ("max_minutes", 1.0, "max_minutes can't be kept with stages"),
    ],
)
def test_stages_that_do_not_fit_are_told(key: str, value: object, said: str, growing: TrainConfig, tmp_path: Path) -> None:
    *_, failed = train(config.replace(growing, key, value), run=Run(tmp_path / "run"))
    assert isinstance(failed, events.Failed) and said in failed.reason


def test_a_stage_may_learn_from_another_split(growing: TrainConfig, tmp_path: Path) -> None:
    other = dataclasses.replace(growing, stages=(Stage((32, 32), 1, 2, split="val"), Stage((64, 64), 1, 6)))
    said = list(train(other, run=Run(tmp_path / "run")))
    assert isinstance(said[-1], Finished) and said[-1].summary["step"] == 3
    assert any(isinstance(event, events.Message) and "also trained on" in event.text for event in said)


def test_stages_are_read_from_yaml_and_written_back(growing: TrainConfig, tmp_path: Path) -> None:
    config.save(growing, tmp_path / "config.yaml")
    assert config.load(tmp_path / "config.yaml") == growing
