"""Looking for a learning rate: the experiment of the form in a range test, on a background thread and never beside a training."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from engine import events
from engine.config import TrainConfig
from gui import preload
from gui.jobs import Job, Jobs, ThreadJob
from gui.trainer import Trainer
from gui.widgets.rate_finder import HIGH, LOW, RateFinder


class RateFinding(QObject):
    """At most one test at a time. `wanted` gives the experiment, or None when it has said what is wrong with it."""

    chosen = Signal(float)
    """The rate that the user takes."""
    refused = Signal(str)

    def __init__(self, wanted: Callable[[], TrainConfig | None], trainer: Trainer, jobs: Jobs, window: QWidget) -> None:
        super().__init__(window)
        self._wanted, self._trainer, self._jobs, self._window = wanted, trainer, jobs, window
        self._job: Job | None = None
        self.finder: RateFinder | None = None

    @property
    def running(self) -> bool:
        return self._job is not None

    def ask(self) -> None:
        """Opens the test of the experiment as it is now; one that is open already comes to the front."""
        if self.finder is not None:
            self.finder.raise_()
            self.finder.activateWindow()
        elif self._trainer.running:
            self.refused.emit("a training is running; stop it, or wait for its end, before you look for a learning rate")
        elif not self.in_the_way() and (wanted := self._wanted()) is not None:
            self._open(wanted)

    def in_the_way(self) -> bool:
        """Whether a test runs: what else would train is then refused."""
        if self._job is not None:
            self.refused.emit("a learning rate is being looked for; stop that first, or wait for its end")
        return self._job is not None

    def close(self) -> None:
        """Ends the test and closes what shows it."""
        if self.finder is not None:
            self.finder.reject()

    def _open(self, wanted: TrainConfig) -> None:
        self._job = ThreadJob("Finding the learning rate", lambda should_stop: find_here(wanted, should_stop))
        self._job.ended.connect(self._on_ended)
        self.finder = RateFinder(self._job, wanted.optimiser.learning_rate, self._window)
        self.finder.chosen.connect(self.chosen)
        self.finder.finished.connect(self._on_closed)
        self.finder.show()
        self._jobs.run(self._job)

    def _on_ended(self) -> None:
        self._job = None

    def _on_closed(self) -> None:
        self.finder = None


def find_here(wanted: TrainConfig, should_stop: events.ShouldStop) -> events.Events:
    """The engine's range test, on a thread that gives way to the event loop."""
    yield events.Progress(0, 0, "loading torch")
    preload.torch()
    preload.background_priority()  # not before: an import holds the interpreter's lock, and would hold it for longer
    from engine.training.rate_range import find_rate

    yield from find_rate(wanted, low=LOW, high=HIGH, should_stop=should_stop)
