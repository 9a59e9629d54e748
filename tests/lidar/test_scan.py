from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.errors import DataError
from engine.lidar.scan import Scan, read_labels, read_scan, write_labels, write_scan


def test_a_scan_comes_back_as_it_was_written(tmp_path: Path) -> None:
    rows = np.random.default_rng(1).normal(size=(50, 4)).astype(np.float32)
    write_scan(tmp_path / "a.bin", Scan(rows[:, :3], rows[:, 3]))
    scan = read_scan(tmp_path / "a.bin")
    assert (scan.points == rows[:, :3]).all() and (scan.reflectance == rows[:, 3]).all() and len(scan) == 50


@pytest.mark.parametrize(("content", "said"), [(b"\0" * 31, "truncated"), (b"", "empty")])
def test_a_truncated_or_empty_scan_is_one_sentence_with_its_name(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "0000000003.bin").write_bytes(content)
    with pytest.raises(DataError, match=rf"0000000003\.bin .*{said}.*again"):
        read_scan(tmp_path / "0000000003.bin")


def test_a_missing_scan_says_so(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nowhere.bin can't be opened"):
        read_scan(tmp_path / "nowhere.bin")


def test_labels_keep_class_and_instance_and_belong_to_their_scan(tmp_path: Path) -> None:
    labels = np.array([40, 10 | 7 << 16, 252], np.uint32)
    write_labels(tmp_path / "a.label", labels)
    assert read_labels(tmp_path / "a.label", 3).tolist() == labels.tolist()
    with pytest.raises(DataError, match="labels 3 points, its scan has 4"):
        read_labels(tmp_path / "a.label", 4)


def test_real_semantic_kitti_labels_fit_their_scan(shared_data: Path) -> None:
    folder = shared_data / "semantickitti" / "sequences" / "00"
    scan = read_scan(folder / "velodyne" / "000000.bin")
    classes = read_labels(folder / "labels" / "000000.label", len(scan)) & 0xFFFF
    assert {40, 50} <= set(classes.tolist()) and 0 <= scan.reflectance.min() and scan.reflectance.max() <= 1
