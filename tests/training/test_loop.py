"""The training run from its first to its last event, stopped, killed and resumed."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from engine import atomic, checkpoints, config, events, images, places
from engine.config import TrainConfig
from engine.events import Failed, Finished, Message, SampleShown, Saved, Started, StepDone, Validated
from engine.runs import STOP, Run
from engine.training.loop import train
from tests.processes import Forks


def test_a_run_tells_its_story_and_leaves_all_that_its_folder_should_hold(small: TrainConfig, tmp_path: Path) -> None:
    run = Run(tmp_path / "run")
    said = list(train(small, run=run))
    started, finished = said[0], said[-1]
    assert isinstance(started, Started) and started.classes[3] == "road" and started.steps_total == 6
    assert isinstance(finished, Finished) and not finished.stopped and finished.summary["step"] == 6
    assert [event.step for event in said if isinstance(event, StepDone)] == [1, 2, 3, 4, 5, 6]
    validated = [event for event in said if isinstance(event, Validated)]
    assert [(event.step, event.epoch) for event in validated] == [(3, 0), (6, 1)]
    assert not validated[0].iou["tree"] > 0 and 0 <= validated[0].iou["road"] <= 1
    told, kept = (
        [event for event in events_ if not isinstance(event, (Validated, events.Progress))] for events_ in (said, run.history())
    )  # NaN equals nothing, and progress is for those who wait
    assert told == kept
    assert config.load(run.path / "config.yaml") == small
    assert run.resumable and not run.alive and list((run.path / "board").glob("events.*"))
    assert {Path(event.path).name for event in said if isinstance(event, Saved)} == {"best.safetensors", "last.safetensors"}
    card = checkpoints.card(run.path)
    assert (
        card.recipe.size == (64, 64) and card.facts["run"] == "run" and card.facts["mean_iou"] == max(event.mean_iou for event in validated)
    )
    assert all(values.dtype == np.float32 for values in checkpoints.read(run.path)[1].values())


def test_the_same_three_frames_are_drawn_at_every_validation(small: TrainConfig, tmp_path: Path) -> None:
    shown = [event for event in train(small, run=Run(tmp_path / "run")) if isinstance(event, SampleShown)]
    assert [(event.step, event.index) for event in shown] == [(3, 0), (3, 1), (3, 2), (6, 0), (6, 1), (6, 2)]
    for first, second in zip(shown[:3], shown[3:]):
        assert (first.name, first.image, first.truth) == (second.name, second.image, second.truth) and first.prediction != second.prediction
    for path in (shown[0].image, shown[0].truth, shown[0].prediction):
        assert images.read_rgb(tmp_path / "run" / path).shape == (64, 64, 3)
    assert (128, 64, 128) in {tuple(colour) for colour in images.read_rgb(tmp_path / "run" / shown[0].truth).reshape(-1, 3)}


def test_training_learns_a_simple_street(small: TrainConfig, tmp_path: Path) -> None:
    settings = config.replace(config.replace(config.replace(small, "epochs", 14), "augment.scale", (1.0, 1.0)), "validate_every", 42)
    losses = [event.loss for event in train(settings, run=Run(tmp_path / "run")) if isinstance(event, StepDone)]
    assert len(losses) == 42 and np.mean(losses[-5:]) < 0.6 * np.mean(losses[:5])


def test_a_stopped_run_keeps_a_checkpoint_and_resumes_where_it_stood(small: TrainConfig, tmp_path: Path) -> None:
    run, done = Run(tmp_path / "run"), []
    for event in train(small, run=run, should_stop=lambda: len(done) >= 2):
        done += [event] if isinstance(event, StepDone) else []
    assert isinstance(event, Finished) and event.stopped and run.resumable
    went_on = list(train(small, run=run, resume=True))
    assert isinstance(went_on[0], Started) and went_on[0].step == 2
    assert [event.step for event in went_on if isinstance(event, StepDone)] == [3, 4, 5, 6]


def test_a_validation_that_a_stop_breaks_off_is_made_up_for(small: TrainConfig, tmp_path: Path) -> None:
    run, done = Run(tmp_path / "run"), []
    for event in train(small, run=run, should_stop=lambda: len(done) >= 3):  # the third step is followed by a validation
        done += [event] if isinstance(event, StepDone) else []
        assert not isinstance(event, Validated)
    assert isinstance(event, Finished) and event.stopped and run.resumable
    went_on = [event for event in train(small, run=run, resume=True) if isinstance(event, (StepDone, Validated))]
    assert [event.step for event in went_on] == [3, 4, 5, 6, 6] and isinstance(went_on[0], Validated)


def test_a_file_named_stop_in_the_runs_folder_stops_it(small: TrainConfig, tmp_path: Path) -> None:
    run = Run(tmp_path / "run")
    for event in train(small, run=run):
        if isinstance(event, StepDone) and event.step == 1:
            (run.path / STOP).touch()
    assert isinstance(event, Finished) and event.stopped and event.summary["step"] == 1
    assert isinstance(next(iter(train(small, run=run, resume=True))), Started), "the wish of yesterday holds no longer"


def test_a_consumer_that_leaves_lets_go_of_the_run(small: TrainConfig, tmp_path: Path) -> None:
    run = Run(tmp_path / "run")
    job = train(small, run=run)
    assert isinstance(next(job), Started) and run.alive
    job.close()
    assert not run.alive


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_a_run_killed_in_the_middle_resumes_to_the_same_bits_as_one_never_interrupted(
    precision: str, small: TrainConfig, tmp_path: Path, forks: Forks
) -> None:
    settings = config.replace(config.replace(small, "precision", precision), "model.dropout", 0.2)
    settings = config.replace(config.replace(settings, "augment.rare", 0.5), "save_every", 2)
    whole, killed = Run(tmp_path / "whole"), Run(tmp_path / "killed")
    for _ in train(settings, run=whole):
        pass
    config.save(settings, tmp_path / "settings.yaml")
    for line in forks.call("engine.verbs:run", ["train", str(tmp_path / "settings.yaml"), "--run", str(killed.path), "--json"]):
        event = events.from_line(line)
        if isinstance(event, StepDone) and event.step == 5:
            os.kill(forks.pids[0], signal.SIGKILL)
    assert forks.codes == [-signal.SIGKILL] and killed.resumable and not killed.alive
    said = list(train(settings, run=killed, resume=True))
    assert [event.step for event in said if isinstance(event, Started)] in ([4], [6])
    assert not [event for event in said if isinstance(event, (Failed, Message))]
    for name in ("last.safetensors", "last.state.safetensors", "best.safetensors"):
        expected, found = load_file(whole.path / name), load_file(killed.path / name)
        assert expected.keys() == found.keys()
        assert all(np.array_equal(expected[key].view(np.uint8), found[key].view(np.uint8)) for key in expected), name


def test_time_that_runs_out_ends_the_run_with_its_schedule(small: TrainConfig, tmp_path: Path) -> None:
    settings = config.replace(config.replace(small, "epochs", 100000), "max_minutes", 0.04)
    *said, finished = train(settings, run=Run(tmp_path / "run"))
    steps = [event for event in said if isinstance(event, StepDone)]
    assert isinstance(finished, Finished) and not finished.stopped and len(steps) < 1000
    assert finished.summary["seconds"] < 30 and isinstance(said[-1], Saved)
    assert len(steps) < 3 or steps[-1].learning_rate < max(step.learning_rate for step in steps), "a busy machine may not get to the fall"


def _reason(settings: TrainConfig, run: Run, *, resume: bool = False) -> str:
    *_, last = train(settings, run=run, resume=resume)
    assert isinstance(last, Failed)
    return last.reason


def test_a_loss_that_is_no_number_ends_in_a_sentence(small: TrainConfig, tmp_path: Path) -> None:
    settings = config.replace(config.replace(small, "optimiser.learning_rate", 10.0), "loss.by_hand", {"road": 3e38})
    assert "lower optimiser.learning_rate" in _reason(settings, Run(tmp_path / "run"))
    assert isinstance(Run(tmp_path / "run").history()[-1], Failed)


def test_a_folder_that_holds_a_run_is_not_overwritten_and_an_empty_one_not_resumed(small: TrainConfig, tmp_path: Path) -> None:
    run = Run(tmp_path / "run")
    for event in train(small, run=run):
        if isinstance(event, StepDone):
            break
    assert "already holds a run; resume it" in _reason(small, run)
    assert "nothing to resume from" in _reason(small, Run(tmp_path / "other"), resume=True)


def test_a_damaged_state_and_one_of_another_network_are_refused(small: TrainConfig, tmp_path: Path) -> None:
    run, done = Run(tmp_path / "run"), []
    for event in train(small, run=run, should_stop=lambda: len(done) >= 1):
        done += [event] if isinstance(event, StepDone) else []
    assert "its architecture needs" in _reason(config.replace(small, "model.pyramid_channels", 16), run, resume=True)
    content = run.state.read_bytes()
    atomic.write_bytes(run.state, content[: len(content) // 2])
    assert "cut off or damaged" in _reason(small, run, resume=True)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("model.encoder", "vgg", "model.encoder is 'vgg'"),
        ("loss.name", "hinge", "loss.name is 'hinge'; choose one of: bce"),
        ("loss.by_hand", {"boat": 2.0}, "loss.by_hand names 'boat'"),
        ("augment.scale", (2.0, 0.5), "augment.scale is 2 to 0.5"),
        ("augment.crop", (64, 0), "augment.crop is"),
        ("data.root", Path("/nowhere/at/all"), "/nowhere/at/all doesn't exist"),
        ("data.validation_split", "held", "no split 'held'"),
    ],
)
def test_a_setting_that_cannot_be_met_is_named(key: str, value: object, said: str, small: TrainConfig, tmp_path: Path) -> None:
    assert said in _reason(config.replace(small, key, value), Run(tmp_path / "run"))


def test_a_mask_of_another_size_is_named(small: TrainConfig, frames: Path, tmp_path: Path) -> None:
    images.write_png(frames / "trainannot" / "train2.png", np.zeros((20, 20), np.uint8))
    assert "train2.png is 20×20" in _reason(small, Run(tmp_path / "run"))


def test_scoring_on_training_frames_is_warned_of(small: TrainConfig, tmp_path: Path) -> None:
    first = next(iter(train(config.replace(small, "data.validation_split", "train"), run=Run(tmp_path / "run"))))
    assert isinstance(first, Message) and first.level == "warning"


def test_without_a_folder_a_run_is_made_in_the_users_home(small: TrainConfig) -> None:
    job = train(small)
    started = next(iter(job))
    assert isinstance(started, Started) and Path(started.run).parent == places.runs() and started.run.endswith("fpn-mobilenet_v3_small")
    job.close()


def test_one_class_and_the_rest_trains_with_one_output(small: TrainConfig, tmp_path: Path) -> None:
    settings = config.replace(config.replace(small, "classes.select", ("road",)), "classes.rest", True)
    *_, validated, _, _, finished = train(config.replace(settings, "loss.name", "bce_dice"), run=Run(tmp_path / "run"))
    assert isinstance(finished, Finished) and checkpoints.card(tmp_path / "run").classes.output_channels == 1
    assert finished.summary["mean_iou"] <= 1
