"""Train: an experiment as a form, the run it becomes as curves and pictures, and the runs of before to compare with."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QStackedWidget, QWidget

from engine.config import TrainConfig
from engine.run_summary import Summary
from engine.runs import Run
from gui import train_rows
from gui.actions import Action
from gui.jobs import Jobs
from gui.pages._page import Page
from gui.rate_finding import RateFinding
from gui.run_board import BoardRun
from gui.session import Session
from gui.settings import Settings
from gui.street_training_set import StreetTrainingSet
from gui.tensorboard import TensorBoard
from gui.training_desk import TrainingDesk
from gui.widgets.augment_preview import AugmentPreview
from gui.widgets.curve_data import Samples
from gui.widgets.empty_state import EmptyState
from gui.widgets.inspector import Inspector
from gui.widgets.message_bar import MessageBar
from gui.widgets.run_view import RunView
from gui.widgets.runs_list import RunsList, RunsModel
from gui.widgets.sample_view import SampleView
from gui.widgets.train_form import TrainForm

_NOTHING = "Open a dataset to train on, or write the sample street."


class TrainPage(Page):
    """The desk trains and keeps the runs fresh; this page brings them together with what is on the screen."""

    title = "Train"
    icon = "train"

    opening_wanted = Signal(object)
    """A Path to open, or None to let the user choose a folder."""

    form: TrainForm
    view: RunView
    preview: AugmentPreview

    def __init__(self, session: Session, jobs: Jobs, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(session, jobs, settings, parent)
        self.desk = TrainingDesk(session, jobs, self)
        self.street = StreetTrainingSet(jobs, self)
        self.rates = RateFinding(self._wanted, self.desk.trainer, jobs, self)
        self.tensorboard = TensorBoard(self)
        self._by_hand = False
        self._rows = {row.id.removeprefix("train."): row for row in train_rows.rows(self)}
        self._make()
        self._connect()
        self.form.show_dataset(session.dataset)
        self._show_state()

    def actions(self) -> list[Action]:  # type: ignore[override]
        return list(self._rows.values())

    def activate(self) -> None:
        self.desk.board.watch(True)

    def deactivate(self) -> None:
        self.desk.board.watch(False)

    def shutdown(self) -> None:
        self.rates.close()
        self.tensorboard.close()
        self.desk.close()
        self.view.shut_down()
        self.preview.close_worker()

    def busy_reason(self) -> str | None:
        return "a training is running" if self.desk.trainer.running else None

    def start(self) -> None:
        """Trains what the form says, and shows it; what is wrong in the form is pointed out instead."""
        if not self.rates.in_the_way() and (wanted := self._wanted()) is not None:
            self.preview.leave()
            self.desk.start(wanted, self.form.how)

    def resume(self, run: Run | None = None) -> None:
        """Goes on with `run`, by default the one that is looked at."""
        self.messages.dismiss()
        if not self.rates.in_the_way():
            self.preview.leave()
            self.desk.resume(self.form.how, run)

    def look_at(self, run: Run) -> None:
        """Shows `run`, and its config in the form."""
        self._by_hand = True
        self.preview.leave()
        looked = self.desk.looked_at
        if looked is not None and looked.run == run and looked.loaded:
            self._fill_form(looked)
        self.desk.board.look_at(run)

    def ask_to_open(self) -> None:
        """Lets the user choose a folder."""
        self.opening_wanted.emit(None)

    def _wanted(self) -> TrainConfig | None:
        """The experiment that is asked for; where it can't be trained, what is missing is said or pointed out."""
        wanted = self.form.value()
        if wanted is None:
            self.form.point_out()
            return None
        if not self.form.has_data:
            self.report("There is no data to train on yet", cure=("Open folder…", self.ask_to_open))
            return None
        self.messages.dismiss()
        return wanted

    def _make(self) -> None:
        rows = self._rows
        self.view = RunView(self.settings, tuple(rows[id] for id in ("start", "stop", "resume", "use")))
        self.view.add_buttons(tuple(rows[id] for id in ("classes", "log", "all", "save", "board")))
        self.nothing = EmptyState("train", "Nothing to train on yet", _NOTHING, (rows["open"], rows["street"]))
        self.ready = EmptyState("train", "Ready to train", "Curves and held-out frames appear here while it trains.", (rows["start"], rows["preview"]))
        self.model = RunsModel(self)
        self.runs = RunsList(self.model)
        self.runs.set_menu(train_rows.run_rows(self))
        self.form = TrainForm(self.settings, preview=rows["preview"])
        self.preview = AugmentPreview(self.session, self.settings, self.form.form.value, self.form.presets, (rows["open"], rows["street"]))
        self._stack = QStackedWidget()
        for widget in (self.nothing, self.ready, self.view, self.preview):
            self._stack.addWidget(widget)
        self.body.addWidget(self._stack, 1)
        self.inspector = Inspector(self.settings, "train")
        self._runs_section = self.inspector.add("Runs", self.runs)
        self.inspector.add("Experiment", self.form)

    def _connect(self) -> None:
        board = self.desk.board
        board.looked_changed.connect(self._on_looked_changed)
        board.grew.connect(self._show_state)
        board.drawn_changed.connect(self._on_drawn_changed)
        board.listed.connect(self._on_listed)
        self.desk.changed.connect(self._show_state)
        self.desk.said.connect(self.toast)
        self.desk.refused.connect(lambda text, details: self.report(text, details=details))
        self.tensorboard.changed.connect(lambda: self.toast.emit("TensorBoard is starting") if self.tensorboard.starting else None)
        self.tensorboard.opened.connect(lambda address: _tell_address(self.messages, address))
        self.tensorboard.failed.connect(lambda text, details: self.report(text, details=details))
        self.model.overlaid.connect(board.lay_over)
        self.runs.chosen.connect(lambda row: self.look_at(row.run))
        self.view.sample_opened.connect(self._on_sample_opened)
        self.view.curves.saved.connect(lambda path: self.toast.emit(f"Saved {path.name}"))
        self.view.curves.refused.connect(self.report)
        self.session.source_changed.connect(lambda _: self._on_source_changed())
        self.session.run_chosen.connect(lambda path: self.look_at(Run(Path(path))))
        for changed in (self.form.changed, self.preview.toggled):
            changed.connect(self._show_state)
        self.form.changed.connect(self.preview.refresh)
        self.form.rate.search_wanted.connect(self.rates.ask)
        self.rates.chosen.connect(self.form.rate.take)
        self.rates.refused.connect(self.report)
        self.street.began.connect(lambda: self.nothing.say("The street is being written; it opens when it is there."))
        self.street.stopped.connect(lambda: self.nothing.say(_NOTHING))
        self.street.ready.connect(self.opening_wanted)
        self.street.failed.connect(lambda text, details: self.report(text, details=details))

    def _show_state(self) -> None:
        looked = self.desk.looked_at
        if self.preview.entered:
            self._stack.setCurrentWidget(self.preview)
        elif looked is not None:
            self._stack.setCurrentWidget(self.view)
            self.view.refresh(_title(looked), self.desk.state())
        else:
            self._stack.setCurrentWidget(self.ready if self.form.has_data else self.nothing)

    def _on_looked_changed(self, looked: BoardRun | None) -> None:
        if looked is not None:
            self.view.show_run(looked, _title(looked), self.desk.state())
            self.runs.select(looked.run.path)
            if self._by_hand:
                self._fill_form(looked)
        self._by_hand = False
        self._show_state()

    def _fill_form(self, looked: BoardRun) -> None:
        if looked.config is not None:
            self.form.show_run(f"Run of {looked.run.name[:16].replace('_', ' ')}", looked.config)

    def _on_drawn_changed(self) -> None:
        board = self.desk.board
        self.view.draw(board.lines())
        self.model.colour(board.colours(), board.looked_at.run.name if board.looked_at else "")

    def _on_listed(self, summaries: list[Summary]) -> None:
        self.model.show(summaries)
        self.form.show_teachers(summaries)
        self._runs_section.setVisible(bool(summaries))
        if self.desk.looked_at is None and summaries and not self._by_hand:
            self.desk.board.look_at(next((one for one in summaries if one.state == "running"), summaries[0]).run)

    def _on_sample_opened(self, shown: Samples, index: int) -> None:
        if self.desk.looked_at is not None:
            SampleView(self.view.samples, self.desk.looked_at.curves, shown, index, self).open()

    def _on_source_changed(self) -> None:
        self.messages.dismiss()  # what was said of the data before is no longer true
        self.form.show_dataset(self.session.dataset)
        self.preview.refresh()
        self._show_state()


def _tell_address(messages: MessageBar, address: str) -> None:
    copy = ("Copy address", lambda: QGuiApplication.clipboard().setText(address))
    messages.show_problem(f"TensorBoard is at {address} for as long as this window is open", cure=copy, level="info")


def _title(looked: BoardRun) -> str:
    if looked.config is None:
        return looked.run.name
    return f"{looked.config.model.words()} on {looked.config.data.root.name or 'data'}"
