"""The Evaluate page: scoring in the background, results side by side, and the frames behind a figure."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox, QStyleOptionViewItem
from pytestqt.qtbot import QtBot

from engine import images, labels
from engine.config import ClassesConfig
from engine.evaluation import results
from engine.evaluation.confusion import Confusion
from engine.evaluation.report import report
from engine.evaluation.results import Kept
from gui.main_window import MainWindow
from gui.pages.evaluate import EvaluatePage
from gui.widgets.confusion_view import ConfusionView
from gui.widgets.evaluate_form import EvaluateForm
from gui.widgets.rate_bars import RateBars, Series
from gui.widgets.result_table import ResultTable
from gui.widgets.results_list import second_line
from tests.doubles import tiny_checkpoint

CLASSES = labels.class_set(labels.space("camvid"), ClassesConfig(select=("road", "car"), rest=True))


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ROADSCOPE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ROADSCOPE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "home"


@pytest.fixture
def frames(tmp_path: Path) -> Path:
    rng = np.random.default_rng(1)
    for split, count in (("train", 2), ("val", 4)):
        for index in range(count):
            images.write_png(tmp_path / "data" / split / f"{split}{index}.png", rng.integers(0, 255, (72, 100, 3), np.uint8))
            images.write_png(tmp_path / "data" / f"{split}annot" / f"{split}{index}.png", rng.integers(0, 12, (72, 100), np.uint8))
    return tmp_path / "data"


def _page(window: MainWindow, qtbot: QtBot) -> EvaluatePage:
    window.show_page("evaluate")
    page = window.host.pages["evaluate"]
    assert isinstance(page, EvaluatePage)
    return page


def _read(page: EvaluatePage, qtbot: QtBot) -> None:
    """The page has listed what is kept, as it does when it is shown, and the frames of the one that is looked at are there."""
    qtbot.waitUntil(lambda: page._scores is not None, timeout=10_000)


def _opened(window: MainWindow, qtbot: QtBot, path: Path) -> None:
    with qtbot.waitSignal(window.session.source_changed, timeout=10_000):
        window.session.open_path(path)


def _kept(frames: Path, name: str, wrong: tuple[int, ...]) -> Kept:
    """A result over the four validation frames, in which so many of the car's pixels were taken for road."""
    keeping = results.Keeping(name, CLASSES)
    total = Confusion(len(CLASSES))
    for index, count in enumerate(wrong):
        truth = np.full((8, 10), 1 + CLASSES.names.index("car") - 1, np.uint8)
        prediction = truth.copy()
        prediction.ravel()[:count] = CLASSES.names.index("road")
        one = Confusion(len(CLASSES))
        one.add(truth, prediction)
        total.merge(one)
        keeping.add(f"val{index}", one, prediction)
    facts = {
        "checkpoint": f"/runs/{name}/best.safetensors", "data": str(frames), "layout": "camvid", "split": "val", "frames": len(wrong), "tta": "none",
        "scales": [1.0], "smallest_cluster": 0, "at": "recipe", "size": [8, 10], "network": "fpn", "parameters": 10**6, "multiply_adds": 10**9,
        "milliseconds": 3.0, "device": "cpu",
    }  # fmt: skip
    return keeping.finish(report(total, CLASSES.names, facts=facts))


def test_without_anything_open_it_says_what_to_do(window: MainWindow, qtbot: QtBot) -> None:
    page = _page(window, qtbot)
    assert page._stack.currentWidget() is page._nothing and not page.form.go.isEnabled()
    page.start()
    assert not page.evaluating.running


def test_a_checkpoint_is_scored_kept_and_shown(window: MainWindow, qtbot: QtBot, frames: Path, tmp_path: Path) -> None:
    page = _page(window, qtbot)
    _opened(window, qtbot, frames)
    with qtbot.waitSignal(window.session.checkpoint_changed, timeout=10_000):
        window.session.choose_checkpoint(tiny_checkpoint(tmp_path))
    assert page.form.split.currentText() == "val" and page._stack.currentWidget() is page._ready
    with qtbot.waitSignal(page.evaluating.scores_read, timeout=60_000):
        page.start()
        assert page.evaluating.running and not page.form.go.isVisible()
    assert page._stack.currentWidget() is page._view and page.table.rowCount() == 1
    assert len(page.frames.order) == 4 and len(page.bars.names) == 11
    qtbot.waitUntil(lambda: page.frames.frame is not None, timeout=10_000)
    assert not page.evaluating.running and page.form.go.isEnabled()


