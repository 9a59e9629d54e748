from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.errors import DataError
from engine.lidar.calibration import read_object, read_odometry, read_raw


def test_projection_of_a_raw_day_is_the_product_the_devkit_forms(shared_data: Path) -> None:
    calibration = read_raw(shared_data / "kitti_raw" / "2011_09_26")
    values = {}
    for name in ("calib_cam_to_cam.txt", "calib_velo_to_cam.txt"):
        for line in (shared_data / "kitti_raw" / "2011_09_26" / name).read_text(encoding="utf-8").splitlines():
            key, _, rest = line.partition(":")
            values[key] = rest.split()
    square = np.eye(4), np.eye(4)
    square[0][:3, :3] = np.reshape(values["R_rect_00"], (3, 3))
    square[1][:3, :3], square[1][:3, 3] = np.reshape(values["R"], (3, 3)), values["T"]
    expected = np.reshape(values["P_rect_02"], (3, 4)).astype(float) @ square[0] @ square[1]
    assert np.abs(calibration.image_from_lidar - expected).max() < 1e-9
    assert calibration.size == (375, 1242)


def test_object_road_and_raw_files_of_one_day_agree(shared_data: Path) -> None:
    raw = read_raw(shared_data / "kitti_raw" / "2011_09_26")
    road = read_object(shared_data / "data_road" / "training" / "calib" / "um_000000.txt")
    assert np.abs(raw.image_from_lidar - road.image_from_lidar).max() < 1e-6


def test_a_point_ahead_lands_near_the_middle_in_every_layout(shared_data: Path) -> None:
    found = [
        read_object(shared_data / "kitti_object" / "training" / "calib" / "000076.txt"),
        read_odometry(shared_data / "semantickitti" / "sequences" / "00" / "calib.txt"),
        read_odometry(shared_data / "semantickitti" / "sequences" / "00" / "calib.txt", camera=3),
    ]
    for calibration in found:
        x, y, depth = calibration.image_from_lidar @ (30, 0, 0, 1)
        assert 580 < x / depth < 640 and 160 < y / depth < 200 and 29 < depth < 31


def test_the_camera_is_the_colour_camera_not_camera_0(shared_data: Path) -> None:
    """KITTI's colour camera stands 6 cm left of camera 0, so a point on camera 0's axis lies right of its own."""
    two, zero = (read_raw(shared_data / "kitti_raw" / "2011_09_26", camera=camera) for camera in (2, 0))
    assert two.camera_from_lidar[0, 3] - zero.camera_from_lidar[0, 3] == pytest.approx(0.06, abs=0.005)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "lacks the key R_rect_00"),
        ("R_rect_00: 1 0 0 0 1 0 0 0", "R_rect_00 has 8 numbers, it needs 9"),
        ("R_rect_00: 1 0 0 0 1 0 0 0 one", "R_rect_00 holds something that is no number"),
        ("R_rect_00: 1 0 0 0 nan 0 0 0 1", "R_rect_00 holds a number that is not finite"),
        ("R_rect_00: 0 0 0 0 0 0 0 0 0", "R_rect_00 is no rotation"),
    ],
)
def test_each_bad_line_is_one_sentence_with_file_key_and_cure(dated: Path, line: str, said: str) -> None:
    file = dated / "calib_cam_to_cam.txt"
    lines = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join(line if one.startswith("R_rect_00") else one for one in lines), encoding="utf-8")
    with pytest.raises(DataError) as told:
        read_raw(dated)
    sentence = str(told.value)
    assert str(file) in sentence and said in sentence and sentence.endswith("copy the file again from the dataset") and "\n" not in sentence


def test_garbage_bytes_are_one_sentence(dated: Path) -> None:
    (dated / "calib_velo_to_cam.txt").write_bytes(b"R: \xff\xfe\x00\x81" * 9)
    with pytest.raises(DataError, match=r"calib_velo_to_cam\.txt is no calibration: it holds bytes that are no text"):
        read_raw(dated)


def test_a_projection_without_focal_length_is_refused(dated: Path) -> None:
    file = dated / "calib_cam_to_cam.txt"
    file.write_text(file.read_text(encoding="utf-8").replace("P_rect_02: 300", "P_rect_02: 0"), encoding="utf-8")
    with pytest.raises(DataError, match="P_rect_02 is no projection"):
        read_raw(dated)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="calib_cam_to_cam.txt can't be opened"):
        read_raw(tmp_path)
    with pytest.raises(DataError, match="calib.txt can't be opened"):
        read_odometry(tmp_path / "calib.txt")
