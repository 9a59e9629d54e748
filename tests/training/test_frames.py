"""Frames that are decoded once: found again by content, bounded in size, and never in the way."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from engine import atomic, config, datasets, images, labels
from engine.config import TrainConfig
from engine.datasets._base import FileDataset
from engine.errors import DataError, OutputError
from engine.events import Finished, StepDone
from engine.runs import Run
from engine.training import batches, material
from engine.training.array_store import ArrayStore
from engine.training.frames import Frames
from engine.training.loop import train

CAMVID = labels.class_set(labels.space("camvid"))
FLAT = np.full(11, 1 / 11)


def _frames(root: Path, store: ArrayStore | None, *, most: tuple[int, int] = (32, 40)) -> Frames:
    return Frames(datasets.open_dataset(root, split="train"), CAMVID, most=most, store=store)


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The indices of the images that are decoded from now on."""
    seen: list[int] = []
    inner = FileDataset.image
    monkeypatch.setattr(FileDataset, "image", lambda self, index: (seen.append(index), inner(self, index))[1])
    return seen


def _same(one: tuple[np.ndarray, np.ndarray], other: tuple[np.ndarray, np.ndarray]) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(one, other))


def test_a_frame_is_decoded_once_and_mapped_by_whoever_comes_later(frames: Path, tmp_path: Path, decoded: list[int]) -> None:
    plain = _frames(frames, None)
    first, later = (_frames(frames, ArrayStore(tmp_path / "kept", room=10**6)) for _ in range(2))
    decoded.clear()
    for given in (first, later, first):
        assert _same(given[0], plain[0]) and given[0][0].shape == (32, 40, 3)
    assert decoded == [0, 0] and isinstance(later[0][0].base, np.memmap)


def test_a_changed_file_is_another_frame_even_at_the_same_time_and_size(frames: Path, tmp_path: Path) -> None:
    before = _frames(frames, ArrayStore(tmp_path / "kept", room=10**6))[0]
    mask = frames / "trainannot" / "train0.png"
    times, size = os.stat(mask), mask.stat().st_size
    changed = images.read_ids(mask)[:, ::-1].copy()
    images.write_png(mask, changed)
    mask.write_bytes(mask.read_bytes().ljust(size, b"\0"))
    os.utime(mask, ns=(times.st_atime_ns, times.st_mtime_ns))
    after = _frames(frames, ArrayStore(tmp_path / "kept", room=10**6))[0]
    assert np.array_equal(before[0], after[0]) and not np.array_equal(before[1], after[1])


def test_another_size_is_another_frame_and_other_classes_are_not(frames: Path, tmp_path: Path, decoded: list[int]) -> None:
    store = ArrayStore(tmp_path / "kept", room=10**6)
    assert _frames(frames, store)[1][0].shape[:2] == (32, 40) and _frames(frames, store, most=(16, 20))[1][0].shape[:2] == (16, 20)
    decoded.clear()
    roads = labels.class_set(labels.space("camvid"), config.ClassesConfig(select=("road", "sky")))
    given = Frames(datasets.open_dataset(frames, split="train"), roads, most=(32, 40), store=store)
    assert set(np.unique(given[1][1])) == {0, 1, 255} and not decoded


def test_the_store_keeps_to_its_room_and_what_is_used_stays(tmp_path: Path) -> None:
    array = np.zeros(1000, np.uint8)
    old = ArrayStore(tmp_path, room=10_000)
    for name in ("a", "b", "c"):
        assert old.keep(name, array)
    for age, name in enumerate(("a", "b", "c")):
        os.utime(tmp_path / f"{name}.npy", (1000 + age, 1000 + age))
    new = ArrayStore(tmp_path, room=3600)
    assert new.found("a") is not None
    assert new.keep("d", array), "b was unused for the longest time"
    assert {path.stem for path in tmp_path.glob("*.npy")} == {"a", "c", "d"}
    assert new.keep("e", array) and not new.keep("f", array), "all that is left is in use"
    assert {path.stem for path in tmp_path.glob("*.npy")} == {"a", "d", "e"}


def test_a_damaged_file_is_made_again(frames: Path, tmp_path: Path) -> None:
    plain = _frames(frames, None)[2]
    for content in (b"", b"nonsense", b"cut"):
        given = _frames(frames, ArrayStore(tmp_path / "kept", room=10**6))
        assert _same(given[2], plain)
        (path,) = (tmp_path / "kept").rglob("*.npy")
        path.write_bytes(path.read_bytes()[:200] if content == b"cut" else content)
    assert _same(_frames(frames, ArrayStore(tmp_path / "kept", room=10**6))[2], plain)


def test_a_full_disk_costs_speed_and_nothing_else(frames: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, decoded: list[int]) -> None:
    def full(path: Path) -> None:
        raise OutputError(f"{path} can't be written: the disk is full")

    monkeypatch.setattr(atomic, "replacing", full)
    given = _frames(frames, ArrayStore(tmp_path / "kept", room=10**6))
    assert _same(given[0], given[0]) and decoded == [0], "kept in memory instead"


def test_a_frame_that_is_gone_is_told(frames: Path, tmp_path: Path) -> None:
    given = _frames(frames, ArrayStore(tmp_path / "kept", room=10**6))
    (frames / "train" / "train3.png").unlink()
    with pytest.raises(DataError, match="train3.png"):
        given[3]


def test_a_second_run_decodes_nothing_and_trains_the_same(small: TrainConfig, tmp_path: Path, decoded: list[int]) -> None:
    first = [one.loss for one in train(small, run=Run(tmp_path / "first")) if isinstance(one, StepDone)]
    assert decoded
    decoded.clear()
    said = list(train(small, run=Run(tmp_path / "second")))
    assert [one.loss for one in said if isinstance(one, StepDone)] == first and not decoded
    never = config.replace(small, "data.cache", 0.0)
    assert [one.loss for one in train(never, run=Run(tmp_path / "third")) if isinstance(one, StepDone)] == first
    assert isinstance(said[-1], Finished) and said[-1].summary["loader_images_per_second"] > 0


def test_the_loader_tells_how_fast_it_is(small: TrainConfig) -> None:
    given = material.opened(small)
    loader = batches.made(given.train, small, rarity=FLAT, first=0, last=3)
    assert len(list(loader)) == 3 and loader.images_per_second > 10
