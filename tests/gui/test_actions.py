from __future__ import annotations

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtWidgets import QLineEdit, QListWidget, QPushButton

from gui import actions
from gui.actions import Action
from gui.main_window import PAGES, MainWindow
from gui.widgets.keys_sheet import KeysSheet


def all_rows(window: MainWindow) -> list[Action]:
    for name in window.names:
        window.show_page(name)
    window.show_page("data")
    return window.table.rows


def test_no_key_means_two_things_on_one_page(window: MainWindow) -> None:
    assert actions.conflicts(all_rows(window)) == []


def test_a_doubled_key_is_found() -> None:
    rows = [Action("a", "A", "Space", "drive", "", print), Action("b", "B", "Space", "drive", "", print), Action("c", "C", "Space", "train", "", print)]
    assert actions.conflicts(rows) == ["Space on drive means both a and b"]


def test_every_action_stands_on_the_keys_sheet(window: MainWindow, qtbot) -> None:
    rows = all_rows(window)
    sheet = KeysSheet(rows, {name: words[0] for name, words in PAGES.items()}, "data", window)
    qtbot.addWidget(sheet)
    listed = {words for words, _ in sheet.listed}
    assert {row.text.replace("&", "").rstrip("…") for row in rows} <= listed
    assert {row.page for row in rows} <= {"", *PAGES}


def test_the_keys_sheet_is_searched_by_word_and_by_key(window: MainWindow, qtbot) -> None:
    sheet = KeysSheet(window.table.rows, {name: words[0] for name, words in PAGES.items()}, "data", window)
    qtbot.addWidget(sheet)
    sheet.search("full screen")
    assert [words for words, _ in sheet.listed] == ["Full screen"]
    sheet.search("f11")
    assert [words for words, _ in sheet.listed] == ["Full screen"]
    sheet.search("no such thing")
    assert not sheet.listed


def test_every_action_has_an_icon_and_says_its_key_on_hover(window: MainWindow) -> None:
    from engine import places

    for row in all_rows(window):
        assert not row.icon or (places.RESOURCES / "icons" / f"{row.icon}.svg").is_file(), f"{row.id} has no icon {row.icon}"
        assert not row.keys or row.key_text in window.table.qt(row.id).toolTip()


def test_a_page_s_keys_are_dead_on_the_other_pages(window: MainWindow) -> None:
    assert window.table.qt("data.larger").isEnabled()
    window.show_page("train")
    assert not window.table.qt("data.larger").isEnabled()


@pytest.mark.parametrize(
    ("kind", "key", "kept"),
    [(QPushButton, Qt.Key.Key_Space, True), (QListWidget, Qt.Key.Key_Down, True), (QListWidget, Qt.Key.Key_I, False), (QLineEdit, Qt.Key.Key_F, True)],
)
def test_a_widget_keeps_the_keys_it_lives_by(qtbot, qapp, kind, key, kept) -> None:
    from PySide6.QtGui import QAction
    from PySide6.QtWidgets import QVBoxLayout, QWidget

    from gui.keyboard import KeyGuard

    host = QWidget()
    qtbot.addWidget(host)
    guard = KeyGuard(host)
    qapp.installEventFilter(guard)
    inner = kind()
    QVBoxLayout(host).addWidget(inner)
    fired: list[bool] = []
    action = QAction("key", host)
    action.setShortcut(key)
    action.triggered.connect(lambda: fired.append(True))
    host.addAction(action)
    host.show()
    host.activateWindow()
    qtbot.waitUntil(host.isActiveWindow)
    inner.setFocus()
    qtbot.keyClick(inner, key)
    qapp.removeEventFilter(guard)
    assert bool(fired) is not kept


def test_the_guide_opens_at_the_page_that_is_shown_and_follows_its_links(window: MainWindow, qtbot) -> None:
    sheet = KeysSheet(window.table.rows, {}, "lidar", window)
    qtbot.addWidget(sheet)
    assert sheet.guide.text.toPlainText().startswith("Lidar")
    sheet.guide.text.anchorClicked.emit(QUrl("drive.md"))
    assert sheet.guide.text.toPlainText().startswith("Drive")
