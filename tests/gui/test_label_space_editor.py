"""The label space editor driven by mouse and keys, and what an edit leaves as it was: document, undo, selection, view, masks, other windows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QApplication, QColorDialog, QDialogButtonBox, QFileDialog, QLineEdit

from engine import datasets, images, label_editing, labels, own_spaces
from engine.annotation import cityscapes_json, masks
from engine.annotation.document import Document, Polygon
from engine.inspection.opening import open_path
from engine.label_editing import new_row, rows_of
from gui import label_edits
from gui.label_classes import Classes
from gui.pages.annotate import AnnotatePage
from gui.widgets.label_space_editor import LabelSpaceEditor
from gui.widgets.label_space_rows import Column
from tests.gui.annotating import at

WIDTH, HEIGHT = 96, 64
SPACE = labels.space("cityscapes")
NAME = "a_{:06d}_000019"


@pytest.fixture
def street(tmp_path: Path) -> Path:
    """Two frames in the Cityscapes layout: a road below, a car on it; on the second a bus too."""
    root = tmp_path / "street"
    for number in range(2):
        stem = NAME.format(number)
        images.write_png(root / "leftImg8bit" / "train" / "a" / f"{stem}_leftImg8bit.png", np.full((HEIGHT, WIDTH, 3), 90 + 40 * number, np.uint8))
        document = Document(WIDTH, HEIGHT).added("road", Polygon(((0, 32), (95, 32), (95, 63), (0, 63)))).added("car", Polygon(((40, 30), (60, 30), (60, 50), (40, 50))))
        if number:
            document = document.added("bus", Polygon(((4, 4), (20, 4), (20, 20), (4, 20))))
        folder = root / "gtFine" / "train" / "a"
        images.write_png(folder / f"{stem}_gtFine_labelIds.png", masks.label_ids(document, SPACE))
        (folder / f"{stem}_gtFine_polygons.json").write_text(cityscapes_json.write(document), encoding="utf-8")
    return root


@pytest.fixture
def page(qtbot, session, jobs, settings, street: Path):
    page = AnnotatePage(session, jobs, settings)
    page.resize(1000, 700)
    qtbot.addWidget(page)
    page.show()
    session.set_source(open_path(street), street)
    page.activate()
    qtbot.waitUntil(lambda: page.labelling.now is not None)
    yield page
    page.shutdown()


@pytest.fixture
def editor(page: AnnotatePage, qtbot) -> LabelSpaceEditor:
    return opened(page, qtbot)


def part(page: AnnotatePage) -> Classes:
    return next(one for one in page.parts if isinstance(one, Classes))


def opened(page: AnnotatePage, qtbot) -> LabelSpaceEditor:
    """The editor by its button, once it knows what is in use."""
    QTest.mouseClick(page.classes.edit, Qt.MouseButton.LeftButton)
    editor = part(page).editor
    assert editor is not None
    qtbot.waitUntil(lambda: editor.rows.used(0) is not None)
    return editor


def place(editor: LabelSpaceEditor, name: str) -> int:
    return [row.name for row in editor.rows.rows].index(name)


def cell(editor: LabelSpaceEditor, row: int, column: Column) -> QPoint:
    index = editor.rows.index(row, column)
    editor.table.scrollTo(index)
    return editor.table.visualRect(index).center()


def press(editor: LabelSpaceEditor, row: int, column: Column) -> None:
    QTest.mouseClick(editor.table.viewport(), Qt.MouseButton.LeftButton, pos=cell(editor, row, column))


def double(editor: LabelSpaceEditor, row: int, column: Column) -> None:
    press(editor, row, column)
    QTest.mouseDClick(editor.table.viewport(), Qt.MouseButton.LeftButton, pos=cell(editor, row, column))


def tick(editor: LabelSpaceEditor, row: int, column: Column) -> None:
    """A click on the box of a cell, at its left."""
    rect = editor.table.visualRect(editor.rows.index(row, column))
    editor.table.scrollTo(editor.rows.index(row, column))
    rect = editor.table.visualRect(editor.rows.index(row, column))
    QTest.mouseClick(editor.table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(rect.left() + 11, rect.center().y()))


def rename(editor: LabelSpaceEditor, old: str, new: str) -> None:
    double(editor, place(editor, old), Column.NAME)
    write(editor, new)


def write(editor: LabelSpaceEditor, words: str, end: Qt.Key = Qt.Key.Key_Return) -> None:
    line = next(line for line in editor.table.viewport().findChildren(QLineEdit) if line.isVisible())
    line.selectAll()
    QTest.keyClicks(line, words)
    QTest.keyClick(line, end)
    QApplication.processEvents()  # the cell is left a moment after the key


def take(editor: LabelSpaceEditor) -> None:
    QTest.mouseClick(editor.buttons.button(QDialogButtonBox.StandardButton.Ok), Qt.MouseButton.LeftButton)


def shown(page: AnnotatePage, x: int, y: int) -> tuple[int, int, int]:
    """The label's colour at a pixel."""
    picture = page.labelling.picture
    return tuple(int(value) for value in picture.palette[picture.index[y, x]])  # type: ignore[return-value]


