"""The evaluation of a checkpoint on a small dataset, and its reports."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

import numpy as np
import pytest

from engine import images, labels
from engine.errors import ConfigError, DataError
from engine.evaluation import report
from engine.evaluation.confusion import Confusion
from engine.evaluation.job import evaluate
from engine.events import Finished, Progress
from tests.doubles import tiny_checkpoint


@pytest.fixture
def frames(tmp_path: Path) -> Path:
    rng = np.random.default_rng(1)
    for index in range(3):
        images.write_png(tmp_path / "data" / "val" / f"{index}.png", rng.integers(0, 255, (72, 100, 3), np.uint8))
        images.write_png(tmp_path / "data" / "valannot" / f"{index}.png", rng.integers(0, 12, (72, 100), np.uint8))
    return tmp_path / "data"


def test_an_evaluation_counts_every_pixel_that_is_not_void_once(tmp_path: Path, frames: Path) -> None:
    *progress, finished = evaluate(tiny_checkpoint(tmp_path), frames, at="image")
    assert all(isinstance(event, Progress) for event in progress) and isinstance(finished, Finished)
    valid = sum(int((images.read_ids(frames / "valannot" / f"{index}.png") < 11).sum()) for index in range(3))
    assert np.sum(finished.summary["confusion"]) == valid == sum(one["pixels"] for one in finished.summary["classes"].values())
    assert finished.summary["frames"] == 3 and 0 <= finished.summary["mean_iou"] <= 1


def test_by_default_scores_are_taken_at_the_size_of_the_recipe(tmp_path: Path, frames: Path) -> None:
    *_, finished = evaluate(tiny_checkpoint(tmp_path, size=(64, 96)), frames, tta="flip")
    assert isinstance(finished, Finished) and finished.summary["size"] == [64, 96]
    assert 0.8 * 3 * 64 * 96 < np.sum(finished.summary["confusion"]) < 3 * 64 * 96


def test_scales_and_clusters_are_kept_in_the_report_and_nonsense_is_refused(tmp_path: Path, frames: Path) -> None:
    checkpoint = tiny_checkpoint(tmp_path, size=(64, 96))
    *_, finished = evaluate(checkpoint, frames, tta="flip", scales=(0.75, 1.0), smallest=20)
    assert isinstance(finished, Finished) and finished.summary["scales"] == [0.75, 1.0] and finished.summary["smallest_cluster"] == 20
    for scales, smallest in (((), 0), ((9.0,), 0), ((1.0,), -1)):
        with pytest.raises(ConfigError, match="give scales between 0.25 and 4"):
            list(evaluate(checkpoint, frames, scales=scales, smallest=smallest))


def test_a_stopped_evaluation_says_so(tmp_path: Path, frames: Path) -> None:
    *_, finished = evaluate(tiny_checkpoint(tmp_path), frames, should_stop=lambda: True)
    assert isinstance(finished, Finished) and finished.stopped and finished.summary["frames"] == 0


def test_a_dataset_of_another_label_space_is_refused(tmp_path: Path, frames: Path) -> None:
    checkpoint = tiny_checkpoint(tmp_path, labels.class_set(labels.space("cityscapes")))
    with pytest.raises(DataError, match="masks of camvid, but .*tiny.safetensors was trained on cityscapes"):
        list(evaluate(checkpoint, frames))


def test_the_report_has_the_promised_keys_in_json_and_csv_and_no_nan(tmp_path: Path) -> None:
    scores = Confusion(3)
    scores.add(np.array([[0, 0, 1]], np.uint8), np.array([[0, 1, 1]], np.uint8))
    found = report.report(scores, ("road", "car", "sky"))
    report.write_json(found, tmp_path / "r.json")
    report.write_csv(found, tmp_path / "r.csv")
    read = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"), parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))
    assert read["mean_iou"] == 0.5 and read["confusion"] == [[1, 1, 0], [0, 1, 0], [0, 0, 0]]
    assert read["classes"]["car"] == {"iou": 0.5, "dice": pytest.approx(2 / 3), "precision": 0.5, "recall": 1.0, "pixels": 1}
    assert read["classes"]["sky"]["iou"] is None and math.isnan(found["classes"]["sky"]["iou"])
    rows = list(csv.DictReader((tmp_path / "r.csv").read_text(encoding="utf-8").splitlines()))
    assert [row["class"] for row in rows] == ["road", "car", "sky"] and rows[2]["iou"] == "" and rows[0]["pixels"] == "2"


def test_the_table_has_a_line_a_class_and_the_mean() -> None:
    scores = Confusion(2)
    scores.add(np.array([[0, 1]], np.uint8), np.array([[0, 1]], np.uint8))
    lines = report.table(report.report(scores, ("rest", "road"), scored=(False, True))).splitlines()
    assert lines[2].startswith("rest") and lines[2].endswith("(not in the mean)")
    assert lines[-1].split()[:2] == ["mean", "1.000"]
