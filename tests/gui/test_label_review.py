"""Review on the Annotate page: checks, comments, and the frames that wait, by mouse and keys."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine import atomic, images, labels, own_labels
from engine.annotation import cityscapes_json, masks
from engine.annotation.document import Document, Polygon
from engine.annotation.queue import Queue, State
from engine.annotation.review import Kind
from engine.inspection.opening import open_path
from gui import label_edits
from gui.label_review import Review
from gui.pages.annotate import AnnotatePage
from tests.doubles import tiny_checkpoint
from tests.gui.annotating import at, do, drag

WIDTH, HEIGHT, COUNT = 96, 64, 5
SPACE = labels.space("cityscapes")


@pytest.fixture
def street(tmp_path: Path) -> Path:
    """A folder of five images; all but the frames 1 and 3 have labels of the user's own."""
    folder = tmp_path / "street"
    for number in range(COUNT):
        image = folder / f"a_{number}.png"
        images.write_png(image, np.full((HEIGHT, WIDTH, 3), 90 + 20 * number, np.uint8))
        if number not in (1, 3):
            document = Document(WIDTH, HEIGHT).added("road", Polygon(((0, 32), (95, 32), (95, 63), (0, 63)))).added("car", Polygon(((40, 30), (60, 30), (60, 50), (40, 50))))
            path = own_labels.document(folder, stem=image.stem, image=image)
            atomic.write_text(path, cityscapes_json.write(document))
            images.write_png(path.with_name(f"{image.stem}.png"), masks.label_ids(document, SPACE))
    return folder


def opened(qtbot, session, jobs, settings, path: Path) -> AnnotatePage:
    page = AnnotatePage(session, jobs, settings)
    page.resize(1000, 700)
    qtbot.addWidget(page)
    page.show()
    session.set_source(open_path(path), path)
    page.activate()
    qtbot.waitUntil(lambda: page.labelling.now is not None)
    return page


@pytest.fixture
def page(qtbot, session, jobs, settings, street: Path):
    page = opened(qtbot, session, jobs, settings, street)
    review = part(page)
    qtbot.addWidget(review.panel)
    review.panel.show()
    ready(qtbot, page)
    qtbot.waitUntil(lambda: review.queue.count == COUNT)
    yield page
    page.shutdown()


def part(page: AnnotatePage) -> Review:
    return next(one for one in page.parts if isinstance(one, Review))


def ready(qtbot, page: AnnotatePage) -> None:
    """The frame of the session is open and its review is read."""
    qtbot.waitUntil(lambda: page.labelling.now is not None and page.labelling.now.frame == page.session.frame and part(page).reviewing.now is not None)


def go(qtbot, page: AnnotatePage, frame: int) -> None:
    page.session.show_frame(frame)
    ready(qtbot, page)


def comment(page: AnnotatePage, words: str) -> None:
    page.take("comment")
    drag(page, (40, 30), (50, 40), (60, 50))
    editor = part(page).editor
    QTest.keyClicks(editor.text, words)
    QTest.keyClick(editor.text, Qt.Key.Key_Return)


def test_checked_holds_for_these_labels_until_they_are_others(qtbot, page: AnnotatePage) -> None:
    review = part(page)
    QTest.mouseClick(review.panel.state.switch, Qt.MouseButton.LeftButton)
    assert review.reviewing.state == State.CHECKED
    page.labelling.select([page.labelling.committed.regions[1].key])
    label_edits.delete(page.labelling)
    assert review.reviewing.state == State.CHANGED
    qtbot.waitUntil(lambda: "Changed since" in review.panel.state._words.text())
    page.labelling.undo()
    assert review.reviewing.state == State.CHECKED
    QTest.mouseClick(review.panel.state.switch, Qt.MouseButton.LeftButton)
    assert review.reviewing.state == State.NEVER


def test_a_check_is_there_when_the_frame_is_opened_again_and_after_it_was_saved(qtbot, page: AnnotatePage) -> None:
    review = part(page)
    page.labelling.select([page.labelling.committed.regions[1].key])
    label_edits.delete(page.labelling)
    with qtbot.waitSignal(page.labelling.saving.saved):
        review.check()  # of what isn't in the file yet
    go(qtbot, page, 2)
    go(qtbot, page, 0)
    assert review.reviewing.state == State.CHECKED
    review.queue.refresh()
    qtbot.waitUntil(lambda: not review.queue._surveyor.busy)
    qtbot.waitUntil(lambda: review.queue.standing(0).state == State.CHECKED)