def test_results_are_compared_and_a_cell_brings_its_frames(window: MainWindow, qtbot: QtBot, frames: Path) -> None:
    first, second = _kept(frames, "first", (0, 5, 60, 10)), _kept(frames, "second", (0, 0, 1, 0))
    page = _page(window, qtbot)
    _read(page, qtbot)
    assert [page.results.item(row).text()[:6] for row in range(2)] == ["second", "first,"]
    with qtbot.waitSignal(page.evaluating.scores_read, timeout=10_000):
        page.results.setCurrentRow(1)
    page.results.check(second.path)
    assert page.table.rowCount() == 2 and len(page.bars._series) == 2 and page.results.current == first
    assert page.frames.order == [2, 3, 1, 0]
    car, road = CLASSES.names.index("car"), CLASSES.names.index("road")
    qtbot.mouseClick(page.confusion, Qt.MouseButton.LeftButton, pos=page.confusion.centre_of((car, road)).toPoint())
    assert page.confusion.cell == (car, road) and page.frames.order == [2, 3, 1]
    qtbot.waitUntil(lambda: page.frames.frame is not None and page.frames.frame.index == 2, timeout=10_000)
    page.frames.step(1)
    qtbot.waitUntil(lambda: page.frames.frame is not None and page.frames.frame.index == 3, timeout=10_000)
    page.confusion.choose(None)
    assert len(page.frames.order) == 4


def test_results_listed_again_unchanged_are_not_read_again_and_the_cell_stays(window: MainWindow, qtbot: QtBot, frames: Path) -> None:
    _kept(frames, "first", (0, 5, 60, 10))
    page = _page(window, qtbot)
    _read(page, qtbot)
    cell = CLASSES.names.index("car"), CLASSES.names.index("road")
    page.confusion.choose(cell)
    looked: list[object] = []
    page.results.looked.connect(looked.append)
    with qtbot.waitSignal(page.evaluating.listed, timeout=10_000):
        page.activate()
    assert not looked and page._scores is not None and page.confusion.cell == cell and page.frames.order == [2, 3, 1]
    newer = _kept(frames, "second", (0, 0, 1, 0))
    page.results.show_results([newer, *page.evaluating.results], look_at=newer.path)
    assert looked == [newer]


def test_a_result_without_room_loses_what_it_is_of_before_its_name(qtbot: QtBot, frames: Path) -> None:
    kept = _kept(frames, "fpn-mobilenet_v3_small", (0, 5))
    table = ResultTable()
    qtbot.addWidget(table)
    table.show_results([(kept, "#ffffff")])
    index, option = table.model().index(0, 0), QStyleOptionViewItem()
    whole = f"fpn-mobilenet_v3_small, {second_line(kept)}"
    shown = {}
    for room in (900, 260, 60):
        table.initViewItemOption(option)
        option.rect = QRect(0, 0, room, 26)
        table.itemDelegateForColumn(0).initStyleOption(option, index)
        shown[room] = option.text
    assert shown[900] == whole and shown[260].startswith("fpn-mobilenet_v3_small, ") and "…" in shown[260]
    assert shown[60] == whole  # not even the name fits: the view cuts it in the middle
    assert whole in table.item(0, 0).toolTip()


def test_a_frame_is_shown_on_the_drive_page_at_its_split(window: MainWindow, qtbot: QtBot, frames: Path) -> None:
    _kept(frames, "first", (0, 5, 60, 10))
    page = _page(window, qtbot)
    _opened(window, qtbot, frames / "train")
    _read(page, qtbot)
    qtbot.waitUntil(lambda: page.frames.frame is not None, timeout=10_000)
    with qtbot.waitSignal(window.session.source_changed, timeout=10_000):
        page.frames.list.activated.emit(page.frames.list.currentIndex())
    assert window.session.dataset is not None and window.session.dataset.split == "val"
    assert window.session.frame == 2 and window.host.current == "drive"


