"""A teacher in a run: which may teach, what it adds to the loss, void it labels, its answers on disk, and resuming to the bit."""

from __future__ import annotations

import dataclasses
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

from engine import config, events, labels
from engine.config import TrainConfig
from engine.events import Failed, Finished, Saved, StepDone
from engine.labels import VOID
from engine.runs import Run
from engine.training import distillation
from engine.training.answers import Answers
from engine.training.augment import OUTSIDE
from engine.training.critic import Critic
from engine.training.distillation import Lesson, Teaching
from engine.training.loop import train

CAMVID = labels.class_set(labels.space("camvid"))


@pytest.fixture
def teacher(small: TrainConfig, tmp_path: Path) -> Path:
    said = list(train(dataclasses.replace(small, epochs=1, precision="fp32"), run=Run(tmp_path / "teacher")))
    assert isinstance(said[-1], Finished)
    return tmp_path / "teacher"


def _taught(small: TrainConfig, teacher: Path, **options: object) -> TrainConfig:
    made = config.build(config.DistillConfig, {"teacher": str(teacher), **options})
    return dataclasses.replace(small, precision="fp32", distill=made)


def _steps(said: list[events.Event]) -> list[StepDone]:
    return [one for one in said if isinstance(one, StepDone)]


@pytest.mark.parametrize(
    ("mode", "terms"),
    [
        ("mix", {"channel_wise", "dist"}),
        ("channel_wise", {"channel_wise"}),
        ("dist", {"dist"}),
        ("structured", {"pixel_wise", "pair_wise", "holistic", "critic"}),
    ],
)
def test_each_mode_adds_its_terms_to_the_loss(small: TrainConfig, teacher: Path, tmp_path: Path, mode: str, terms: set[str]) -> None:
    said = list(train(_taught(small, teacher, mode=mode), run=Run(tmp_path / "student")))
    assert isinstance(said[-1], Finished), said[-1]
    for step in _steps(said):
        assert set(step.terms) == {"cross_entropy"} | terms
        assert step.loss == pytest.approx(sum(value for name, value in step.terms.items() if name != "critic"), rel=1e-4)


def test_a_weight_of_nothing_leaves_its_term_out(small: TrainConfig, teacher: Path, tmp_path: Path) -> None:
    said = list(train(_taught(small, teacher, mode="structured", holistic=0), run=Run(tmp_path / "student")))
    assert set(_steps(said)[0].terms) == {"cross_entropy", "pixel_wise", "pair_wise"}


@pytest.mark.parametrize("mode", ["mix", "structured"])
def test_a_run_with_a_teacher_resumes_to_the_bit(small: TrainConfig, teacher: Path, tmp_path: Path, mode: str) -> None:
    taught = _taught(small, teacher, mode=mode)
    whole, parts = Run(tmp_path / "whole"), Run(tmp_path / "parts")
    list(train(taught, run=whole))
    taken: list[StepDone] = []
    for event in train(taught, run=parts, should_stop=lambda: len(taken) == 2):
        taken += [event] if isinstance(event, StepDone) else []
    assert len(taken) == 2
    assert isinstance(list(train(taught, run=parts, resume=True))[-1], Finished)
    one, other = load_file(whole.state), load_file(parts.state)
    assert one.keys() == other.keys() and (mode == "mix" or any(name.startswith("critic.") for name in one))
    for name in one:
        assert np.array_equal(one[name], other[name]), name


def test_a_teacher_of_other_classes_is_refused_by_name(small: TrainConfig, teacher: Path, tmp_path: Path) -> None:
    other = dataclasses.replace(_taught(small, teacher), classes=config.build(config.ClassesConfig, {"select": ["road", "sky"]}))
    failed = list(train(other, run=Run(tmp_path / "student")))[-1]
    assert isinstance(failed, Failed) and "distill.teacher" in failed.reason and "choose a teacher" in failed.reason


def test_a_teacher_that_is_not_there_is_one_sentence(small: TrainConfig, tmp_path: Path) -> None:
    failed = list(train(_taught(small, tmp_path / "nobody"), run=Run(tmp_path / "student")))[-1]
    assert isinstance(failed, Failed) and "nobody" in failed.reason and not failed.details


