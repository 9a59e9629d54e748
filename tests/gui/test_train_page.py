from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from tests.doubles import ScriptedTraining
from PySide6.QtCore import QPoint, Qt

from engine import config, events, places, runs
from engine.config import TrainConfig
from engine.run_summary import summary
from engine.runs import Run
from gui import presets, run_deeds
from gui.jobs import Jobs
from gui.pages.train import TrainPage
from gui.session import Session
from gui.settings import Settings
from gui.trainer import How
from gui.widgets.run_header import duration
from gui.widgets.where_trained import WhereTrained

WAIT = 20_000


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> ScriptedTraining:
    script = ScriptedTraining()
    monkeypatch.setattr("gui.trainer.train_here", script)
    return script


@pytest.fixture
def page(qtbot, session: Session, jobs: Jobs, settings: Settings, script: ScriptedTraining):
    made = TrainPage(session, jobs, settings)
    qtbot.addWidget(made)
    qtbot.addWidget(made.inspector)
    made.resize(900, 700)
    made.show()
    made.inspector.show()
    made.activate()
    yield made
    script.go.set()
    made.shutdown()


@pytest.fixture
def with_data(page: TrainPage, session: Session, qtbot, data: Path) -> TrainPage:
    with qtbot.waitSignal(session.source_changed, timeout=WAIT):
        session.open_path(data)
    return page


def ended(page: TrainPage, qtbot) -> None:
    qtbot.waitUntil(lambda: not page.desk.trainer.running and page.desk.looked_at is not None and not page.desk.alive, timeout=WAIT)


def past_run(name: str, script: ScriptedTraining | None = None, wanted: TrainConfig | None = None) -> Run:
    run = Run(places.runs() / name)
    run.path.mkdir(parents=True)
    for _ in (script or ScriptedTraining())(run, wanted or TrainConfig(), False, events.never):
        pass
    return run


def test_without_data_the_page_says_what_to_do(page: TrainPage, qtbot) -> None:
    assert page.nothing.isVisible()
    with qtbot.waitSignal(page.opening_wanted) as wanted:
        page.nothing.buttons[0].click()
    assert wanted.args == [None]


def test_starting_without_data_offers_to_open_some(page: TrainPage) -> None:
    page.start()
    assert "no data" in page.messages.text and not page.desk.trainer.running


def test_the_open_dataset_fills_the_form(with_data: TrainPage, data: Path) -> None:
    value = with_data.form.value()
    assert value is not None and value.data.root == data
    assert (value.data.train_split, value.data.validation_split) == ("train", "val")
    assert with_data.ready.isVisible()


def test_a_training_draws_its_curves_scores_and_frames(with_data: TrainPage, qtbot) -> None:
    with_data.start()
    ended(with_data, qtbot)
    looked = with_data.desk.looked_at
    assert looked.curves.steps == list(range(1, 13)) and [one.step for one in looked.curves.validated] == [4, 8, 12]
    assert with_data.desk.state() == "finished" and with_data.view.isVisible()
    with_data.view.curves.redraw()
    assert len(with_data.view.curves.panel(0).line_items()) == 2
    shown = with_data.view.samples.shown
    assert shown.step == 12 and [one.index for one in shown.shown] == [0, 1, 2]


def test_the_strip_goes_back_through_the_validations_and_stays_there(with_data: TrainPage, script: ScriptedTraining, qtbot) -> None:
    script.hold_at = 10
    with_data.start()
    qtbot.waitUntil(lambda: with_data.view.samples.count == 2, timeout=WAIT)
    with_data.view.samples.slider.setValue(0)
    assert with_data.view.samples.shown.step == 4
    script.go.set()
    qtbot.waitUntil(lambda: with_data.view.samples.count == 3, timeout=WAIT)
    assert with_data.view.samples.shown.step == 4, "who looks back is not thrown to the end"


def test_stopping_keeps_a_run_that_resumes(with_data: TrainPage, script: ScriptedTraining, qtbot) -> None:
    script.hold_at = 6
    with_data.start()
    qtbot.waitUntil(lambda: with_data.desk.looked_at is not None and with_data.desk.looked_at.curves.steps[-1:] == [5], timeout=WAIT)
    assert with_data.busy_reason() == "a training is running" and with_data.desk.can_stop and not with_data.desk.can_resume
    with_data.desk.stop()
    ended(with_data, qtbot)
    assert with_data.desk.state() == "stopped" and with_data.desk.can_resume and with_data.busy_reason() is None
    script.hold_at = 0
    with_data.resume()
    ended(with_data, qtbot)
    looked = with_data.desk.looked_at
    assert script.resumed == [5] and looked.curves.steps == list(range(1, 13)) and looked.curves.resumed_at == [5]
    assert with_data.desk.state() == "finished" and not with_data.desk.can_resume


def test_only_one_training_runs_at_a_time(with_data: TrainPage, script: ScriptedTraining, qtbot) -> None:
    script.hold_at = 2
    with_data.start()
    start = next(row for row in with_data.actions() if row.id == "train.start")
    assert not start.possible
    script.go.set()
    ended(with_data, qtbot)
    assert start.possible


