"""First drafts of many frames, in the background, written as documents; what a person labelled is left alone."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from engine import events
from engine.annotation.drafts import DRAFTED_BY
from gui import label_feed, preload
from gui.draft_settings import DraftSettings
from gui.jobs import Job, ThreadJob
from gui.label_part import LabelDesk
from gui.labelling import Opened
from gui.widgets.draft_dialog import DraftDialog

if TYPE_CHECKING:
    from gui.frames import Frames


class DraftBatch(QObject):
    """One batch at a time. The frame that is open in the window is drafted by the window itself, at the end."""

    said = Signal(str)
    failed = Signal(str, str)
    changed = Signal()
    """What can be said of the frame that is open."""
    here_wanted = Signal(str)
    """The frame that is open is one of them: to be drafted as an edit that begins with these words."""

    def __init__(self, desk: LabelDesk, settings: DraftSettings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk, self._settings = desk, settings
        self._job: Job | None = None
        self._drafted: list[Path] = []

    @property
    def running(self) -> bool:
        return self._job is not None

    def busy_reason(self) -> str | None:
        return "frames are being drafted" if self.running else None

    def words(self, opened: Opened | None) -> str:
        """What is to be known of a frame's labels: that nobody has touched them since they were drafted."""
        name = opened.store.history.undo_name if opened is not None else None
        if not name or not name.startswith(DRAFTED_BY):
            return ""
        return f"Drafted by {name.removeprefix(DRAFTED_BY).rpartition(',')[0]} and not touched since"

    def ask(self) -> None:
        """Asks which frames, then starts."""
        frames, session = self._desk.player.frames, self._desk.session
        if frames is None:
            return
        if session.checkpoint is None or session.card is None:
            self.failed.emit("No checkpoint is chosen; choose one in the bar above, such as the bundled student", "")
        elif self._job is not None:
            self.said.emit("Frames are being drafted already; the chip above shows how far")
        else:
            dialog = DraftDialog(self._settings, len(frames), session.frame, self._desk.labelling.settings.label, self._desk.page)
            if dialog.exec():
                self.start(dialog.frames, existing=dialog.existing)

    def start(self, chosen: Iterable[int], *, existing: bool = False) -> None:
        """Drafts the frames at these positions that have no labels, or with `existing` the others too."""
        frames, session = self._desk.player.frames, self._desk.session
        assert frames is not None and session.checkpoint is not None
        drive, checkpoint, space, positions = frames.drive, session.checkpoint, label_feed.space_of(frames), list(chosen)
        options = self._settings.options(self._desk.labelling.settings.label)
        self._desk.labelling.saving.now()

        def work(should_stop: events.ShouldStop) -> events.Events:
            preload.torch()
            preload.background_priority()
            from engine.inference.draft_job import draft

            yield from draft(checkpoint, drive, frames=positions, existing=existing, options=options, space=space, should_stop=should_stop)

        self._drafted = []
        self._desk.page.reader.read_ahead(False)
        self._job = job = ThreadJob(f"Drafting {drive.name}", work)
        job.event.connect(self._on_event)
        job.ended.connect(lambda: self._on_ended(job, frames, frozenset(positions), existing))
        self._desk.jobs.run(job)

    def _on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Saved):
            self._drafted.append(Path(event.path))

    def _on_ended(self, job: Job, frames: Frames, positions: frozenset[int], existing: bool) -> None:
        self._job = None
        self._desk.page.reader.read_ahead(True)
        if self._drafted:
            frames.forget_truth()  # of all: finding out which takes seconds for thousands
        if job.failure is not None:
            self.failed.emit(job.failure.reason, job.failure.details)
        elif job.result is not None:
            self._finish(job.result, frames, positions, existing)
        self.changed.emit()

    def _finish(self, result: events.Finished, frames: Frames, positions: frozenset[int], existing: bool) -> None:
        """Says what became of the frames, and has the open one drafted where the job had to leave it to the window."""
        now, summary = self._desk.labelling.now, dict(result.summary)
        here = now is not None and self._desk.player.frames is frames and now.frame in positions and now.store.path not in set(self._drafted)
        if here and now is not None and not result.stopped and summary["open"] and not now.store.blocked and (existing or not now.store.document.regions):
            summary["open"] -= 1
            summary["drafted"] += 1
            self.here_wanted.emit(DRAFTED_BY + (self._desk.session.checkpoint or Path()).stem)
        self.said.emit(_told(summary, stopped=result.stopped))


def _told(said: dict[str, object], *, stopped: bool) -> str:
    drafted, open_, unreadable = said["drafted"], said["open"], said["unreadable"]
    words = f"{drafted} frame{'s' if drafted != 1 else ''} drafted" if drafted or not said["labelled"] else "All these frames have labels already: nothing was drafted"
    words += f", {open_} open elsewhere left out" if open_ else ""
    words += f", {unreadable} can't be used" if unreadable else ""
    return f"{words}; stopped, what is there is whole" if stopped else words
