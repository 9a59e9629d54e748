"""How the weights move: every option of the optimiser, and that each resumes to the bit."""

from __future__ import annotations

import dataclasses
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

from engine import config, labels
from engine.config import TrainConfig
from engine.events import Failed, Finished, StepDone, Validated
from engine.runs import Run
from engine.training.batches import Batch
from engine.training.learner import Learner
from engine.training.loop import Trainer, train


def _with(of: TrainConfig, **options: object) -> TrainConfig:
    return dataclasses.replace(of, precision="fp32", optimiser=dataclasses.replace(of.optimiser, **options))  # type: ignore[arg-type]


def _batch() -> Batch:
    rng = np.random.default_rng(1)
    return rng.integers(0, 256, (4, 64, 64, 3), np.uint8), rng.integers(0, 11, (4, 64, 64), np.uint8)


def _learner(of: TrainConfig) -> Learner:
    return Learner(of, labels.class_set(labels.space("camvid")))


@pytest.mark.parametrize(
    "options",
    [{"name": "sgd", "learning_rate": 0.01}, {"ema": 0.9}, {"freeze_encoder": 2}, {"clip": 0.5, "accumulate": 2}, {"schedule": "plateau", "patience": 1}],
    ids=str,
)
def test_every_option_resumes_to_the_same_bits(options: dict[str, object], small: TrainConfig, tmp_path: Path) -> None:
    wanted = dataclasses.replace(_with(small, **options), validate_every=1 if "patience" in options else 0)
    whole, broken, done = Run(tmp_path / "whole"), Run(tmp_path / "broken"), []
    for _ in train(wanted, run=whole):
        pass
    for event in train(wanted, run=broken, should_stop=lambda: len(done) >= 2):
        done += [event] if isinstance(event, StepDone) else []
    assert isinstance(event, Finished) and event.stopped, event
    for _ in train(wanted, run=broken, resume=True):
        pass
    for name in ("last.state.safetensors", "last.safetensors"):
        expected, found = load_file(whole.path / name), load_file(broken.path / name)
        assert expected.keys() == found.keys() and all(np.array_equal(expected[key], found[key]) for key in expected)


