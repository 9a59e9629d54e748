"""First drafts in the window: proposed, looked at, kept or dropped; and of many frames at once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from engine import checkpoints, images, labels
from engine.annotation import cityscapes_json, finding
from engine.annotation.document import Polygon
from engine.annotation.drafts import DRAFTED_BY
from engine.checkpoints import Card, Recipe
from engine.config import ModelConfig
from engine.inspection.opening import open_path
from engine.sample import Prediction
from gui import label_feed
from gui.draft_settings import BOX, FRAME
from gui.label_draft import Draft
from gui.pages.annotate import AnnotatePage
from gui.settings import Settings
from gui.widgets.draft_dialog import DraftDialog
from tests.doubles import tiny_checkpoint
from tests.gui.annotating import at, click, do

WIDTH, HEIGHT = 96, 64
SPACE = labels.space("cityscapes")
CLASSES = labels.class_set(SPACE)
ROAD, CAR, SKY = (CLASSES.names.index(name) for name in ("road", "car", "sky"))


def seen() -> Prediction:
    """A road below the sky with two cars on it, of the right one of which the network is less sure."""
    mask = np.full((HEIGHT, WIDTH), SKY, np.uint8)
    mask[30:] = ROAD
    mask[36:52, 10:34] = mask[36:52, 60:84] = CAR
    confidence = np.full(mask.shape, 0.95, np.float32)
    confidence[36:52, 60:84] = 0.5
    return Prediction(mask, confidence)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(3):
        images.write_png(tmp_path / "frames" / f"{number}.png", np.full((HEIGHT, WIDTH, 3), 60 + 40 * number, np.uint8))
    return tmp_path / "frames"


@pytest.fixture
def page(qtbot, session, jobs, settings, folder: Path, tmp_path: Path):
    """The first of three frames without labels, and a checkpoint that has seen it."""
    page = AnnotatePage(session, jobs, settings)
    page.resize(1000, 700)
    qtbot.addWidget(page)
    page.show()
    session.set_source(open_path(folder), folder)
    page.activate()
    qtbot.waitUntil(lambda: page.labelling.now is not None)
    page.said = []
    page.toast.connect(page.said.append)
    checkpoints.write(tmp_path / "wise.safetensors", Card(ModelConfig(), CLASSES, Recipe((64, 96))), {"nothing": np.zeros(1, np.float32)})
    session.choose_checkpoint(tmp_path / "wise.safetensors")
    qtbot.waitUntil(lambda: session.card is not None)
    for number in range(3):
        page.player.masks._context.keep(number, seen())
    yield page
    page.shutdown()


def draft(page: AnnotatePage) -> Draft:
    return next(part for part in page.parts if isinstance(part, Draft))


def press(page: AnnotatePage, key: Qt.Key) -> None:
    QTest.keyClick(page.canvas, key)


def propose(qtbot, page: AnnotatePage) -> Draft:
    do(page, "draft")
    qtbot.waitUntil(lambda: draft(page).proposal is not None)
    return draft(page)


def names(page: AnnotatePage) -> list[str]:
    return [region.label for region in page.labelling.committed.regions]


def shown(page: AnnotatePage, x: int, y: int) -> str:
    value = page.labelling.picture.index[y, x]
    return "" if value == 255 else SPACE.labels[value].name


def pixel(page: AnnotatePage, x: int, y: int) -> tuple[int, int, int]:
    """What is really on the screen in the middle of a pixel of the picture."""
    picture = page.canvas.grab().toImage()
    place = at(page, x, y) * picture.devicePixelRatio()
    colour = picture.pixelColor(place)
    return colour.red(), colour.green(), colour.blue()


def test_a_draft_is_seen_but_no_label_until_enter_keeps_it_as_one_edit(qtbot, page: AnnotatePage) -> None:
    before = pixel(page, 20, 44)
    part = propose(qtbot, page)
    assert names(page) == [] and shown(page, 20, 44) == "" and pixel(page, 20, 44) != before
    assert part.bar.isVisible() and part.bar.says.text() == "4 proposed" and page.canvas.tool is part.tool
    press(page, Qt.Key.Key_Return)
    assert names(page) == ["road", "sky", "car", "car"] or names(page) == ["sky", "road", "car", "car"]
    assert shown(page, 20, 44) == shown(page, 70, 44) == "car" and shown(page, 50, 60) == "road"
    assert not part.bar.isVisible() and part.proposal is None and page.canvas.tool is page.tools["select"]
    page.labelling.undo()
    assert names(page) == [] and page.labelling.committed.regions == ()


def test_enter_right_after_the_key_keeps_what_comes(qtbot, page: AnnotatePage) -> None:
    do(page, "draft")
    press(page, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(names(page)) == 4)
    assert draft(page).proposal is None


def test_escape_drops_it_all(qtbot, page: AnnotatePage) -> None:
    part = propose(qtbot, page)
    press(page, Qt.Key.Key_Escape)
    assert part.proposal is None and names(page) == [] and not part.bar.isVisible() and page.canvas.tool is page.tools["select"]
    assert page.labelling.now.store.history.depth == (0, 0)


def test_clicks_leave_regions_out_and_take_them_in_again(qtbot, page: AnnotatePage) -> None:
    part = propose(qtbot, page)
    click(page, 20, 44)
    assert part.bar.says.text() == "3 proposed, 1 left out"
    click(page, 70, 44, Qt.KeyboardModifier.ShiftModifier)
    assert part.bar.says.text() == "2 proposed, 2 left out"
    click(page, 70, 44)
    press(page, Qt.Key.Key_Return)
    assert sorted(names(page)) == ["car", "road", "sky"] and shown(page, 70, 44) == "car" and shown(page, 20, 44) == "road"


def test_the_one_under_the_pointer_is_bright_and_has_keys(qtbot, page: AnnotatePage) -> None:
    part = propose(qtbot, page)
    plain = pixel(page, 20, 44)
    QTest.mouseMove(page.canvas, at(page, 20, 44))
    assert part.layer.hovered is not None and pixel(page, 20, 44) != plain
    press(page, Qt.Key.Key_N)
    assert part.bar.says.text() == "3 proposed, 1 left out"
    press(page, Qt.Key.Key_Y)
    assert part.bar.says.text() == "4 proposed"
    QTest.mouseClick(part.bar.none, Qt.MouseButton.LeftButton)
    assert part.bar.says.text() == "0 proposed, 4 left out" and not part.bar.accept.isEnabled()
    press(page, Qt.Key.Key_Return)
    assert names(page) == [] and part.proposal is not None and "Nothing is left to keep" in page.said[-1]
    QTest.mouseClick(part.bar.all, Qt.MouseButton.LeftButton)
    QTest.mouseClick(part.bar.accept, Qt.MouseButton.LeftButton)
    assert len(names(page)) == 4


def test_the_slider_works_on_what_is_proposed_and_what_was_left_out_stays_out(qtbot, page: AnnotatePage, settings: Settings) -> None:
    part = propose(qtbot, page)
    click(page, 20, 44)
    part.bar.sure.setValue(60)
    qtbot.waitUntil(lambda: len(part.proposal.regions) == 3)
    assert part.bar.says.text() == "2 proposed, 1 left out" and part.options.form.sure.value() == 60
    press(page, Qt.Key.Key_Return)
    assert sorted(names(page)) == ["road", "sky"] and shown(page, 70, 44) == "" and shown(page, 20, 44) == "road"
    settings.sync()
    assert Settings(settings.path).number("draft/sure", 0) == 0.6


def test_labelled_pixels_stay_as_they_are(qtbot, page: AnnotatePage) -> None:
    labelling = page.labelling
    labelling.commit(labelling.committed.added("person", Polygon(((0, 33), (50, 33), (50, 63), (0, 63)))), "draw")
    part = propose(qtbot, page)
    click(page, 20, 44)
    assert part.bar.says.text() == "3 proposed"
    press(page, Qt.Key.Key_Return)
    assert names(page)[-1] == "person" and shown(page, 20, 44) == "person" and shown(page, 70, 44) == "car"


def test_only_the_class_in_hand_or_only_a_box_is_drafted(qtbot, page: AnnotatePage) -> None:
    part = draft(page)
    page.labelling.settings.set_label("car")
    part.options.form.which.setCurrentIndex(1)
    assert len(propose(qtbot, page).proposal.regions) == 2
    page.labelling.settings.set_label("sky")
    qtbot.waitUntil(lambda: [region.label for region in part.proposal.regions] == ["sky"])
    press(page, Qt.Key.Key_Escape)
    part.options.form.which.setCurrentIndex(0)
    part.options.form.where.setCurrentIndex(2)
    do(page, "draft")
    assert part.proposal is None and "Drag a box" in page.said[-1]
    QTest.mousePress(page.canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at(page, 55, 32))
    for x, y in ((70, 40), (90, 58)):
        QTest.mouseMove(page.canvas, at(page, x, y))
    QTest.mouseRelease(page.canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at(page, 90, 58))
    qtbot.waitUntil(lambda: part.proposal is not None)
    press(page, Qt.Key.Key_Return)
    assert sorted(names(page)) == ["car", "road"] and shown(page, 70, 44) == "car" and shown(page, 20, 44) == "" and shown(page, 50, 60) == ""


def test_another_frame_keeps_nothing_and_says_so(qtbot, page: AnnotatePage) -> None:
    part = propose(qtbot, page)
    page.session.show_frame(1)
    qtbot.waitUntil(lambda: page.labelling.now is not None and page.labelling.now.frame == 1)
    assert part.proposal is None and names(page) == [] and "frame 1 was not kept" in page.said[-1] and not part.bar.isVisible()
    page.session.show_frame(0)
    qtbot.waitUntil(lambda: page.labelling.now.frame == 0)
    assert names(page) == []
    propose(qtbot, page)
    assert part.bar.says.text() == "4 proposed"


def test_other_tools_leave_the_draft_alone_and_edits_go_on_meanwhile(qtbot, page: AnnotatePage) -> None:
    part = propose(qtbot, page)
    page.take("brush")
    page.labelling.settings.set_label("person")
    page.labelling.settings.set_brush_size(60)
    QTest.mouseClick(page.canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at(page, 22, 44))
    assert names(page) == ["person"] and part.proposal is not None and part.bar.isVisible()
    qtbot.waitUntil(lambda: part.bar.says.text() == "3 proposed")  # the car is below the person now
    do(page, "draft.keep")
    assert names(page)[-1] == "person" and len(names(page)) == 4 and page.canvas.tool is page.tools["brush"]


def test_another_checkpoint_is_asked_anew_though_it_knows_the_same_classes(qtbot, page: AnnotatePage, tmp_path: Path) -> None:
    part = propose(qtbot, page)
    checkpoints.write(tmp_path / "wiser.safetensors", Card(ModelConfig(), CLASSES, Recipe((64, 96))), {"nothing": np.zeros(1, np.float32)})
    page.session.choose_checkpoint(tmp_path / "wiser.safetensors")
    qtbot.waitUntil(lambda: page.player.masks.checkpoint == tmp_path / "wiser.safetensors")
    page.player.masks._context.keep(0, Prediction(np.full((HEIGHT, WIDTH), SKY, np.uint8), np.ones((HEIGHT, WIDTH), np.float32)))
    do(page, "draft")
    qtbot.waitUntil(lambda: part.bar.says.text() == "1 proposed")


def test_without_a_checkpoint_it_says_what_to_do(qtbot, page: AnnotatePage) -> None:
    page.session.choose_checkpoint(None)
    failures: list[str] = []
    draft(page).failed.connect(lambda text, _: failures.append(text))
    do(page, "draft")
    do(page, "draft.all")
    assert len(failures) == 2 and all("choose one" in text for text in failures) and page.canvas.tool is page.tools["select"]


@pytest.mark.parametrize("where", [FRAME, BOX])
def test_all_frames_are_drafted_in_the_background_but_for_those_with_labels(qtbot, page: AnnotatePage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    monkeypatch.setattr("engine.inference.draft_job._PATIENCE_S", 0.05)
    page.session.show_frame(2)
    qtbot.waitUntil(lambda: page.labelling.now.frame == 2)
    labelling = page.labelling
    labelling.commit(labelling.committed.added("person", Polygon(((0, 0), (50, 0), (50, 30)))), "draw")
    page.session.show_frame(0)
    qtbot.waitUntil(lambda: labelling.now.frame == 0)
    page.session.choose_checkpoint(tiny_checkpoint(tmp_path, CLASSES, size=(64, 96)))
    qtbot.waitUntil(lambda: page.session.checkpoint.name == "tiny.safetensors")
    part = draft(page)
    part.settings.set_where(where)  # nobody drags a box in frames that are drafted by themselves
    page.player.masks._context.keep(0, seen())
    part.batch.start(range(3))
    assert part.batch.running and part.busy_reason() == "frames are being drafted"
    qtbot.waitUntil(lambda: not part.batch.running and len(names(page)) == 4, timeout=30_000)
    assert "2 frames drafted" in page.said[-1] and labelling.now.store.history.undo_name.startswith(f"{DRAFTED_BY}tiny")
    assert part.options.state.text() == "Drafted by tiny and not touched since"
    frames = page.player.frames
    assert cityscapes_json.read_file(label_feed.path_of(frames, 1)).regions
    assert [region.label for region in cityscapes_json.read_file(label_feed.path_of(frames, 2)).regions] == ["person"]
    labelling.undo()
    assert part.options.state.text() == ""
    page.session.show_frame(1)
    qtbot.waitUntil(lambda: labelling.now.frame == 1)
    assert len(labelling.committed.regions) and part.options.state.text().startswith("Drafted by tiny")


def test_a_batch_that_is_stopped_leaves_whole_documents(qtbot, page: AnnotatePage, jobs, tmp_path: Path) -> None:
    page.session.choose_checkpoint(tiny_checkpoint(tmp_path, CLASSES, size=(64, 96)))
    qtbot.waitUntil(lambda: page.session.checkpoint.name == "tiny.safetensors")
    part = draft(page)
    part.batch.start(range(1, 3))
    jobs.cancel_all()
    qtbot.waitUntil(lambda: not part.batch.running, timeout=30_000)
    assert "stopped" in page.said[-1]
    for number in (1, 2):
        path = label_feed.path_of(page.player.frames, number)
        assert not path.exists() or cityscapes_json.read_file(path).regions
    assert finding.in_cityscapes(path) is None


def test_the_dialog_says_which_frames(qtbot, page: AnnotatePage) -> None:
    dialog = DraftDialog(draft(page).settings, 40, 9, "car", page)
    qtbot.addWidget(dialog)
    assert dialog.frames == range(40) and not dialog.existing
    dialog._range.stretch.setCurrentIndex(1)
    assert dialog.frames == range(9, 40)
    dialog._range.stretch.setCurrentIndex(2)
    dialog._range.last.setValue(5)
    assert dialog.frames == range(4, 5)