def test_a_training_that_fails_says_why_in_one_sentence(with_data: TrainPage, script: ScriptedTraining, qtbot) -> None:
    script.fail_at = 3
    with_data.start()
    ended(with_data, qtbot)
    assert "memory is not enough" in with_data.messages.text and "lower batch" in with_data.messages.text
    assert with_data.desk.state() == "failed"


def test_a_wrong_setting_is_pointed_out_instead_of_started(with_data: TrainPage) -> None:
    row = with_data.form.form.row("optimiser.learning_rate")
    row.editor.line.setText("fast")
    with_data.start()
    assert "number" in row.error.text() and not with_data.desk.trainer.running


def test_past_runs_are_listed_with_how_they_ended(page: TrainPage, qtbot) -> None:
    past_run("2026-01-01_10-00-00_old")
    past_run("2026-01-02_10-00-00_new", ScriptedTraining(fail_at=6))
    page.desk.board.refresh()
    qtbot.waitUntil(lambda: len(page.model.rows) == 2, timeout=WAIT)
    assert [row.state for row in page.model.rows] == ["failed", "finished"]
    assert page.model.rows[1].mean_iou == pytest.approx(0.3)


def test_a_checked_run_is_laid_over_the_one_that_is_looked_at(page: TrainPage, qtbot) -> None:
    past_run("2026-01-01_10-00-00_old")
    new = past_run("2026-01-02_10-00-00_new")
    page.look_at(new)
    page.desk.board.refresh()
    qtbot.waitUntil(lambda: len(page.model.rows) == 2, timeout=WAIT)
    at = page.runs.visualRect(page.model.index(1))
    qtbot.mouseClick(page.runs.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(at.left() + 16, at.center().y()))
    qtbot.waitUntil(lambda: [len(one.curves.steps) for one in page.desk.board.drawn()] == [12, 12], timeout=WAIT)
    assert page.desk.looked_at.run == new, "checking a run doesn't open it"
    assert len({one.colour for one in page.desk.board.drawn()}) == 2
    page.model.check("2026-01-01_10-00-00_old", False)
    assert len(page.desk.board.drawn()) == 1


def test_opening_a_run_shows_its_config_to_train_it_again(page: TrainPage, qtbot, data: Path) -> None:
    wanted = replace(TrainConfig(), epochs=77, data=replace(TrainConfig().data, root=data))
    page.look_at(past_run("2026-01-01_10-00-00_old", wanted=wanted))
    qtbot.waitUntil(lambda: page.form.value() is not None and page.form.value().epochs == 77, timeout=WAIT)
    page.form.form.row("epochs").editor.box.setValue(3)
    page.start()
    ended(page, qtbot)
    assert page.desk.looked_at.run.name != "2026-01-01_10-00-00_old" and page.desk.looked_at.run.config.epochs == 3


def test_edits_are_kept_when_a_run_is_opened(with_data: TrainPage, qtbot) -> None:
    with_data.form.form.row("epochs").editor.box.setValue(41)
    with_data.look_at(past_run("2026-01-01_10-00-00_old"))
    qtbot.waitUntil(lambda: with_data.form.value().epochs == TrainConfig().epochs, timeout=WAIT)
    with_data.form.choose("My changes")
    assert with_data.form.value().epochs == 41


def test_a_run_trained_elsewhere_is_followed_to_its_end(page: TrainPage, qtbot) -> None:
    run = Run(places.runs() / "2026-01-01_10-00-00_elsewhere")
    run.path.mkdir(parents=True)
    said = ScriptedTraining()(run, TrainConfig(), False, events.never)
    for _ in range(4):
        next(said)
    page.look_at(run)
    qtbot.waitUntil(lambda: page.desk.looked_at.curves.steps[-1:] == [3], timeout=WAIT)
    assert page.desk.state() == "running" and page.desk.can_stop and not page.desk.can_delete
    page.desk.stop()
    assert (run.path / runs.STOP).exists()
    for _ in said:
        pass
    qtbot.waitUntil(lambda: page.desk.state() == "stopped", timeout=WAIT)
    assert page.desk.looked_at.curves.steps == [1, 2, 3]


def test_a_run_whose_process_died_is_interrupted_and_resumes(page: TrainPage, qtbot) -> None:
    run = Run(places.runs() / "2026-01-01_10-00-00_died")
    run.path.mkdir(parents=True)
    said = ScriptedTraining()(run, TrainConfig(), False, events.never)
    for _ in range(12):
        next(said)
    said.close()
    with run.events.open("ab") as stream:
        stream.write(b'{"kind": "StepDone", "st')
    page.look_at(run)
    qtbot.waitUntil(lambda: page.desk.looked_at.loaded, timeout=WAIT)
    assert page.desk.state() == "interrupted" == summary(run).state and page.desk.can_resume


