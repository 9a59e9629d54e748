"""Cityscapes' protocol against hand-made counts and, where it is installed, against the official script itself."""

from __future__ import annotations

import importlib
import math
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import main
from engine import images
from engine.errors import DataError
from engine.evaluation.protocols import cityscapes
from engine.events import Finished, Progress

# What cityscapesScripts 2.3.0 says of the fixture below: evalPixelLevelSemanticLabeling, JSON output.
OFFICIAL = [0.5458810218249476, 0.6003611314056138, 0.61074569517012, 0.7649311305423261]


@pytest.fixture(scope="module")
def frames(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Four frames with instances, groups, ignored ids in truth and prediction, and classes that never occur."""
    return write(tmp_path_factory.mktemp("frames"))


def write(folder: Path) -> tuple[Path, Path]:
    rng = np.random.default_rng(11)
    present = np.array([0, 1, 4, 7, 8, 9, 11, 13, 17, 20, 21, 23, 24, 25, 26, 27, 29, 30, 33])
    for number in range(4):
        truth = np.kron(rng.choice(present, (6, 8)), np.ones((10, 12), int)).astype(np.uint8)
        wrong = rng.random(truth.shape) < 0.3
        said = np.where(wrong, rng.choice(np.append(present, 28), truth.shape), truth).astype(np.uint8)
        part = np.kron(rng.integers(0, 3, (12, 16)), np.ones((5, 6), int))
        thing = np.isin(truth, [24, 25, 26, 27, 29, 30, 33])
        instances = np.where(thing & (part > 0), truth.astype(int) * 1000 + part, truth).astype(np.uint16)
        name = f"city_{number:06d}_000019"
        images.write_png(folder / "pred" / f"{name}_leftImg8bit.png", said)
        images.write_png(folder / "truth" / "city" / f"{name}_gtFine_labelIds.png", truth)
        images.write_png(folder / "truth" / "city" / f"{name}_gtFine_instanceIds.png", instances)
    return folder / "pred", folder / "truth"


def _score(predictions: Path, truth: Path) -> dict[str, Any]:
    *progress, finished = cityscapes.score(predictions, truth)
    assert all(isinstance(event, Progress) for event in progress) and isinstance(finished, Finished)
    return finished.summary


def test_the_figures_are_those_of_the_official_script(frames: tuple[Path, Path]) -> None:
    found = _score(*frames)
    means = [found[f"mean_{name}"] for name in ("iou", "iiou", "category_iou", "category_iiou")]
    assert means == pytest.approx(OFFICIAL, abs=1e-9)


def test_every_class_and_category_equals_the_installed_script(frames: tuple[Path, Path]) -> None:
    script = official()
    if script is None:
        pytest.skip("cityscapesscripts is not installed: pip install cityscapesScripts")
    theirs, ours = evaluated(script, *frames), _score(*frames)
    for name, one in ours["classes"].items():
        assert _same(one["iou"], theirs["classScores"][name]) and _same(one["iiou"], theirs["classInstScores"][name]), name
    for name, one in ours["categories"].items():
        assert _same(one["iou"], theirs["categoryScores"][name]) and _same(one["iiou"], theirs["categoryInstScores"][name]), name
    assert ours["confusion"] == np.array(theirs["confMatrix"]).tolist()


def official() -> ModuleType | None:
    """The official script, made to run under today's numpy; None where it isn't installed."""
    if not hasattr(np, "in1d"):
        np.in1d = np.isin  # type: ignore[attr-defined]
    try:
        return importlib.import_module("cityscapesscripts.evaluation.evalPixelLevelSemanticLabeling")
    except ImportError:
        return None


def evaluated(script: ModuleType, predictions: Path, truth: Path) -> dict[str, Any]:
    masks = sorted(truth.rglob("*_labelIds.png"))
    said = [next(predictions.glob(f"{'_'.join(mask.stem.split('_')[:3])}*.png")) for mask in masks]
    script.args.quiet, script.args.JSONOutput = True, False
    return script.evaluateImgLists([str(path) for path in said], [str(path) for path in masks], script.args)  # type: ignore[no-any-return]


def test_a_small_instance_weighs_more_than_a_large_one() -> None:
    counts = cityscapes.Counts()
    truth = np.full((1, 100), 26, np.uint8)
    said = truth.copy()
    said[0, :10] = 7  # the small car is missed altogether
    instances = np.where(np.arange(100) < 10, 26001, 26002).astype(np.uint16)[None]
    counts.add(truth, said, instances)
    car = counts.report(instances=True)["classes"]["car"]
    assert car["iou"] == pytest.approx(0.9) and car["iiou"] == pytest.approx(0.5)


def test_an_ignored_id_is_a_miss_where_it_is_predicted_and_nobody_s_alarm_where_it_is_true() -> None:
    counts = cityscapes.Counts()
    counts.add(np.array([[7, 7, 7, 4]], np.uint8), np.array([[7, 7, 4, 7]], np.uint8))
    found = counts.report(instances=False)
    assert found["classes"]["road"]["iou"] == pytest.approx(2 / 3) and math.isnan(found["classes"]["car"]["iou"])
    assert found["mean_iou"] == pytest.approx(2 / 3) and "iiou" not in found["classes"]["road"]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda pred, truth: images.write_png(pred / "city_000000_000019_x.png", np.zeros((60, 96), np.uint8)), "has 2 predictions"),
        (lambda pred, truth: next(pred.glob("city_000002*")).unlink(), "has no prediction in"),
        (lambda pred, truth: images.write_png(next(pred.glob("city_000001*")), np.zeros((5, 5), np.uint8)), "predict at full size"),
        (lambda pred, truth: images.write_png(next(pred.glob("city_000001*")), np.full((60, 96), 200, np.uint8)), "holds the id 200"),
        (lambda pred, truth: next(pred.glob("city_000003*")).write_bytes(b"nonsense"), "can't be read as a picture"),
        (lambda pred, truth: [path.unlink() for path in truth.rglob("*labelIds*")], "has no \\*_labelIds.png"),
    ],
)
def test_bad_input_is_one_sentence(spoil: Any, said: str, tmp_path: Path) -> None:
    pred, truth = write(tmp_path)
    spoil(pred, truth)
    with pytest.raises(DataError, match=said):
        _score(pred, truth)


def test_a_stop_ends_the_scoring(frames: tuple[Path, Path]) -> None:
    asked = iter([False, True])
    *_, finished = cityscapes.score(*frames, should_stop=lambda: next(asked))
    assert isinstance(finished, Finished) and finished.stopped and finished.summary["frames"] == 1


def test_the_verb_prints_both_tables_and_writes_the_report(frames: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pred, truth = frames
    assert main.main(["score", "--pred", str(pred), "--truth", str(truth), "--protocol", "cityscapes", "--json", str(tmp_path / "out.json")]) == 0
    said = capsys.readouterr().out
    assert "iIoU" in said and "vehicle" in said and "mean_iou" in (tmp_path / "out.json").read_text(encoding="utf-8")


def _same(ours: float, theirs: float) -> bool:
    return math.isnan(ours) and math.isnan(theirs) or abs(ours - theirs) < 1e-9
