"""KITTI's drives: matched by number, opened from anywhere in their trees."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine import geometry, images
from engine.drives import drives_below, open_drive, recognise
from engine.drives.kitti_raw import poses_of_oxts
from engine.errors import DataError
from engine.lidar.scan import Scan, write_labels, write_scan

IDENTITY = "1 0 0 0 1 0 0 0 1"
PROJECTION = "50 0 20 0 0 50 12 0 0 0 1 0"
STARTED = "2011-09-26 13:00:00.000000000"


def write_raw(date: Path, *, numbers: range, without_scan: tuple[int, ...] = (), drive: str = "0001") -> Path:
    """A small drive in the layout of KITTI raw, ten frames a second, one metre ahead a frame."""
    folder = date / f"{date.name}_drive_{drive}_sync"
    date.mkdir(parents=True, exist_ok=True)
    (date / "calib_cam_to_cam.txt").write_text(f"S_rect_02: 40 24\nR_rect_00: {IDENTITY}\nP_rect_02: {PROJECTION}\nP_rect_03: {PROJECTION}\n", encoding="utf-8")
    (date / "calib_velo_to_cam.txt").write_text("R: 0 -1 0 0 0 -1 1 0 0\nT: 0 0 0\n", encoding="utf-8")
    (date / "calib_imu_to_velo.txt").write_text(f"R: {IDENTITY}\nT: -1 0 0\n", encoding="utf-8")
    for number in numbers:
        images.write_png(folder / "image_02" / "data" / f"{number:010d}.png", np.full((24, 40, 3), number % 256, np.uint8))
        images.write_png(folder / "image_02" / "semantic" / f"{number:010d}.png", np.full((24, 40), 7, np.uint8))
        latitude = 49 + np.degrees(number / 6378137)
        _write(folder / "oxts" / "data" / f"{number:010d}.txt", f"{latitude:.14f} 8.4 100 0 0 {np.pi / 2:.15f} 0 0 0\n")
        if number not in without_scan:
            (folder / "velodyne_points" / "data").mkdir(parents=True, exist_ok=True)
            write_scan(folder / "velodyne_points" / "data" / f"{number:010d}.bin", Scan(np.full((3, 3), number, np.float32), np.zeros(3, np.float32)))
            (folder / "velodyne_points" / "labels").mkdir(parents=True, exist_ok=True)
            write_labels(folder / "velodyne_points" / "labels" / f"{number:010d}.label", np.array([40, 40, 10], np.uint32))
    rows = [f"2011-09-26 13:00:{number // 10:02d}.{number % 10}00000000" for number in range(numbers.stop)]
    _write(folder / "image_02" / "timestamps.txt", "\n".join(rows) + "\n")
    return folder


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    return write_raw(tmp_path / "2011_09_26", numbers=range(6, 14), without_scan=(8, 9))


def test_a_scan_belongs_to_the_image_of_its_number_and_not_of_its_place(raw: Path) -> None:
    drive = open_drive(raw)
    assert [frame.number for frame in drive.frames] == list(range(6, 14))
    for index, frame in enumerate(drive.frames):
        scan = drive.scan(index)
        assert (scan is None) == (frame.number in (8, 9))
        if scan is not None:
            assert scan.points[0, 0] == frame.number == drive.image(index)[0, 0, 0]
    assert drive.notes == ("2 of 8 frames have no scan: 8, 9",)


def test_time_is_looked_up_by_number_in_the_timestamps_of_the_whole_drive(raw: Path) -> None:
    drive = open_drive(raw)
    assert [frame.time for frame in drive.frames] == pytest.approx([i / 10 for i in range(8)])
    assert drive.fps == 10


def test_a_damaged_timestamp_costs_no_frame(raw: Path) -> None:
    file = raw / "image_02" / "timestamps.txt"
    lines = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join(["", *lines[1:7], "???", *lines[8:10]]), encoding="utf-8")
    assert [frame.time for frame in open_drive(raw).frames] == pytest.approx([i / 10 for i in range(8)])


def test_truth_is_found_beside_images_and_scans(raw: Path) -> None:
    drive = open_drive(raw)
    truth = drive.truth(0)
    assert drive.space is not None and drive.space.name == "cityscapes"
    assert truth is not None and truth.dtype == np.uint8 and (truth == 7).all()
    assert drive.frames[0].labels == raw / "velodyne_points" / "labels" / "0000000006.label"
    assert drive.frames[2].labels is None


@pytest.mark.parametrize("inside", ["", "image_02", "image_02/data", "velodyne_points", "velodyne_points/data", "oxts/data", "..", "../.."])
def test_a_raw_drive_is_found_from_any_level(raw: Path, inside: str) -> None:
    assert recognise(raw / inside) == "kitti_raw"
    assert open_drive(raw / inside).path == raw
    assert len(open_drive(raw / inside).frames) == 8


def test_a_date_with_several_drives_opens_the_first_and_lists_all(raw: Path) -> None:
    second = write_raw(raw.parent, numbers=range(2), drive="0002")
    assert drives_below(raw.parent) == (raw, second)
    assert open_drive(raw.parent).path == raw
    assert drives_below(second) == (second,)


def test_the_folder_of_another_camera_opens_that_camera(raw: Path) -> None:
    images.write_png(raw / "image_03" / "data" / "0000000006.png", np.zeros((24, 40, 3), np.uint8))
    assert len(open_drive(raw / "image_03" / "data").frames) == 1
    assert len(open_drive(raw).frames) == 8


def test_poses_follow_the_gps_and_stand_where_the_lidar_is(raw: Path) -> None:
    drive = open_drive(raw)
    first, third = drive.pose(0), drive.pose(2)
    assert first is not None and third is not None
    lidar_from_imu = np.eye(4)
    lidar_from_imu[0, 3] = -1
    np.testing.assert_allclose(first, geometry.inverse(lidar_from_imu), atol=1e-9)
    # It drives north and looks north (yaw is from east): two metres on are ahead, in mercator scaled at the first latitude.
    np.testing.assert_allclose((geometry.inverse(first) @ third)[:3, 3], [2, 0, 0], atol=1e-4)


def test_oxts_poses_equal_the_development_kits(shared_data: Path) -> None:
    """The formulas of convertOxtsToPose.m, one pose at a time, as they stand there."""
    folder = shared_data / "kitti_raw" / "2011_09_26" / "2011_09_26_drive_0005_sync" / "oxts" / "data"
    rows = np.stack([np.array(file.read_text().split()[:6], float) for file in sorted(folder.glob("*.txt"))])
    scale = np.cos(rows[0, 0] * np.pi / 180)
    expected, first = [], None
    for latitude, longitude, altitude, roll, pitch, yaw in rows:
        x = scale * longitude * np.pi * 6378137 / 180
        y = scale * 6378137 * np.log(np.tan((90 + latitude) * np.pi / 360))
        rx = np.array([[1, 0, 0], [0, np.cos(roll), -np.sin(roll)], [0, np.sin(roll), np.cos(roll)]])
        ry = np.array([[np.cos(pitch), 0, np.sin(pitch)], [0, 1, 0], [-np.sin(pitch), 0, np.cos(pitch)]])
        rz = np.array([[np.cos(yaw), -np.sin(yaw), 0], [np.sin(yaw), np.cos(yaw), 0], [0, 0, 1]])
        pose = np.eye(4)
        pose[:3, :3], pose[:3, 3] = rz @ ry @ rx, [x, y, altitude]
        first = np.linalg.inv(pose) if first is None else first
        expected.append(first @ pose)
    np.testing.assert_allclose(poses_of_oxts(rows), expected, atol=1e-6)


def test_a_frame_without_a_reading_has_no_pose(raw: Path) -> None:
    (raw / "oxts" / "data" / "0000000007.txt").unlink()
    drive = open_drive(raw)
    assert drive.pose(1) is None and drive.pose(2) is not None


def test_a_garbled_reading_is_one_sentence(raw: Path) -> None:
    (raw / "oxts" / "data" / "0000000007.txt").write_text("49 nan\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"0000000007\.txt must begin with six finite numbers"):
        open_drive(raw).pose(0)


def test_calibration_without_r_rect_is_one_sentence_and_the_images_still_play(raw: Path) -> None:
    (raw.parent / "calib_cam_to_cam.txt").write_text(f"P_rect_02: {PROJECTION}\n", encoding="utf-8")
    drive = open_drive(raw)
    assert drive.image(0).shape == (24, 40, 3)
    with pytest.raises(DataError, match=r"calib_cam_to_cam\.txt lacks the key R_rect_00"):
        drive.calibration(0)


def test_a_drive_without_calibration_says_so(raw: Path) -> None:
    (raw.parent / "calib_cam_to_cam.txt").unlink()
    drive = open_drive(raw)
    assert drive.calibration(0) is None
    assert "calib_cam_to_cam.txt" in drive.notes[-1]


def test_a_truncated_scan_is_one_sentence(raw: Path) -> None:
    file = raw / "velodyne_points" / "data" / "0000000006.bin"
    file.write_bytes(file.read_bytes()[:-3])
    with pytest.raises(DataError, match=r"0000000006\.bin"):
        open_drive(raw).scan(0)


def test_an_odometry_sequence_has_times_and_poses_of_its_lidar(tmp_path: Path) -> None:
    folder = tmp_path / "dataset" / "sequences" / "04"
    for number in range(3):
        images.write_png(folder / "image_2" / f"{number:06d}.png", np.zeros((24, 40, 3), np.uint8))
    tr = "0 -1 0 0.5 0 0 -1 0 1 0 0 0"
    _write(folder / "calib.txt", "".join(f"P{camera}: {PROJECTION}\n" for camera in range(4)) + f"Tr: {tr}\n")
    _write(folder / "times.txt", "0.0\n0.2\n0.4\n")
    _write(tmp_path / "dataset" / "poses" / "04.txt", "".join(f"1 0 0 0 0 1 0 0 0 0 1 {number}\n" for number in range(3)))
    drive = open_drive(folder)
    assert [frame.time for frame in drive.frames] == [0, 0.2, 0.4]
    assert drive.fps == 5
    pose = drive.pose(2)
    assert pose is not None
    np.testing.assert_allclose(pose[:3, 3], [2, 0, 0], atol=1e-12)  # the camera's z is the lidar's x
    for level in (tmp_path, tmp_path / "dataset", folder.parent, folder / "image_2"):
        assert recognise(level) == "kitti_odometry" and open_drive(level).path == folder


def test_a_pose_of_eleven_numbers_is_one_sentence(tmp_path: Path) -> None:
    images.write_png(tmp_path / "00" / "image_2" / "000000.png", np.zeros((24, 40, 3), np.uint8))
    _write(tmp_path / "00" / "calib.txt", f"P0: {PROJECTION}\nP2: {PROJECTION}\nTr: 0 -1 0 0 0 0 -1 0 1 0 0 0\n")
    _write(tmp_path / "00" / "poses.txt", "1 0 0 0 0 1 0 0 0 0 1\n")
    with pytest.raises(DataError, match=r"poses\.txt, line 1, must hold 12 finite numbers"):
        open_drive(tmp_path / "00").pose(0)


def test_the_real_raw_drive(shared_data: Path) -> None:
    drive = open_drive(shared_data / "kitti_raw")
    assert [frame.number for frame in drive.frames] == list(range(60, 80))
    assert drive.size == (375, 1242) and drive.fps == pytest.approx(9.67, abs=0.01)
    assert drive.frames[1].time == pytest.approx(0.1034, abs=0.002) and drive.frames[0].time == 0
    assert drive.notes == ()
    scan, calibration, pose = drive.scan(0), drive.calibration(0), drive.pose(19)
    assert scan is not None and len(scan) > 100_000
    assert calibration is not None and calibration.size == (375, 1242)
    assert pose is not None and 1 < np.linalg.norm(pose[:3, 3]) < 60
    assert np.linalg.det(pose[:3, :3]) == pytest.approx(1)


def test_the_real_object_frames(shared_data: Path) -> None:
    for level in ("", "training", "training/image_2", "training/label_2"):
        drive = open_drive(shared_data / "kitti_object" / level)
        assert drive.kind == "kitti_object" and [frame.number for frame in drive.frames] == [76, 142]
    assert drive.calibration(1) is not None and drive.scan(1) is not None and drive.pose(0) is None


def test_the_real_sequence_of_scans_without_images(shared_data: Path) -> None:
    drive = open_drive(shared_data / "semantickitti")
    assert (drive.kind, drive.has_images, drive.has_scans, drive.size) == ("kitti_odometry", False, True, (0, 0))
    assert [frame.number for frame in drive.frames] == [0, 3]
    assert [frame.time for frame in drive.frames] == pytest.approx([0, 0.3])
    assert drive.frames[0].labels is not None and drive.frames[1].labels is None
    with pytest.raises(DataError, match="has no image"):
        drive.image(0)