def test_check_and_go_on_leads_through_the_frames_that_wait(qtbot, page: AnnotatePage) -> None:
    review = part(page)
    assert review.queue.kind == Queue.UNCHECKED and review.queue.order == [0, 2, 4]
    do(page, "check")
    ready(qtbot, page)
    assert page.session.frame == 2 and review.queue.order == [2, 4]
    do(page, "check")
    ready(qtbot, page)
    assert page.session.frame == 4
    said: list[str] = []
    review.said.connect(said.append)
    do(page, "check")
    assert review.queue.order == [] and said == ["Checked; no other frame waits"] and page.session.frame == 4
    assert review.panel.queue.nothing.isVisibleTo(review.panel) and "waits for a check" in review.panel.queue.nothing.text()


def test_frames_without_labels_wait_until_they_have_some_or_are_checked(qtbot, page: AnnotatePage) -> None:
    review = part(page)
    review.panel.queue.kind.setCurrentIndex(0)
    review.panel.queue.kind.activated.emit(0)
    assert review.queue.order == [1, 3] and review.panel.queue.count.text() == "2 of 5"
    do(page, "queue_next")
    ready(qtbot, page)
    assert page.session.frame == 1
    document = page.labelling.committed
    with qtbot.waitSignal(page.labelling.saving.saved):
        page.labelling.commit(document.added("sky", Polygon(((1, 1), (30, 1), (30, 20)))), "sky")
        page.labelling.saving.now()
    qtbot.waitUntil(lambda: review.queue.order == [3])
    do(page, "queue_previous")
    ready(qtbot, page)
    assert page.session.frame == 3
    do(page, "check")
    qtbot.waitUntil(lambda: review.queue.order == [])


def test_a_click_in_the_list_goes_to_the_frame(qtbot, page: AnnotatePage) -> None:
    view = part(page).panel.queue.list
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(view.model().index(2, 0)).center())
    ready(qtbot, page)
    assert page.session.frame == 4


def test_a_comment_is_drawn_named_listed_and_changed(qtbot, page: AnnotatePage) -> None:
    review = part(page)
    before = page.labelling.committed
    comment(page, "the wheel is missing")
    (one,) = review.reviewing.comments
    assert one.box == (40, 30, 61, 51) and one.kind == Kind.CORRECT and one.text == "the wheel is missing"
    assert page.labelling.committed is before and not review.editor.isVisible()
    (row,) = review.panel.comments.rows
    assert row.text.text() == "the wheel is missing"
    row.kind.setCurrentIndex(row.kind.findData(Kind.QUESTION))
    row.kind.activated.emit(row.kind.currentIndex())
    row.text.setFocus()
    row.text.clear()
    QTest.keyClicks(row.text, "a van?")
    QTest.keyClick(row.text, Qt.Key.Key_Return)
    go(qtbot, page, 2)
    assert review.panel.comments.rows == []
    go(qtbot, page, 0)
    assert [(one.kind, one.text) for one in review.reviewing.comments] == [(Kind.QUESTION, "a van?")]


def test_escape_drops_a_box_and_a_click_on_a_box_asks_again(page: AnnotatePage) -> None:
    review = part(page)
    page.take("comment")
    drag(page, (40, 30), (60, 50))
    assert review.editor.isVisible()
    QTest.keyClick(review.editor.text, Qt.Key.Key_Escape)
    assert review.reviewing.comments == () and not review.editor.isVisible()
    comment(page, "first")
    QTest.mouseClick(page.canvas, Qt.MouseButton.LeftButton, pos=at(page, 50, 40))
    assert review.editor.isVisible() and review.editor.text.text() == "first"
    review.editor.text.setText("second")
    QTest.keyClick(review.editor.text, Qt.Key.Key_Return)
    assert [one.text for one in review.reviewing.comments] == ["second"]


def test_words_that_are_being_typed_go_to_the_frame_they_were_begun_on(qtbot, page: AnnotatePage) -> None:
    review = part(page)
    page.take("comment")
    drag(page, (40, 30), (60, 50))
    QTest.keyClicks(review.editor.text, "half")
    go(qtbot, page, 2)
    assert review.reviewing.comments == () and not review.editor.isVisible()
    go(qtbot, page, 0)
    assert [one.text for one in review.reviewing.comments] == ["half"]