def test_f_opens_the_frame_for_labelling_and_comes_back(window: MainWindow, qtbot: QtBot, frames: Path) -> None:
    _kept(frames, "first", (0, 5, 60, 10))
    page = _page(window, qtbot)
    _opened(window, qtbot, frames / "train")
    _read(page, qtbot)
    qtbot.waitUntil(lambda: page.frames.frame is not None, timeout=10_000)
    page.frames.canvases["image"].zoom(7.0)
    QTest.keyClick(page.frames.list, Qt.Key.Key_F)
    qtbot.waitUntil(lambda: window.host.current == "annotate", timeout=10_000)
    annotate = window.host.pages["annotate"]
    qtbot.waitUntil(lambda: annotate.labelling.now is not None, timeout=10_000)
    assert window.session.drive.frames[window.session.frame].image == page.frames.frame.path
    assert annotate.labelling.now.frame == window.session.frame and annotate.canvas.view.scale == pytest.approx(7.0)
    QTest.keyClick(annotate.canvas, Qt.Key.Key_F)
    assert window.host.current == "evaluate"


def test_a_frame_of_other_data_offers_the_way_there(window: MainWindow, qtbot: QtBot, frames: Path) -> None:
    _kept(frames, "first", (0, 5, 60, 10))
    page = _page(window, qtbot)
    _read(page, qtbot)
    qtbot.waitUntil(lambda: page.frames.frame is not None, timeout=10_000)
    page.frames.list.activated.emit(page.frames.list.currentIndex())
    assert page.messages.isVisible() and window.host.current == "evaluate"


def test_data_that_is_gone_is_one_sentence_and_the_figures_stay(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    _kept(tmp_path / "gone", "first", (0, 5))
    page = _page(window, qtbot)
    qtbot.waitUntil(lambda: "gone" in page.messages.text, timeout=10_000)
    assert page.table.rowCount() == 1 and page.messages.isVisible()


def test_a_result_is_deleted_only_when_one_means_it(window: MainWindow, qtbot: QtBot, frames: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = _kept(frames, "first", (1, 2))
    page = _page(window, qtbot)
    _read(page, qtbot)
    monkeypatch.setattr(QMessageBox, "exec", lambda self: None)
    monkeypatch.setattr(QMessageBox, "clickedButton", lambda self: next(one for one in self.buttons() if one.text() == "Keep"))
    page._ask_delete(page.results.current)
    assert kept.path.exists()
    monkeypatch.setattr(QMessageBox, "clickedButton", lambda self: next(one for one in self.buttons() if one.text() == "Delete"))
    page._ask_delete(page.results.current)
    qtbot.waitUntil(lambda: page.results.count() == 0, timeout=10_000)
    assert not kept.path.exists()


def test_nonsense_in_the_form_is_said_and_the_button_waits(qtbot: QtBot, frames: Path) -> None:
    from engine.datasets import open_dataset
    from gui.checkpoint_list import Choice

    form = EvaluateForm()
    qtbot.addWidget(form)
    form.show_checkpoints([Choice(Path("/runs/a"), "a", "fpn")], None)
    form.show_dataset(open_dataset(frames))
    for text in ("", "one", "9", "1 nan"):
        form.scales.setText(text)
        assert form.value() is None and not form.go.isEnabled() and "Scales" in form._wrong.text()
    form.scales.setText("0.75, 1 1.25")
    form.flip.setChecked(True)
    wanted = form.value()
    assert wanted is not None and wanted.scales == (0.75, 1.0, 1.25) and wanted.flip and wanted.split == "val"


def test_the_matrix_is_walked_by_keys_and_tells_what_it_shows(qtbot: QtBot) -> None:
    view = ConfusionView()
    qtbot.addWidget(view)
    view.resize(400, 360)
    view.show_matrix(("road", "car"), ((1, 2, 3), (4, 5, 6)), np.array([[3, 1], [0, 0]], np.int64))
    assert "25.0 % of road taken for car" in view.words((0, 1)) and "is right" in view.words((0, 0))
    seen: list[object] = []
    view.chosen.connect(seen.append)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Escape):
        qtbot.keyClick(view, key)
    assert seen == [(0, 1), (1, 1), None]
    assert view.cell_at(view.centre_of((1, 0))) == (1, 0) and view.cell_at(QPointF(1, 1)) is None


def test_bars_show_every_class_of_every_result(qtbot: QtBot) -> None:
    bars = RateBars()
    qtbot.addWidget(bars)
    bars.show_series([Series("a", "#ffffff", {"road": 0.5, "car": float("nan")}, 0.5), Series("b", "#000000", {"car": 0.1, "sky": 0.2}, 0.15)])
    assert list(bars.names) == ["road", "car", "sky"] and "a: mean 0.500" in bars.accessibleDescription()
    bars.grab()