def test_the_teacher_labels_void_inside_the_frame_where_it_is_sure(small: TrainConfig, teacher: Path) -> None:
    teaching = Teaching(_taught(small, teacher, sure=0.9), CAMVID, device=torch.device("cpu"), number_format=torch.float32)
    logits = torch.zeros(1, 11, 4, 4)
    logits[:, 3, :, :2] = 20
    target = torch.tensor([[[VOID, VOID, VOID, VOID], [1, 1, 1, 1], [OUTSIDE] * 4, [VOID, 2, VOID, VOID]]], dtype=torch.uint8)
    filled = teaching.filled(Lesson(logits, None), target)
    assert filled.tolist() == [[[3, 3, VOID, VOID], [1, 1, 1, 1], [OUTSIDE] * 4, [3, 2, VOID, VOID]]]


def test_a_stage_that_fills_void_needs_a_teacher_and_trains_with_one(small: TrainConfig, teacher: Path, tmp_path: Path) -> None:
    stages = config.convert(tuple[config.Stage, ...], [{"size": [64, 64], "batch": 2, "fill_void": True}, {"size": [64, 64], "batch": 2}], "stages")
    alone = dataclasses.replace(small, stages=stages)
    failed = list(train(alone, run=Run(tmp_path / "alone")))[-1]
    assert isinstance(failed, Failed) and "distill.teacher" in failed.reason
    said = list(train(dataclasses.replace(alone, distill=_taught(small, teacher).distill), run=Run(tmp_path / "taught")))
    assert isinstance(said[-1], Finished) and len(_steps(said)) == 6


def test_cells_with_void_in_them_are_not_compared() -> None:
    target = torch.zeros(1, 60, 64, dtype=torch.uint8)
    target[0, 3, 3] = VOID
    target[0, 10, 63] = OUTSIDE
    valid = distillation._labelled(target, (64, 64), (16, 16))
    wrong = [(int(row), int(column)) for _, row, column in (~valid).nonzero()]
    assert wrong == [(0, 0), (2, 15), *((15, column) for column in range(16))]  # the last row is padding


def test_answers_are_kept_where_views_repeat_and_found_by_content(small: TrainConfig, teacher: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    still = dataclasses.replace(_taught(small, teacher), augment=config.build(config.AugmentConfig, {"scale": [1, 1], "photometric": 0}))
    asked: list[int] = []
    teaching = Teaching(still, CAMVID, device=torch.device("cpu"), number_format=torch.float32)
    inner = teaching._network.seen
    monkeypatch.setattr(teaching._network, "seen", lambda images: (asked.append(len(images)), inner(images))[1])
    pictures = np.random.default_rng(0).integers(0, 256, (3, 64, 64, 3), np.uint8)
    images = torch.from_numpy(pictures).permute(0, 3, 1, 2).float()
    first = teaching.lesson(pictures[:2], images[:2])
    again = teaching.lesson(pictures[1:], images[1:])
    assert asked == [2, 1]
    torch.testing.assert_close(first.logits[1], again.logits[0], atol=0.05, rtol=0.01)
    random = Teaching(_taught(small, teacher), CAMVID, device=torch.device("cpu"), number_format=torch.float32)
    assert random._answers is None and teaching._answers is not None


def test_answers_keep_to_their_room_and_survive_damage(tmp_path: Path) -> None:
    answers = Answers("teacher", room=100, folder=tmp_path)
    one, other = np.zeros((4, 4, 3), np.uint8), np.ones((4, 4, 3), np.uint8)
    answers.keep(one, np.ones((2, 4, 4), np.float16))
    answers.keep(other, np.ones((2, 4, 4), np.float16))
    assert answers.found(one) is not None and answers.found(other) is None
    next((tmp_path / "teacher").glob("*.npy")).write_bytes(b"nonsense")
    assert Answers("teacher", room=100, folder=tmp_path).found(one) is None


def test_the_critic_learns_to_tell_two_kinds_of_maps_apart() -> None:
    torch.manual_seed(0)
    critic = Critic(2, device=torch.device("cpu"), learning_rate=2e-3, seed=0)
    real, fake = torch.rand(4, 5, 16, 16), torch.rand(4, 5, 16, 16)
    real[:, 3] += 1.5
    first = critic.learn(real, fake, number=0)
    for number in range(1, 40):
        last = critic.learn(real, fake, number=number)
    assert last < first
    score = partial(lambda maps: -float(critic.deceived(maps)))
    assert score(real) > score(fake)
    assert not any(parameter.requires_grad for parameter in critic.network.parameters())


def test_the_checkpoint_of_a_student_holds_the_student_alone(small: TrainConfig, teacher: Path, tmp_path: Path) -> None:
    said = list(train(_taught(small, teacher, mode="structured"), run=Run(tmp_path / "student")))
    saved = [one for one in said if isinstance(one, Saved)]
    assert saved and not any(name.startswith("critic") for name in load_file(tmp_path / "student" / "best.safetensors"))
