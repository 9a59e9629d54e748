"""Large folders: the budget of the index in seconds of the processor, and that it is remembered rightly."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from engine import listing, places
from engine.datasets import open_dataset
from tests import layouts

FILES = 20_000


def folder_of(files: int, root: Path) -> Path:
    """CamVid with half as many frames and as many masks, of which only the first are pictures: an index looks at names."""
    layouts.camvid(root, train=2, val=1)
    for folder in ("train", "trainannot"):
        base = os.fspath(root / folder)
        for number in range(2, files // 2):
            os.close(os.open(f"{base}/train_{number:05d}.png", os.O_CREAT | os.O_WRONLY))
    return root


@pytest.fixture
def remembered(tmp_path: Path) -> Path:
    """Twice as large as a tree must be for its listing to be kept."""
    return folder_of(2 * listing.KEPT_FROM, tmp_path / "large")


def settle(root: Path) -> None:
    """As though nobody had touched the folders for a minute."""
    past = time.time() - 60
    for folder in (root, *(path for path in root.iterdir() if path.is_dir())):
        os.utime(folder, (past, past))


def test_twenty_thousand_files_are_indexed_within_two_seconds_and_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    large = folder_of(FILES, tmp_path / "large")
    settle(large)
    begun = time.process_time()
    dataset = open_dataset(large)
    assert time.process_time() - begun < 2
    assert len(dataset.samples) == FILES // 2 + 1
    assert list((places.cache() / "listings").glob("*.json"))

    listed = []
    real = listing.folder
    monkeypatch.setattr(listing, "folder", lambda path: listed.append(path.name) or real(path))
    begun = time.process_time()
    assert open_dataset(large).samples == dataset.samples
    assert time.process_time() - begun < 2
    assert "train" not in listed and "trainannot" not in listed


def test_a_new_file_is_seen_in_a_remembered_folder(remembered: Path) -> None:
    settle(remembered)
    before = len(open_dataset(remembered, split="train").samples)
    layouts.picture(remembered / "train" / "train_99999.png")
    layouts.mask(remembered / "trainannot" / "train_99999.png", (3,))
    assert len(open_dataset(remembered, split="train").samples) == before + 1


def test_a_folder_that_changed_a_moment_ago_is_not_remembered(remembered: Path) -> None:
    open_dataset(remembered, split="train")
    path = remembered / "train"
    status = path.stat()
    (path / "train_00500.png").rename(path / "train_77777.png")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))  # changed within the clock's grain
    names = {sample.name for sample in open_dataset(remembered, split="train").samples}
    assert "train_00500" not in names


def test_a_damaged_index_is_made_again(remembered: Path) -> None:
    settle(remembered)
    count = len(open_dataset(remembered).samples)
    for kept in (places.cache() / "listings").glob("*.json"):
        kept.write_text('{"version": 1, "root": 3}', encoding="utf-8")
    assert len(open_dataset(remembered).samples) == count


def test_the_listing_of_a_small_tree_is_not_kept(tmp_path: Path) -> None:
    open_dataset(layouts.camvid(tmp_path))
    assert not (places.cache() / "listings").exists()


def test_hidden_files_are_no_frames(tmp_path: Path) -> None:
    layouts.camvid(tmp_path)
    (tmp_path / "train" / "._train_00000.png").write_bytes(b"Mac")
    assert not open_dataset(tmp_path).problems
