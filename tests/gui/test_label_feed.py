"""Frames are read with their labels for the page: the one that is asked for first, the next one once that is on the screen."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine import images
from engine.annotation import cityscapes_json
from engine.annotation.document import Document, Polygon
from engine.inspection.opening import open_path
from gui import label_feed
from gui.frames import Frames
from gui.label_feed import LabelFeed, Wanted
from gui.labelling import Opened


@pytest.fixture
def frames(tmp_path: Path) -> Frames:
    for number in range(4):
        stem = f"a_{number:06d}_000019"
        images.write_png(tmp_path / "leftImg8bit" / "train" / "a" / f"{stem}_leftImg8bit.png", np.full((40, 60, 3), 90, np.uint8))
        folder = tmp_path / "gtFine" / "train" / "a"
        folder.mkdir(parents=True, exist_ok=True)
        document = Document(60, 40).added("road", Polygon(((0, 20), (59, 20), (59, 39), (0, 39)))).added("car", Polygon(((number, 5), (30, 5), (30, 30))))
        (folder / f"{stem}_gtFine_polygons.json").write_text(cityscapes_json.write(document), encoding="utf-8")
    return Frames(open_path(tmp_path).drive)


@pytest.fixture
def feed(qtbot) -> Iterator[LabelFeed]:
    feed = LabelFeed()
    yield feed
    feed.close()


def shown(qtbot, feed: LabelFeed, frames: Frames, frame: int) -> Opened:
    with qtbot.waitSignal(feed.done) as signal:
        feed.ask(Wanted(frames, frame))
    opened = signal.args[1]
    opened.store.close()
    return opened


def test_a_frame_comes_with_its_labels_painted_and_what_edits_need_is_prepared_before_the_next_is_read(qtbot, feed: LabelFeed, frames: Frames) -> None:
    opened = shown(qtbot, feed, frames, 1)
    assert opened.frame == 1 and len(opened.store.document.regions) == 2 and opened.image.shape == (40, 60, 3)
    car = opened.picture.value("car")
    assert opened.picture.index[6, 20] == car and opened.picture.index[30, 50] == opened.picture.value("road") and not opened.picture.rasteriser._kept
    qtbot.waitUntil(lambda: feed.ahead == 2)
    assert len(opened.picture.rasteriser._kept) == 2


def test_the_frame_after_it_in_the_direction_of_travel_is_read_ahead_and_given_at_once(qtbot, feed: LabelFeed, frames: Frames) -> None:
    shown(qtbot, feed, frames, 3)
    shown(qtbot, feed, frames, 2)
    qtbot.waitUntil(lambda: feed.ahead == 1)
    given: list[int] = []
    feed.done.connect(lambda _, opened: (given.append(opened.frame), opened.store.close()))
    feed.ask(Wanted(frames, 1))
    assert given == [1], "without waiting for a thread"


def test_frames_that_are_asked_for_in_a_hurry_come_without_those_between(qtbot, feed: LabelFeed, frames: Frames) -> None:
    given: list[int] = []
    feed.done.connect(lambda _, opened: (given.append(opened.frame), opened.store.close()))
    for frame in range(4):
        feed.ask(Wanted(frames, frame))
    qtbot.waitUntil(lambda: bool(given) and given[-1] == 3)
    assert len(given) <= 2 and feed.ahead is None


def test_nothing_is_prepared_or_read_ahead_while_a_button_is_down(qtbot, feed: LabelFeed, frames: Frames, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(label_feed, "_drawing", lambda: asked.append(1) is None and len(asked) < 4)
    shown(qtbot, feed, frames, 0)
    qtbot.waitUntil(lambda: len(asked) == 3)
    assert feed.ahead is None and not feed._reader.busy
    qtbot.waitUntil(lambda: feed.ahead == 1)


def test_nothing_is_read_ahead_while_a_job_writes_documents(qtbot, feed: LabelFeed, frames: Frames) -> None:
    feed.read_ahead(False)
    opened = shown(qtbot, feed, frames, 0)
    qtbot.waitUntil(lambda: len(opened.picture.rasteriser._kept) == 2 and not feed._reader.busy)
    assert feed.ahead is None


def test_the_garbage_collector_goes_on_once_the_frame_is_there_or_cannot_be_read(qtbot, feed: LabelFeed, frames: Frames) -> None:
    assert gc.isenabled()
    feed.ask(Wanted(frames, 0))
    assert not gc.isenabled()
    qtbot.waitUntil(gc.isenabled)
    next(frames.drive.path.rglob("*000002_000019_gtFine_polygons.json")).write_text("{ no document", encoding="utf-8")
    with qtbot.waitSignal(feed.failed):
        feed.ask(Wanted(frames, 2))
    assert gc.isenabled()
    feed.ask(Wanted(frames, 1))
    feed.forget()
    assert gc.isenabled()