def test_a_plateau_divides_the_rate_by_ten_when_its_patience_is_over(small: TrainConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = dataclasses.replace(_with(small, schedule="plateau", patience=2, warm_up=0.0), validate_every=1)
    _scored_as(monkeypatch, [0.5, 0.4, 0.5, 0.6, 0.1, 0.1])
    rates = [event.learning_rate for event in train(wanted, run=Run(tmp_path / "run")) if isinstance(event, StepDone)]
    assert np.allclose(np.array(rates) / small.optimiser.learning_rate, [1, 1, 1, 0.1, 0.1, 0.1])


def test_waiting_in_vain_ends_the_run_early(small: TrainConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _scored_as(monkeypatch, [0.5, 0.4, 0.3, 0.9])
    *said, finished = train(dataclasses.replace(small, validate_every=1, early_stop=2), run=Run(tmp_path / "run"))
    assert isinstance(finished, Finished) and not finished.stopped and finished.summary["step"] == 3 and finished.summary["mean_iou"] == 0.5
    assert [event.step for event in said if isinstance(event, Validated)] == [1, 2, 3]


def test_accumulated_parts_move_the_weights_as_the_whole_batch_does(small: TrainConfig) -> None:
    moved = []
    for parts in (1, 4):
        learner = _learner(_with(small, name="sgd", accumulate=parts, momentum=0.0))
        for module in learner.network.modules():  # statistics of a part are not those of the batch: as they are, for this comparison
            if isinstance(module, torch.nn.BatchNorm2d):
                module.momentum = 0.0
                module.train = lambda mode=True, own=module: own  # type: ignore[method-assign, misc]
                module.training = False
        taken = learner.step(_batch(), number=0, learning_rate=0.1)
        moved.append((taken.loss, learner.weights()))
    assert moved[0][0] == pytest.approx(moved[1][0], rel=1e-5)
    assert all(np.allclose(moved[1][1][name], values, atol=1e-5) for name, values in moved[0][1].items())


def test_a_step_reads_as_many_frames_as_all_its_parts(small: TrainConfig, tmp_path: Path) -> None:
    finished = list(train(_with(small, accumulate=3), run=Run(tmp_path / "run")))[-1]
    assert isinstance(finished, Finished) and finished.summary["step"] == 2, "two passes of six frames, six frames a step"


def test_no_gradient_longer_than_clip_moves_the_weights(small: TrainConfig) -> None:
    learner = _learner(_with(small, name="sgd", clip=1e-3, momentum=0.0, weight_decay=0.0))
    before = {name: parameter.detach().clone() for name, parameter in learner.network.named_parameters()}
    learner.step(_batch(), number=0, learning_rate=1.0)
    moved = [(parameter.detach() - before[name]).norm() for name, parameter in learner.network.named_parameters()]
    assert float(torch.stack(moved).norm()) == pytest.approx(1e-3, rel=1e-2)


def test_a_frozen_encoder_stays_as_it_is_and_then_thaws(small: TrainConfig) -> None:
    learner = _learner(_with(small, freeze_encoder=1))
    start = learner.weights()
    learner.step(_batch(), number=0, learning_rate=0.1)
    frozen = learner.weights()
    assert all(np.array_equal(start[name], frozen[name]) == name.startswith("encoder.") for name in start if "tracked" not in name)
    learner.step(_batch(), number=1, learning_rate=0.1)
    thawed = learner.weights()
    assert not all(np.array_equal(frozen[name], thawed[name]) for name in start if name.startswith("encoder."))


def test_the_average_is_what_is_scored_and_kept(small: TrainConfig) -> None:
    learner = _learner(_with(small, ema=0.5))
    start = learner.weights()
    learner.step(_batch(), number=0, learning_rate=0.05)
    kept, state = learner.weights(), learner.state()
    name = next(name for name in start if name.endswith("weight") and start[name].ndim == 4)
    share = 1 - min(0.5, 1 / 10)
    assert np.allclose(kept[name], start[name] + share * (state[f"weights.{name}"] - start[name]), atol=1e-6)


def test_half_precision_asks_for_a_gpu(small: TrainConfig, tmp_path: Path) -> None:
    *_, failed = train(dataclasses.replace(small, precision="fp16"), run=Run(tmp_path / "run"))
    assert isinstance(failed, Failed) and "precision is fp16, which needs an NVIDIA GPU" in failed.reason


def test_deterministic_algorithms_are_asked_for_and_let_go_again(small: TrainConfig, tmp_path: Path) -> None:
    inside = []
    for event in train(dataclasses.replace(small, deterministic=True, epochs=1), run=Run(tmp_path / "run")):
        inside += [torch.are_deterministic_algorithms_enabled()] if isinstance(event, StepDone) else []
    assert inside == [True] * 3 and not torch.are_deterministic_algorithms_enabled()


def test_compiled_steps_are_the_steps(small: TrainConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch, "compile", partial(torch.compile, backend="eager"))  # the default one takes a minute and a C++ compiler
    few = dataclasses.replace(_with(small), model=config.build(config.ModelConfig, {"architecture": "two_branch", "width": 0.25, "depth": 0.25}))
    plain, compiled = _learner(few), _learner(dataclasses.replace(few, compile=True))
    losses = [learner.step(_batch(), number=0, learning_rate=0.0).loss for learner in (plain, compiled)]
    assert losses[0] == pytest.approx(losses[1], rel=1e-3) and plain.weights().keys() == compiled.weights().keys()


def _scored_as(monkeypatch: pytest.MonkeyPatch, scores: list[float]) -> None:
    coming = iter(scores)

    def scored(self: Trainer, step: int, confusion: object, losses: list[float], shown: object) -> object:
        confusion.mean_iou = lambda scored, score=next(coming): score  # type: ignore[attr-defined]
        losses.append(0.0)
        return iter(())

    monkeypatch.setattr(Trainer, "_scored", scored)
