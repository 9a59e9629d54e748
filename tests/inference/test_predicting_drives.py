"""Masks and movies of whole drives."""

from __future__ import annotations

import threading
from pathlib import Path

import av
import numpy as np
import pytest

from engine import images, labels
from engine.ahead import ahead
from engine.errors import ConfigError, DataError, OutputError
from engine.events import Event, Finished, Message, Progress, Saved
from engine.inference import movie_job
from engine.inference.movie_job import movie
from engine.inference.predict_job import FORMATS, predict
from engine.inference.predictor import Predictor
from tests.doubles import tiny_checkpoint

COUNT = 5


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_checkpoint(tmp_path_factory.mktemp("checkpoint"))


@pytest.fixture
def frames(tmp_path: Path) -> Path:
    random = np.random.default_rng(0)
    for number in range(COUNT):
        images.write_png(tmp_path / "frames" / f"street_{number}.png", random.integers(0, 255, (48, 90, 3), np.uint8))
    return tmp_path / "frames"


def finished(said: list[Event]) -> Finished:
    assert isinstance(said[-1], Finished)
    return said[-1]


@pytest.mark.parametrize("format", FORMATS)
def test_every_frame_gets_a_png_of_its_name_and_size(checkpoint: Path, frames: Path, tmp_path: Path, format: str) -> None:
    said = list(predict(checkpoint, frames, tmp_path / "out", format=format, device="cpu"))
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [f"street_{number}.png" for number in range(COUNT)]
    assert finished(said).summary["frames"] == COUNT and Saved(str(tmp_path / "out"), "masks") in said
    mask = Predictor(checkpoint, device="cpu").predict(images.read_rgb(frames / "street_1.png")).mask
    path = tmp_path / "out" / "street_1.png"
    classes = labels.class_set(labels.space("camvid"))
    if format == "ids":
        np.testing.assert_array_equal(images.read_ids(path), classes.ids[mask])
    elif format == "train_ids":
        np.testing.assert_array_equal(images.read_ids(path), mask)
    elif format == "colour":
        np.testing.assert_array_equal(images.read_rgb(path), classes.palette[mask])
    else:
        assert images.read_rgb(path).shape == (48, 90, 3)


def test_the_frames_of_a_video_are_named_by_their_number(checkpoint: Path, frames: Path, tmp_path: Path) -> None:
    list(movie(checkpoint, frames, tmp_path / "a.mp4", device="cpu"))
    list(predict(checkpoint, tmp_path / "a.mp4", tmp_path / "out", device="cpu"))
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [f"{number:06d}.png" for number in range(COUNT)]


def test_progress_counts_the_frames_and_says_how_long(checkpoint: Path, frames: Path, tmp_path: Path) -> None:
    said = [event for event in predict(checkpoint, frames, tmp_path / "out", device="cpu") if isinstance(event, Progress)]
    assert [event.done for event in said] == list(range(COUNT + 1)) and {event.total for event in said} == {COUNT}
    assert said[-1].seconds_left == 0 and said[1].seconds_left > 0


def test_a_broken_frame_is_left_out_with_a_word(checkpoint: Path, frames: Path, tmp_path: Path) -> None:
    (frames / "street_2.png").write_bytes(b"no picture")
    said = list(predict(checkpoint, frames, tmp_path / "out", device="cpu"))
    assert finished(said).summary["frames"] == COUNT - 1
    assert any(isinstance(event, Message) and "street_2.png" in event.text for event in said)


def test_frames_none_of_which_can_be_read_are_one_sentence(checkpoint: Path, frames: Path, tmp_path: Path) -> None:
    for path in frames.iterdir():
        path.write_bytes(b"no picture")
    with pytest.raises(DataError, match="no frame of .* can be read"):
        list(predict(checkpoint, frames, tmp_path / "out", device="cpu"))


def test_a_stopped_prediction_keeps_whole_masks_only(checkpoint: Path, frames: Path, tmp_path: Path) -> None:
    asked = iter([False, False, True])
    said = list(predict(checkpoint, frames, tmp_path / "out", device="cpu", should_stop=lambda: next(asked)))
    assert finished(said).stopped
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["street_0.png", "street_1.png"]


def test_an_output_folder_that_is_a_file_is_one_sentence(checkpoint: Path, frames: Path, tmp_path: Path) -> None:
    (tmp_path / "out").touch()
    with pytest.raises(OutputError, match="a file stands where a folder is needed"):
        list(predict(checkpoint, frames, tmp_path / "out", device="cpu"))


