"""Predictions kept on the disk."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from engine import images
from engine.drives import Drive, open_drive
from engine.drives.mask_cache import MaskCache
from engine.sample import Prediction


@pytest.fixture
def drive(tmp_path: Path) -> Drive:
    for number in range(4):
        images.write_png(tmp_path / "frames" / f"{number}.png", np.zeros((40, 60, 3), np.uint8))
    return open_drive(tmp_path / "frames")


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    path = tmp_path / "weights.safetensors"
    path.write_bytes(b"one")
    return path


def prediction(seed: int = 0) -> Prediction:
    random = np.random.default_rng(seed)
    return Prediction(random.integers(0, 19, (40, 60), np.uint8), random.random((40, 60), np.float32))


def test_what_was_written_is_read_again(drive: Drive, checkpoint: Path) -> None:
    assert MaskCache(drive, checkpoint).write(2, prediction())
    cache = MaskCache(drive, checkpoint)
    found = cache.read(2)
    assert cache.frames() == [2] and found is not None
    np.testing.assert_array_equal(found.mask, prediction().mask)
    np.testing.assert_allclose(found.confidence, prediction().confidence, atol=0.01)
    assert cache.read(1) is None


def test_another_checkpoint_has_its_own(drive: Drive, checkpoint: Path) -> None:
    MaskCache(drive, checkpoint).write(0, prediction())
    checkpoint.write_bytes(b"another")
    assert MaskCache(drive, checkpoint).frames() == []


def test_an_image_that_was_replaced_is_predicted_again(drive: Drive, checkpoint: Path) -> None:
    cache = MaskCache(drive, checkpoint)
    cache.write(0, prediction())
    assert drive.frames[0].image is not None
    os.utime(drive.frames[0].image, (1, 1))
    assert cache.read(0) is None and cache.frames() == []


@pytest.mark.parametrize("damage", [lambda content: b"", lambda content: content[: len(content) // 2], lambda content: b"garbage"])
def test_a_damaged_file_is_as_good_as_none(drive: Drive, checkpoint: Path, own_home: Path, damage) -> None:
    cache = MaskCache(drive, checkpoint)
    cache.write(0, prediction())
    (path,) = (own_home / "cache" / "masks").rglob("*.png")
    path.write_bytes(damage(path.read_bytes()))
    assert cache.read(0) is None
    assert cache.write(0, prediction()) and cache.read(0) is not None


def test_the_folder_stays_below_its_limit_and_loses_the_least_recently_read(drive: Drive, checkpoint: Path, own_home: Path) -> None:
    MaskCache(drive, checkpoint).write(0, prediction())
    (first,) = (own_home / "cache" / "masks").rglob("*.png")
    cache = MaskCache(drive, checkpoint, limit_bytes=int(first.stat().st_size * 3.4))
    for index in (1, 2):
        cache.write(index, prediction(index))
    for age, path in enumerate(sorted((own_home / "cache" / "masks").rglob("*.png"))):
        os.utime(path, (1000 + age, 1000 + age))
    assert cache.read(0) is not None  # read just now: the oldest is 1
    cache.write(3, prediction(3))
    assert cache.frames() == [0, 2, 3]
    assert sum(path.stat().st_size for path in (own_home / "cache").rglob("*.png")) <= first.stat().st_size * 3.4


def test_a_disk_that_takes_nothing_costs_no_prediction(drive: Drive, checkpoint: Path, own_home: Path) -> None:
    (own_home / "cache").write_text("a file where the folder should be", encoding="utf-8")
    cache = MaskCache(drive, checkpoint)
    assert cache.write(0, prediction()) is False
    assert cache.read(0) is None and cache.frames() == []
