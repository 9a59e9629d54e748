"""Which frames of a drive need a look: every measure, the cache, and what is left out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine import atomic, images, labels, own_labels
from engine.annotation import cityscapes_json, masks, need
from engine.annotation.document import Document, Polygon
from engine.drives import Drive, images_drive
from engine.errors import CheckpointError
from engine.events import Finished, Message, NeedsFound, Progress
from engine.inference.needs import needs
from engine.inference.predictor import Predictor
from tests.doubles import tiny_checkpoint

COUNT = 4
SPACE = labels.space("cityscapes")


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    return tiny_checkpoint(tmp_path / "one", labels.class_set(SPACE))


@pytest.fixture
def drive(tmp_path: Path) -> Drive:
    """A still scene in which a bright box comes and goes."""
    folder, scene = tmp_path / "street", np.random.default_rng(1).integers(0, 255, (64, 96, 3), np.uint8)
    for at in range(COUNT):
        picture = scene.copy()
        picture[10:20, 10:20] = 255 if at == 2 else 0
        images.write_png(folder / f"{at}.png", picture)
    return images_drive("street", sorted(folder.iterdir()))


def scored(events: list) -> dict[str, dict[int, float]]:
    found: dict[str, dict[int, float]] = {}
    for event in events:
        if isinstance(event, NeedsFound):
            found.setdefault(event.measure, {}).update(zip(event.frames, event.scores, strict=True))
    return found


def test_every_frame_is_scored_by_every_measure_that_is_possible(drive: Drive, checkpoint: Path, tmp_path: Path) -> None:
    other = tiny_checkpoint(tmp_path / "two", labels.class_set(SPACE), seed=1)
    found = scored(list(needs(drive, checkpoint, other=other, device="cpu")))
    assert {name: sorted(scores) for name, scores in found.items()} == dict.fromkeys(("entropy", "flicker", "disagreement"), [0, 1, 2, 3])
    assert all(0 <= score <= 1 for scores in found.values() for score in scores.values())
    one, two = Predictor(checkpoint, device="cpu").probabilities(drive.image(0)), Predictor(other, device="cpu").probabilities(drive.image(0))
    assert found["entropy"][0] == pytest.approx(need.entropy(one), abs=1e-5)
    assert found["disagreement"][0] == pytest.approx(np.mean(one.argmax(axis=0) != two.argmax(axis=0)), abs=1e-5)
    assert found["flicker"][0] == 0 and found["flicker"][2] > 0


def test_what_is_known_comes_at_once_and_only_what_changed_is_looked_at_again(drive: Drive, checkpoint: Path) -> None:
    first = list(needs(drive, checkpoint, device="cpu"))
    again = list(needs(drive, checkpoint, device="cpu"))
    assert scored(again) == scored(first) and isinstance(again[-1], Finished) and again[-1].summary["looked_at"] == 0
    image = drive.frames[1].image
    assert image is not None
    images.write_png(image, np.zeros((64, 96, 3), np.uint8))
    known = list(needs(drive, checkpoint, known_only=True))
    assert sorted(scored(known)["entropy"]) == [0, 2, 3] and known[-1] == Finished(False, {"frames": COUNT, "looked_at": 0, "missing": 3})
    third = list(needs(drive, checkpoint, device="cpu"))
    assert third[-1] == Finished(False, {"frames": COUNT, "looked_at": 3, "missing": 0})  # it, and for the flicker those beside it


def test_labels_that_the_network_contradicts_are_told_and_told_anew_when_they_are_edited(drive: Drive, checkpoint: Path) -> None:
    image = drive.frames[1].image
    assert image is not None
    path = own_labels.document(drive.path, stem="1", image=image)

    def label(name: str) -> None:
        document = Document(96, 64).added(name, Polygon(((0, 0), (95, 0), (95, 63), (0, 63))))
        atomic.write_text(path, cityscapes_json.write(document))
        images.write_png(path.with_name("1.png"), masks.label_ids(document, SPACE))

    mask = Predictor(checkpoint, device="cpu").probabilities(drive.image(1)).argmax(axis=0)
    classes = labels.class_set(SPACE)
    for name in ("road", "sky"):
        label(name)
        found = scored(list(needs(drive, checkpoint, device="cpu")))
        assert found["labels"] == {1: pytest.approx(np.mean(mask != classes.names.index(name)), abs=1e-5)}


def test_a_frame_that_cannot_be_read_is_left_out_with_a_word(drive: Drive, checkpoint: Path) -> None:
    image = drive.frames[2].image
    assert image is not None
    image.write_bytes(b"no picture")
    events = list(needs(drive, checkpoint, device="cpu"))
    assert sorted(scored(events)["entropy"]) == [0, 1, 3]
    assert any(isinstance(event, Message) and image.name in event.text for event in events)


def test_stopped_in_the_middle_it_keeps_what_it_has(drive: Drive, checkpoint: Path) -> None:
    done: list[int] = []
    events = []
    for event in needs(drive, checkpoint, device="cpu", should_stop=lambda: len(done) > 2 or bool(done.append(1))):
        events.append(event)
    assert events[-1].stopped and any(isinstance(event, Progress) for event in events)
    kept = scored(list(needs(drive, checkpoint, known_only=True)))
    assert sorted(kept["entropy"]) == sorted(scored(events)["entropy"]) == [0, 1, 2]


def test_networks_of_other_classes_are_not_compared(drive: Drive, checkpoint: Path, tmp_path: Path) -> None:
    other = tiny_checkpoint(tmp_path / "two")
    with pytest.raises(CheckpointError, match="tells other classes apart"):
        list(needs(drive, checkpoint, other=other, device="cpu"))


def test_ranks_put_scores_of_different_kinds_together() -> None:
    a, b = np.array([0.1, 0.2, np.nan, 0.3]), np.array([0.9, 0.0, 0.5, np.nan])
    mean, names = need.together({"a": a, "b": b, "flat": np.zeros(4)})
    assert names == ["b", "a", "b", "a"]
    np.testing.assert_allclose(mean, [(1 / 6 + 5 / 6) / 2, (0.5 + 1 / 6) / 2, 0.5, 5 / 6])
    assert need.together({})[1] == [] and need.together({"flat": np.zeros(2)})[1] == ["flat", "flat"]
    assert np.isnan(need.together({"a": np.full(2, np.nan)})[0]).all() and need.together({"a": np.full(2, np.nan)})[1] == ["", ""]
