from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine import labels
from engine.errors import ConfigError, OutputError
from engine.lidar import cloud_files
from engine.lidar.calibration import Calibration
from engine.lidar.fusion import FusedCloud, fuse
from engine.lidar.scan import Scan, read_labels

CLASSES = labels.class_set(labels.space("cityscapes"))


@pytest.fixture
def cloud(calibration: Calibration, street: Scan) -> FusedCloud:
    mask = np.full((120, 400), 13, np.uint8)
    mask[60:] = 0
    return fuse(street, calibration, mask, np.full((120, 400), 0.75, np.float32))


def test_label_files_hold_semantic_kitti_ids_of_all_points_in_scan_order(cloud: FusedCloud, tmp_path: Path) -> None:
    (path,) = cloud_files.write(cloud, tmp_path / "000001", ["label"], CLASSES)
    ids = read_labels(path, len(cloud))
    assert path.name == "000001.label" and set(ids.tolist()) == {0, 10, 40}
    assert (ids[cloud.train_id == 13] == 10).all() and (ids[cloud.train_id == 0] == 40).all() and (ids[~cloud.seen] == 0).all()


@pytest.mark.parametrize("suffix", ["ply", "pcd"])
def test_open3d_reads_points_colours_and_classes(cloud: FusedCloud, tmp_path: Path, suffix: str) -> None:
    import open3d

    (path,) = cloud_files.write(cloud, tmp_path / "a", [suffix], CLASSES)
    read = open3d.t.io.read_point_cloud(str(path)).point
    assert (read["positions"].numpy() == cloud.points).all()
    assert (read["class"].numpy().ravel() == cloud.train_id).all() and (read["confidence"].numpy().ravel() == cloud.confidence).all()
    assert (read["colors"].numpy()[cloud.train_id == 0] == (128, 64, 128)).all()


def test_the_ply_header_names_classes_and_fields(cloud: FusedCloud, tmp_path: Path) -> None:
    (path,) = cloud_files.write(cloud, tmp_path / "a", ["ply"], CLASSES)
    content = path.read_bytes()
    head, _, body = content.partition(b"end_header\n")
    assert b"comment class 13 is car" in head and b"format binary_little_endian 1.0" in head and len(body) == 20 * len(cloud)


def test_npz_holds_everything_and_needs_no_pickle(cloud: FusedCloud, tmp_path: Path) -> None:
    (path,) = cloud_files.write(cloud, tmp_path / "a.b", ["npz"], CLASSES)
    with np.load(path, allow_pickle=False) as read:
        assert (read["points"] == cloud.points).all() and (read["train_id"] == cloud.train_id).all() and (read["seen"] == cloud.seen).all()
        assert read["class_names"][13] == "car" and read["semantic_kitti"][13] == 10 and read["pixel"].shape == (len(cloud), 2)
    assert path.name == "a.b.npz"


def test_an_unknown_format_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="'las'; choose of: label, ply, pcd, npz"):
        cloud_files.checked(["ply", "las"])
    assert cloud_files.checked([" PLY", "ply", ".npz"]) == ("ply", "npz")


def test_nothing_half_written_stays_where_a_folder_cannot_be_made(cloud: FusedCloud, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OutputError, match="choose another folder"):
        cloud_files.write(cloud, tmp_path / "file" / "a", cloud_files.FORMATS, CLASSES)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file() and path.suffix in (".ply", ".npz", ".label")] == []
