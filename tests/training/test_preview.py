"""The preview shows what the training sees."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from engine import config
from engine.config import Stage, TrainConfig
from engine.errors import DataError
from engine.training import balance, batches, material, stages, views, weather
from engine.training.augment import OUTSIDE
from engine.training.preview import COUNTED, Preview, Wanted

WILD = {"crop": [48, 32], "scale": [0.5, 2.0], "flip": 0.5, "photometric": 0.7, "rare": 0.5}


def _trained_on(wanted: TrainConfig) -> tuple[list[tuple[np.ndarray, np.ndarray]], stages.Leg]:
    """Every view of the run's last stage, in order, as the training makes them."""
    given = material.opened(wanted)
    pixels = np.zeros(len(given.classes), np.int64)
    for _ in material.counted(given.train, given.classes, pixels):
        pass
    leg = stages.legs(wanted, dict(zip(stages.stages(wanted), given.stages)).__getitem__)[-1]
    made = batches.made(leg.frames, leg.config, rarity=balance.rarity(pixels), first=0, last=leg.last - leg.first)
    return [pair for images, masks in made for pair in zip(images, masks)], leg


@pytest.mark.parametrize("progression", [False, True], ids=["one stage", "the last of two stages"])
def test_what_is_shown_is_what_is_trained_on(small: TrainConfig, progression: bool) -> None:
    wanted = replace(small, augment=config.build(type(small.augment), WILD), weather=replace(small.weather, fog=(0.5, 0.6), dark=(0.3, 1.0)))
    if progression:
        wanted = replace(wanted, stages=(Stage((32, 32), 1, 3), Stage((64, 64), 2, 4)))
    trained, leg = _trained_on(wanted)
    preview = Preview()
    assert len(leg.frames) <= COUNTED, "so that both know the same rare classes"
    for position, (image, mask) in enumerate(trained):
        draw, _ = divmod(position, len(leg.frames))
        index = views.frame_at(position, len(leg.frames), leg.config.seed)
        shown = preview.shown(Wanted(wanted, index, draw))
        assert shown.name == leg.frames.name(index)
        assert np.array_equal(shown.after[0][0], image)
        assert np.array_equal(np.where(shown.after[0][1] == OUTSIDE, 255, shown.after[0][1]), mask)


def test_before_is_the_frame_at_its_size_whatever_is_drawn(small: TrainConfig) -> None:
    preview = Preview()
    whole, _ = batches.unchanged(material.opened(small).train, [2], small.data.size)
    for draw in (0, 7):
        assert np.array_equal(preview.shown(Wanted(small, 2, draw)).before[0], whole[0])


def test_several_draws_are_those_one_after_the_other(small: TrainConfig) -> None:
    preview = Preview()
    several = preview.shown(Wanted(small, 1, 4, count=3))
    for more in range(3):
        assert np.array_equal(several.after[more][0], preview.shown(Wanted(small, 1, 4 + more)).after[0][0])
    assert not np.array_equal(several.after[0][0], several.after[1][0]) and several.milliseconds > 0


def test_a_place_is_the_part_of_the_frame_that_the_view_shows(small: TrainConfig) -> None:
    still = replace(small, augment=config.build(type(small.augment), {"crop": [32, 48], "scale": [1.0, 1.0], "flip": 0, "photometric": 0}))
    shown = Preview().shown(Wanted(still, 3, 2))
    top, left = (round(side) for side in shown.places[0].corner)
    assert shown.places[0].whole == (64, 64) and shown.after[0][1].shape == (32, 48)
    assert np.array_equal(shown.after[0][1], shown.before[1][top : top + 32, left : left + 48])


@pytest.mark.parametrize("effect", weather.EFFECTS)
def test_a_forced_effect_falls_on_every_draw_and_leaves_the_mask(small: TrainConfig, effect: str) -> None:
    still = replace(small, augment=config.build(type(small.augment), {"scale": [1.0, 1.0], "flip": 0, "photometric": 0}))
    for draw in range(3):
        shown = Preview().shown(Wanted(still, 0, draw, effect=effect, strength=1.0))
        assert not np.array_equal(shown.after[0][0], shown.before[0]) and np.array_equal(shown.after[0][1], shown.before[1])


def test_a_preset_lends_its_augmentation_and_keeps_the_crop_in_proportion(small: TrainConfig) -> None:
    like = config.build(TrainConfig, {"data": {"size": [512, 1024]}, "augment": {"crop": [512, 512], "flip": 1.0}, "weather": {"snow": [1.0, 0.5]}})
    shown = Preview().shown(Wanted(small, 0, like=like))
    assert shown.after[0][0].shape == (64, 32, 3) and shown.before[0].shape == (64, 64, 3)


def test_only_the_frames_that_are_trained_on_are_offered(small: TrainConfig) -> None:
    shown = Preview().shown(Wanted(config.replace(small, "data.limit", 2), 99))
    assert (shown.frames, shown.index) == (2, 1)


def test_a_frame_that_cannot_be_read_is_told_and_the_next_one_is_shown(small: TrainConfig) -> None:
    preview = Preview()
    (small.data.root / "train" / "train0.png").write_bytes(b"no picture")
    with pytest.raises(DataError, match="train0.png"):
        preview.shown(Wanted(small, 0))
    assert preview.shown(Wanted(small, 1)).name == "train1"


def test_it_works_without_torch(small: TrainConfig) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom engine.config import DataConfig, TrainConfig\nfrom engine.training.preview import Preview, Wanted\n"
        "Preview().shown(Wanted(TrainConfig(data=DataConfig(Path(sys.argv[1]))), 0, effect='snow'))\nassert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code, str(small.data.root)], check=True, timeout=60)