def test_a_class_is_renamed_and_everything_open_stays(page: AnnotatePage, qtbot, street: Path) -> None:
    labelling = page.labelling
    QTest.mouseClick(page.canvas, Qt.MouseButton.LeftButton, pos=at(page, 50, 40))
    page.canvas.zoom(3.0)
    label_edits.delete(labelling)
    labelling.undo()
    now, selection, view, document, text = labelling.now, labelling.selection, page.canvas.view, labelling.committed, path_of(street, 0).read_bytes()
    editor = opened(page, qtbot)
    rename(editor, "car", "auto")
    take(editor)
    assert labelling.now is now and labelling.selection == selection and page.canvas.view == view and labelling.committed is document
    assert path_of(street, 0).read_bytes() == text
    space = labelling.picture.space
    assert (space.name, space.base, space.label("car").name, space.label("car").id) == ("street", "cityscapes", "auto", 26)
    assert shown(page, 50, 40) == SPACE.label("car").colour
    assert page.classes.digit(1) == "road" and "auto" in page.classes._rows.names and "car" not in page.classes._rows.names
    qtbot.waitUntil(lambda: page.classes._rows._counts["auto"] == 1)
    assert page.layers.model().index(0, 0).data() == "auto · 4 points"
    labelling.redo()
    assert shown(page, 50, 40) == SPACE.label("road").colour
    labelling.undo()
    labelling.saving.now()
    qtbot.waitUntil(lambda: labelling.saving.state.startswith("Saved"))
    assert datasets.open_dataset(street).mask(0)[40, 50] == 26 and datasets.open_dataset(street).space == space


def path_of(street: Path, number: int) -> Path:
    return street / "gtFine" / "train" / "a" / f"{NAME.format(number)}_gtFine_polygons.json"


def test_an_added_class_is_drawn_with_saved_and_read_on_every_page(page: AnnotatePage, editor: LabelSpaceEditor, qtbot, street: Path, session) -> None:
    QTest.mouseClick(editor.add, Qt.MouseButton.LeftButton)
    assert not editor.buttons.button(QDialogButtonBox.StandardButton.Ok).isEnabled()
    write(editor, "tram")
    QTest.keyClick(editor.table, Qt.Key.Key_Return)
    assert editor.isVisible()
    take(editor)
    assert page.labelling.picture.space.label("tram").id == 34 and session.dataset.space.label("tram").train_id == 19 and session.drive.space == session.dataset.space
    assert session.class_set.names[-1] == "tram" and session.frame == 0
    page.take("polygon")
    page.labelling.settings.set_label("tram")
    for x, y in ((70, 5), (90, 5), (90, 20)):
        QTest.mouseMove(page.canvas, at(page, x, y))
        QTest.mouseClick(page.canvas, Qt.MouseButton.LeftButton, pos=at(page, x, y))
    QTest.keyClick(page.canvas, Qt.Key.Key_Return)
    assert shown(page, 85, 8) == page.labelling.picture.space.label("tram").colour
    page.labelling.saving.now()
    qtbot.waitUntil(lambda: page.labelling.saving.state.startswith("Saved"))
    assert session.dataset.mask(0)[8, 85] == 34 and page.player.frames.truth(0)[8, 85] == 34
    assert datasets.open_labelled(street, split="train").mask(0)[8, 85] == 34


def test_a_colour_is_chosen_and_shown_without_opening_the_frame_again(page: AnnotatePage, editor: LabelSpaceEditor, qtbot, monkeypatch) -> None:
    asked = []
    monkeypatch.setattr(QColorDialog, "getColor", lambda now, *_: asked.append(now.name()) or QColor(9, 8, 7))
    index = page.labelling.picture.index
    double(editor, place(editor, "road"), Column.COLOUR)
    take(editor)
    assert asked == ["#804080"] and shown(page, 5, 50) == (9, 8, 7) and page.labelling.picture.index is index
    page.session.set_opacity(1.0)
    grabbed = page.canvas.grab().toImage().pixelColor(at(page, 5, 50))
    assert (grabbed.red(), grabbed.green(), grabbed.blue()) == (9, 8, 7)


