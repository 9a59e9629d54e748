"""KITTI road, SemanticKITTI and the plain protocol, against values worked out by hand."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from engine import images, verbs
from engine.errors import DataError
from engine.evaluation.protocols import kitti_road, plain, semantic_kitti
from engine.events import Finished
from engine.lidar.scan import write_labels

ROAD = Path(__file__).resolve().parents[3] / "shared" / "data" / "data_road"
CALIBRATION = """P2: 100 0 200 0 0 100 50 0 0 0 1 0
R0_rect: 1 0 0 0 1 0 0 0 1
Tr_cam_to_road: 1 0 0 0 0 1 0 -1.5 0 0 1 0
"""
"""A camera 1.5 m above the road that looks straight ahead: a point (x, z) of it is at column 200 + 100 x / z, row 50 + 150 / z."""


def _summary(said: object) -> dict:  # type: ignore[type-arg]
    *_, finished = said  # type: ignore[misc]
    assert isinstance(finished, Finished)
    return finished.summary


@pytest.fixture
def road(tmp_path: Path) -> Path:
    """Two frames of 100×400: valid everywhere, road in the middle columns."""
    for category, number in (("um", 0), ("uu", 1)):
        truth = np.zeros((100, 400, 3), np.uint8)
        truth[..., 0] = 255
        truth[:, 150:250, 2] = 255
        images.write_png(tmp_path / "training" / "gt_image_2" / f"{category}_road_{number:06d}.png", truth)
        (tmp_path / "training" / "calib").mkdir(exist_ok=True)
        (tmp_path / "training" / "calib" / f"{category}_{number:06d}.txt").write_text(CALIBRATION)
    return tmp_path / "training"


def _predicted(folder: Path, columns: tuple[int, int], value: int = 1, low: int = 0) -> Path:
    for name in ("um_000000", "uu_000001"):
        mask = np.full((100, 400), low, np.uint8)
        mask[:, columns[0] : columns[1]] = value
        images.write_png(folder / f"{name}.png", mask)
    return folder


def test_cells_of_the_road_are_looked_up_where_the_camera_sees_them(road: Path) -> None:
    row, column, inside = kitti_road.lookup(road / "calib" / "um_000000.txt", (100, 400))
    assert row.shape == (800, 400)
    far, right = 799, 399  # the last row is the nearest, z = 6.025 m; the last column x = 9.975 m
    z, x = 6.025, 0.025
    assert inside[far, 200] and row[far, 200] == int(50 + 150 / z) - 1 and column[far, 200] == int(200 + 100 * x / z) - 1
    assert inside[far, right] == (1 <= 200 + 100 * 9.975 / z <= 400)


def test_a_perfect_prediction_scores_one_and_false_alarms_cost_precision(road: Path, tmp_path: Path) -> None:
    found = _summary(kitti_road.score(_predicted(tmp_path / "right", (150, 250)), road))
    assert set(found["categories"]) == {"um", "uu", "urban"} and found["frames"] == 2
    assert found["categories"]["urban"]["max_f"] == pytest.approx(1) and found["mean_iou"] == 1
    wide = _summary(kitti_road.score(_predicted(tmp_path / "wide", (100, 300)), road))["categories"]["um"]
    assert wide["recall"] == 1 and wide["false_negative_rate"] == 0 and wide["precision"] < 1 and 0 < wide["false_positive_rate"] <= 1
    assert wide["max_f"] == pytest.approx(2 * wide["precision"] / (1 + wide["precision"]))


def test_confidences_are_scored_at_the_best_of_256_thresholds(road: Path, tmp_path: Path) -> None:
    rates = _summary(kitti_road.score(_predicted(tmp_path / "sure", (150, 250), 200, 90), road))["categories"]["urban"]
    assert rates["max_f"] == pytest.approx(1) and rates["average_precision"] == pytest.approx(1)
    counts = kitti_road.Counts()
    counts.road[[10, 200]], counts.other[[10, 200]] = (2, 6), (6, 2)
    curve = counts.rates()
    best = max(2 * p * r / (p + r) for p, r in ((8 / 16, 1.0), (6 / 8, 6 / 8)))
    assert curve["max_f"] == pytest.approx(best) and curve["average_precision"] == pytest.approx((8 * 0.75 + 3 * 0.5) / 11)


def test_what_is_not_valid_counts_nowhere(road: Path, tmp_path: Path) -> None:
    for path in (road / "gt_image_2").glob("*.png"):
        truth = images.read_rgb(path)
        truth[:, :200, 0] = 0
        images.write_png(path, truth)
    rates = _summary(kitti_road.score(_predicted(tmp_path / "p", (200, 250)), road))["categories"]["urban"]
    assert rates["max_f"] == pytest.approx(1)


@pytest.mark.skipif(not ROAD.is_dir(), reason="the small real KITTI road files are not beside the project")
def test_the_truth_of_real_frames_scores_one_against_itself(tmp_path: Path) -> None:
    for path in (ROAD / "training" / "gt_image_2").glob("*_road_*.png"):
        images.write_png(tmp_path / path.name, (images.read_rgb(path)[..., 2] > 0).astype(np.uint8))
    found = _summary(kitti_road.score(tmp_path, ROAD))
    assert found["frames"] == 2 and all(one["max_f"] == pytest.approx(1) for one in found["categories"].values())
    assert found["classes"]["road"]["pixels"] > 100_000


def test_points_are_scored_over_nineteen_classes_as_the_script_has_it(tmp_path: Path) -> None:
    truth, said = tmp_path / "truth" / "sequences" / "08" / "labels", tmp_path / "said" / "sequences" / "08" / "predictions"
    # truth: 4 car (one moving), 3 road (one lane marking), 2 unlabelled; instances in the high bits
    right = np.array([10, 10, 252, 10 | 5 << 16, 40, 40, 60, 0, 52], np.uint32)
    answer = np.array([10, 252, 10, 0, 40, 10, 40, 40, 10], np.uint32)
    for folder, values in ((truth, right), (said, answer)):
        folder.mkdir(parents=True)
        write_labels(folder / "000000.label", values)
    found = _summary(semantic_kitti.score(tmp_path / "said", tmp_path / "truth"))
    assert found["classes"]["car"]["iou"] == pytest.approx(3 / (4 + 1)) and found["classes"]["road"]["iou"] == pytest.approx(2 / 3)
    assert found["classes"]["person"]["iou"] == 0 and found["mean_iou"] == pytest.approx((3 / 5 + 2 / 3) / 19)
    assert found["accuracy"] == pytest.approx(5 / 6)
    write_labels(said / "000000.label", answer[:-1])
    with pytest.raises(DataError, match="label every point"):
        list(semantic_kitti.score(tmp_path / "said", tmp_path / "truth"))


def test_any_dataset_is_scored_plainly_by_name(tmp_path: Path) -> None:
    images.write_png(tmp_path / "data" / "val" / "a.png", np.zeros((2, 3, 3), np.uint8))
    images.write_png(tmp_path / "data" / "valannot" / "a.png", np.array([[0, 0, 3], [3, 11, 3]], np.uint8))
    images.write_png(tmp_path / "said" / "a.png", np.array([[0, 3, 3], [3, 0, 11]], np.uint8))
    found = _summary(plain.score(tmp_path / "said", tmp_path / "data"))
    assert found["classes"]["sky"]["iou"] == pytest.approx(1 / 2) and found["classes"]["road"]["iou"] == pytest.approx(2 / 4)
    (tmp_path / "said" / "a.png").unlink()
    with pytest.raises(DataError, match="the frame a has no prediction"):
        list(plain.score(tmp_path / "said", tmp_path / "data"))


def test_the_verb_prints_every_protocol_and_writes_json(road: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    predicted = _predicted(tmp_path / "right", (150, 250))
    assert verbs.run(["score", "--pred", str(predicted), "--truth", str(road), "--protocol", "kitti_road", "--json", str(tmp_path / "r.json")]) == 0
    assert "MaxF" in capsys.readouterr().out
    assert json.loads((tmp_path / "r.json").read_text())["categories"]["um"]["max_f"] == pytest.approx(1)
