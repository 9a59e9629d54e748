"""The Drive page on small real drives: frames, masks, truth, keys, messages, export."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from engine import checkpoints, images, labels
from engine.drives import open_drive
from engine.inspection.opening import Opened
from engine.sample import Prediction
from gui.masks import MaskFeed
from gui.overlay import RIGHT, VOID, WRONG, overlay, why_not
from gui.pages.drive import DrivePage
from gui.player import Picture, Player
from gui.widgets.export_dialog import ExportDialog
from tests.doubles import tiny_checkpoint

COUNT = 6


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A drive of six images of rising brightness."""
    (tmp_path / "drive").mkdir()
    for number in range(COUNT):
        images.write_png(tmp_path / "drive" / f"{number:06d}.png", np.full((48, 96, 3), 40 * number, np.uint8))
    return tmp_path / "drive"


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROADSCOPE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("ROADSCOPE_HOME", str(tmp_path / "home"))


@pytest.fixture
def page(qtbot, session, jobs, settings):
    page = DrivePage(session, jobs, settings)
    page.resize(900, 600)
    qtbot.addWidget(page)
    page.show()
    page.activate()
    yield page
    page.shutdown()


def opened(session, path: Path):
    drive = open_drive(path)
    session.set_source(Opened(drive.name, drive.kind, None, drive))
    return drive


def shown_frame(page: DrivePage) -> int:
    picture = Player.of(page.session).picture
    return -1 if picture is None else picture.frame


def test_without_a_drive_the_page_says_what_to_do(page, qtbot) -> None:
    assert page._stack.currentIndex() == 0
    with qtbot.waitSignal(page.opening_wanted):
        page._nothing.buttons[1].click()


def test_a_place_is_told_once_there_is_a_picture_and_not_before(page, session, qtbot, folder) -> None:
    page.view.canvas.hovered.emit((3.0, 2.0))
    assert page.view._status.text() == ""
    opened(session, folder)
    qtbot.waitUntil(lambda: shown_frame(page) == 0)
    page.view.canvas.hovered.emit((3.0, 2.0))
    assert page.view._status.text().startswith("x 3  y 2")


def test_the_frame_of_the_session_is_painted(page, session, qtbot, folder) -> None:
    opened(session, folder)
    qtbot.waitUntil(lambda: shown_frame(page) == 0)
    session.show_frame(4)
    qtbot.waitUntil(lambda: shown_frame(page) == 4)
    assert page.view.canvas.grab().toImage().pixelColor(400, 250).red() == 160


def test_scrubbing_fast_ends_at_the_last_frame_asked_for(page, session, qtbot, folder) -> None:
    opened(session, folder)
    for frame in (1, 5, 2, 0, 3):
        session.show_frame(frame)
    qtbot.waitUntil(lambda: shown_frame(page) == 3)


def test_no_checkpoint_is_said_with_its_cure(page, session, folder) -> None:
    opened(session, folder)
    assert page.messages.text.startswith("No checkpoint chosen")


def test_a_checkpoint_brings_masks_shares_and_the_band(page, session, qtbot, folder, tmp_path) -> None:
    opened(session, folder)
    session.choose_checkpoint(tiny_checkpoint(tmp_path))
    player = Player.of(session)
    qtbot.waitUntil(lambda: player.picture is not None and player.picture.prediction is not None, timeout=60_000)
    assert page.messages.text == ""
    assert page.view.overlay.classes == session.card.classes
    assert sum(page.view.overlay.shares().values()) == pytest.approx(1.0)
    qtbot.waitUntil(lambda: bool(player.masks.covered.all()), timeout=30_000)


def test_masks_are_kept_on_the_disk_for_the_next_time(qtbot, session, folder, tmp_path) -> None:
    from gui.frames import Frames

    checkpoint, drive = tiny_checkpoint(tmp_path), open_drive(folder)
    feeds = [MaskFeed(), MaskFeed()]
    try:
        feeds[0].open(Frames(drive), checkpoint)
        with qtbot.waitSignal(feeds[0].ready, timeout=60_000):
            feeds[0].ask(2)
        feeds[1].open(Frames(drive), checkpoint)
        qtbot.waitUntil(lambda: bool(feeds[1].covered[2]))
        assert feeds[1].at_hand(2) is not None and feeds[1].at_hand(3) is None
    finally:
        for feed in feeds:
            feed.close()


def test_a_damaged_checkpoint_is_one_sentence(page, session, qtbot, folder, tmp_path) -> None:
    opened(session, folder)
    path = tiny_checkpoint(tmp_path)
    card, weights = checkpoints.read(path)
    session.choose_checkpoint(path)
    qtbot.waitUntil(lambda: session.checkpoint == path)
    del weights[next(iter(weights))]
    checkpoints.write(tmp_path / "other.safetensors", card, weights)
    session.choose_checkpoint(tmp_path / "other.safetensors")
    qtbot.waitUntil(lambda: "other.safetensors" in page.messages.text, timeout=60_000)


