from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent

from engine import images
from gui import thumbnail_feed
from gui.frame_items import items_of
from gui.main_window import MainWindow
from gui.widgets.thumbnails import ITEM, ThumbnailRows

WAIT = 20_000


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """Six CamVid-like frames in two splits: one mask is missing, one holds an unknown id."""
    root = tmp_path / "tiny"
    for split, count in (("train", 4), ("val", 2)):
        for at in range(count):
            picture = np.zeros((36, 48, 3), np.uint8)
            picture[:, :, at % 3] = 200
            mask = np.full((36, 48), 3, np.uint8)
            mask[:9] = 0
            if (split, at) == ("train", 1):
                mask[0, 0] = 77
            images.write_png(root / split / f"0001TP_{split}{at}.png", picture)
            if (split, at) != ("train", 2):
                images.write_png(root / f"{split}annot" / f"0001TP_{split}{at}.png", mask)
    return root


@pytest.fixture
def opened(window: MainWindow, qtbot, tiny: Path):
    page = window.host.pages["data"]
    with qtbot.waitSignal(page.inspecting.found, timeout=WAIT):
        window.opening.open(tiny)
    qtbot.waitUntil(lambda: page.preview.has_picture, timeout=WAIT)
    return page


def test_a_first_start_shows_what_to_do(window: MainWindow) -> None:
    page = window.host.pages["data"]
    assert page._welcome.isVisible() and page._welcome.sample.text().strip() == "Look at the sample street"
    assert page.bare


def test_every_frame_is_listed_also_those_without_a_mask(opened) -> None:
    assert opened.thumbnails.rows.rowCount() == 6
    assert opened._count.text() == "6 frames"


def test_shares_and_problems_are_counted(opened) -> None:
    assert opened.chart.shares[0].name == "road"
    assert opened.chart.shares[0].share == pytest.approx(0.75, abs=0.01)
    assert {fault.kind for fault in opened.problems.faults} == {"missing mask", "unknown id"}


def test_a_problem_leads_to_its_frame(opened) -> None:
    fault = next(fault for fault in opened.problems.faults if fault.kind == "unknown id")
    opened.problems.chosen.emit(fault.file)
    assert opened.thumbnails.current.name == "0001TP_train1"


def test_the_filter_leaves_frames_with_every_word(opened, qtbot) -> None:
    opened.filter.setText("val val1")
    qtbot.waitUntil(lambda: opened.thumbnails.rows.rowCount() == 1)
    opened.filter.setText("nothing like it")
    qtbot.waitUntil(opened._nothing.isVisible)
    opened.filter.clear()
    qtbot.waitUntil(lambda: opened.thumbnails.rows.rowCount() == 6)


def test_another_split_lists_its_frames(opened, qtbot) -> None:
    opened.splits.choose("val")
    qtbot.waitUntil(lambda: opened.thumbnails.rows.rowCount() == 2, timeout=WAIT)
    assert opened.session.dataset.split == "val"


def test_enter_shows_the_frame_on_the_drive_page(opened, qtbot) -> None:
    opened.thumbnails.reveal(3)
    with qtbot.waitSignal(opened.wants_page) as wanted:
        qtbot.keyClick(opened.thumbnails, Qt.Key.Key_Return)
    assert wanted.args == ["drive"] and opened.session.frame == 3


def test_hiding_a_class_takes_it_off_the_preview(opened, qtbot) -> None:
    def middle() -> tuple[int, ...]:
        return opened.preview._picture.picture.pixelColor(24, 30).getRgb()

    opened.thumbnails.reveal(0)
    qtbot.waitUntil(lambda: "with truth" in opened.preview.facts, timeout=WAIT)
    before = middle()
    opened.session.set_hidden("road", True)
    qtbot.waitUntil(lambda: middle() != before, timeout=WAIT)
    assert middle()[:3] == (200, 0, 0)


def test_dropping_a_folder_anywhere_opens_it(window: MainWindow, qtbot, tiny: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tiny))])
    entered = QDragEnterEvent(window.rect().center(), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    window.dragEnterEvent(entered)
    assert entered.isAccepted()
    with qtbot.waitSignal(window.session.source_changed, timeout=WAIT):
        window.dropEvent(QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier))
    assert window.session.path == tiny
    assert window.settings.recent == [tiny]


def test_a_folder_of_nothing_is_one_sentence_and_is_not_remembered(window: MainWindow, qtbot, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with qtbot.waitSignal(window.opening.problem, timeout=WAIT):
        window.opening.open(tmp_path / "empty")
    assert "empty" in window.messages.text and window.messages.text.endswith(".")
    assert window.settings.recent == []


def test_only_what_is_seen_is_asked_for(window: MainWindow, qtbot, tmp_path: Path) -> None:
    picture = tmp_path / "many" / "frame_000000.png"
    images.write_png(picture, np.zeros((8, 8, 3), np.uint8))
    for at in range(1, 3000):
        (picture.parent / f"frame_{at:06d}.png").hardlink_to(picture)
    with qtbot.waitSignal(window.session.source_changed, timeout=WAIT):
        window.opening.open(picture.parent)
    page = window.host.pages["data"]
    rows: ThumbnailRows = page.thumbnails.rows
    qtbot.waitUntil(lambda: rows.rowCount() == 3000, timeout=WAIT)
    qtbot.waitUntil(lambda: 0 < len(rows._pictures), timeout=WAIT)
    assert len(rows._pictures) + len(rows._asked) < 200


def test_a_thumbnail_comes_from_the_disk_the_second_time(window: MainWindow, qtbot, tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    from engine.inspection.opening import open_path

    item = items_of(open_path(tiny))[0]
    os.utime(item.path, (1_000_000_000, 1_000_000_000))
    assert not thumbnail_feed.thumbnail(item).isNull()
    monkeypatch.setattr("engine.images.read_reduced", None)
    assert not thumbnail_feed.thumbnail(item).isNull()
    thumbnail_feed.prune(0)
    with pytest.raises(TypeError):
        thumbnail_feed.thumbnail(item)


def test_an_unreadable_picture_does_not_stop_the_list(opened, qtbot, tiny: Path) -> None:
    (tiny / "val" / "0001TP_val0.png").write_bytes(b"not a picture")
    (tiny / "val" / "0001TP_val1.png").write_bytes(b"not a picture")
    opened.splits.choose("val")
    rows = opened.thumbnails.rows
    qtbot.waitUntil(lambda: rows.rowCount() == 2 and len(rows._pictures) == 2, timeout=WAIT)
    assert rows.index(0, 0).data(ITEM) is not None
    qtbot.waitUntil(lambda: "can't be read as a picture" in opened.preview.facts, timeout=WAIT)
