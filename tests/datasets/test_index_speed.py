"""Large folders: the budget of the index, and that it is remembered rightly."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from engine import listing, places
from engine.datasets import open_dataset
from tests import layouts

FILES = 20_000


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """CamVid with 10 000 frames and masks, of which only the first are pictures: an index looks at names."""
    root = layouts.camvid(tmp_path / "large", train=2, val=1)
    for folder in ("train", "trainannot"):
        base = os.fspath(root / folder)
        for number in range(2, FILES // 2):
            os.close(os.open(f"{base}/train_{number:05d}.png", os.O_CREAT | os.O_WRONLY))
    return root


def settle(root: Path) -> None:
    """As though nobody had touched the folders for a minute."""
    past = time.time() - 60
    for folder in (root, *(path for path in root.iterdir() if path.is_dir())):
        os.utime(folder, (past, past))


def test_twenty_thousand_files_are_indexed_within_two_seconds_and_remembered(large: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settle(large)
    begun = time.perf_counter()
    dataset = open_dataset(large)
    assert time.perf_counter() - begun < 2
    assert len(dataset.samples) == FILES // 2 + 1
    assert list((places.cache() / "listings").glob("*.json"))

    listed = []
    real = listing.folder
    monkeypatch.setattr(listing, "folder", lambda path: listed.append(path.name) or real(path))
    begun = time.perf_counter()
    assert open_dataset(large).samples == dataset.samples
    assert time.perf_counter() - begun < 2
    assert "train" not in listed and "trainannot" not in listed


def test_a_new_file_is_seen_in_a_remembered_folder(large: Path) -> None:
    settle(large)
    before = len(open_dataset(large, split="train").samples)
    layouts.picture(large / "train" / "train_99999.png")
    layouts.mask(large / "trainannot" / "train_99999.png", (3,))
    assert len(open_dataset(large, split="train").samples) == before + 1


def test_a_folder_that_changed_a_moment_ago_is_not_remembered(large: Path) -> None:
    open_dataset(large, split="train")
    path = large / "train"
    status = path.stat()
    (path / "train_00500.png").rename(path / "train_77777.png")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))  # changed within the clock's grain
    names = {sample.name for sample in open_dataset(large, split="train").samples}
    assert "train_00500" not in names


def test_a_damaged_index_is_made_again(large: Path) -> None:
    settle(large)
    count = len(open_dataset(large).samples)
    for kept in (places.cache() / "listings").glob("*.json"):
        kept.write_text('{"version": 1, "root": 3}', encoding="utf-8")
    assert len(open_dataset(large).samples) == count


def test_the_listing_of_a_small_tree_is_not_kept(tmp_path: Path) -> None:
    open_dataset(layouts.camvid(tmp_path))
    assert not (places.cache() / "listings").exists()


def test_hidden_files_are_no_frames(tmp_path: Path) -> None:
    layouts.camvid(tmp_path)
    (tmp_path / "train" / "._train_00000.png").write_bytes(b"Mac")
    assert not open_dataset(tmp_path).problems