def test_the_order_is_that_of_the_digits_and_what_is_painted_keeps_its_class(page: AnnotatePage, editor: LabelSpaceEditor) -> None:
    press(editor, place(editor, "car"), Column.NAME)
    for _ in range(place(editor, "car")):
        QTest.keyClick(editor.table, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert not editor.up.isEnabled() and place(editor, "car") == 0
    take(editor)
    assert page.classes.digit(1) == "car" and shown(page, 50, 40) == SPACE.label("car").colour and shown(page, 5, 50) == SPACE.label("road").colour
    np.testing.assert_array_equal(page.labelling.picture.palette[page.labelling.picture.index], masks.colours(page.labelling.committed, page.labelling.picture.space))


def test_a_class_in_use_on_any_frame_is_not_removed_and_another_is(page: AnnotatePage, editor: LabelSpaceEditor, qtbot) -> None:
    press(editor, place(editor, "bus"), Column.NAME)
    assert not editor.remove.isEnabled() and "1 region is labelled with it" in editor.remove.toolTip()
    QTest.keyClick(editor.table, Qt.Key.Key_Delete)
    assert "1 region is labelled with bus" in editor._fault.text() and place(editor, "bus") >= 0
    press(editor, place(editor, "train"), Column.NAME)
    QTest.mouseClick(editor.remove, Qt.MouseButton.LeftButton)
    take(editor)
    space = page.labelling.picture.space
    assert "train" not in page.classes._rows.names and space.label("train").retired and space.known_ids[31]
    editor = opened(page, qtbot)
    QTest.mouseClick(editor.add, Qt.MouseButton.LeftButton)
    write(editor, "train")
    assert "comes back" in editor.rows.index(place(editor, "train"), Column.NOTE).data()
    take(editor)
    assert page.labelling.picture.space.label("train").id == 31 and "train" in page.classes._rows.names


def test_a_name_is_checked_letter_by_letter_and_escape_takes_it_back(editor: LabelSpaceEditor) -> None:
    row = place(editor, "car")
    double(editor, row, Column.NAME)
    line = next(line for line in editor.table.viewport().findChildren(QLineEdit) if line.isVisible())
    line.selectAll()
    QTest.keyClicks(line, "road")
    assert editor.rows.index(row, Column.NOTE).data() == editor._fault.text() == "There is a class road already"
    assert not editor.buttons.button(QDialogButtonBox.StandardButton.Ok).isEnabled()
    QTest.keyClicks(line, "way")
    assert editor._fault.text() == "" and editor.rows.rows[row].name == "roadway"
    QTest.keyClick(line, Qt.Key.Key_Escape)
    assert editor.rows.rows[row].name == "car" and editor.isVisible()


def test_a_group_a_trained_box_and_a_things_box_are_edited_in_their_cells(page: AnnotatePage, editor: LabelSpaceEditor) -> None:
    tick(editor, place(editor, "wall"), Column.TRAINED)
    tick(editor, place(editor, "pole"), Column.THINGS)
    editor.table.setCurrentIndex(editor.rows.index(place(editor, "bicycle"), Column.GROUP))
    editor.table.edit(editor.table.currentIndex())
    write(editor, "two wheels")
    take(editor)
    space = page.labelling.picture.space
    assert space.label("wall").train_id == labels.VOID and space.label("pole").instances and space.label("bicycle").category == "two wheels"
    assert [category.name for category in space.categories][-1] == "two wheels" and "wall" not in page.session.class_set.names


def test_cancel_and_taking_nothing_leave_everything(page: AnnotatePage, editor: LabelSpaceEditor, qtbot) -> None:
    rename(editor, "car", "auto")
    QTest.mouseClick(editor.buttons.button(QDialogButtonBox.StandardButton.Cancel), Qt.MouseButton.LeftButton)
    assert page.labelling.picture.space == SPACE and own_spaces.names() == () and part(page).editor is None
    take(opened(page, qtbot))
    assert page.labelling.picture.space == SPACE and own_spaces.names() == () and own_spaces.uses() == ()


def test_the_data_is_labelled_with_another_space_and_with_the_shipped_one_again(page: AnnotatePage, qtbot, street: Path) -> None:
    rows = rows_of(SPACE)
    own_spaces.save(label_editing.edited(SPACE, [replace(row, colour=(1, 2, 3)) if row.name == "car" else row for row in rows], name="night", title="Night"))
    editor = opened(page, qtbot)
    assert [editor.spaces.itemText(at) for at in range(editor.spaces.count())] == ["Cityscapes, as it ships", "Night"]
    choose(editor, 1)
    take(editor)
    assert shown(page, 50, 40) == (1, 2, 3) and datasets.open_dataset(street).space.name == "night"
    editor = opened(page, qtbot)
    choose(editor, 1)
    take(editor)
    assert page.labelling.picture.space == SPACE and datasets.open_dataset(street).space == SPACE and "night" in labels.spaces()


def choose(editor: LabelSpaceEditor, at: int) -> None:
    """Another space, by the keys of the box."""
    editor.spaces.setFocus()
    while editor.spaces.currentIndex() != at:
        QTest.keyClick(editor.spaces, Qt.Key.Key_Down if editor.spaces.currentIndex() < at else Qt.Key.Key_Up)


def test_a_space_that_lacks_a_class_in_use_is_not_taken(page: AnnotatePage, editor: LabelSpaceEditor, qtbot) -> None:
    QTest.mouseClick(editor.add, Qt.MouseButton.LeftButton)
    write(editor, "tram")
    take(editor)
    page.labelling.commit(page.labelling.committed.added("tram", Polygon(((1, 1), (9, 1), (9, 9)))), "draw")
    editor = opened(page, qtbot)
    choose(editor, 1)
    assert editor._fault.text() == "Cityscapes has no tram, which 1 region is labelled with"
    assert not editor.buttons.button(QDialogButtonBox.StandardButton.Ok).isEnabled()


def test_a_frame_that_was_read_before_the_edit_has_the_new_classes_too(page: AnnotatePage, qtbot) -> None:
    qtbot.waitUntil(lambda: page.reader.ahead == 1)
    editor = opened(page, qtbot)
    rename(editor, "bus", "coach")
    take(editor)
    page.session.show_frame(1)
    qtbot.waitUntil(lambda: page.labelling.now is not None and page.labelling.now.frame == 1)
    assert page.labelling.picture.space.label("bus").name == "coach" and shown(page, 10, 10) == SPACE.label("bus").colour
    qtbot.waitUntil(lambda: page.classes._rows._counts["coach"] == 1)


def test_a_stroke_goes_on_in_a_region_that_was_painted_under_the_earlier_name(page: AnnotatePage, qtbot) -> None:
    page.take("brush")
    page.labelling.settings.set_label("vegetation")
    stroke(page, (10, 10), (20, 10))
    editor = opened(page, qtbot)
    rename(editor, "vegetation", "plants")
    take(editor)
    stroke(page, (20, 10), (30, 10))
    assert page.labelling.settings.label == "plants" and [region.label for region in page.labelling.committed.regions] == ["road", "car", "vegetation"]


def stroke(page: AnnotatePage, *points: tuple[float, float]) -> None:
    QTest.mousePress(page.canvas, Qt.MouseButton.LeftButton, pos=at(page, *points[0]))
    for point in points[1:]:
        QTest.mouseMove(page.canvas, at(page, *point))
    QTest.mouseRelease(page.canvas, Qt.MouseButton.LeftButton, pos=at(page, *points[-1]))


def test_the_class_in_hand_and_what_is_hidden_are_called_as_they_are_now(page: AnnotatePage, qtbot) -> None:
    page.labelling.settings.set_label("car")
    page.session.set_hidden("car", True)
    editor = opened(page, qtbot)
    rename(editor, "car", "auto")
    take(editor)
    assert page.labelling.settings.label == "auto" and page.session.hidden == {"auto"}


def test_an_edit_of_another_window_is_not_written_over(page: AnnotatePage, qtbot) -> None:
    editor = opened(page, qtbot)
    rename(editor, "car", "auto")
    take(editor)
    mine = page.labelling.picture.space
    editor = opened(page, qtbot)
    rename(editor, "auto", "wagon")
    rows = rows_of(mine)
    other = label_editing.edited(mine, [*rows, new_row(rows, name="tram")], name=mine.name, title=mine.title)
    own_spaces.save(other)
    with qtbot.waitSignal(part(page).failed) as told:
        take(editor)
    assert "was changed by another window meanwhile" in told.args[0] and own_spaces.find(mine.name) == other


def test_classes_are_exported_and_imported(page: AnnotatePage, editor: LabelSpaceEditor, qtbot, tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "shared.yaml"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    QTest.mouseClick(editor.add, Qt.MouseButton.LeftButton)
    write(editor, "tram")
    rename(editor, "car", "auto")
    QTest.mouseClick(editor.give, Qt.MouseButton.LeftButton)
    QTest.mouseClick(editor.buttons.button(QDialogButtonBox.StandardButton.Cancel), Qt.MouseButton.LeftButton)
    editor = opened(page, qtbot)
    QTest.mouseClick(editor.bring, Qt.MouseButton.LeftButton)
    assert {"tram", "auto"} <= {row.name for row in editor.rows.rows} and editor.rows.rows[place(editor, "auto")].was == SPACE.label("car")
    path.write_text("name: a\ntitle: A\nclasses:\n  - {id: 1}\n", encoding="utf-8")
    QTest.mouseClick(editor.bring, Qt.MouseButton.LeftButton)
    assert "shared.yaml, line 4" in editor._fault.text()


def test_a_space_spoilt_by_hand_is_told_by_file_and_line(page: AnnotatePage, qtbot) -> None:
    editor = opened(page, qtbot)
    rename(editor, "car", "auto")
    take(editor)
    path = own_spaces.path_of("street")
    path.write_text(path.read_text(encoding="utf-8").replace("id: 7,", "id: 8,", 1), encoding="utf-8")
    page.session.show_frame(1)
    qtbot.waitUntil(lambda: "street.yaml, line" in page.messages.text)


def eye(page: AnnotatePage, name: str) -> QPoint:
    view = page.classes.view
    row = page.classes._rows.names.index(name)
    rect: QRect = view.visualRect(view.model().index(row, 0))
    assert view.viewport().rect().contains(rect.center())
    return QPoint(rect.right() - 14, rect.center().y())


def test_the_eye_hides_and_alt_or_a_double_click_shows_one_class_alone(page: AnnotatePage) -> None:
    view, session = page.classes.view.viewport(), page.session
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=eye(page, "road"))
    assert session.hidden == {"road"}
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=eye(page, "road"))
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.AltModifier, eye(page, "sidewalk"))
    assert session.hidden == set(page.classes._rows.names) - {"sidewalk"}
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.AltModifier, eye(page, "sidewalk"))
    assert session.hidden == frozenset()
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=eye(page, "road"))
    QTest.mouseDClick(view, Qt.MouseButton.LeftButton, pos=eye(page, "road"))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=eye(page, "road"))
    assert session.hidden == set(page.classes._rows.names) - {"road"}
    alpha = page.canvas._table
    assert page.labelling.settings.label and alpha is not None


