"""Patches, outlines by clicks, and cutting out with strokes, by mouse and keys."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from engine.annotation.document import Painted, Polygon
from engine.inspection.opening import open_path
from gui.pages.annotate import AnnotatePage
from tests.doubles import tiny_checkpoint
from tests.gui.annotating import CTRL, RIGHT, SHIFT, SPACE, WIDTH, area, at, click, drag, opened, regions, shown, street


@pytest.fixture
def page(qtbot, session, jobs, settings, tmp_path: Path):
    page = opened(qtbot, session, jobs, settings, street(tmp_path))
    yield page
    page.shutdown()


@pytest.fixture
def patches(page: AnnotatePage, qtbot) -> AnnotatePage:
    page.labelling.settings.set_spacing(8)
    page.take("patches")
    qtbot.waitUntil(lambda: page.tools["patches"].patches is not None)
    return page


def test_a_click_takes_the_patch_under_it_and_undo_gives_it_back(patches: AnnotatePage) -> None:
    QTest.mouseMove(patches.canvas, at(patches, 30, 20))
    click(patches, 30, 20)
    assert regions(patches) == ["road", "car"] and isinstance(patches.labelling.selected[0].shape, Painted)
    among = patches.tools["patches"].patches
    np.testing.assert_array_equal(patches.labelling.picture.index == SPACE.labels.index(SPACE.label("car")), among == among[20, 30])
    patches.labelling.undo()
    assert regions(patches) == ["road"] and shown(patches, 30, 20) == ""


def test_a_quick_sweep_skips_no_patch_and_makes_one_region(patches: AnnotatePage) -> None:
    drag(patches, (22, 12), (42, 28))
    among = patches.tools["patches"].patches
    assert regions(patches) == ["road", "car"]
    assert all(shown(patches, x, round(12 + (x - 22) * 16 / 20)) == "car" for x in range(22, 43))
    assert len(np.unique(among[patches.labelling.picture.index == 26])) > 2


def test_shift_adds_patches_to_the_selected_region(patches: AnnotatePage) -> None:
    click(patches, 24, 14)
    before = area(patches)
    patches.labelling.settings.set_label("bus")
    click(patches, 40, 26, SHIFT)
    assert regions(patches) == ["road", "car"] and area(patches) > before and shown(patches, 40, 26) == "car"


def test_patches_keep_to_what_may_be_painted_over(patches: AnnotatePage) -> None:
    patches.labelling.settings.set_over("empty")
    drag(patches, (10, 44), (10, 60))
    assert regions(patches) == ["road", "car"] and shown(patches, 10, 55) == "road" and shown(patches, 10, 44) == "car"


def test_escape_drops_a_sweep_and_another_frame_gets_nothing_of_it(patches: AnnotatePage, qtbot) -> None:
    QTest.mousePress(patches.canvas, Qt.MouseButton.LeftButton, pos=at(patches, 30, 20))
    assert shown(patches, 30, 20) == "car"
    patches.session.show_frame(1)
    QTest.mouseRelease(patches.canvas, Qt.MouseButton.LeftButton, pos=at(patches, 30, 20))
    qtbot.waitUntil(lambda: patches.labelling.now.frame == 1)
    qtbot.waitUntil(lambda: patches.tools["patches"].patches is not None)
    assert regions(patches) == ["road"] and shown(patches, 30, 20) == ""


def test_other_patches_are_found_for_another_width(patches: AnnotatePage, qtbot) -> None:
    before = patches.tools["patches"].patches.max()
    patches.options._spacing.setValue(24)
    qtbot.waitUntil(lambda: patches.tools["patches"].patches is not None)
    assert patches.tools["patches"].patches.max() < before


@pytest.fixture
def refine(page: AnnotatePage) -> AnnotatePage:
    page.take("refine")
    return page


def answered(page: AnnotatePage, qtbot, name: str = "refine") -> None:
    qtbot.waitUntil(lambda: page.tools[name]._answered)


def test_without_a_checkpoint_clicks_go_by_colour_and_it_says_so(refine: AnnotatePage, qtbot) -> None:
    assert "No checkpoint" in refine.options._goes_by.text()
    click(refine, 30, 20)
    answered(refine, qtbot)
    assert shown(refine, 30, 20) == "car" and regions(refine) == ["road"]
    assert shown(refine, 60, 20) == "" and area(refine) > 400
    QTest.keyClick(refine.canvas, Qt.Key.Key_Return)
    assert regions(refine) == ["road", "car"] and not refine.tools["refine"].busy
    refine.labelling.undo()
    assert regions(refine) == ["road"] and area(refine) == 0


def test_outside_clicks_by_ctrl_by_the_right_button_and_by_e(refine: AnnotatePage, qtbot) -> None:
    click(refine, 30, 20)
    click(refine, 40, 12, CTRL)
    click(refine, 40, 26, button=RIGHT)
    QTest.keyClick(refine.canvas, Qt.Key.Key_E)
    click(refine, 22, 26)
    QTest.keyClick(refine.canvas, Qt.Key.Key_Q)
    click(refine, 24, 14)
    assert [inside for _, inside in refine.tools["refine"].clicks] == [True, False, False, False, True]
    answered(refine, qtbot)
    assert shown(refine, 30, 20) == "car" and shown(refine, 40, 12) == "" and shown(refine, 22, 26) == ""


def test_keys_of_the_window_are_the_tools_while_clicks_are_pending(window, qtbot, tmp_path: Path) -> None:
    window.session.set_source(open_path(street(tmp_path)), tmp_path)
    window.show_page("annotate")
    page = window.host.pages["annotate"]
    qtbot.waitUntil(lambda: page.labelling.now is not None)
    page.labelling.settings.set_label("car")
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    page.canvas.setFocus()
    QTest.keyClick(page.canvas, Qt.Key.Key_R)
    assert page.canvas.tool.name == "refine"
    click(page, 30, 20)
    QTest.keyClick(page.canvas, Qt.Key.Key_E)
    assert page.canvas.tool.name == "refine"
    answered(page, qtbot)
    QTest.keyClick(page.canvas, Qt.Key.Key_F)
    assert regions(page) == ["road", "car"] and window.host.current == "annotate"
    QTest.keyClick(page.canvas, Qt.Key.Key_E)
    assert page.canvas.tool.name == "eraser"


def test_backspace_takes_a_click_back_and_escape_all_of_them(refine: AnnotatePage, qtbot) -> None:
    click(refine, 30, 20)
    answered(refine, qtbot)
    whole = area(refine)
    click(refine, 40, 20, CTRL)
    answered(refine, qtbot)
    assert area(refine) < whole
    QTest.keyClick(refine.canvas, Qt.Key.Key_Backspace)
    answered(refine, qtbot)
    assert area(refine) == whole
    QTest.keyClick(refine.canvas, Qt.Key.Key_Escape)
    assert area(refine) == 0 and not refine.tools["refine"].busy and regions(refine) == ["road"]


def test_the_selected_region_is_what_clicks_put_right(refine: AnnotatePage, qtbot) -> None:
    document = refine.labelling.committed.added("car", Painted.of(np.ones((20, 12), bool), 20, 10))
    refine.labelling.commit(document, "half of it", select=(1,))
    click(refine, 38, 20)
    answered(refine, qtbot)
    assert shown(refine, 42, 20) == "car" and shown(refine, 22, 12) == "car"
    click(refine, 22, 28, CTRL)
    answered(refine, qtbot)
    QTest.keyClick(refine.canvas, Qt.Key.Key_F)
    assert regions(refine) == ["road", "car"] and shown(refine, 22, 28) == "" and shown(refine, 42, 20) == "car"
    refine.labelling.undo()
    assert area(refine) == 240


def test_it_is_kept_as_a_polygon_where_that_is_asked_for(refine: AnnotatePage, qtbot) -> None:
    click(refine, 30, 20)
    refine.options._kept_as.setCurrentIndex(1)
    answered(refine, qtbot)
    QTest.keyClick(refine.canvas, Qt.Key.Key_Return)
    assert isinstance(refine.labelling.committed.regions[-1].shape, Polygon) and shown(refine, 30, 20) == "car"


def test_another_frame_keeps_what_is_shown_in_its_own(refine: AnnotatePage, qtbot) -> None:
    click(refine, 30, 20)
    answered(refine, qtbot)
    first = refine.labelling.now.store
    refine.session.show_frame(1)
    assert [region.label for region in first.document.regions] == ["road", "car"]
    qtbot.waitUntil(lambda: refine.labelling.now.frame == 1)
    assert regions(refine) == ["road"] and not refine.tools["refine"].busy and area(refine) == 0


def test_an_answer_that_comes_after_the_frame_is_left_goes_nowhere(refine: AnnotatePage, qtbot) -> None:
    solver = refine.tools["refine"]._solver
    click(refine, 30, 20)
    first = refine.labelling.now.store
    refine.session.show_frame(1)
    qtbot.waitUntil(lambda: refine.labelling.now.frame == 1 and not solver.busy)
    assert len(first.document.regions) == 1 and regions(refine) == ["road"] and area(refine) == 0


def test_what_another_edit_changes_meanwhile_stays(refine: AnnotatePage, qtbot) -> None:
    click(refine, 30, 20)
    answered(refine, qtbot)
    refine.labelling.settings.set_label("bus")
    refine.labelling.commit(refine.labelling.committed.without(0), "delete road")
    QTest.keyClick(refine.canvas, Qt.Key.Key_Return)
    assert regions(refine) == ["bus"] and shown(refine, 30, 20) == "bus"


def test_the_checkpoint_has_its_say(refine: AnnotatePage, session, qtbot, tmp_path: Path) -> None:
    session.choose_checkpoint(tiny_checkpoint(tmp_path))
    tool = refine.tools["refine"]
    qtbot.waitUntil(lambda: tool._known is not None, timeout=30_000)
    known = tool._known
    refine.labelling.settings.set_label(known.classes.names[0])
    np.testing.assert_allclose(known.planes.sum(axis=0), 1, rtol=1e-3)
    known.planes[:] = 0.0
    half = known.planes.shape[2] // 2
    known.planes[0, :, :half] = known.planes[1, :, half:] = 1.0  # it is sure of the left half
    click(refine, 10, 20)
    answered(refine, qtbot)
    assert "checkpoint and by your clicks" in refine.options._goes_by.text()
    QTest.keyClick(refine.canvas, Qt.Key.Key_Return)
    painted = refine.labelling.committed.regions[-1]
    assert painted.label == known.classes.names[0] and painted.box[0] == 0 and abs(painted.box[2] - WIDTH // 2) < 8


def test_another_checkpoint_is_asked_anew(refine: AnnotatePage, session, qtbot, tmp_path: Path) -> None:
    tool = refine.tools["refine"]
    for seed in (0, 1):
        path = tiny_checkpoint(tmp_path, name=f"{seed}.safetensors", seed=seed)
        session.choose_checkpoint(path)
        qtbot.waitUntil(lambda: tool._known is not None and tool._known.checkpoint == path, timeout=30_000)


def test_what_is_pending_when_the_window_closes_is_kept(box: AnnotatePage) -> None:
    store = box.labelling.now.store
    for tool in box.tools.values():
        tool.close()
    assert [region.label for region in store.document.regions] == ["road", "car"]


def test_a_segment_anything_file_does_the_outlining_and_is_remembered(refine: AnnotatePage, qtbot, tmp_path: Path, settings, monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.inference import promptable

    looked: list[object] = []

    class Network:
        """Stands for one: what it finds is the square around the first click."""

        def __init__(self, file: Path) -> None:
            assert file == tmp_path / "vit.encoder.onnx"

        def look(self, image: np.ndarray) -> None:
            looked.append(image)

        def found(self, inside, outside, *, prior) -> Painted | None:
            return Painted.of(np.ones((6, 6), bool), inside[0][0] - 3, inside[0][1] - 3)

    monkeypatch.setattr(promptable, "Promptable", Network)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(tmp_path / "vit.encoder.onnx"), ""))
    QTest.mouseClick(refine.options._prompt._choose, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(looked) == 1)  # before the first click
    assert settings.text("annotate/prompt_file") == str(tmp_path / "vit.encoder.onnx") and "vit.encoder.onnx" in refine.options._goes_by.text()
    click(refine, 70, 20)
    answered(refine, qtbot)
    assert area(refine) == 36
    QTest.mouseClick(refine.options._prompt._without, Qt.MouseButton.LeftButton)
    answered(refine, qtbot)
    assert area(refine) > 36 and settings.text("annotate/prompt_file") == ""


def test_a_file_that_is_no_such_network_is_told_and_clicks_go_on_without_it(refine: AnnotatePage, qtbot, tmp_path: Path) -> None:
    refine.labelling.settings.set_prompt_file(str(tmp_path / "none.onnx"))
    click(refine, 30, 20)
    qtbot.waitUntil(lambda: "neither encoder nor decoder" in refine.messages.text)
    answered(refine, qtbot)
    assert shown(refine, 30, 20) == "car" and refine.labelling.settings.prompt_file == ""


@pytest.fixture
def box(page: AnnotatePage, qtbot) -> AnnotatePage:
    page.labelling.now.image[24:30, 20:44] = 30, 30, 220  # its lower part is blue
    page.take("box")
    drag(page, (16, 6), (30, 20), (48, 34))
    answered(page, qtbot, "box")
    return page


def test_a_box_is_looked_at_before_enter_keeps_it(box: AnnotatePage) -> None:
    assert shown(box, 30, 20) == "car" and regions(box) == ["road"]
    QTest.keyClick(box.canvas, Qt.Key.Key_Return)
    assert regions(box) == ["road", "car"] and box.labelling.selected[0].label == "car"
    box.labelling.undo()
    assert regions(box) == ["road"] and area(box) == 0


def test_strokes_say_what_belongs_to_it(box: AnnotatePage, qtbot) -> None:
    assert shown(box, 30, 27) == "car"
    drag(box, (24, 27), (40, 28), button=RIGHT)
    answered(box, qtbot, "box")
    assert shown(box, 30, 27) == "" and shown(box, 30, 15) == "car"
    drag(box, (46, 8), (46, 16))
    answered(box, qtbot, "box")
    assert shown(box, 46, 12) == "car"
    QTest.keyClick(box.canvas, Qt.Key.Key_Backspace)
    answered(box, qtbot, "box")
    assert shown(box, 46, 12) == ""
    QTest.keyClick(box.canvas, Qt.Key.Key_Return)
    assert regions(box) == ["road", "car"] and shown(box, 30, 27) == "" and shown(box, 30, 15) == "car"


def test_ctrl_strokes_are_outside_ones_and_no_stroke_brings_the_menu(box: AnnotatePage, qtbot) -> None:
    drag(box, (24, 27), (40, 28), held=CTRL)
    answered(box, qtbot, "box")
    assert shown(box, 30, 27) == ""
    menus: list[object] = []
    box.canvas.menu_opening.connect(lambda menu, at: menus.append(menu))
    where = at(box, 30, 15)
    box.canvas.contextMenuEvent(QContextMenuEvent(QContextMenuEvent.Reason.Mouse, where, box.canvas.mapToGlobal(where)))
    assert not menus


@pytest.mark.parametrize("how", ["double", "next box", "another tool", "another frame", "f"])
def test_what_was_cut_out_is_never_lost(box: AnnotatePage, qtbot, how: str) -> None:
    store = box.labelling.now.store
    match how:
        case "double":
            QTest.mouseDClick(box.canvas, Qt.MouseButton.LeftButton, pos=at(box, 30, 20))
        case "next box":
            drag(box, (60, 10), (70, 20), (80, 40))
        case "another tool":
            box.take("select")
        case "another frame":
            box.session.show_frame(1)
        case "f":
            QTest.keyClick(box.canvas, Qt.Key.Key_F)
    qtbot.waitUntil(lambda: [region.label for region in store.document.regions] == ["road", "car"])


def test_escape_drops_what_was_cut_out(box: AnnotatePage) -> None:
    QTest.keyClick(box.canvas, Qt.Key.Key_Escape)
    assert regions(box) == ["road"] and area(box) == 0 and not box.tools["box"].busy


def test_a_box_in_which_nothing_stands_out_says_so(page: AnnotatePage, qtbot) -> None:
    page.take("box")
    drag(page, (60, 5), (62, 6))
    qtbot.waitUntil(lambda: "Nothing stands out" in page.messages.text)
    assert not page.tools["box"].busy and regions(page) == ["road"]