def test_an_unreadable_frame_is_one_sentence_and_the_others_play_on(page, session, qtbot, folder) -> None:
    (folder / "000003.png").write_bytes(b"nothing")
    opened(session, folder)
    qtbot.waitUntil(lambda: shown_frame(page) == 0)
    session.show_frame(3)
    qtbot.waitUntil(lambda: "000003.png" in page.messages.text)
    session.show_frame(4)
    qtbot.waitUntil(lambda: shown_frame(page) == 4)


def test_a_frame_ahead_that_cannot_be_read_is_passed_over(qtbot, folder, tmp_path) -> None:
    from gui.frames import Frames

    (folder / "000001.png").write_bytes(b"nothing")
    feed, said = MaskFeed(), []
    feed.failed.connect(lambda text, details: said.append(text))
    try:
        feed.open(Frames(open_drive(folder)), tiny_checkpoint(tmp_path))
        feed.ask(0)
        feed.predict_ahead(True)
        qtbot.waitUntil(lambda: feed.covered.sum() == COUNT - 1, timeout=60_000)
        assert said == []
    finally:
        feed.close()


def test_playing_goes_through_the_frames_and_stops_at_the_end(page, session, qtbot, folder) -> None:
    opened(session, folder)
    player = Player.of(session)
    player.playback.set_speed(4)
    QTest.keyClick(page.view.canvas, Qt.Key.Key_Space)
    assert player.playback.playing
    qtbot.waitUntil(lambda: session.frame == COUNT - 1 and not player.playback.playing)


def test_a_hidden_page_stops_playing(page, session, folder) -> None:
    opened(session, folder)
    Player.of(session).playback.play()
    page.deactivate()
    assert not Player.of(session).playback.playing


def test_every_key_of_the_page_means_one_thing(page) -> None:
    from gui import actions

    assert actions.conflicts(page.actions()) == []


def test_the_menu_hides_the_class_under_the_pointer(page, session, qtbot, folder, tmp_path) -> None:
    opened(session, folder)
    session.choose_checkpoint(tiny_checkpoint(tmp_path))
    qtbot.waitUntil(lambda: page.view.overlay.mask is not None, timeout=60_000)
    name = page.view.overlay.at(10, 10, (48, 96))[0]
    menu = QMenu()
    page.view.canvas.menu_opening.emit(menu, (10.0, 10.0))
    entry = next(entry for entry in menu.actions() if entry.text() == f"Hide {name}")
    entry.trigger()
    assert session.hidden == {name}


def test_a_drive_of_scans_alone_leads_to_the_lidar_page(page, session, qtbot, shared_data) -> None:
    opened(session, shared_data / "semantickitti" / "sequences" / "00")
    assert page._stack.currentIndex() == 1
    with qtbot.waitSignal(page.wants_page) as wanted:
        page._no_images.buttons[0].click()
    assert wanted.args == ["lidar"]


def test_the_export_writes_the_frames_asked_for(page, session, jobs, settings, qtbot, folder, tmp_path) -> None:
    opened(session, folder)
    session.choose_checkpoint(tiny_checkpoint(tmp_path))
    qtbot.waitUntil(lambda: session.checkpoint is not None)
    dialog = ExportDialog(session, Player.of(session), jobs, settings, page)
    dialog._range.stretch.setCurrentIndex(dialog._range.stretch.count() - 1)
    dialog._range.first.setValue(2)
    dialog._range.last.setValue(4)
    out = tmp_path / "out" / "movie.mp4"
    dialog._path.setText(str(out))
    with qtbot.waitSignal(dialog.started) as started:
        dialog._start.click()
    job = started.args[0]
    said: list[object] = []
    job.event.connect(said.append)
    qtbot.waitUntil(lambda: job.over, timeout=60_000)
    assert job.failure is None and out.is_file()
    assert len(open_drive(out).frames) == 3


def test_truth_and_prediction_make_an_error_map() -> None:
    space = labels.space("camvid")
    classes = labels.class_set(space)
    truth = np.array([[3, 3, 11, 0]], np.uint8)
    prediction = Prediction(np.array([[3, 1, 1, 0]], np.uint8), np.ones((1, 4), np.float32))
    image = np.zeros((1, 4, 3), np.uint8)
    made = overlay(Picture(0, image, [], prediction, truth), "errors", space, classes)
    assert made.mask.tolist() == [[RIGHT, WRONG, VOID, RIGHT]]
    assert made.hidden(())[RIGHT] and made.at(1, 0, (1, 4)) == ("wrong", None)


def test_what_cannot_be_shown_says_why() -> None:
    camvid, cityscapes = labels.space("camvid"), labels.space("cityscapes")
    assert set(why_not(None, None)) == {"prediction", "truth", "errors"}
    assert set(why_not(None, labels.class_set(camvid))) == {"truth", "errors"}
    assert why_not(camvid, labels.class_set(camvid)) == {}
    assert set(why_not(cityscapes, labels.class_set(camvid))) == {"errors"}


def test_a_video_plays_by_its_own_times(page, session, qtbot, shared_data) -> None:
    opened(session, shared_data / "video" / "solidWhiteRight.mp4")
    session.show_frame(100)
    qtbot.waitUntil(lambda: shown_frame(page) == 100, timeout=10_000)
    exact = open_drive(shared_data / "video" / "solidWhiteRight.mp4").image(100)
    assert cv2.absdiff(Player.of(session).picture.image, exact).max() == 0