def test_using_a_checkpoint_tells_the_session(with_data: TrainPage, session: Session, qtbot, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen: list[Path] = []
    monkeypatch.setattr(session, "choose_checkpoint", chosen.append)
    assert not with_data.desk.can_use
    with_data.start()
    ended(with_data, qtbot)
    with_data.desk.use()
    assert chosen == [with_data.desk.looked_at.run.path]


def test_deleting_a_run_asks_first(page: TrainPage, qtbot, monkeypatch: pytest.MonkeyPatch) -> None:
    run = past_run("2026-01-01_10-00-00_old")
    page.look_at(run)
    qtbot.waitUntil(lambda: page.desk.looked_at.loaded, timeout=WAIT)
    monkeypatch.setattr(run_deeds, "may_delete", lambda run, parent: False)
    page.desk.delete()
    assert run.path.exists()
    monkeypatch.setattr(run_deeds, "may_delete", lambda run, parent: True)
    page.desk.delete()
    qtbot.waitUntil(lambda: not run.path.exists() and page.desk.looked_at is None, timeout=WAIT)
    assert not list(places.runs().iterdir())


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_folder_of_runs_that_cannot_be_written_is_told(with_data: TrainPage, own_home: Path) -> None:
    own_home.chmod(0o500)
    with_data.start()
    assert "can't be written" in with_data.messages.text


def test_a_file_in_place_of_the_folder_of_runs_is_told(with_data: TrainPage) -> None:
    places.runs().parent.mkdir(parents=True, exist_ok=True)
    places.runs().write_text("in the way")
    with_data.start()
    assert "choose another" in with_data.messages.text and not with_data.desk.trainer.running


def test_shutting_down_stops_the_training_and_waits_for_its_checkpoint(with_data: TrainPage, script: ScriptedTraining, qtbot) -> None:
    script.hold_at = 6
    with_data.start()
    qtbot.waitUntil(lambda: with_data.desk.looked_at is not None and bool(with_data.desk.looked_at.curves.steps), timeout=WAIT)
    run = with_data.desk.looked_at.run
    with_data.shutdown()
    assert isinstance(run.history()[-1], events.Finished) and run.resumable


def test_every_preset_of_the_project_is_a_training_config() -> None:
    found = presets.found()
    assert found and all(preset.title and preset.about for preset in found)


def test_a_preset_is_fitted_to_the_splits_of_the_dataset(data: Path) -> None:
    from engine.datasets import open_dataset

    wanted = replace(TrainConfig(), data=replace(TrainConfig().data, layout="cityscapes", validation_split="nowhere"))
    fitted = presets.fitted(wanted, open_dataset(data))
    assert (fitted.data.root, fitted.data.layout, fitted.data.validation_split) == (data, "auto", "val")


def test_the_procedural_street_gets_its_own_preset_though_its_layout_is_cityscapes(tmp_path: Path) -> None:
    class Street:
        layout, root = "cityscapes", tmp_path

    chosen = presets.for_dataset(presets.found(), Street())  # type: ignore[arg-type]
    assert chosen is not None and chosen.name.startswith("cityscapes")
    (tmp_path / "street.json").write_text("{}")
    chosen = presets.for_dataset(presets.found(), Street())  # type: ignore[arg-type]
    assert chosen is not None and chosen.name.startswith("street")


def test_time_left_is_said_as_people_say_it() -> None:
    assert [duration(seconds) for seconds in (4.2, 200, 7500, float("nan"))] == ["4 s", "3 min 20 s", "2 h 05 min", "–"]


def test_where_it_trains_is_chosen_and_remembered(page: TrainPage, settings: Settings) -> None:
    where = page.form.where
    assert page.form.how == How(0) and where.count.isHidden()
    for kind, how in (("process", How(1)), ("processes", How(3))):
        where.kinds.setCurrentIndex(where.kinds.findData(kind))
        where.kinds.activated.emit(where.kinds.currentIndex())
        where.count.setValue(3)
        assert page.form.how == how and WhereTrained(settings).how == how
    assert not where.count.isHidden()


@pytest.mark.parametrize("processes", [0, 1, 2])
def test_a_real_training_ends_with_a_checkpoint(qtbot, session: Session, jobs: Jobs, settings: Settings, data: Path, processes: int) -> None:
    page = TrainPage(session, jobs, settings)
    qtbot.addWidget(page)
    qtbot.addWidget(page.inspector)
    page.activate()
    small = config.build(
        TrainConfig,
        {"data": {"root": str(data), "size": [48, 64]}, "model": {"encoder": "mobilenet_v3_small"}, "epochs": 1, "batch": 4, "threads": 1, "device": "cpu", "precision": "fp32"},
    )
    page.desk.start(small, How(processes))
    qtbot.waitUntil(lambda: not page.desk.trainer.running, timeout=150_000)
    qtbot.waitUntil(lambda: page.desk.looked_at is not None and bool(page.desk.looked_at.curves.validated) and not page.desk.alive, timeout=WAIT)
    looked = page.desk.looked_at
    assert looked.run.best.exists() and page.desk.state() == "finished" and looked.curves.steps == [1, 2]
    assert looked.classes["road"] == "#804080" and all((looked.run.path / one.prediction).exists() for one in looked.curves.samples[0].shown)
    page.shutdown()
