"""TensorBoard's files of a run, read back as TensorBoard reads them."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import api_pb2, metadata

from engine import config, events
from engine.config import TrainConfig
from engine.runs import Run
from engine.training.board import FIRST, METRICS, flat, meant
from engine.training.history import History
from engine.training.loop import train


def board_of(run: Run) -> EventAccumulator:
    board = EventAccumulator(str(run.path / "board"), size_guidance={"scalars": 0, "images": 0, "tensors": 0})
    board.Reload()
    return board


def settings_of(board: EventAccumulator) -> dict[str, object]:
    """The values of the HPARAMS tab by key."""
    start = metadata.parse_session_start_info_plugin_data(board.SummaryMetadata(metadata.SESSION_START_INFO_TAG).plugin_data.content)
    return {key: getattr(value, value.WhichOneof("kind")) for key, value in start.hparams.items()}


def step(number: int, loss: float) -> events.StepDone:
    return events.StepDone(number, 9, 0, loss, 1e-3, 10.0, 1.0, {"cross_entropy": loss / 2, "dice": loss / 2})


def empty_run(path: Path) -> Run:
    path.mkdir()
    return Run(path)


def test_two_runs_leave_figures_pictures_their_config_and_what_compares_them(small: TrainConfig, tmp_path: Path) -> None:
    found = []
    for name, rate in (("slow", 1e-4), ("fast", 1e-2)):
        wanted = config.replace(config.replace(small, "optimiser.learning_rate", rate), "epochs", 1)
        assert isinstance(list(train(replace(wanted, batch=3), run=Run(tmp_path / name)))[-1], events.Finished)
        found.append(board_of(Run(tmp_path / name)))
    for board, rate in zip(found, (1e-4, 1e-2)):
        tags = board.Tags()
        assert {"train/loss", "train/learning_rate", "validation/mean_iou", "iou/road"} <= set(tags["scalars"]) and set(METRICS) <= set(tags["scalars"])
        assert [one.step for one in board.Scalars("train/loss")] == [1, 2]
        assert tags["images"] == ["sample_0", "sample_1", "sample_2"] and (board.Images("sample_0")[0].width, board.Images("sample_0")[0].height) == (192, 64)
        told = board.Tensors("config/text_summary")[0].tensor_proto.string_val[0].decode()
        assert config.build(TrainConfig, yaml.safe_load(told.removeprefix("```yaml\n").removesuffix("```"))).optimiser.learning_rate == rate
        assert settings_of(board)["optimiser.learning_rate"] == rate and settings_of(board)["data.size"] == "[64, 64]"
        end = metadata.parse_session_end_info_plugin_data(board.SummaryMetadata(metadata.SESSION_END_INFO_TAG).plugin_data.content)
        assert end.status == api_pb2.STATUS_SUCCESS
        experiment = metadata.parse_experiment_plugin_data(board.SummaryMetadata(metadata.EXPERIMENT_TAG).plugin_data.content)
        assert {one.name for one in experiment.hparam_infos} >= set(settings_of(board)) and [one.name.tag for one in experiment.metric_infos] == list(METRICS)
    assert {key for key, value in settings_of(found[0]).items() if settings_of(found[1])[key] != value} == {"optimiser.learning_rate"}
    assert not [path for path in (tmp_path / "slow" / "board").iterdir() if path.is_dir()], "a folder of its own would be another run"


def test_a_resumed_run_goes_on_in_the_same_curves_and_is_described_once(tmp_path: Path) -> None:
    run = empty_run(tmp_path / "run")
    with History(run) as history:
        assert not history.open_board(TrainConfig(), step=0)
        for number in range(1, 5):
            history.add(step(number, 1.0))
        history.add(events.Finished(stopped=True))
    assert metadata.SESSION_END_INFO_TAG not in board_of(run).summary_metadata, "it goes on"
    with History(run) as history:
        assert not history.open_board(replace(TrainConfig(), epochs=99), step=2)
        for number in range(3, 6):
            history.add(step(number, 0.5))
        history.add(events.Finished())
    board = board_of(run)
    assert [(one.step, one.value) for one in board.Scalars("train/loss")] == [(1, 1.0), (2, 1.0), (3, 0.5), (4, 0.5), (5, 0.5)]
    assert len(board.Tensors("config/text_summary")) == 1 and len(board.Tensors(metadata.SESSION_START_INFO_TAG)) == 1
    assert metadata.SESSION_END_INFO_TAG in board.summary_metadata


def test_every_run_has_the_same_columns_the_first_of_which_exist() -> None:
    other = config.build(TrainConfig, {"loss": {"terms": {"lovasz": 1.0}}, "classes": {"group": {"a": ["b"]}}, "stages": [{"size": [240, 320]}], "distill": {"teacher": "runs/x"}})
    assert list(flat(other)) == list(flat(TrainConfig())) and set(FIRST) <= set(flat(other))
    assert flat(other)["loss.terms"] == "{lovasz: 1.0}" and flat(TrainConfig())["loss.terms"] == ""
    assert all(type(value) is type(flat(TrainConfig())[key]) for key, value in flat(other).items()), "a column has one kind of value"


@pytest.mark.parametrize(
    "values, absent, present",
    [
        ({}, {"distill.mode", "distill.teacher", "distill.dist"}, {"loss.name", "model.encoder", "epochs"}),
        ({"distill": {"teacher": "runs/x"}}, set(), {"distill.mode", "distill.teacher"}),
        ({"model": {"architecture": "two_branch"}}, {"model.encoder", "model.pretrained"}, {"model.architecture"}),
        ({"loss": {"terms": {"lovasz": 1.0}}}, {"loss.name"}, {"loss.terms"}),
        ({"stages": [{"size": [240, 320]}]}, {"epochs", "batch"}, {"stages"}),
    ],
)
def test_what_means_nothing_in_a_run_leaves_its_cell_empty(values: dict[str, object], absent: set[str], present: set[str]) -> None:
    found = set(meant(config.build(TrainConfig, values)))
    assert not absent & found and present <= found


def test_without_tensorboard_the_history_is_kept_and_a_sentence_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    run = empty_run(tmp_path / "run")
    with History(run) as history:
        assert "Install tensorboard" in history.open_board(TrainConfig(), step=0)
        history.add(step(1, 1.0))
    assert run.history() == [step(1, 1.0)] and not (run.path / "board").exists()
