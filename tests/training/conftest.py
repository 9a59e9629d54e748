"""A dataset and a config that train in a second or two."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from engine import config, images
from engine.config import TrainConfig
from tests.processes import Forks


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """On a busy machine threads that wait for each other cost a hundred times more than they give."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def forks() -> Iterator[Forks]:
    """Processes that needn't import torch."""
    forks = Forks()
    yield forks
    forks.close()


@pytest.fixture
def frames(tmp_path: Path) -> Path:
    """CamVid's layout: six training and four validation frames of 64×80, sky above road with a car, and some void."""
    rng = np.random.default_rng(5)
    for split, count in (("train", 6), ("val", 4)):
        for index in range(count):
            horizon, left = int(rng.integers(20, 40)), int(rng.integers(0, 60))
            mask = np.zeros((64, 80), np.uint8)
            mask[horizon:] = 3
            mask[horizon : horizon + 12, left : left + 16] = 8
            mask[:, -3:] = 11
            colours = np.zeros((12, 3), np.uint8)
            colours[[0, 3, 8]] = (120, 170, 220), (90, 90, 90), (180, 30, 30)
            image = np.clip(colours[mask].astype(int) + rng.integers(-20, 20, (64, 80, 3)), 0, 255).astype(np.uint8)
            images.write_png(tmp_path / "data" / split / f"{split}{index}.png", image)
            images.write_png(tmp_path / "data" / f"{split}annot" / f"{split}{index}.png", mask)
    return tmp_path / "data"


@pytest.fixture
def small(frames: Path) -> TrainConfig:
    """Six steps of two frames with the smallest network, in float32 on one thread, validated in the middle."""
    return config.build(
        TrainConfig,
        {
            "data": {"root": str(frames), "size": [64, 64]},
            "model": {"encoder": "mobilenet_v3_small", "pyramid_channels": 32, "segmentation_channels": 32},
            "epochs": 2,
            "batch": 2,
            "device": "cpu",
            "threads": 1,
        },
    )
