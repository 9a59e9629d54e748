"""The Annotate page driven by mouse and keys: each tool, undo, saving, and what is on the screen."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox

from engine import images, labels
from engine.annotation import cityscapes_json, masks
from engine.annotation.document import Document, Painted, Polygon
from engine.datasets import open_labelled
from engine.inspection.opening import open_path
from gui import label_edits
from gui.label_copying import Copying
from gui.pages.annotate import AnnotatePage
from gui.widgets.tone_controls import tone
from tests import layouts
from tests.gui.annotating import at, click, drag, part, shown

WIDTH, HEIGHT = 96, 64
SPACE = labels.space("cityscapes")


@pytest.fixture
def cityscapes(tmp_path: Path) -> Path:
    """Two frames in the Cityscapes layout: a road below, a car on it."""
    for number in range(2):
        stem = f"a_{number:06d}_000019"
        images.write_png(tmp_path / "leftImg8bit" / "train" / "a" / f"{stem}_leftImg8bit.png", np.full((HEIGHT, WIDTH, 3), 90 + 40 * number, np.uint8))
        document = Document(WIDTH, HEIGHT).added("road", Polygon(((0, 32), (95, 32), (95, 63), (0, 63)))).added("car", Polygon(((40, 30), (60, 30), (60, 50), (40, 50))))
        folder = tmp_path / "gtFine" / "train" / "a"
        images.write_png(folder / f"{stem}_gtFine_labelIds.png", masks.label_ids(document, SPACE))
        (folder / f"{stem}_gtFine_polygons.json").write_text(cityscapes_json.write(document), encoding="utf-8")
    return tmp_path


@pytest.fixture
def page(qtbot, session, jobs, settings, cityscapes: Path):
    page = AnnotatePage(session, jobs, settings)
    page.resize(1000, 700)
    qtbot.addWidget(page)
    page.show()
    session.set_source(open_path(cityscapes), cityscapes)
    page.activate()
    qtbot.waitUntil(lambda: page.labelling.now is not None)
    yield page
    page.shutdown()


def test_what_is_in_the_file_is_on_the_screen(page: AnnotatePage) -> None:
    document = page.labelling.committed
    np.testing.assert_array_equal(page.labelling.picture.palette[page.labelling.picture.index], masks.colours(document, SPACE))
    assert shown(page, 50, 40) == "car" and shown(page, 5, 40) == "road" and shown(page, 5, 5) == ""


def test_a_polygon_is_drawn_by_clicks_and_finished_by_enter(page: AnnotatePage) -> None:
    page.take("polygon")
    page.labelling.settings.set_label("sky")
    for x, y in ((5, 5), (30, 5), (30, 20)):
        click(page, x, y)
    QTest.keyClick(page.canvas, Qt.Key.Key_Return)
    region = page.labelling.committed.regions[-1]
    assert region.label == "sky" and region.shape == Polygon(((5, 5), (30, 5), (30, 20)))
    assert shown(page, 25, 8) == "sky"


def test_backspace_takes_a_point_back_and_escape_the_whole_line(page: AnnotatePage) -> None:
    page.take("polygon")
    for x, y in ((5, 5), (30, 5), (30, 20), (6, 22)):
        click(page, x, y)
    QTest.keyClick(page.canvas, Qt.Key.Key_Backspace)
    assert page.tools["polygon"].points == ((5, 5), (30, 5), (30, 20))
    QTest.keyClick(page.canvas, Qt.Key.Key_Escape)
    assert page.tools["polygon"].points == () and len(page.labelling.committed.regions) == 2


def test_a_shift_click_follows_the_neighbours_border(page: AnnotatePage) -> None:
    page.take("polygon")
    page.labelling.settings.set_label("person")
    click(page, 40, 30)
    click(page, 60, 50, Qt.KeyboardModifier.ShiftModifier)
    assert set(page.tools["polygon"].points) in ({(40, 30), (60, 30), (60, 50)}, {(40, 30), (40, 50), (60, 50)})


def test_a_vertex_is_dragged_put_in_and_taken_out(page: AnnotatePage) -> None:
    click(page, 50, 40)
    assert [region.label for region in page.labelling.selected] == ["car"]
    drag(page, (60, 50), (70, 55), (75, 58))
    assert page.labelling.selected[0].shape.points == ((40, 30), (60, 30), (75, 58), (40, 50))
    assert shown(page, 68, 52) == "car"
    drag(page, (50, 30), (50, 20))
    assert page.labelling.selected[0].shape.points == ((40, 30), (50, 20), (60, 30), (75, 58), (40, 50))
    click(page, 50, 20, Qt.KeyboardModifier.ShiftModifier)
    assert len(page.labelling.selected[0].shape.points) == 4
    for _ in range(3):
        page.labelling.undo()
    assert page.labelling.committed.regions[1].shape.points == ((40, 30), (60, 30), (60, 50), (40, 50)) and shown(page, 68, 52) == "road"


def test_a_region_is_moved_and_several_are_taken_by_a_box(page: AnnotatePage) -> None:
    drag(page, (50, 40), (50, 40))
    drag(page, (50, 40), (55, 42), (60, 45))
    assert page.labelling.committed.regions[1].shape.points == ((50, 35), (70, 35), (70, 55), (50, 55))
    drag(page, (2, 2), (95, 63))
    assert {region.label for region in page.labelling.selected} <= {"road", "car"}


def test_the_brush_paints_and_goes_on_in_its_own_region(page: AnnotatePage) -> None:
    page.take("brush")
    page.labelling.settings.set_label("vegetation")
    page.labelling.settings.set_brush_size(6)
    drag(page, (10, 10), (20, 10), (30, 10))
    drag(page, (30, 10), (30, 20))
    assert len(page.labelling.committed.regions) == 3
    region = page.labelling.committed.regions[-1]
    assert isinstance(region.shape, Painted) and shown(page, 20, 10) == shown(page, 30, 18) == "vegetation"
    page.labelling.undo()
    assert shown(page, 30, 18) == "" and shown(page, 20, 10) == "vegetation"


def test_the_brush_keeps_to_what_has_no_label_where_it_is_told_to(page: AnnotatePage) -> None:
    page.take("brush")
    page.labelling.settings.set_label("wall")
    page.labelling.settings.set_over("empty")
    drag(page, (10, 26), (30, 26), (30, 40))
    assert shown(page, 20, 26) == "wall" and shown(page, 30, 45) == "road"


def test_the_eraser_uncovers_what_lies_below(page: AnnotatePage) -> None:
    page.take("eraser")
    page.labelling.settings.set_brush_size(6)
    drag(page, (50, 45), (55, 45))
    assert shown(page, 52, 45) == "road" and shown(page, 45, 35) == "car"


def test_the_wand_takes_what_looks_alike(qtbot, page: AnnotatePage) -> None:
    page.take("wand")
    page.labelling.settings.set_label("sky")
    click(page, 5, 5)
    qtbot.waitUntil(lambda: len(page.labelling.committed.regions) == 3)
    assert shown(page, 90, 60) == "sky"


def test_the_file_and_the_mask_that_is_trained_on_follow_the_edit(qtbot, page: AnnotatePage) -> None:
    click(page, 50, 40)
    with qtbot.waitSignal(page.labelling.saving.saved):
        label_edits.choose_label(page.labelling, "truck")
    path = page.labelling.now.store.path
    assert [region.label for region in cityscapes_json.read_file(path).regions] == ["road", "truck"]
    ids = images.read_ids(path.with_name(path.name.replace("polygons.json", "labelIds.png")))
    assert ids[40, 50] == SPACE.label("truck").id
    assert page.labelling.saving.state.startswith("Saved")


def test_undo_and_redo_lead_back_and_forth(page: AnnotatePage) -> None:
    before = page.labelling.committed.regions
    click(page, 50, 40)
    label_edits.delete(page.labelling)
    assert len(page.labelling.committed.regions) == 1 and shown(page, 50, 40) == "road"
    page.labelling.undo()
    assert page.labelling.committed.regions == before and shown(page, 50, 40) == "car"
    page.labelling.redo()
    assert len(page.labelling.committed.regions) == 1


def test_layers_go_up_and_down(page: AnnotatePage) -> None:
    page.labelling.select([page.labelling.committed.regions[0].key])
    label_edits.raise_by(page.labelling, 1)
    assert [region.label for region in page.labelling.committed.regions] == ["car", "road"] and shown(page, 50, 40) == "road"
    label_edits.raise_by(page.labelling, -1000)
    assert shown(page, 50, 40) == "car"


def test_the_labels_of_the_previous_frame_come_as_one_edit(qtbot, page: AnnotatePage, session) -> None:
    session.show_frame(1)
    qtbot.waitUntil(lambda: page.labelling.now is not None and page.labelling.now.frame == 1)
    part(page, Copying).paste_previous()
    qtbot.waitUntil(lambda: len(page.labelling.committed.regions) == 4)
    page.labelling.undo()
    assert len(page.labelling.committed.regions) == 2


def test_an_edit_that_was_not_saved_yet_is_there_when_the_frame_is_opened_again(qtbot, page: AnnotatePage, session) -> None:
    click(page, 50, 40)
    label_edits.delete(page.labelling)
    session.show_frame(1)
    qtbot.waitUntil(lambda: page.labelling.now.frame == 1)
    session.show_frame(0)
    qtbot.waitUntil(lambda: page.labelling.now.frame == 0)
    assert len(page.labelling.committed.regions) == 1
    page.labelling.undo()
    assert len(page.labelling.committed.regions) == 2


def test_a_document_that_cannot_be_read_is_told_and_not_edited(qtbot, request, session, cityscapes: Path) -> None:
    path = next((cityscapes / "gtFine").rglob("*000001_000019_gtFine_polygons.json"))
    path.write_text("{ this is no document", encoding="utf-8")
    page = request.getfixturevalue("page")
    session.show_frame(1)
    qtbot.waitUntil(lambda: path.name in page.messages.text)
    assert not page.labelling.editable and path.read_text(encoding="utf-8") == "{ this is no document"


def test_what_was_read_in_advance_is_read_again_where_the_file_changed(qtbot, page: AnnotatePage, session, cityscapes: Path) -> None:
    qtbot.waitUntil(lambda: page.reader.ahead == 1)
    path = next((cityscapes / "gtFine").rglob("*000001_000019_gtFine_polygons.json"))
    path.write_text(cityscapes_json.write(Document(WIDTH, HEIGHT)), encoding="utf-8")
    session.show_frame(1)
    qtbot.waitUntil(lambda: page.labelling.now is not None and page.labelling.now.frame == 1)
    assert page.labelling.committed.regions == ()


def test_fill_labels_what_is_left_between_regions(page: AnnotatePage) -> None:
    page.take("fill")
    page.labelling.settings.set_label("sky")
    click(page, 5, 5)
    assert shown(page, 90, 3) == "sky" and shown(page, 5, 40) == "road"


def test_a_line_cuts_a_region_in_two(page: AnnotatePage) -> None:
    page.take("cut")
    click(page, 50, 25)
    click(page, 50, 55)
    QTest.keyClick(page.canvas, Qt.Key.Key_Return)
    assert [region.label for region in page.labelling.committed.regions] == ["road", "car", "car"]
    assert shown(page, 45, 40) == shown(page, 55, 40) == "car"


def test_regions_are_joined_taken_away_and_have_things_in_common(page: AnnotatePage) -> None:
    said: list[str] = []
    page.labelling.select(region.key for region in page.labelling.committed.regions)
    label_edits.combine(page.labelling, "subtract", report=said.append)
    assert [region.label for region in page.labelling.committed.regions] == ["road", "car"]
    page.labelling.select([page.labelling.committed.regions[1].key])
    label_edits.delete(page.labelling)
    assert shown(page, 50, 44) == "" and shown(page, 5, 44) == "road"
    page.labelling.undo()
    page.labelling.undo()
    page.labelling.select(region.key for region in page.labelling.committed.regions)
    label_edits.combine(page.labelling, "union", report=said.append)
    assert [region.label for region in page.labelling.committed.regions] == ["road"] and shown(page, 50, 31) == "road"
    page.labelling.select([page.labelling.committed.regions[0].key])
    label_edits.combine(page.labelling, "union", report=said.append)
    assert len(said) == 1 and "two or more" in said[0]


def test_another_programs_change_is_told_and_one_is_chosen(qtbot, page: AnnotatePage, monkeypatch: pytest.MonkeyPatch) -> None:
    store = page.labelling.now.store
    click(page, 50, 40)
    label_edits.choose_label(page.labelling, "truck")
    store.path.write_text(cityscapes_json.write(Document(WIDTH, HEIGHT)), encoding="utf-8")
    page.labelling.saving.now()
    qtbot.waitUntil(lambda: "changed by another program" in page.messages.text)
    assert not page.labelling.editable and page.labelling.saving.state == "Can't be edited"
    monkeypatch.setattr(QMessageBox, "exec", lambda box: None)
    monkeypatch.setattr(QMessageBox, "clickedButton", lambda box: next(button for button in box.buttons() if button.text() == "Keep what is shown here"))
    label, choose = page._cure()
    with qtbot.waitSignal(page.labelling.saving.saved):
        choose()
    assert page.labelling.editable and [region.label for region in cityscapes_json.read_file(store.path).regions] == ["road", "truck"]


def test_the_list_of_regions_selects_and_reorders(page: AnnotatePage) -> None:
    road, car = page.labelling.committed.regions
    page.layers.selectRow(0)
    assert page.labelling.selection == {car.key}
    page.labelling.select([road.key])
    assert [index.row() for index in page.layers.selectionModel().selectedRows()] == [1]
    model = page.layers.model()
    model.dropMimeData(model.mimeData([model.index(1, 0)]), Qt.DropAction.MoveAction, 0, 0, QModelIndex())
    assert [region.label for region in page.labelling.committed.regions] == ["car", "road"]
    assert [model.index(row, 0).data().split(" · ")[0] for row in range(2)] == ["road", "car"]


def test_a_class_is_found_by_name_and_counted(page: AnnotatePage) -> None:
    page.classes.ask()
    QTest.keyClicks(page.classes.search, "traffic l")
    QTest.keyClick(page.classes.search, Qt.Key.Key_Return)
    assert page.labelling.settings.label == "traffic light" and page.classes.search.text() == ""
    assert page.classes.digit(1) == "road" and page.classes.digit(0) == SPACE.labels[22].name


def test_hidden_classes_are_clear_and_labels_go_off_and_on(page: AnnotatePage, session) -> None:
    place = [label.name for label in SPACE.labels].index("car")
    assert page.canvas._table[place]
    session.set_hidden("car", True)
    assert not page.canvas._table[place] and page.canvas._table[[label.name for label in SPACE.labels].index("road")]
    page.toggle_labels()
    assert not page.canvas._table.any()


def test_the_pictures_tone_changes_on_the_screen_alone(page: AnnotatePage) -> None:
    before = page.canvas.grab().toImage().pixelColor(at(page, 5, 5)).lightness()
    image = page.labelling.now.image.copy()
    page.tone._sliders["Brightness"].setValue(40)
    assert page.canvas.grab().toImage().pixelColor(at(page, 5, 5)).lightness() > before + 50
    page.tone.reset()
    assert page.canvas.grab().toImage().pixelColor(at(page, 5, 5)).lightness() == before
    np.testing.assert_array_equal(page.labelling.now.image, image)


def test_a_neutral_tone_leaves_every_value() -> None:
    np.testing.assert_array_equal(tone(0, 0, 0), np.arange(256))
    assert (np.diff(tone(0.2, -0.3, 0.5).astype(int)) >= 0).all()


def test_what_was_drawn_with_labelme_is_taken_over(qtbot, session, jobs, settings, tmp_path: Path) -> None:
    images.write_png(tmp_path / "shots" / "a.png", np.full((HEIGHT, WIDTH, 3), 90, np.uint8))
    shapes = [{"label": "Car", "points": [[10, 10], [30, 10], [30, 30]], "shape_type": "polygon"}, {"label": "x", "points": [[1, 1]], "shape_type": "point"}]
    (tmp_path / "shots" / "a.json").write_text(json.dumps({"shapes": shapes, "imagePath": "a.png"}), encoding="utf-8")
    page = AnnotatePage(session, jobs, settings)
    qtbot.addWidget(page)
    page.show()
    session.set_source(open_path(tmp_path / "shots"), tmp_path / "shots")
    page.activate()
    qtbot.waitUntil(lambda: page.labelling.now is not None)
    assert [region.label for region in page.labelling.committed.regions] == ["car"]
    assert "1 region taken over" in page.messages.text and "1 of point" in page.messages.text
    page.shutdown()


def test_the_edge_outline_takes_the_way_that_is_shown(qtbot, page: AnnotatePage) -> None:
    image = page.labelling.now.image
    image[20:44, 30:70] = 240  # a bright box; what is open is the test's own
    page.take("scissors")
    tool = page.tools["scissors"]
    click(page, 30, 20)
    QTest.mouseMove(page.canvas, at(page, 69, 43))
    qtbot.waitUntil(lambda: bool(tool._ahead) and tool._ahead[-1] == (69, 43))
    click(page, 69, 43)
    assert len(tool.points) > 2 and all(min(abs(x - 30), abs(x - 69), abs(y - 20), abs(y - 43)) <= 2 for x, y in tool.points)
    click(page, 40, 60, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(page.canvas, Qt.Key.Key_Return)
    assert len(page.labelling.committed.regions) == 3 and page.labelling.committed.regions[-1].shape.points[-1] == (40, 60)


def test_a_box_cuts_out_what_stands_out_in_it(qtbot, page: AnnotatePage) -> None:
    page.labelling.now.image[10:24, 14:30] = (250, 30, 30)
    page.take("box")
    page.labelling.settings.set_label("bus")
    drag(page, (11, 7), (20, 15), (33, 27))
    QTest.keyClick(page.canvas, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(page.labelling.committed.regions) == 3)
    assert shown(page, 20, 16) == "bus" and shown(page, 12, 8) == "" and page.labelling.selected[0].label == "bus"


def test_labels_of_a_layout_without_documents_are_trained_on_all_the_same(qtbot, session, jobs, settings, tmp_path: Path) -> None:
    layouts.camvid(tmp_path)
    page = AnnotatePage(session, jobs, settings)
    qtbot.addWidget(page)
    page.show()
    session.set_source(open_path(tmp_path / "train"), tmp_path / "train")
    page.activate()
    qtbot.waitUntil(lambda: page.labelling.now is not None)
    before = session.dataset.mask(0)
    labelling = page.labelling
    labelling.commit(labelling.committed.added("sky", Polygon(((0, 0), (10, 0), (10, 5), (0, 5)))), "draw sky")
    labelling.saving.now()
    qtbot.waitUntil(lambda: not labelling.now.store.unsaved and labelling.saving.state.startswith("Saved"))
    expected = before.copy()
    expected[:6, :11] = 0
    for dataset in (session.dataset, open_labelled(tmp_path, split="train")):
        np.testing.assert_array_equal(dataset.mask(0), expected)
    np.testing.assert_array_equal(session.drive.truth(0), expected)
    page.shutdown()
