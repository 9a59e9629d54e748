"""The inspection of what is open, as a job of the window, and its report in the window's terms."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from engine import events
from gui.jobs import Job, Jobs, ThreadJob
from gui.widgets.problem_list import Fault
from gui.widgets.shares_chart import Share

QUICK = 240
"""Masks counted without being asked; more on demand."""


@dataclass(frozen=True)
class Findings:
    """A report, ready to be shown. `whole` when every mask was counted."""

    shares: list[Share] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    facts: list[tuple[str, str]] = field(default_factory=list)
    counted: int = 0
    masks: int = 0
    stopped: bool = False

    @property
    def whole(self) -> bool:
        return self.counted >= self.masks


class Inspecting(QObject):
    """One inspection at a time: `found(path, findings)` when it ends well or is stopped, `failed(sentence, details)` else, `moved` on progress."""

    found = Signal(object, object)
    failed = Signal(str, str)
    moved = Signal(object)

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._job: Job | None = None
        self.path: Path | None = None

    @property
    def running(self) -> bool:
        return self._job is not None

    def start(self, path: Path, *, most_masks: int = QUICK) -> None:
        """Looks through `path`, in place of what is being looked through."""
        self.cancel()

        def work(should_stop: events.ShouldStop) -> events.Events:
            from engine.inspection.inspecting import inspect
            from gui import preload

            preload.background_priority()
            yield from inspect(path, most_masks=most_masks, should_stop=should_stop)

        job = ThreadJob(f"Inspecting {path.name}", work)
        job.event.connect(lambda event: self._on_event(job, event))
        job.ended.connect(lambda: self._on_ended(job, path))
        self._job, self.path = job, path
        self._jobs.run(job)

    def cancel(self) -> None:
        """Ends the inspection; what it found until then is not shown."""
        if self._job is not None:
            job, self._job = self._job, None
            job.cancel()

    def stop(self) -> None:
        """Ends the inspection early; what it found until then is shown."""
        if self._job is not None:
            self._job.cancel()

    def _on_event(self, job: Job, event: events.Event) -> None:
        if job is self._job and isinstance(event, events.Progress):
            self.moved.emit(event)

    def _on_ended(self, job: Job, path: Path) -> None:
        if job is not self._job:
            return
        self._job = None
        if job.failure:
            self.failed.emit(job.failure.reason, job.failure.details)
        elif job.result:
            self.found.emit(path, findings(job.result.summary))


def findings(report: dict[str, Any]) -> Findings:
    """What `engine.inspection` reports, with the parts of a collection put together; the classes are those of its first labelled part."""
    parts = [report, *report.get("below", ())]
    labelled = next((part for part in parts if part.get("classes")), report)
    shares = [
        Share(one["name"], tuple(one["colour"]), float(one["share"]), int(one["pixels"]), int(one["masks"]))
        for one in _of_one_space(labelled)
        if not one.get("void") and not (one["share"] == 0 and one["pixels"])
    ]
    faults = [Fault(Path(one["file"]), one["kind"], one["text"]) for part in parts for one in part.get("problems", ())]
    title = str(report.get("title", ""))
    facts = [("", title[:1].upper() + title[1:])]
    for part in parts:
        facts += [(one["name"] or part.get("kind", ""), _part(one)) for one in part.get("parts", ())]
        facts += [(name[:1].upper() + name[1:], str(text)) for name, text in part.get("facts", {}).items()]
    if labelled.get("label_space"):
        facts.append(("Label space", str(labelled["label_space"])))
    return Findings(shares, faults, facts, int(labelled.get("masks_counted", 0)), int(labelled.get("masks", 0)), bool(report.get("stopped")))


def _of_one_space(report: dict[str, Any]) -> list[dict[str, Any]]:
    """The classes of the report's first label space: pixels of masks and points of scans are not put into one chart."""
    from engine import labels

    classes = list(report.get("classes", ()))
    first, *others = str(report.get("label_space") or "").split(", ")
    if not others or first not in labels.spaces():
        return classes
    known = {(label.id, label.name, label.colour) for label in labels.space(first).labels}
    return [one for one in classes if (one["id"], one["name"], tuple(one["colour"])) in known]


def _part(part: dict[str, Any]) -> str:
    words = [f"{part['frames']:,} frames".replace(",", "\u202f")]
    if part.get("labelled"):
        words.append(f"{part['labelled']:,} labelled".replace(",", "\u202f"))
    if part.get("scans"):
        words.append(f"{part['scans']:,} scans".replace(",", "\u202f"))
    if part.get("size"):
        several = f" and {part['sizes'] - 1} other sizes" if part.get("sizes", 0) > 1 else ""
        words.append(f"{part['size'][1]} × {part['size'][0]} px{several}")
    return ", ".join(words)
