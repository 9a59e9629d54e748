"""How badly each frame of the drive needs a look: what is known at once, the rest by a job in the background."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal

from engine import events
from gui.jobs import Job, Jobs, ThreadJob

if TYPE_CHECKING:
    from engine.drives.drive import Drive

WORDS = {"entropy": "unsure", "flicker": "flickers", "disagreement": "networks differ", "labels": "labels differ"}
"""What a measure of `engine.inference.needs` says, for people."""
_TELL_EVERY_MS = 400


class NeedFinding(QObject):
    """`changed` when more is known, at most a few times a second; `failed(sentence, details)`."""

    changed = Signal()
    failed = Signal(str, str)

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._job: Job | None = None
        self._count = 0
        self._complete = False
        self._by = ""
        self._scores: dict[str, NDArray[np.float64]] = {}
        self._asked: tuple[Drive, Path, Path | None] | None = None
        self._together: tuple[NDArray[np.float64], list[str]] | None = None
        self._telling = QTimer(self, singleShot=True, interval=_TELL_EVERY_MS)
        self._telling.timeout.connect(self.changed)

    @property
    def running(self) -> bool:
        """Whether frames are being scored."""
        return self._job is not None and not self._job.quiet

    @property
    def possible(self) -> bool:
        """Whether there are frames, and a checkpoint to look at them."""
        return self._asked is not None

    @property
    def complete(self) -> bool:
        """Whether all was measured that can be."""
        return self._complete

    @property
    def progress(self) -> events.Progress | None:
        return self._job.progress if self._job is not None else None

    @property
    def known(self) -> int:
        """How many frames have a score."""
        return int(np.count_nonzero(~np.isnan(self.needs))) if self._scores else 0

    @property
    def measures(self) -> list[str]:
        """Those of which something is known."""
        return list(self._scores)

    def rank_by(self, measure: str) -> None:
        """By one measure alone, or by "" for all together."""
        if measure != self._by:
            self._by, self._together = measure, None
            self.changed.emit()

    @property
    def needs(self) -> NDArray[np.float64]:
        """(frames,) 0 … 1 where each stands among all; NaN where nothing is known."""
        return self._both()[0] if self._scores else np.full(self._count, np.nan)

    def reason(self, frame: int) -> str:
        """By what a frame stands highest, for people; "" where nothing is known."""
        found = self._both()[1][frame] if self._scores and frame < self._count else ""
        return f"{WORDS.get(found, found)} {100 * self._scores[found][frame]:.0f} %" if found else ""

    def details(self, frame: int) -> str:
        """All that is known of a frame, a line each."""
        return "\n".join(f"{WORDS.get(name, name)}: {100 * one[frame]:.1f} %" for name, one in self._scores.items() if frame < len(one) and not np.isnan(one[frame]))

    def open(self, drive: Drive | None, checkpoint: Path | None, other: Path | None = None) -> None:
        """Shows what is known of another drive, or of other networks; scoring that goes on is stopped."""
        asked = (drive, checkpoint, other) if drive is not None and checkpoint is not None else None
        if asked == self._asked:
            return
        self.stop()
        self._asked, self._count, self._scores, self._together = asked, len(drive.frames) if drive is not None else 0, {}, None
        self._complete = False
        self._telling.setInterval(max(_TELL_EVERY_MS, self._count // 10))  # ranking 20 000 frames takes 50 ms
        self.changed.emit()
        if asked is not None:
            self._run(quiet=True)

    def leave(self, *but: object) -> None:
        """Forgets what is known, but of this drive and these networks: nobody asks for the need of frames now."""
        if self._asked is not None and self._asked != but:
            self.open(None, None)

    def start(self) -> None:
        """Scores what isn't known."""
        if self._asked is not None and not self.running:
            self._run(quiet=False)

    def stop(self) -> None:
        """Ends it after this frame; what was found is kept."""
        if self._job is not None:
            self._job.cancel()
            self._job = None
            self.changed.emit()

    def close(self) -> None:
        """The window closes."""
        self._telling.stop()
        self.stop()

    def _run(self, *, quiet: bool) -> None:
        assert self._asked is not None
        drive, checkpoint, other = self._asked

        def work(should_stop: events.ShouldStop) -> events.Events:
            from gui import preload

            if not quiet:
                preload.background_priority()
                yield events.Progress(0, 0, "loading")
                preload.torch()
            from engine.inference.needs import needs

            own = _own(drive)
            try:
                yield from needs(own, checkpoint, other=other, known_only=quiet, should_stop=should_stop)
            finally:
                if own is not drive:
                    own.close()

        job = ThreadJob("Finding what needs a look", work, quiet=quiet)
        job.event.connect(lambda event: self._on_event(job, event))
        job.ended.connect(lambda: self._on_ended(job))
        self._job = job
        self._jobs.run(job)
        self.changed.emit()

    def _on_event(self, job: Job, event: events.Event) -> None:
        if job is self._job and isinstance(event, events.NeedsFound):
            scores = self._scores.setdefault(event.measure, np.full(self._count, np.nan))
            scores[list(event.frames)] = event.scores
            self._together = None
            if not self._telling.isActive():
                self._telling.start()
        elif job is self._job and isinstance(event, events.Progress) and not self._telling.isActive():
            self._telling.start()

    def _on_ended(self, job: Job) -> None:
        if job.failure is not None and (job is self._job or not job.stopping):
            self.failed.emit(job.failure.reason, job.failure.details)
        if job is self._job:
            result, self._job = job.result, None
            self._complete = result is not None and not result.stopped and not result.summary["missing"]
            self.changed.emit()

    def _both(self) -> tuple[NDArray[np.float64], list[str]]:
        if self._together is None:
            from engine.annotation import need

            self._together = need.together({self._by: self._scores[self._by]} if self._by in self._scores else self._scores)
        return self._together


def _own(drive: Drive) -> Drive:
    """A video read by two at once would jump back and forth for both: the job has a reader of its own."""
    if drive.kind != "video":
        return drive
    from engine.drives import open_drive

    return open_drive(drive.path)