def test_an_unknown_format_is_one_sentence(checkpoint: Path, frames: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="choose one of: ids, train_ids, colour, overlay"):
        list(predict(checkpoint, frames, tmp_path / "out", format="jpeg"))


def test_a_movie_has_every_frame_with_caption_and_legend_below(checkpoint: Path, frames: Path, tmp_path: Path) -> None:
    said = list(movie(checkpoint, frames, tmp_path / "a.mp4", device="cpu"))
    assert finished(said).summary["frames"] == COUNT and Saved(str(tmp_path / "a.mp4"), "movie") in said
    with av.open(str(tmp_path / "a.mp4")) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.frames, stream.average_rate, stream.width) == ("h264", COUNT, 10, 90)
        assert stream.height > 48 and stream.height % 2 == 0


def test_two_checkpoints_are_compared_beside_each_other_or_in_wide_pictures_below(checkpoint: Path, frames: Path, tmp_path: Path) -> None:
    other = tiny_checkpoint(tmp_path, labels.class_set(labels.space("cityscapes")), name="other.safetensors", seed=1)
    for name, width in (("tall", 60), ("wide", 300)):
        images.write_png(tmp_path / name / "0.png", np.zeros((60, width, 3), np.uint8))
        list(movie(checkpoint, tmp_path / name, tmp_path / f"{name}.mp4", compare=other, device="cpu"))
    with av.open(str(tmp_path / "tall.mp4")) as tall, av.open(str(tmp_path / "wide.mp4")) as wide:
        assert tall.streams.video[0].width > 120 and wide.streams.video[0].width == 300
        assert wide.streams.video[0].height > 120


@pytest.mark.parametrize("stop_after", [0, 2])
def test_a_stopped_movie_leaves_no_file_and_keeps_an_older_one(checkpoint: Path, frames: Path, tmp_path: Path, stop_after: int) -> None:
    (tmp_path / "movies").mkdir()
    (tmp_path / "movies" / "a.mp4").write_bytes(b"older")
    asked = iter([False] * stop_after + [True])
    said = list(movie(checkpoint, frames, tmp_path / "movies" / "a.mp4", device="cpu", should_stop=lambda: next(asked)))
    assert finished(said).stopped and not any(isinstance(event, Saved) for event in said)
    assert [path.name for path in (tmp_path / "movies").iterdir()] == ["a.mp4"]
    assert (tmp_path / "movies" / "a.mp4").read_bytes() == b"older"


def test_a_movie_whose_listener_goes_away_leaves_no_file(checkpoint: Path, frames: Path, tmp_path: Path) -> None:
    said = movie(checkpoint, frames, tmp_path / "movies" / "a.mp4", device="cpu")
    for event in said:
        if isinstance(event, Progress) and event.done == 2:
            break
    said.close()  # type: ignore[attr-defined]
    assert list((tmp_path / "movies").iterdir()) == []
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("ahead")]


def test_hidden_classes_show_the_image(checkpoint: Path, frames: Path) -> None:
    predictor = Predictor(checkpoint, device="cpu")
    from engine.drives import open_drive

    drive, image = open_drive(frames), images.read_rgb(frames / "street_0.png")
    scene = movie_job.Scene(drive, [predictor], opacity=1.0, hidden=predictor.card.classes.names, outlines=True, legend=False)
    np.testing.assert_array_equal(scene.draw(0, image, [predictor.predict(image)])[:48], image)


def test_a_drive_of_scans_alone_is_one_sentence(checkpoint: Path, shared_data: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has scans but no images"):
        list(predict(checkpoint, shared_data / "semantickitti", tmp_path / "out", device="cpu"))


def test_a_dataset_is_predicted_frame_by_frame(checkpoint: Path, shared_data: Path, tmp_path: Path) -> None:
    asked = iter([False, False, True])
    said = list(predict(checkpoint, shared_data / "camvid", tmp_path / "out", device="cpu", should_stop=lambda: next(asked)))
    assert len(list((tmp_path / "out").iterdir())) == 2 and finished(said).stopped


def test_work_ahead_keeps_its_order_and_raises_at_its_place() -> None:
    def work(number: int) -> int:
        if number == 3:
            raise KeyError(number)
        return number * number

    results = ahead(work, range(6))
    assert [next(results) for _ in range(3)] == [0, 1, 4]
    with pytest.raises(KeyError):
        next(results)


def test_work_ahead_is_bounded() -> None:
    taken: list[int] = []
    results = ahead(lambda number: number, (taken.append(number) or number for number in range(100)), depth=2)
    next(results)
    assert len(taken) <= 4
    results.close()
