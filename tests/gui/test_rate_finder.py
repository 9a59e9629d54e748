"""Finding a learning rate in the window: the test runs beside it, its suggestion goes into the form."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt

from engine import events
from engine.config import TrainConfig
from gui.jobs import Jobs
from gui.pages.train import TrainPage
from gui.session import Session
from gui.settings import Settings
from gui.widgets.rate_finder import RateFinder
from gui.widgets.rate_plot import spelled
from tests.doubles import ScriptedTraining

WAIT = 20_000


@dataclass
class ScriptedTest:
    """Says what a range test would, at once and without torch; at step `hold_at` it waits until it is let `go` or stopped."""

    steps: int = 50
    hold_at: int = 0
    fail: str = ""
    suggests: bool = True
    go: threading.Event = field(default_factory=threading.Event)
    asked_for: list[TrainConfig] = field(default_factory=list)
    stopped: bool = False

    def __call__(self, wanted: TrainConfig, should_stop: events.ShouldStop) -> Iterator[events.Event]:
        self.asked_for.append(wanted)
        yield events.Message("trying 50 learning rates from 1e-07 to 1 on cpu")
        for step, rate in enumerate(np.geomspace(1e-7, 1, self.steps).tolist(), 1):
            while step == self.hold_at and not should_stop() and not self.go.wait(0.01):
                pass
            if self.fail:
                yield events.Failed(self.fail, "script")
                return
            if should_stop():
                self.stopped = True
                yield events.Finished(stopped=True, summary=self._summary(step - 1))
                return
            loss = 2 - math.tanh((math.log10(rate) + 4) / 0.5)
            yield events.RateTried(step, self.steps, rate, loss + 0.1 * (-1) ** step, loss)
        yield events.Finished(summary=self._summary(self.steps))

    def _summary(self, steps: int) -> dict[str, object]:
        rates = {"learning_rate": 2.345e-4, "steepest": 1e-4, "lowest": 0.5} if self.suggests else dict.fromkeys(("learning_rate", "steepest", "lowest"))
        return {**rates, "steps": steps, "diverged": False}


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> ScriptedTest:
    script = ScriptedTest()
    monkeypatch.setattr("gui.rate_finding.find_here", script)
    return script


@pytest.fixture
def training(monkeypatch: pytest.MonkeyPatch) -> ScriptedTraining:
    training = ScriptedTraining()
    monkeypatch.setattr("gui.trainer.train_here", training)
    return training


@pytest.fixture
def page(qtbot, session: Session, jobs: Jobs, settings: Settings, script: ScriptedTest, training: ScriptedTraining, data: Path):
    made = TrainPage(session, jobs, settings)
    qtbot.addWidget(made)
    qtbot.addWidget(made.inspector)
    made.resize(900, 700)
    made.show()
    made.inspector.show()
    with qtbot.waitSignal(session.source_changed, timeout=WAIT):
        session.open_path(data)
    yield made
    script.go.set()
    training.go.set()
    made.shutdown()


def opened(page: TrainPage, qtbot, *, ended: bool = True) -> RateFinder:
    page.form.rate.search.click()
    finder = page.rates.finder
    assert finder is not None and finder.isVisible()
    if ended:
        qtbot.waitUntil(lambda: not page.rates.running, timeout=WAIT)
    return finder


def test_the_suggested_rate_goes_into_the_form_as_an_edit(page: TrainPage, script: ScriptedTest, qtbot) -> None:
    page.form.form.row("epochs").editor.box.setValue(7)
    finder = opened(page, qtbot)
    assert script.asked_for[0].epochs == 7 and len(finder.plot.tried) == 50
    assert finder.plot.rate == pytest.approx(2.345e-4) and "0.00023" in finder.status.text()
    assert finder.plot.line.label.isVisible() and finder.plot.line.label.textItem.toPlainText() == "suggested"
    with qtbot.waitSignal(page.form.changed):
        finder.use.click()
    assert page.form.value().optimiser.learning_rate == 2.3e-4 and page.rates.finder is None
    page.form.choose(page.form._all()[1].title)
    page.form.choose("My changes")
    assert page.form.value().optimiser.learning_rate == 2.3e-4


def test_the_line_is_dragged_to_another_rate(page: TrainPage, qtbot) -> None:
    finder = opened(page, qtbot)
    view, plot = finder.plot.panel.view, finder.plot
    plot.redraw()
    qtbot.waitExposed(finder)

    def at(decade: float) -> QPoint:
        middle = view.viewRect().center().y()
        return plot.graphics.mapFromScene(view.mapViewToScene(QPointF(decade, middle)))

    viewport = plot.graphics.viewport()
    qtbot.mouseMove(viewport, at(math.log10(2.345e-4)))
    qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, pos=at(math.log10(2.345e-4)))
    for decade in (-3.4, -3.0, -2.5, -2.0):
        qtbot.mouseMove(viewport, at(decade))
    qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=at(-2.0))
    assert plot.rate == pytest.approx(1e-2, rel=0.1)
    assert float(finder.field.text()) == pytest.approx(plot.rate, rel=0.05) and finder.use.isEnabled()


def test_a_rate_that_is_typed_moves_the_line_and_a_wrong_one_cannot_be_used(page: TrainPage, qtbot) -> None:
    finder = opened(page, qtbot)
    finder.field.clear()
    qtbot.keyClicks(finder.field, "3e-3")
    assert finder.plot.rate == pytest.approx(3e-3) and finder.use.isEnabled()
    for wrong in ("fast", "50", "nan", ""):
        finder.field.clear()
        qtbot.keyClicks(finder.field, wrong)
        assert not finder.use.isEnabled()


def test_hovering_reads_the_rate_and_its_losses(page: TrainPage, qtbot) -> None:
    finder = opened(page, qtbot)
    finder.plot.redraw()
    finder.plot.point_at(-4.0)
    near = min(finder.plot.tried, key=lambda one: abs(math.log10(one.learning_rate) + 4))
    for number in (spelled(near.learning_rate), f"{near.loss:.4g}", f"{near.smoothed:.4g}"):
        assert f">{number}<" in finder.plot.panel.reading
    finder.plot.point_at(None)
    assert f">{finder.plot.tried[-1].smoothed:.4g}<" in finder.plot.panel.reading


def test_stopping_keeps_what_was_tried(page: TrainPage, script: ScriptedTest, qtbot) -> None:
    script.hold_at = 31
    finder = opened(page, qtbot, ended=False)
    qtbot.waitUntil(lambda: len(finder.plot.tried) == 30, timeout=WAIT)
    assert not finder.use.isEnabled() and finder.stop.text() == "Stop" and "30 of 50 rates" in finder.status.text()
    finder.stop.click()
    qtbot.waitUntil(lambda: not page.rates.running, timeout=WAIT)
    assert finder.isVisible() and "Stopped after 30 steps" in finder.status.text() and finder.use.isEnabled()
    assert finder.stop.text() == "Close"
    finder.stop.click()
    assert page.rates.finder is None


def test_closing_it_stops_the_job(page: TrainPage, script: ScriptedTest, jobs: Jobs, qtbot) -> None:
    script.hold_at = 10
    before = page.form.value().optimiser.learning_rate
    finder = opened(page, qtbot, ended=False)
    qtbot.waitUntil(lambda: len(finder.plot.tried) == 9, timeout=WAIT)
    assert [job.title for job in jobs.running] == ["Finding the learning rate"]
    finder.close()
    qtbot.waitUntil(lambda: not jobs.running, timeout=WAIT)
    assert script.stopped and page.rates.finder is None and page.form.value().optimiser.learning_rate == before


def test_a_failure_is_one_sentence_in_its_window(page: TrainPage, script: ScriptedTest, qtbot) -> None:
    script.fail = "the memory is not enough for this run; lower batch, augment.crop or data.size"
    finder = opened(page, qtbot)
    assert "lower batch" in finder.messages.text and not finder.use.isEnabled() and not page.messages.text


def test_where_nothing_falls_a_rate_can_still_be_typed(page: TrainPage, script: ScriptedTest, qtbot) -> None:
    script.suggests = False
    finder = opened(page, qtbot)
    assert "falls at none" in finder.status.text() and finder.plot.rate is None and not finder.use.isEnabled()
    qtbot.keyClicks(finder.field, "0.01")
    assert finder.use.isEnabled() and finder.plot.rate == pytest.approx(0.01)


def test_a_wrong_setting_is_pointed_out_instead(page: TrainPage, script: ScriptedTest) -> None:
    row = page.form.form.row("optimiser.learning_rate")
    row.editor.line.setText("fast")
    page.form.rate.search.click()
    assert "number" in row.error.text() and row.editor.line.property("bad") and page.rates.finder is None and not script.asked_for


def test_without_data_it_is_said(page: TrainPage, script: ScriptedTest, tmp_path: Path) -> None:
    page.form.form.set_value(replace(TrainConfig(), data=replace(TrainConfig().data, root=tmp_path / "nowhere")))
    page.form.rate.search.click()
    assert "no data" in page.messages.text and not script.asked_for


def test_it_never_runs_beside_a_training(page: TrainPage, script: ScriptedTest, training: ScriptedTraining, qtbot) -> None:
    training.hold_at = 3
    page.start()
    find = next(row for row in page.actions() if row.id == "train.rate")
    assert not find.possible
    page.form.rate.search.click()
    assert "a training is running" in page.messages.text.lower() and not script.asked_for
    training.go.set()
    qtbot.waitUntil(lambda: not page.desk.trainer.running, timeout=WAIT)
    script.hold_at = 2
    finder = opened(page, qtbot, ended=False)
    page.start()
    assert "learning rate is being looked for" in page.messages.text and not page.desk.trainer.running
    finder.close()
    qtbot.waitUntil(lambda: not page.rates.running, timeout=WAIT)
    page.start()
    assert page.desk.trainer.running and not page.messages.text
    qtbot.waitUntil(lambda: not page.desk.trainer.running, timeout=WAIT)


def test_asking_twice_shows_the_one_that_is_open(page: TrainPage, script: ScriptedTest, qtbot) -> None:
    script.hold_at = 2
    finder = opened(page, qtbot, ended=False)
    qtbot.waitUntil(lambda: bool(script.asked_for), timeout=WAIT)
    page.rates.ask()
    assert page.rates.finder is finder and len(script.asked_for) == 1 and not page.messages.text


def test_a_real_network_is_tried_and_leaves_no_run(qtbot, session: Session, jobs: Jobs, settings: Settings, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from engine import config, places
    from engine.training import rate_range

    short = rate_range.find_rate
    monkeypatch.setattr(rate_range, "find_rate", lambda *words, **more: short(*words, **{**more, "steps": 4}))
    page = TrainPage(session, jobs, settings)
    qtbot.addWidget(page)
    qtbot.addWidget(page.inspector)
    values = {"data": {"root": str(data), "size": [48, 64]}, "model": {"encoder": "mobilenet_v3_small"}, "batch": 2, "threads": 1, "device": "cpu", "precision": "fp32"}
    page.form.form.set_value(config.build(TrainConfig, values))
    page.rates.ask()
    finder = page.rates.finder
    assert finder is not None
    qtbot.waitUntil(lambda: not page.rates.running, timeout=120_000)
    assert [one.step for one in finder.plot.tried] == [1, 2, 3, 4] and not finder.messages.text
    assert not places.runs().exists() or not any(places.runs().iterdir())
    page.shutdown()
