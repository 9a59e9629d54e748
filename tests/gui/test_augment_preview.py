"""The preview of the augmentation: what a training would see, beside the form that it follows."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from gui.augment_feed import Sight
from gui.jobs import Jobs
from gui.pages.train import TrainPage
from gui.session import Session
from gui.settings import Settings
from gui.widgets.augment_preview import AugmentPreview
from tests import layouts

WAIT = 20_000


@pytest.fixture
def page(qtbot: QtBot, session: Session, jobs: Jobs, settings: Settings):  # type: ignore[no-untyped-def]
    made = TrainPage(session, jobs, settings)
    qtbot.addWidget(made)
    qtbot.addWidget(made.inspector)
    made.resize(900, 700)
    made.show()
    yield made
    made.shutdown()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return layouts.camvid(tmp_path / "camvid", train=5)


@pytest.fixture
def opened(page: TrainPage, session: Session, qtbot: QtBot, data: Path) -> AugmentPreview:
    """The preview of five small frames without weather, entered."""
    with qtbot.waitSignal(session.source_changed, timeout=WAIT):
        session.open_path(data)
    page.form.choose(next(preset.title for preset in page.form.presets if not any(chance for chance, _ in _effects(preset.config))))
    _type(page, "data.size", "48 80")
    shown_after(qtbot, page.preview, page.preview.enter)
    return page.preview


def _effects(config) -> list[tuple[float, float]]:  # type: ignore[no-untyped-def]
    return [getattr(config.weather, name) for name in ("snow", "rain", "fog", "flare", "shadow", "dark")]


def _type(page: TrainPage, key: str, text: str) -> None:
    editor = page.form.form.row(key).editor
    editor.line.setText(text)  # type: ignore[attr-defined]
    editor.edited.emit()


def shown_after(qtbot: QtBot, preview: AugmentPreview, deed: Callable[[], object]) -> Sight:
    """What is shown when all that `deed` asked for is there."""
    with qtbot.waitSignal(preview._feed.ready, timeout=WAIT):
        deed()
    qtbot.waitUntil(lambda: not preview._feed.busy, timeout=WAIT)
    assert preview.sight is not None
    return preview.sight


def _same(one: QImage, other: QImage) -> bool:
    return not one.isNull() and one == other


def test_without_a_dataset_it_says_what_to_do(page: TrainPage, qtbot: QtBot) -> None:
    page.preview.enter()
    assert page.preview.nothing.isVisible() and page.preview.sight is None
    with qtbot.waitSignal(page.opening_wanted) as wanted:
        page.preview.nothing.buttons[0].click()
    assert wanted.args == [None]


def test_a_dataset_that_is_opened_meanwhile_is_shown(page: TrainPage, session: Session, qtbot: QtBot, data: Path) -> None:
    page.preview.enter()
    sight = shown_after(qtbot, page.preview, lambda: session.open_path(data))
    assert not page.preview.nothing.isVisible() and sight.shown.name == "train_00000"


def test_the_row_and_the_button_beside_the_augmentation_open_it_and_back_returns(opened: AugmentPreview, page: TrainPage, qtbot: QtBot) -> None:
    assert opened.isVisible()
    qtbot.mouseClick(opened.back, Qt.MouseButton.LeftButton)
    assert not opened.isVisible() and page.ready.isVisible()
    button = page.form.form._beside["augment"]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert opened.isVisible()
    qtbot.keyClick(opened, Qt.Key.Key_Escape)
    assert page.ready.isVisible()


def test_another_draw_changes_what_is_after_and_leaves_what_was_before(opened: AugmentPreview, qtbot: QtBot) -> None:
    before, after = opened.before.picture(), opened.after.picture()
    shown_after(qtbot, opened, lambda: opened.controls.draw.setValue(7))
    assert _same(opened.before.picture(), before) and not _same(opened.after.picture(), after)
    again = opened.after.picture()
    shown_after(qtbot, opened, lambda: qtbot.keyClick(opened, Qt.Key.Key_Right))
    assert opened.controls.drawn.value() == 8 and not _same(opened.after.picture(), again)
    shown_after(qtbot, opened, lambda: qtbot.keyClick(opened, Qt.Key.Key_Left))
    assert _same(opened.after.picture(), again), "a draw is the same whenever it is looked at"


def test_any_frame_of_the_training_split_is_shown_by_its_name(opened: AugmentPreview, qtbot: QtBot) -> None:
    assert opened.controls.number.maximum() == 5
    sight = shown_after(qtbot, opened, lambda: opened.controls.number.setValue(5))
    assert sight.shown.name == "train_00004" and "train_00004" in opened._captions[opened.before].text()
    assert opened.controls.frame.value() == 4


def test_it_follows_the_form_while_it_is_edited(opened: AugmentPreview, page: TrainPage, qtbot: QtBot) -> None:
    fair = opened.after.picture()
    shown_after(qtbot, opened, lambda: _type(page, "weather.fog", "1 1"))
    foggy = opened.after.picture()
    assert not _same(foggy, fair)
    shown_after(qtbot, opened, lambda: _type(page, "weather.fog", "0 1"))
    assert _same(opened.after.picture(), fair)
    sight = shown_after(qtbot, opened, lambda: _type(page, "augment.crop", "32 64"))
    assert sight.shown.after[0][0].shape == (32, 64, 3) and sight.shown.before[0].shape == (48, 80, 3)


def test_a_mistake_in_the_form_is_told_and_the_last_picture_stays(opened: AugmentPreview, page: TrainPage, qtbot: QtBot) -> None:
    after = opened.after.picture()
    shown_after(qtbot, opened, lambda: _type(page, "augment.flip", "3"))
    assert "augment.flip is 3" in opened.words.lower() and _same(opened.after.picture(), after)
    shown_after(qtbot, opened, lambda: _type(page, "augment.flip", "0.5"))
    assert "augment.flip" not in opened.words


def test_each_effect_can_be_forced_at_its_strength(opened: AugmentPreview, qtbot: QtBot) -> None:
    fair = opened.after.picture()
    for effect in ("snow", "rain", "fog", "flare", "shadow", "dark"):
        assert not opened.controls.strength.isEnabled()
        shown_after(qtbot, opened, lambda: opened.controls.choose(effect))
        half = opened.after.picture()
        shown_after(qtbot, opened, lambda: opened.controls.strength.setValue(100))
        assert not _same(half, fair) and not _same(opened.after.picture(), half) and effect in opened.words
        shown_after(qtbot, opened, lambda: opened.controls.strength.setValue(50))
        assert _same(opened.after.picture(), half)
        shown_after(qtbot, opened, lambda: opened.controls.choose(""))
        assert _same(opened.after.picture(), fair), effect


def test_a_preset_is_tried_on_the_frames_of_the_form_which_stays_as_it_is(opened: AugmentPreview, page: TrainPage, qtbot: QtBot) -> None:
    form, after = page.form.value(), opened.after.picture()
    like = opened.controls.like
    at = next(at for at, preset in enumerate(page.form.presets, 1) if any(preset.config.augment.crop) and preset.config.data.size == (512, 1024))
    like.setCurrentIndex(at)
    sight = shown_after(qtbot, opened, lambda: like.activated.emit(at))
    assert sight.asked.choice.like == page.form.presets[at - 1].config and sight.shown.before[0].shape == (48, 80, 3)
    assert not _same(opened.after.picture(), after) and page.form.value() == form


def test_masks_lie_over_both_and_what_is_void_is_hatched(opened: AugmentPreview, session: Session, qtbot: QtBot) -> None:
    bare = [canvas.picture() for canvas in (opened.before, opened.after)]
    qtbot.keyClick(opened, Qt.Key.Key_H)
    masked = [canvas.picture() for canvas in (opened.before, opened.after)]
    assert not any(_same(one, other) for one, other in zip(bare, masked))
    session.set_opacity(0.9)
    assert not _same(opened.before.picture(), masked[0])
    session.set_opacity(0.0)
    picture = opened.before.picture()
    changed = np.array([[picture.pixel(x, y) != bare[0].pixel(x, y) for x in range(picture.width())] for y in range(picture.height())])
    void = np.arange(80) >= 54
    assert changed[:, void].any() and not changed[:, void].all() and not changed[:, ~void].any()


def test_a_class_is_told_under_the_pointer(opened: AugmentPreview, qtbot: QtBot) -> None:
    facts = opened.words
    assert "pass 1" in facts and "seed 0" in facts and " ms" in facts
    opened.before.hovered.emit((3.0, 3.0))
    assert opened.words == "road"
    opened.before.hovered.emit(None)
    assert opened.words == facts


def test_nine_draws_stand_side_by_side_and_a_click_shows_one_alone(opened: AugmentPreview, qtbot: QtBot) -> None:
    sight = shown_after(qtbot, opened, lambda: opened.controls.many.setChecked(True))
    assert len(sight.shown.after) == 9 and sight.columns == 3
    height, width = sight.after_mask.shape
    shown_after(qtbot, opened, lambda: opened.after.clicked.emit((width - 2.0, height / 2)))
    assert opened.controls.draw.value() == 5 and not opened.controls.many.isChecked()
    assert np.array_equal(opened.sight.shown.after[0][0], sight.shown.after[5][0])  # type: ignore[union-attr]


def test_a_frame_that_cannot_be_read_is_one_sentence_and_the_next_is_shown(opened: AugmentPreview, qtbot: QtBot, data: Path) -> None:
    layouts.cut(data / "train" / "train_00001.png", 0.2)
    with qtbot.waitSignal(opened._feed.failed, timeout=WAIT):
        opened.controls.frame.setValue(1)
    assert "train_00001.png" in opened.words and opened.before.empty and opened.after.empty
    shown_after(qtbot, opened, lambda: opened.controls.frame.setValue(2))
    assert "train_00001.png" not in opened.words and not opened.after.empty


def test_a_folder_that_is_gone_is_one_sentence(opened: AugmentPreview, page: TrainPage, qtbot: QtBot, tmp_path: Path) -> None:
    with qtbot.waitSignal(opened._feed.failed, timeout=WAIT):
        _type(page, "data.root", str(tmp_path / "nowhere"))
    assert "doesn't exist" in opened.words


def test_the_dataset_is_opened_and_read_on_a_thread(page: TrainPage, qtbot: QtBot, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.training import material

    threads: list[int] = []
    opening = material.open_source
    monkeypatch.setattr(material, "open_source", lambda *given: threads.append(threading.get_ident()) or opening(*given))
    page.form.form.row("data.root").editor.set(str(data))
    shown_after(qtbot, page.preview, page.preview.enter)
    shown_after(qtbot, page.preview, lambda: page.preview.controls.draw.setValue(3))
    assert len(threads) == 1 and threads[0] != threading.get_ident(), "once, however often it is asked"


def test_starting_leaves_the_preview(opened: AugmentPreview, page: TrainPage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page.desk, "start", lambda *_: None)
    page.start()
    assert not opened.entered and not opened.isVisible()