def test_space_hides_the_class_of_the_list_and_enter_takes_it(page: AnnotatePage) -> None:
    view = page.classes.view
    view.setFocus()
    view.setCurrentIndex(view.model().index(2, 0))
    QTest.keyClick(view, Qt.Key.Key_Space)
    assert page.session.hidden == {"building"}
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert page.labelling.settings.label == "building"


def test_a_class_is_found_by_name_and_taken_by_enter(page: AnnotatePage) -> None:
    QTest.keyClicks(page.classes.search, "traffic s")
    assert [page.classes.view.model().index(row, 0).data() for row in range(page.classes.view.model().rowCount())] == ["traffic sign"]
    QTest.keyClick(page.classes.search, Qt.Key.Key_Return)
    assert page.labelling.settings.label == "traffic sign" and page.classes.search.text() == ""


def test_editing_can_begin_by_typing_in_the_table(editor: LabelSpaceEditor) -> None:
    assert editor.table.editTriggers() & QAbstractItemView.EditTrigger.AnyKeyPressed
    editor.table.setCurrentIndex(editor.rows.index(place(editor, "car"), Column.NAME))
    QTest.keyClick(editor.table, Qt.Key.Key_F2)
    write(editor, "auto")
    assert place(editor, "auto") >= 0


def test_a_class_that_only_masks_hold_is_not_removed_either(page: AnnotatePage, qtbot, street: Path) -> None:
    path_of(street, 1).unlink()
    editor = opened(page, qtbot)
    press(editor, place(editor, "bus"), Column.NAME)
    assert not editor.remove.isEnabled() and "1 mask holds it" in editor.remove.toolTip()
    assert editor.rows.index(place(editor, "bus"), Column.NOTE).data() == "1 mask"
