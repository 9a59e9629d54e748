"""The training of this window and the runs on its board: what stands how, and what can be done with it now."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from engine import events
from engine.config import TrainConfig
from engine.errors import RoadscopeError
from engine.run_summary import state_of
from engine.runs import Run
from gui import run_deeds
from gui.jobs import Jobs
from gui.run_board import BoardRun, RunBoard
from gui.session import Session
from gui.trainer import How, Trainer


class TrainingDesk(QObject):
    """Everything about runs that isn't drawing them. What can't be done is `refused` in one sentence."""

    changed = Signal()
    """Something can be done now that could not, or the other way round."""
    refused = Signal(str, str)
    """A sentence, and the traceback for those who ask."""
    said = Signal(str)

    def __init__(self, session: Session, jobs: Jobs, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._jobs, self._window = session, jobs, window
        self.trainer = Trainer(jobs, self)
        self.board = RunBoard(self)
        self.trainer.began.connect(self._on_began)
        self.trainer.ended.connect(self._on_ended)
        self.board.failed.connect(lambda text: self.refused.emit(text, ""))

    @property
    def looked_at(self) -> BoardRun | None:
        return self.board.looked_at

    @property
    def own(self) -> bool:
        """Whether the run that is looked at is trained by this window."""
        return self.looked_at is not None and self.trainer.running and self.looked_at.run == self.trainer.run

    @property
    def alive(self) -> bool:
        """Whether the run that is looked at is training, here or elsewhere."""
        return self.looked_at is not None and (self.looked_at.alive or self.own)

    @property
    def can_stop(self) -> bool:
        return (self.alive or self.trainer.running) and not self.trainer.stopping

    @property
    def can_resume(self) -> bool:
        looked = self.looked_at
        return looked is not None and not self.alive and not self.trainer.running and looked.run.resumable and self.state() != "finished"

    @property
    def can_use(self) -> bool:
        return self.looked_at is not None and run_deeds.has_checkpoint(self.looked_at.run)

    @property
    def can_delete(self) -> bool:
        return self.looked_at is not None and not self.alive

    def state(self) -> str:
        """How the run that is looked at stands, in a word."""
        looked = self.looked_at
        if looked is None:
            return ""
        if self.own:
            return "stopping" if self.trainer.stopping else "running" if looked.curves.steps and looked.curves.begun else "starting"
        return "running" if looked.alive else state_of(looked.curves.last)

    def start(self, wanted: TrainConfig, how: How) -> None:
        """Trains `wanted` in a new run."""
        self._try(lambda: self.trainer.start(wanted, how=how))

    def resume(self, how: How, run: Run | None = None) -> None:
        """Goes on with `run`, by default the one that is looked at, where its last checkpoint stands."""
        run = run or (self.looked_at.run if self.looked_at else None)
        if run is not None and not self.trainer.running:
            self._try(lambda: self.trainer.resume(run, how=how))

    def stop(self) -> None:
        """Stops the run that is looked at where it is trained elsewhere, else the training of this window."""
        looked = self.looked_at
        if looked is not None and looked.alive and not self.own:
            self._try(lambda: run_deeds.ask_to_stop(looked.run))
            self.said.emit("It stops at its next step and keeps a checkpoint")
        else:
            self.trainer.stop()
        self.changed.emit()

    def use(self, run: Run | None = None) -> None:
        """Predicts with the best checkpoint of `run`, by default the run that is looked at."""
        run = run or (self.looked_at.run if self.looked_at else None)
        if run is not None:
            self._session.choose_checkpoint(run.path)
            self.said.emit("Drive and Lidar now predict with this run's best checkpoint")

    def open_folder(self, run: Run | None = None) -> None:
        """Shows the files of `run`, by default of the run that is looked at."""
        run = run or (self.looked_at.run if self.looked_at else None)
        if run is not None:
            run_deeds.open_folder(run)

    def delete(self, run: Run | None = None) -> None:
        """Asks, then removes `run`, by default the run that is looked at."""
        run = run or (self.looked_at.run if self.looked_at else None)
        if run is not None and run_deeds.may_delete(run, self._window):
            run_deeds.delete(run, self._jobs, lambda wrong: self._on_deleted(run, wrong))

    def close(self) -> None:
        """The window closes: stops the training and waits for its checkpoint."""
        self.trainer.stop()
        self.trainer.wait()
        self.board.close()

    def _try(self, deed: Callable[[], object]) -> None:
        try:
            deed()
        except RoadscopeError as error:
            self.refused.emit(str(error), "")

    def _on_began(self, run: Run) -> None:
        self.board.own = run
        self.board.look_at(run)
        self.board.again()
        self._session.runs_changed.emit()
        self.changed.emit()

    def _on_ended(self, run: Run, failure: events.Failed | None) -> None:
        self.board.own = None
        self.board.again()
        self._session.runs_changed.emit()
        if failure is not None:
            self.refused.emit(failure.reason, failure.details)
        self.changed.emit()

    def _on_deleted(self, run: Run, wrong: str) -> None:
        if wrong:
            self.refused.emit(wrong, "")
            return
        self.board.forget(run.path)
        self._session.runs_changed.emit()
        self.said.emit("The run is deleted")
