"""Results that are kept: found again whole, the frames behind a figure, and nothing left of one that was broken off."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from engine import images, labels, places
from engine.config import ClassesConfig
from engine.errors import DataError
from engine.evaluation import results
from engine.evaluation.confusion import Confusion
from engine.evaluation.job import evaluate
from engine.events import Finished, Saved
from engine.inference.predictor import Predictor, _starts
from tests.doubles import tiny_checkpoint

CLASSES = labels.class_set(labels.space("camvid"), ClassesConfig(select=("road", "car"), rest=True))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ROADSCOPE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def frames(tmp_path: Path) -> Path:
    rng = np.random.default_rng(1)
    for index in range(3):
        images.write_png(tmp_path / "data" / "val" / f"{index}.png", rng.integers(0, 255, (72, 100, 3), np.uint8))
        images.write_png(tmp_path / "data" / "valannot" / f"{index}.png", rng.integers(0, 12, (72, 100), np.uint8))
    return tmp_path / "data"


def _confusion(truth: list[int], prediction: list[int]) -> Confusion:
    made = Confusion(len(CLASSES))
    made.add(np.array([truth], np.uint8), np.array([prediction], np.uint8))
    return made


def test_the_worst_frames_come_first_and_a_cell_knows_its_frames(tmp_path: Path) -> None:
    keeping = results.Keeping("tiny", CLASSES, root=tmp_path)
    pairs = {"good": ([0, 1, 2, 2], [0, 1, 2, 2]), "bad": ([0, 1, 1, 1], [0, 2, 2, 2]), "odd": ([1, 1, 1, 1], [1, 1, 1, 2])}
    for name, (truth, prediction) in pairs.items():
        keeping.add(name, _confusion(truth, prediction), np.array([prediction], np.uint8))
    kept = keeping.finish({"mean_iou": math.nan, "classes": {"car": {"iou": math.nan}}})
    scores = kept.frames()
    assert [scores.names[at] for at in scores.worst()] == ["bad", "odd", "good"] and scores.wrong.tolist() == [0, 0.75, 0.25]
    assert [scores.names[at] for at in scores.behind(1, 2)] == ["bad", "odd"] and list(scores.behind(2, 0)) == []
    assert kept.mask(1).tolist() == [[0, 2, 2, 2]] and kept.classes == CLASSES and math.isnan(kept.report["mean_iou"])
    assert [one.name for one in results.listed(tmp_path)] == [kept.name] and not list(tmp_path.glob(".*"))


def test_an_evaluation_is_kept_whole_and_adds_up(home: Path, tmp_path: Path, frames: Path) -> None:
    said = list(evaluate(tiny_checkpoint(tmp_path), frames, keep=True))
    finished = said[-1]
    saved = next(one for one in said if isinstance(one, Saved))
    assert isinstance(finished, Finished) and Path(saved.path).parent == places.home() / "evaluations"
    (kept,) = results.listed()
    assert kept.frames().counts.sum(axis=0)[:, :-1].tolist() == finished.summary["confusion"] == kept.report["confusion"]
    assert kept.frames().names == ("0", "1", "2") and kept.report["parameters"] > 0 and kept.report["multiply_adds"] > 0
    assert kept.mask(0).shape == tuple(kept.report["size"])


def test_a_stopped_evaluation_leaves_nothing(home: Path, tmp_path: Path, frames: Path) -> None:
    done: list[object] = []
    for event in evaluate(tiny_checkpoint(tmp_path), frames, keep=True, should_stop=lambda: len(done) == 1):
        done.append(event)
    assert isinstance(done[-1], Finished) and done[-1].stopped and list((home / "evaluations").iterdir()) == []


def test_an_evaluation_that_is_dropped_in_the_middle_leaves_nothing(home: Path, tmp_path: Path, frames: Path) -> None:
    going = evaluate(tiny_checkpoint(tmp_path), frames, keep=True)
    next(going)
    going.close()  # type: ignore[attr-defined]
    assert list((home / "evaluations").iterdir()) == []


def test_damaged_results_are_left_out_of_the_list_and_named_when_opened(tmp_path: Path) -> None:
    for name, text in (("a", "{"), ("b", "{}"), ("c", "[]")):
        (tmp_path / name).mkdir()
        (tmp_path / name / results.RESULT).write_text(text)
    assert results.listed(tmp_path) == [] and results.listed(tmp_path / "nowhere") == []
    with pytest.raises(DataError, match="evaluate again"):
        results.opened(tmp_path / "a")


def test_windows_cover_the_picture_and_overlap() -> None:
    for side, window in ((64, 64), (100, 64), (1024, 240), (68, 64)):
        starts = _starts(side, window)
        assert starts[0] == 0 and starts[-1] == side - window and all(start % 4 == 0 for start in starts)
        assert all(after - before <= window * 2 / 3 + 4 for before, after in zip(starts, starts[1:]))


def test_a_window_as_large_as_the_picture_sees_what_one_look_sees(tmp_path: Path) -> None:
    predictor = Predictor(tiny_checkpoint(tmp_path, size=(64, 96)), device="cpu")
    image = np.random.default_rng(3).integers(0, 255, (64, 96, 3), np.uint8)
    plain, slid = predictor.predict(image), predictor.predict(image, slide=True)
    assert np.array_equal(plain.mask, slid.mask)
    large = np.random.default_rng(3).integers(0, 255, (130, 201, 3), np.uint8)
    assert predictor.predict(large, slide=True, flip=True, scales=(1.0, 0.75)).mask.shape == (130, 201)


def test_sliding_windows_are_a_choice_of_the_evaluation(tmp_path: Path, frames: Path) -> None:
    *_, finished = evaluate(tiny_checkpoint(tmp_path, size=(32, 64)), frames, at="slide")
    assert isinstance(finished, Finished) and finished.summary["at"] == "slide" and finished.summary["size"] == "own"