def test_a_deleted_comment_comes_back(page: AnnotatePage) -> None:
    review = part(page)
    comment(page, "keep me")
    QTest.mouseClick(review.panel.comments.rows[0].delete, Qt.MouseButton.LeftButton)
    assert review.reviewing.comments == () and review.panel.comments._back.isVisibleTo(review.panel)
    QTest.mouseClick(review.panel.comments._back, Qt.MouseButton.LeftButton)
    assert [one.text for one in review.reviewing.comments] == ["keep me"]


def test_comments_are_painted_in_the_colour_of_their_kind_unless_switched_off(page: AnnotatePage) -> None:
    from gui.widgets.comment_marks import COLOURS

    review = part(page)
    page.canvas.grab()
    comment(page, "here")
    page.take("select")
    edge = at(page, 39.5, 44)

    def painted() -> set[str]:
        image = page.canvas.grab().toImage()
        return {image.pixelColor(edge.x() + dx, edge.y()).name() for dx in range(-2, 3)}

    assert COLOURS[Kind.CORRECT] in painted()
    do(page, "comments")
    assert COLOURS[Kind.CORRECT] not in painted()


def test_a_click_on_a_comment_in_the_list_brings_its_box_into_view(page: AnnotatePage) -> None:
    review = part(page)
    comment(page, "here")
    page.canvas.zoom(20.0)
    page.canvas.view = page.canvas.view.moved(5000, 5000)
    QTest.mouseClick(review.panel.comments.rows[0]._number, Qt.MouseButton.LeftButton)
    assert page.canvas.rect().adjusted(20, 20, -20, -20).contains(at(page, 50, 40))


def test_frames_with_open_comments_wait_until_they_are_resolved(qtbot, page: AnnotatePage) -> None:
    review = part(page)
    comment(page, "a")
    review.queue.set_kind(Queue.COMMENTS)
    assert review.queue.order == [0] and review.queue.reason(0) == "1 to correct"
    row = review.panel.comments.rows[0]
    row.kind.setCurrentIndex(row.kind.findData(Kind.RESOLVED))
    row.kind.activated.emit(row.kind.currentIndex())
    assert review.queue.order == []


def test_by_need_says_what_is_lacking_then_ranks_all_frames_and_remembers(qtbot, page: AnnotatePage, tmp_path: Path) -> None:
    review = part(page)
    queue = review.panel.queue
    review.queue.set_kind(Queue.NEED)
    assert "Choose a checkpoint" in queue.progress.text() and not queue.search.isEnabled() and review.queue.order == [0, 1, 2, 3, 4]
    page.session.choose_checkpoint(tiny_checkpoint(tmp_path, labels.class_set(SPACE)))
    qtbot.waitUntil(lambda: review.needs.possible and review.needs._job is None)
    QTest.mouseClick(queue.search, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: review.needs.complete, timeout=60_000)
    ranked = list(review.queue.order)
    assert sorted(ranked) == [0, 1, 2, 3, 4] and (np.diff(review.needs.needs[ranked]) <= 0).all() and "%" in review.queue.reason(ranked[0])
    assert "labels differ" not in review.queue.details(1) and "labels differ" in review.queue.details(0)
    page.session.show_frame(ranked[0])
    ready(qtbot, page)
    do(page, "check")
    ready(qtbot, page)
    assert page.session.frame == ranked[1] and review.queue.order == ranked[1:]
    checkpoint = page.session.checkpoint
    page.session.choose_checkpoint(None)
    assert review.needs.known == 0
    page.session.choose_checkpoint(checkpoint)
    qtbot.waitUntil(lambda: review.needs.known == COUNT)


def test_the_review_is_drawn_over_by_no_key_of_the_text_field(page: AnnotatePage) -> None:
    """Letters typed into a comment are no tools."""
    page.take("comment")
    drag(page, (40, 30), (60, 50))
    QTest.keyClicks(part(page).editor.text, "dab")
    assert page.canvas.tool is not None and page.canvas.tool.name == "comment" and part(page).editor.text.text() == "dab"
    assert QApplication.focusWidget() in (None, part(page).editor.text)
