"""Evaluations as the window has them: started in the background, kept, listed, compared and deleted."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, Signal

from engine import atomic, events
from gui.jobs import Job, Jobs, ThreadJob
from gui.latest import Latest

if TYPE_CHECKING:
    from engine.evaluation.results import FrameScores, Kept

COLOURS = ("#5aa2ff", "#f0a13c", "#52c78f", "#e0679b", "#a68bfa", "#3cc4c4")
"""Of the results that are compared; later ones begin anew."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be scored, and how: see `engine.evaluation.job.evaluate`."""

    checkpoint: Path
    data: Path
    split: str = "val"
    layout: str = "auto"
    flip: bool = False
    scales: tuple[float, ...] = (1.0,)
    at: Literal["recipe", "image", "slide"] = "recipe"
    smallest: int = 0


class Evaluating(QObject):
    """One evaluation at a time. `listed` gives the results, the newest first; `kept` the one that has just been made."""

    listed = Signal(object)
    changed = Signal()
    kept = Signal(object)
    failed = Signal(str, str)
    scores_read = Signal(object, object)
    """A result and its FrameScores."""

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._job: Job | None = None
        self.results: list[Kept] = []
        self._lists = Latest(lambda _: _listed(), self)
        self._lists.done.connect(self._on_listed)
        self._scores = Latest(_scores, self)
        self._scores.done.connect(self.scores_read)
        for latest in (self._lists, self._scores):
            latest.failed.connect(lambda _, error: self.failed.emit(str(error), ""))

    @property
    def running(self) -> bool:
        return self._job is not None

    @property
    def progress(self) -> events.Progress | None:
        """Of the evaluation that goes on."""
        return self._job.progress if self._job else None

    def refresh(self) -> None:
        """Lists the results again."""
        self._lists.ask(None)

    def read(self, result: Kept) -> None:
        """Asks for the scores of its frames."""
        self._scores.ask(result)

    def start(self, wanted: Wanted) -> None:
        """Evaluates in the background and keeps the result."""
        saved: list[Path] = []

        def work(should_stop: events.ShouldStop) -> events.Events:
            from engine.evaluation.job import evaluate
            from gui import preload

            preload.background_priority()
            yield events.Progress(0, 0, "loading")
            options = {"split": wanted.split, "layout": wanted.layout, "scales": wanted.scales, "smallest": wanted.smallest, "at": wanted.at}
            for event in evaluate(wanted.checkpoint, wanted.data, **options, tta="flip" if wanted.flip else "none", keep=True, should_stop=should_stop):  # type: ignore[arg-type]
                if isinstance(event, events.Saved):
                    saved.append(Path(event.path))
                yield event

        job = ThreadJob("Evaluating", work)
        job.event.connect(lambda _: self.changed.emit())
        job.ended.connect(lambda: self._on_ended(job, saved))
        self._job = job
        self._jobs.run(job)
        self.changed.emit()

    def stop(self) -> None:
        """Ends it after this frame; nothing of it is kept."""
        if self._job is not None:
            self._job.cancel()

    def delete(self, result: Kept) -> None:
        """Removes a result for good, in the background."""

        def work(should_stop: events.ShouldStop) -> events.Events:
            with atomic.told(result.path):
                away = result.path.with_name(f".{result.path.name}.deleted")
                result.path.rename(away)
                shutil.rmtree(away)
            yield events.Finished()

        job = ThreadJob("Deleting a result", work, quiet=True)
        job.ended.connect(lambda: self.failed.emit(job.failure.reason, job.failure.details) if job.failure else None)
        job.ended.connect(self.refresh)
        self._jobs.run(job)

    def close(self) -> None:
        """Ends the threads."""
        self._lists.close()
        self._scores.close()

    def _on_ended(self, job: Job, saved: list[Path]) -> None:
        self._job = None
        self.changed.emit()
        if job.failure:
            self.failed.emit(job.failure.reason, job.failure.details)
        elif saved:
            self.kept.emit(saved[0])
            self.refresh()

    def _on_listed(self, _: object, results: list[Kept]) -> None:
        self.results = results
        self.listed.emit(results)


def _listed() -> list[Kept]:
    from engine.evaluation import results

    return results.listed()


def _scores(result: Kept) -> FrameScores:
    return result.frames()
