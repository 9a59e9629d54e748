"""What comes in the middle of something on the Annotate page: a key in a drag, another frame in an outline."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from gui import label_edits
from gui.pages.annotate import AnnotatePage
from tests.gui import annotating
from tests.gui.annotating import LEFT, NONE, at, click, regions

Key = Qt.Key


@pytest.fixture
def page(qtbot, session, jobs, settings, tmp_path: Path):
    page = annotating.opened(qtbot, session, jobs, settings, annotating.street(tmp_path))
    yield page
    page.shutdown()


def reserved(page: AnnotatePage, key: Qt.Key) -> bool:
    """Whether the picture keeps a key for itself that would do something else in the window."""
    event = QKeyEvent(QEvent.Type.ShortcutOverride, key, NONE)
    event.ignore()
    QApplication.sendEvent(page.canvas, event)
    return event.isAccepted()


def polygon(page: AnnotatePage, *points: tuple[int, int]) -> None:
    page.take("polygon")
    for point in points:
        click(page, *point)


def test_in_the_middle_of_a_drag_no_key_edits(page: AnnotatePage) -> None:
    QTest.mousePress(page.canvas, LEFT, NONE, at(page, 40, 56))
    QTest.mouseMove(page.canvas, at(page, 45, 58))
    assert reserved(page, Key.Key_3) and reserved(page, Key.Key_Delete) and reserved(page, Key.Key_D)
    QTest.mouseRelease(page.canvas, LEFT, NONE, at(page, 45, 58))
    assert not reserved(page, Key.Key_3)


def test_an_outline_that_is_begun_waits_for_its_frame(page: AnnotatePage, qtbot) -> None:
    polygon(page, (10, 10), (40, 10), (40, 30))
    page.session.show_frame(1)
    qtbot.waitUntil(lambda: page.labelling.now is not None and page.labelling.now.frame == 1)
    assert not page.tools["polygon"].busy
    page.session.show_frame(0)
    qtbot.waitUntil(lambda: page.labelling.now is not None and page.labelling.now.frame == 0)
    QTest.keyClick(page.canvas, Key.Key_Return)
    assert regions(page) == ["road", "car"]


def test_an_outline_that_is_begun_waits_while_another_tool_is_used_and_escape_drops_it(page: AnnotatePage) -> None:
    polygon(page, (10, 10), (40, 10), (40, 30))
    page.take("select")
    page.take("polygon")
    assert page.tools["polygon"].busy
    QTest.keyClick(page.canvas, Key.Key_Escape)
    page.take("select")
    page.take("polygon")
    assert not page.tools["polygon"].busy


def test_two_points_are_not_thrown_away_by_enter(page: AnnotatePage) -> None:
    polygon(page, (10, 10), (40, 10))
    QTest.keyClick(page.canvas, Key.Key_Return)
    click(page, 40, 30)
    QTest.keyClick(page.canvas, Key.Key_Return)
    assert regions(page) == ["road", "car"]


def test_a_line_that_cuts_nothing_stays_and_says_so(page: AnnotatePage, qtbot) -> None:
    page.take("cut")
    click(page, 40, 56)
    click(page, 50, 58)
    with qtbot.waitSignal(page.labelling.failed):
        QTest.keyClick(page.canvas, Key.Key_Return)
    assert page.tools["cut"].busy and regions(page) == ["road"]


def test_0_held_shows_the_picture_alone_and_tapped_it_is_a_class(page: AnnotatePage, qtbot) -> None:
    tenth = page.classes.digit(0)
    QTest.keyPress(page.canvas, Key.Key_0)
    qtbot.waitUntil(lambda: not page.canvas.labels_shown)
    QTest.keyRelease(page.canvas, Key.Key_0)
    assert page.canvas.labels_shown and page.labelling.settings.label == "car"
    QTest.keyClick(page.canvas, Key.Key_0)
    assert page.canvas.labels_shown and page.labelling.settings.label == tenth


def test_0_with_a_region_selected_is_a_digit_at_once(page: AnnotatePage) -> None:
    assert reserved(page, Key.Key_0)
    click(page, 40, 56)
    assert page.labelling.selection and not reserved(page, Key.Key_0)


def test_labels_that_are_off_are_told_below_the_picture(page: AnnotatePage) -> None:
    page.toggle_labels()
    click(page, 40, 20)
    assert "labels off" in page._status.text()
    page.toggle_labels()
    assert "labels off" not in page._status.text()


def test_a_digit_in_an_outline_is_its_class_not_that_of_what_was_selected(page: AnnotatePage) -> None:
    click(page, 40, 56)
    polygon(page, (10, 10), (40, 10), (40, 30))
    label_edits.choose_label(page.labelling, "bus")
    QTest.keyClick(page.canvas, Key.Key_Return)
    assert regions(page) == ["road", "bus"]


def test_escape_selects_nothing_with_any_tool_in_the_hand(page: AnnotatePage) -> None:
    page.labelling.select(page.labelling.committed.places)
    page.take("brush")
    QTest.keyClick(page.canvas, Key.Key_Escape)
    assert not page.labelling.selection


def test_each_frame_keeps_the_outline_that_was_begun_there_and_closing_would_lose_it(page: AnnotatePage, qtbot) -> None:
    assert page.busy_reason() is None
    for frame in (0, 1, 0):
        page.session.show_frame(frame)
        qtbot.waitUntil(lambda frame=frame: page.labelling.now is not None and page.labelling.now.frame == frame)
        if not page.tools["polygon"].busy:
            polygon(page, (10, 10), (40, 10), (40 + frame, 30))
    assert page.tools["polygon"].points[-1] == (40, 30)
    assert page.busy_reason() == "an outline of 3 points is begun and no label yet"


def offered(page: AnnotatePage, x: float, y: float) -> list[str]:
    """What the right button offers there."""
    menu = QMenu()
    page.canvas.menu_opening.emit(menu, (x, y))
    return [action.text().partition("\t")[0] for action in menu.actions() if action.text()]


def test_a_right_click_selects_and_offers_what_can_be_done_there(page: AnnotatePage) -> None:
    assert offered(page, 40, 20) == []
    assert offered(page, 40, 56)[:6] == ["Make it car", "Draw the next as road", "To the top", "To the bottom", "Duplicate", "Delete"]
    assert len(page.labelling.selection) == 1 and regions(page) == ["road"]


def test_a_tool_knows_where_the_pointer_rests_before_it_moves(page: AnnotatePage) -> None:
    QTest.mouseMove(page.canvas, at(page, 40, 20))
    page.take("brush")
    assert page.tools["brush"]._at is not None and page.tools["brush"]._at.pixel == (40, 20)
