"""The label space is edited while a run goes on, or between its two halves: the run keeps the classes it began with."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine import checkpoints, config, images, label_editing, labels, own_spaces
from engine.config import TrainConfig
from engine.errors import ConfigError
from engine.events import Failed, Finished, StepDone
from engine.label_editing import new_row, rows_of
from engine.runs import Run
from engine.training import material
from engine.training.loop import train


def add_a_class(root: Path) -> None:
    """The data is labelled with one more class, a renamed car among the others, and every validation mask has a pixel of the new one."""
    camvid = labels.space("camvid")
    rows = [row.called("auto") if row.name == "car" else row for row in rows_of(camvid)]
    own_spaces.save(label_editing.edited(camvid, [*rows, new_row(rows, name="tram", group="vehicle")], name="ours", title="Ours"))
    own_spaces.choose(root, "ours")
    for path in sorted((root / "valannot").iterdir()):
        mask = images.read_ids(path).astype(np.uint8)
        mask[0, 0] = 12
        images.write_png(path, mask)


def test_a_run_that_goes_on_is_not_disturbed(small: TrainConfig, frames: Path, tmp_path: Path) -> None:
    run, said = Run(tmp_path / "run"), []
    for event in train(small, run=run):
        said.append(event)
        if isinstance(event, StepDone) and event.step == 1:
            add_a_class(frames)
    assert isinstance(said[-1], Finished) and not any(isinstance(event, Failed) for event in said)
    assert checkpoints.card(run.path).classes == labels.class_set(labels.space("camvid"))


def test_a_stopped_run_resumes_with_the_classes_it_began_with(small: TrainConfig, frames: Path, tmp_path: Path) -> None:
    run = Run(tmp_path / "run")
    stop = False
    for event in train(small, run=run, should_stop=lambda: stop):
        stop = stop or isinstance(event, StepDone)
    add_a_class(frames)
    assert isinstance(list(train(small, run=run, resume=True))[-1], Finished)
    assert checkpoints.card(run.last).classes == labels.class_set(labels.space("camvid"))


def test_a_new_run_learns_the_users_classes_or_those_that_its_config_names(small: TrainConfig, frames: Path, tmp_path: Path) -> None:
    add_a_class(frames)
    run = Run(tmp_path / "run")
    assert isinstance(list(train(small, run=run))[-1], Finished)
    learnt = checkpoints.card(run.path).classes
    assert (learnt.space, learnt.base, learnt.names[-1]) == ("ours", "camvid", "tram") and "auto" in learnt.names
    for name, space in (("camvid", "camvid"), ("ours", "ours")):
        found = material.opened(config.replace(small, "data.labels", name))
        assert found.classes.space == space and labels.VOID not in (found.classes.lut[8], found.classes.lut[3])
    with pytest.raises(ConfigError, match="there is no label space 'mars'; choose one of: camvid, .*ours"):
        material.opened(config.replace(small, "data.labels", "mars"))
