"""The training that this window runs: on a background thread, or as a process of its own, or several, over the same events."""

from __future__ import annotations

import re
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from engine import atomic, config, events, places, runs
from engine.config import TrainConfig
from engine.runs import Run
from gui import preload
from gui.jobs import Job, Jobs, ProcessJob, ThreadJob


@dataclass(frozen=True, slots=True)
class How:
    """Where a training runs: on a thread of this window (0 processes), as a process of its own (1), or as several that train together."""

    processes: int = 0


class Trainer(QObject):
    """At most one training at a time; its numbers are read from the run's history, here as from anywhere else."""

    began = Signal(object)
    """The Run."""
    ended = Signal(object, object)
    """The Run, and what failed or None."""

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._job: Job | None = None
        self.run: Run | None = None

    @property
    def running(self) -> bool:
        return self._job is not None

    @property
    def stopping(self) -> bool:
        """Whether it was asked to stop and has not yet."""
        return self._job is not None and self._job.stopping

    def start(self, wanted: TrainConfig, *, how: How = How()) -> Run:
        """Trains `wanted` in a new run folder. Raises OutputError where that can't be made."""
        root = places.runs()
        with atomic.told(root):
            run = runs.new(root, _folder_words(wanted))
        self._begin(run, wanted, how=how, resume=False)
        return run

    def resume(self, run: Run, *, how: How = How()) -> None:
        """Goes on with `run` where its last checkpoint stands. Raises ConfigError."""
        self._begin(run, run.config, how=how, resume=True)

    def stop(self) -> None:
        """Asks the training to end; it keeps a checkpoint that resumes."""
        if self._job is not None:
            self._job.cancel()

    def wait(self) -> None:
        """Blocks until the training has ended: the end of the program."""
        if self._job is not None:
            self._job.wait()

    def _begin(self, run: Run, wanted: TrainConfig, *, how: How, resume: bool) -> None:
        title = f"Training {wanted.model.words()}"
        if how.processes:
            job: Job = _process(title, run, wanted, resume=resume, processes=how.processes)
        else:
            job = ThreadJob(title, lambda should_stop: train_here(run, wanted, resume, should_stop))
        self._job, self.run = job, run
        job.ended.connect(self._on_ended)
        self._jobs.run(job)
        self.began.emit(run)

    def _on_ended(self) -> None:
        job, self._job = self._job, None
        if job is not None:
            self.ended.emit(self.run, job.failure)


def train_here(run: Run, wanted: TrainConfig, resume: bool, should_stop: events.ShouldStop) -> events.Events:
    """The engine's training, on a thread that gives way to the event loop."""
    yield events.Progress(0, 0, "loading torch")
    preload.torch()
    preload.background_priority()  # not before: an import holds the interpreter's lock, and would hold it for longer
    from engine.training.loop import train

    yield from train(wanted, run=run, resume=resume, should_stop=should_stop)


def _process(title: str, run: Run, wanted: TrainConfig, *, resume: bool, processes: int) -> ProcessJob:
    experiment = run.path / "config.yaml"
    if not resume:
        config.save(wanted, experiment)
    together = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(processes), "--"] if processes > 1 else []
    arguments = [*together, str(places.PROJECT / "main.py"), "train", str(experiment), "--run", str(run.path), "--json"]
    return ProcessJob(title, [*arguments, "--resume"] if resume else arguments, run.path / runs.STOP)


def _folder_words(wanted: TrainConfig) -> str:
    words = wanted.model.words("-")
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", words)[:60]
