"""Every preset of the plan trains: three steps of each on a handful of small frames in the layout it asks for."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import checkpoints, config, datasets, labels, models, places
from engine.events import Failed, Finished, StepDone
from engine.models import _weights
from engine.runs import Run
from engine.training.loop import train
from tests import layouts

PRESETS = sorted(places.CONFIGS.glob("*.yaml"))


def _dataset(name: str, root: Path) -> Path:
    if name.startswith("camvid"):
        return layouts.camvid(root)
    if name.startswith("kitti_road"):
        return layouts.kitti_road(root)
    if name.startswith("kitti_semantics"):
        return layouts.kitti_semantics(root)
    layouts.cityscapes(root)
    return layouts.cityscapes(root, truth="gtCoarse", splits=("train", "train_extra", "val")) if "coarse" in name else root


def _small(path: Path, data: Path) -> config.TrainConfig:
    """The preset with frames of 64×64 and the smallest encoder: the state of a large one takes longer to write than to train."""
    preset = config.load(path)
    overrides = [f"data.root={data}", "data.size=[64, 64]", "batch=2", "threads=1", "device=cpu", "model.pretrained=false", "max_minutes=0"]
    if any(preset.augment.crop):
        overrides.append("augment.crop=[32, 64]")
    if preset.model.has_backbone:
        overrides.append("model.encoder=mobilenet_v3_small")
    if preset.stages:
        stage = preset.stages[0]
        first = f"{{size: [32, 32], epochs: 1, batch: 4, split: '{stage.split}', layout: '{stage.layout}', fill_void: {str(stage.fill_void).lower()}}}"
        overrides.append(f"stages=[{first}, {{size: [64, 64], epochs: 3, batch: 2}}]")
    if preset.distill.teacher:
        overrides.append(f"distill.teacher={_teacher(config.load(path, overrides), data.parent / 'teacher.safetensors')}")
    return config.load(path, overrides)


def _teacher(student: config.TrainConfig, path: Path) -> Path:
    """A network that tells the same classes apart, with random weights."""
    dataset = datasets.open_dataset(student.data.root, layout=student.data.layout, split=student.data.train_split)
    classes = labels.class_set(dataset.space, student.classes)
    model = config.build(config.ModelConfig, {"encoder": "mobilenet_v3_small", "pyramid_channels": 32, "segmentation_channels": 32})
    card = checkpoints.Card(model, classes, checkpoints.Recipe((64, 64)))
    checkpoints.write(path, card, _weights.taken(models.build(model, classes)))
    return path


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.stem)
def test_a_preset_trains(path: Path, tmp_path: Path) -> None:
    done: list[StepDone] = []
    for event in train(_small(path, _dataset(path.stem, tmp_path / "data")), run=Run(tmp_path / "run"), should_stop=lambda: len(done) >= 3):
        assert not isinstance(event, Failed), event
        done += [event] if isinstance(event, StepDone) else []
    assert isinstance(event, Finished) and len(done) == 3 and all(one.loss == one.loss for one in done)


def test_the_readme_has_a_row_for_every_preset() -> None:
    text = (places.PROJECT / "README.md").read_text(encoding="utf-8")
    assert [path.name for path in PRESETS if f"`{path.name}`" not in text] == []
