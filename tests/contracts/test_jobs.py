"""What every long job of the engine promises to whoever listens to it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from safetensors import safe_open

from engine import config, events, images, world
from engine.config import TrainConfig
from engine.drives import open_drive
from engine.errors import RoadscopeError
from engine.evaluation.job import evaluate
from engine.events import Event, Failed, Finished, Progress, RateTried, ShouldStop, StepDone
from engine.inference.draft_job import draft
from engine.inference.fusing import fuse
from engine.inference.movie_job import movie
from engine.inference.predict_job import predict
from engine.inspection import inspect, looking
from engine.runs import Run
from engine.training.loop import train
from engine.training.rate_range import find_rate
from tests import layouts
from tests.doubles import tiny_checkpoint


@dataclass
class Place:
    """Small inputs, and a folder of its own for what a job writes."""

    checkpoint: Path
    data: Path
    drive: Path
    out: Path


@dataclass
class Wish:
    """A wish to stop that comes the second time it is asked for."""

    asked: int = 0

    def __call__(self) -> bool:
        self.asked += 1
        return self.asked > 1


Job = Callable[[Place, ShouldStop], Iterator[Event]]


def _config(place: Place) -> TrainConfig:
    values = {
        "data": {"root": str(place.data), "size": [64, 64]},
        "model": {"encoder": "mobilenet_v3_small", "pyramid_channels": 32, "segmentation_channels": 32},
        "epochs": 2, "batch": 2, "device": "cpu", "threads": 1,
    }  # fmt: skip
    return config.build(TrainConfig, values)


JOBS: dict[str, Job] = {
    "train": lambda place, should_stop: train(_config(place), run=Run(place.out / "run"), should_stop=should_stop),
    "find_rate": lambda place, should_stop: find_rate(_config(place), steps=4, should_stop=should_stop),
    "evaluate": lambda place, should_stop: evaluate(place.checkpoint, place.data, split="train", device="cpu", should_stop=should_stop),
    "predict": lambda place, should_stop: predict(place.checkpoint, place.drive, place.out, device="cpu", should_stop=should_stop),
    "draft": lambda place, should_stop: draft(place.checkpoint, open_drive(place.drive), device="cpu", should_stop=should_stop),
    "movie": lambda place, should_stop: movie(place.checkpoint, place.drive, place.out / "movie.mp4", device="cpu", should_stop=should_stop),
    "fuse": lambda place, should_stop: fuse(
        place.drive, place.out, checkpoint=place.checkpoint, formats=("label", "ply", "pcd", "npz"), pictures=True, device="cpu", should_stop=should_stop
    ),
    "world": lambda place, should_stop: world.write(place.out, frames=3, seed=1, size=(32, 64), training=False, should_stop=should_stop),
    "inspect": lambda place, should_stop: inspect(place.data, should_stop=should_stop),
}


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("inputs")
    layouts.camvid(folder / "data")
    layouts.kitti_raw(folder / "kitti")
    tiny_checkpoint(folder, size=(32, 64))
    return folder


@pytest.fixture
def place(inputs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setattr(looking, "PROGRESS_EVERY", 0.0)
    return Place(inputs / "tiny.safetensors", inputs / "data", next((inputs / "kitti").glob("*/*_sync")), tmp_path / "out")


@pytest.fixture(params=JOBS)
def job(request: pytest.FixtureRequest) -> Job:
    return JOBS[request.param]


def steps(said: list[Event]) -> int:
    return sum(isinstance(event, (StepDone, RateTried)) or (isinstance(event, Progress) and event.done > 0) for event in said)


def assert_nothing_half(out: Path) -> None:
    """What lies there can be read to its end, and nothing temporary is left."""
    for path in out.rglob("*"):
        assert not path.name.startswith("."), path
        if path.suffix == ".png":
            images.read_rgb(path)
        elif path.suffix == ".safetensors":
            with safe_open(path, framework="numpy") as stream:
                assert stream.keys()


def test_a_job_ends_once_with_its_result_and_every_event_survives_a_line(job: Job, place: Place) -> None:
    said = list(job(place, events.never))
    assert isinstance(said[-1], Finished) and not said[-1].stopped and said[-1].summary
    assert steps(said) >= 3
    assert not any(isinstance(event, (Finished, Failed)) for event in said[:-1])
    for event in said:
        line = events.to_line(event)
        again = events.from_line(line)
        assert "\n" not in line and type(again) is type(event) and events.to_line(again) == line
    assert_nothing_half(place.out)


def test_a_job_stops_within_one_step_and_says_so(job: Job, place: Place) -> None:
    wish, after = Wish(), []
    for event in job(place, wish):
        after += [event] if wish.asked > 1 else []
    assert wish.asked > 1 and isinstance(event, Finished) and event.stopped
    assert steps(after) <= 1
    assert_nothing_half(place.out)


@pytest.mark.parametrize("count", [1, 3])
def test_a_job_nobody_listens_to_any_more_leaves_no_thread_and_nothing_half_done(job: Job, place: Place, count: int) -> None:
    before = set(threading.enumerate())
    running = job(place, events.never)
    for _ in range(count):
        next(running)
    running.close()  # type: ignore[attr-defined]
    assert set(threading.enumerate()) <= before
    assert_nothing_half(place.out)
    assert not (place.out / "movie.mp4").exists() and not (place.out / "drive").exists()


@pytest.mark.parametrize("name", [name for name in JOBS if name != "world"])
def test_a_job_on_what_is_not_there_says_why_in_one_sentence(name: str, place: Place, tmp_path: Path) -> None:
    nowhere = Place(place.checkpoint, tmp_path / "no data", tmp_path / "no drive", place.out)
    try:
        *_, last = JOBS[name](nowhere, events.never)
    except RoadscopeError as error:
        reason = str(error)
    else:
        assert isinstance(last, Failed)
        reason = last.reason
    assert f"{tmp_path}/no " in reason and "\n" not in reason
