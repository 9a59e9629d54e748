"""The procedural street's training set: something to train on for those who have no data at hand."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from engine import events, places
from gui.jobs import Job, Jobs, ThreadJob

SCENES = 120
SEED = 11


def folder() -> Path:
    """Where the dataset lies, in the Cityscapes layout, or will."""
    return places.home() / "street_training" / "cityscapes"


class StreetTrainingSet(QObject):
    """Writes it when it is wanted for the first time. `ready` gives its folder, `failed` a sentence and its details."""

    began = Signal()
    ready = Signal(object)
    failed = Signal(str, str)
    stopped = Signal()

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._job: Job | None = None

    @property
    def writing(self) -> bool:
        return self._job is not None

    def ask(self) -> None:
        """`ready` fires, at once where the dataset is there: it appears whole or not at all."""
        if folder().is_dir():
            self.ready.emit(folder())
        elif self._job is None:
            self._job = ThreadJob("Writing the sample street to train on", _write)
            self._job.ended.connect(self._on_ended)
            self._jobs.run(self._job)
            self.began.emit()

    def _on_ended(self) -> None:
        job, self._job = self._job, None
        if job is None:
            return
        if job.failure is not None:
            self.failed.emit(job.failure.reason, job.failure.details)
        elif job.result is not None and not job.result.stopped:
            self.ready.emit(folder())
        else:
            self.stopped.emit()


def _write(should_stop: events.ShouldStop) -> events.Events:
    from engine import world

    yield from world.write(folder().parent, frames=1, seed=SEED, drive=False, scenes=SCENES, should_stop=should_stop)
