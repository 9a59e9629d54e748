"""Two processes that train together over gloo, against one process with the same batches."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from safetensors.numpy import load_file
from torch import distributed, nn

from engine import config, events, labels
from engine.config import TrainConfig
from engine.errors import ConfigError
from engine.events import Finished, StepDone, Validated
from engine.runs import STOP, Run
from engine.training import beginning
from engine.training.distributed import Group, joined, leave
from engine.training.learner import Learner
from engine.training.loop import train
from engine.training.synced_norm import SyncedNorm
from tests.processes import Forks

pytestmark = pytest.mark.skipif(not distributed.is_available(), reason="this torch has no distributed package")


@pytest.fixture
def precise(small: TrainConfig, tmp_path: Path) -> tuple[TrainConfig, Path]:
    """Twelve steps of four frames in float32, and the file that says so. In small steps of SGD.

    Rounding alone, such as another order of summation, drives two runs of a young network apart by a factor of ten a step where the
    steps are large; these stay together to the last digits, and are compared by how far each has moved."""
    wanted = config.replace(config.replace(config.replace(small, "precision", "fp32"), "batch", 4), "epochs", 8)
    wanted = config.replace(config.replace(wanted, "optimiser.name", "sgd"), "optimiser.learning_rate", 1e-5)
    config.save(wanted, tmp_path / "experiment.yaml")
    return wanted, tmp_path / "experiment.yaml"


def _untrained(wanted: TrainConfig) -> dict[str, NDArray[np.float32]]:
    return Learner(wanted, labels.class_set(labels.space("camvid"))).weights()


def _flat(arrays: dict[str, NDArray[np.float32]]) -> NDArray[np.float32]:
    return np.concatenate([arrays[name].ravel() for name in sorted(arrays) if "running" not in name])


def test_two_processes_stopped_and_resumed_equal_one_that_was_not(precise: tuple[TrainConfig, Path], tmp_path: Path, forks: Forks) -> None:
    wanted, experiment = precise
    alone = list(train(wanted, run=Run(tmp_path / "alone")))
    assert isinstance(alone[-1], Finished)
    together = Run(tmp_path / "together")
    arguments = ["train", str(experiment), "--run", str(together.path), "--json"]
    for line in forks.call("engine.verbs:run", arguments, count=2):
        event = events.from_line(line)
        if isinstance(event, StepDone) and event.step == 5:
            (together.path / STOP).touch()
    assert forks.codes == [0, 0] and isinstance(event, Finished) and event.stopped
    stopped_at = together.history()[-1]
    assert isinstance(stopped_at, Finished) and stopped_at.stopped and 5 <= stopped_at.summary["step"] < 12
    assert isinstance([events.from_line(line) for line in forks.call("engine.verbs:run", [*arguments, "--resume"], count=2)][-1], Finished)
    assert forks.codes == [0, 0]
    said = together.history()
    losses = {one.step: one.loss for one in said if isinstance(one, StepDone)}
    mine = {one.step: one.loss for one in alone if isinstance(one, StepDone)}
    assert losses.keys() == mine.keys() and losses[1] == pytest.approx(mine[1], rel=1e-5)
    assert [losses[step] for step in mine] == pytest.approx(list(mine.values()), rel=1e-5)
    scores = {one.step: one for one in said if isinstance(one, Validated)}
    for one in (one for one in alone if isinstance(one, Validated)):
        assert scores[one.step].mean_iou == pytest.approx(one.mean_iou, abs=2e-3) and scores[one.step].loss == pytest.approx(one.loss, rel=1e-5)
    first, ours, theirs = (_flat(arrays) for arrays in (_untrained(wanted), load_file(tmp_path / "alone" / "last.safetensors"), load_file(together.last)))
    assert np.linalg.norm(theirs - ours) < 0.03 * np.linalg.norm(ours - first)
    samples = sorted((together.path / "samples").glob("*_prediction_0000012.png"))
    assert len(samples) == 3  # also of frames that the other process scored


def test_a_batch_too_small_for_the_processes_is_one_sentence(small: TrainConfig) -> None:
    beginning.check(config.replace(small, "batch", 2), Group(0, 2))
    with pytest.raises(ConfigError, match="batch is 1, but 2 processes train; give each at least one frame of a step"):
        beginning.check(config.replace(small, "batch", 1), Group(0, 2))


def test_a_group_shares_out_each_chunk_of_a_step() -> None:
    first, second = Group(0, 2), Group(1, 2)
    assert first.part(range(8), 2) == [0, 1, 4, 5] and second.part(range(8), 2) == [2, 3, 6, 7]
    assert sorted(Group(0, 3).part(range(7), 1) + Group(1, 3).part(range(7), 1) + Group(2, 3).part(range(7), 1)) == list(range(7))
    alone = Group()
    assert alone.part(range(4), 2) == [0, 1, 2, 3] and alone.alone and alone.leads and alone.any(True) and not alone.any(False)


def normed(folder: str) -> None:
    """What one of two processes does; called by name."""
    group = joined()
    torch.manual_seed(0)
    maps = torch.randn(5, 3, 4, 6)
    mine = (maps[:2] if group.leads else maps[2:]).clone().requires_grad_(True)
    norm = SyncedNorm.instead_of(nn.BatchNorm2d(3), group)
    with torch.no_grad():
        norm.weight.copy_(torch.tensor([1.0, 2.0, 0.5]))
    out = norm(mine)
    (out * (maps[:2] if group.leads else maps[2:]).cos()).sum().backward()
    torch.save((out.detach(), mine.grad, norm.weight.grad, norm.bias.grad, norm.running_mean, norm.running_var), f"{folder}/{group.rank}.pt")
    leave()


def test_synced_norms_are_those_of_the_whole_batch_with_their_gradients(tmp_path: Path, forks: Forks) -> None:
    assert not list(forks.call("tests.training.test_distributed:normed", str(tmp_path), count=2)) and forks.codes == [0, 0]
    torch.manual_seed(0)
    maps = torch.randn(5, 3, 4, 6)
    whole = maps.clone().requires_grad_(True)
    norm = nn.BatchNorm2d(3)
    with torch.no_grad():
        norm.weight.copy_(torch.tensor([1.0, 2.0, 0.5]))
    out = norm(whole)
    (out * maps.cos()).sum().backward()
    (first, second) = (torch.load(tmp_path / f"{rank}.pt") for rank in (0, 1))
    close = {"atol": 1e-5, "rtol": 1e-4}
    torch.testing.assert_close(torch.cat([first[0], second[0]]), out.detach(), **close)
    torch.testing.assert_close(torch.cat([first[1], second[1]]), whole.grad, **close)
    torch.testing.assert_close(first[2] + second[2], norm.weight.grad, **close)
    torch.testing.assert_close(first[3] + second[3], norm.bias.grad, **close)
    for mine in (first, second):
        torch.testing.assert_close(mine[4], norm.running_mean, **close)
        torch.testing.assert_close(mine[5], norm.running_var, **close)
