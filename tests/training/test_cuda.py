"""Training on an NVIDIA GPU: each number format learns, stops and goes on, compiles, and learns from a teacher."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import pytest
import torch

from engine import config
from engine.config import TrainConfig
from engine.events import Finished, Started, StepDone, Validated
from engine.runs import Run
from engine.training.loop import train

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")


@pytest.fixture
def on_gpu(small: TrainConfig) -> TrainConfig:
    return dataclasses.replace(small, device="cuda", epochs=8)


@pytest.mark.parametrize("precision", ["fp32", "bf16", "fp16"])
def test_each_number_format_learns_and_goes_on_where_it_stopped(on_gpu: TrainConfig, tmp_path: Path, precision: str) -> None:
    wanted = dataclasses.replace(on_gpu, precision=precision)
    said = list(train(wanted, run=Run(tmp_path / "whole")))
    assert isinstance(said[-1], Finished), said[-1]
    assert any(isinstance(one, Started) and precision in one.device for one in said)
    losses = [one.loss for one in said if isinstance(one, StepDone)]
    assert len(losses) == 24 and sum(losses[-4:]) < 0.8 * sum(losses[:4])
    taken: list[float] = []
    for event in train(wanted, run=Run(tmp_path / "parts"), should_stop=lambda: len(taken) == 12):
        taken += [event.loss] if isinstance(event, StepDone) else []
    taken += [one.loss for one in train(wanted, run=Run(tmp_path / "parts"), resume=True) if isinstance(one, StepDone)]
    assert taken == pytest.approx(losses, rel=0.2, abs=0.05)


def test_a_deterministic_run_resumes_to_the_bit(on_gpu: TrainConfig, tmp_path: Path) -> None:
    wanted = dataclasses.replace(on_gpu, precision="bf16", deterministic=True, epochs=4)
    losses = [one.loss for one in train(wanted, run=Run(tmp_path / "whole")) if isinstance(one, StepDone)]
    taken: list[float] = []
    for event in train(wanted, run=Run(tmp_path / "parts"), should_stop=lambda: len(taken) == 5):
        taken += [event.loss] if isinstance(event, StepDone) else []
    taken += [one.loss for one in train(wanted, run=Run(tmp_path / "parts"), resume=True) if isinstance(one, StepDone)]
    assert taken[:5] == losses[:5]
    assert taken == pytest.approx(losses, rel=1e-3)


def test_a_compiled_network_learns(on_gpu: TrainConfig, tmp_path: Path) -> None:
    said = list(train(dataclasses.replace(on_gpu, compile=True, epochs=1), run=Run(tmp_path / "run")))
    assert isinstance(said[-1], Finished), said[-1]


@pytest.mark.parametrize("mode", ["mix", "structured"])
def test_a_student_learns_from_a_teacher(on_gpu: TrainConfig, tmp_path: Path, mode: str) -> None:
    list(train(dataclasses.replace(on_gpu, epochs=1), run=Run(tmp_path / "teacher")))
    distill = config.build(config.DistillConfig, {"teacher": str(tmp_path / "teacher"), "mode": mode})
    said = list(train(dataclasses.replace(on_gpu, distill=distill, epochs=2), run=Run(tmp_path / "student")))
    assert isinstance(said[-1], Finished), said[-1]
    scores = [one.mean_iou for one in said if isinstance(one, Validated)]
    assert scores and all(math.isfinite(score) for score in scores)
