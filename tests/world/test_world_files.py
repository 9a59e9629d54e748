"""What `write` leaves on the disk: readable by the readers, the same bytes each time, never half."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from engine import events, geometry, images, labels, world
from engine.errors import ConfigError, OutputError
from engine.lidar import calibration
from engine.lidar.scan import read_labels, read_scan
from engine.world import files, rig
from engine.world.shoot import Drive

SMALL = (64, 128)


def _write(folder: Path, **changes: object) -> list[events.Event]:
    wanted = {"frames": 3, "seed": 2, "size": SMALL, "training_size": SMALL, "scenes": 2} | changes
    return list(world.write(folder, **wanted))  # type: ignore[arg-type]


def _digest(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.rglob("*")) if path.is_file()
    }


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("street")
    _write(folder)
    return folder


def test_a_seed_gives_the_same_bytes_each_time(street: Path, tmp_path: Path) -> None:
    _write(tmp_path)
    assert _digest(tmp_path) == _digest(street)


def test_the_drive_is_read_as_a_kitti_drive_with_its_truth(street: Path) -> None:
    from engine.drives import open_drive

    drive = open_drive(street / "drive")
    assert drive.kind == "kitti_raw" and len(drive.frames) == 3 and drive.size == SMALL and drive.fps == pytest.approx(10)
    scan, mask = drive.scan(0), drive.truth(0)
    assert scan is not None and 50_000 < len(scan) < 120_000 and mask is not None and mask.shape == SMALL
    assert all(frame.mask and frame.labels for frame in drive.frames)
    frame = drive.frames[0]
    assert frame.labels is not None and frame.scan is not None
    assert len(read_labels(frame.labels, len(read_scan(frame.scan)))) == len(scan)
    assert set(np.unique(read_labels(frame.labels) & 0xFFFF)) <= {label.semantic_kitti for label in labels.space("cityscapes").labels}


def test_calibration_on_the_disk_is_the_cameras_own(street: Path) -> None:
    said = calibration.read_raw(street / "drive" / files.DATE)
    view = rig.Rig(SMALL).view(np.eye(4))
    assert np.allclose(said.camera_from_lidar, geometry.inverse(view.world_from_camera), atol=1e-9)
    assert np.allclose(said.intrinsics, view.intrinsics) and said.size == SMALL


def test_oxts_give_back_the_poses_so_that_what_stands_still_stays_put(street: Path) -> None:
    from engine.drives import open_drive

    drive, ride = open_drive(street / "drive"), Drive.prepared(3, 2, SMALL)
    world_from_first = ride.world_from_lidar(0)
    first_from_lidar = [geometry.inverse(world_from_first) @ ride.world_from_lidar(number) for number in range(3)]
    poses = [drive.pose(number) for number in range(3)]
    for said, true in zip(poses, first_from_lidar, strict=True):
        assert said is not None and poses[0] is not None
        assert np.allclose(geometry.inverse(poses[0]) @ said, true, atol=2e-5)


def test_the_pictures_are_read_as_cityscapes_fine_and_coarse(street: Path) -> None:
    from engine.datasets import open_dataset

    fine = open_dataset(street / "cityscapes", layout="cityscapes", split="train")
    assert set(fine.splits) >= {"train", "val", "test"} and len(fine.samples) == 2
    assert fine.image(0).shape == (*SMALL, 3)
    known = fine.space.known_ids
    assert known[fine.mask(0)].all()
    coarse = open_dataset(street / "cityscapes", layout="cityscapes_coarse", split="train")
    assert len(coarse.samples) == 2


def test_truth_files_of_a_picture_agree(street: Path) -> None:
    for instance_file in sorted((street / "cityscapes" / "gtFine").rglob("*_instanceIds.png")):
        instances = images.read_ids(instance_file).astype(int)
        ids = images.read_ids(instance_file.with_name(instance_file.name.replace("instanceIds", "labelIds")))
        assert np.array_equal(np.where(instances >= 1000, instances // 1000, instances), ids)
        colours = images.read_rgb(instance_file.with_name(instance_file.name.replace("instanceIds", "color")))
        assert np.array_equal(colours, labels.space("cityscapes").palette[ids])
        document = json.loads(
            instance_file.with_name(instance_file.name.replace("instanceIds.png", "polygons.json")).read_text(encoding="utf-8")
        )
        assert {thing["label"] for thing in document["objects"]} <= {label.name for label in labels.space("cityscapes").labels}


def test_a_stopped_street_leaves_nothing(tmp_path: Path) -> None:
    told: list[events.Event] = []
    for event in world.write(tmp_path, frames=3, seed=2, size=SMALL, should_stop=lambda: len(told) > 1):
        told.append(event)
    assert isinstance(told[-1], events.Finished) and told[-1].stopped
    assert not list(tmp_path.iterdir())


def test_an_abandoned_street_leaves_nothing(tmp_path: Path) -> None:
    job = world.write(tmp_path, frames=3, seed=2, size=SMALL)
    next(job)
    job.close()  # type: ignore[attr-defined]
    assert not list(tmp_path.iterdir())


def test_somebody_elses_folder_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "drive").mkdir()
    (tmp_path / "drive" / "holiday.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match="holds something else than a street"):
        _write(tmp_path)
    assert (tmp_path / "drive" / "holiday.txt").exists()


@pytest.mark.parametrize("changes", [{"frames": 0}, {"scenes": 0}, {"seed": -1}, {"size": (8, 8)}], ids=str)
def test_impossible_wishes_are_named(tmp_path: Path, changes: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        _write(tmp_path, **changes)


def test_the_sample_drive_is_a_drive_alone(tmp_path: Path) -> None:
    last = list(world.sample_drive(tmp_path, frames=1, size=SMALL))[-1]
    assert isinstance(last, events.Finished) and set(last.summary) == {"drive"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["drive"]
