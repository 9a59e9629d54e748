"""What everything that is found by its name promises: datasets, drives, networks, losses and presets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine import catalogue, config, datasets, drives, labels, models, places
from engine.config import ModelConfig
from engine.training import loss_names
from tests import layouts


def _coarse(root: Path) -> Path:
    return layouts.cityscapes(root, truth="gtCoarse")


def _folder(root: Path) -> Path:
    layouts.pairs(root / "images", root / "masks")
    return root


def _images(root: Path) -> Path:
    layouts.picture(root / "frame_1.png")
    return root


DATASETS: dict[str, Callable[[Path], Path]] = {
    "camvid": layouts.camvid,
    "cityscapes": layouts.cityscapes,
    "cityscapes_coarse": _coarse,
    "kitti_road": layouts.kitti_road,
    "kitti_semantics": layouts.kitti_semantics,
    "folder": _folder,
}
DRIVES: dict[str, Callable[[Path], Path]] = {"kitti_raw": layouts.kitti_raw, "kitti_object": layouts.kitti_object, "images": _images}
PRESETS = sorted(places.CONFIGS.glob("*.yaml"))


@pytest.mark.parametrize("layout", datasets.layouts())
def test_a_layout_recognises_its_own_sample_and_no_other_layouts(layout: str, tmp_path: Path) -> None:
    assert set(DATASETS) == set(datasets.layouts()), "a new layout needs its sample here"
    module = catalogue.load(datasets, layout)
    recognised = {name for name, write in DATASETS.items() if module.recognises(write(tmp_path / name))}
    assert recognised == {layout}


@pytest.mark.parametrize("kind", DRIVES)
def test_a_drive_is_what_it_is_and_no_dataset(kind: str, tmp_path: Path) -> None:
    path = DRIVES[kind](tmp_path / "drive")
    assert drives.recognise(path) == kind and datasets.recognise(path) is None
    drive = drives.open_drive(path)
    assert drive.kind == kind and drive.image(0).shape == (*layouts.SIZE, 3)
    drive.close()


@pytest.mark.parametrize("architecture", models.architectures())
@pytest.mark.parametrize("size", [(1, 1), (33, 47), (64, 31)])
def test_a_network_gives_logits_as_large_as_any_picture(architecture: str, size: tuple[int, int]) -> None:
    import torch

    network = models.build(ModelConfig(architecture=architecture, encoder="mobilenet_v3_small"), 1).eval()
    with torch.inference_mode():
        logits = network(torch.zeros(1, 3, *size))
    assert logits.shape == (1, 1, *size) and bool(torch.isfinite(logits).all())


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.stem)
def test_every_name_in_a_preset_is_known(path: Path) -> None:
    preset = config.load(path)
    assert preset.model.architecture in models.architectures() and preset.model.encoder in models.ENCODERS
    assert preset.loss.name in loss_names()
    assert preset.data.layout in ("auto", *datasets.layouts())


@pytest.mark.parametrize("name", labels.spaces())
def test_every_label_space_makes_a_class_set_to_train_on(name: str) -> None:
    space = labels.space(name)
    if any(label.train_id != labels.VOID for label in space.labels):
        assert len(labels.class_set(space)) >= 2
    assert len({label.id for label in space.labels}) == len(space.labels)
