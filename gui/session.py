"""What the user is looking at. Widgets read it, call it, and listen to it; never to each other.

Setters compare before they emit. What needs the disk (opening, reading a checkpoint's card) happens on a thread; the signals
tell when it is there.
"""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from engine import events
from engine.errors import RoadscopeError
from gui.jobs import Job, Jobs, ThreadJob
from gui.latest import Latest

if TYPE_CHECKING:
    from engine.checkpoints import Card
    from engine.drives.drive import Drive
    from engine.inspection.opening import Opened
    from engine.labels import ClassSet, LabelSpace
    from engine.sample import Dataset

COLOURINGS = ("class", "height", "intensity", "depth", "confidence")


class Look(QObject):
    """How masks and points are shown, the same on every page."""

    opacity_changed = Signal(float)
    hidden_changed = Signal(object)
    colouring_changed = Signal(str)
    theme_changed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._class_names: tuple[str, ...] = ()
        self._opacity = 0.5
        self._hidden: frozenset[str] = frozenset()
        self._colouring = COLOURINGS[0]

    @property
    def opacity(self) -> float:
        """Of masks over images, 0…1."""
        return self._opacity

    def set_opacity(self, value: float) -> None:
        value = max(0.0, min(1.0, value))
        if value != self._opacity:
            self._opacity = value
            self.opacity_changed.emit(value)

    @property
    def hidden(self) -> frozenset[str]:
        """The names of the classes that are not shown."""
        return self._hidden

    def set_hidden(self, name: str, hidden: bool) -> None:
        """Hides or shows one class."""
        self.hide_only(self._hidden | {name} if hidden else self._hidden - {name})

    def hide_only(self, names: frozenset[str]) -> None:
        """Hides exactly `names`."""
        if names != self._hidden:
            self._hidden = frozenset(names)
            self.hidden_changed.emit(self._hidden)

    def solo(self, name: str) -> None:
        """Shows `name` alone; a second time shows all again."""
        others = frozenset(self._class_names) - {name}
        self.hide_only(frozenset() if self._hidden == others else others)

    @property
    def colouring(self) -> str:
        """How points are coloured: a name of engine.lidar.colouring."""
        return self._colouring

    def set_colouring(self, name: str) -> None:
        if name != self._colouring:
            self._colouring = name
            self.colouring_changed.emit(name)


class Session(Look):
    """The source, its current frame, and the checkpoint with its class set."""

    source_changed = Signal(object)
    opening_started = Signal(str)
    opening_failed = Signal(str, str)
    """One sentence, and the traceback for those who ask."""
    space_changed = Signal(object)
    """What the source is labelled with is another label space now; the source itself, its frame and the view stay."""
    frame_changed = Signal(int)
    checkpoint_changed = Signal(object)
    checkpoint_failed = Signal(str)
    class_set_changed = Signal(object)
    run_chosen = Signal(object)
    runs_changed = Signal()

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._source: Opened | None = None
        self._path: Path | None = None
        self._opening: Job | None = None
        self._frame = 0
        self.view: object | None = None  # how the picture was looked at where a page sent the user to another, which looks at it the same way
        self.came_from = "drive"  # the page that sent the user to Annotate, by its name
        self._checkpoint: Path | None = None
        self._card: Card | None = None
        self._class_set: ClassSet | None = None
        self._cards = Latest(_card, self)
        self._cards.done.connect(self._on_card)
        self._cards.failed.connect(self._on_card_failed)

    @property
    def source(self) -> Opened | None:
        """What is open, with its `dataset` and its `drive` where it has them."""
        return self._source

    @property
    def path(self) -> Path | None:
        """Where the source was opened from."""
        return self._path

    @property
    def dataset(self) -> Dataset | None:
        return self._source.dataset if self._source else None

    @property
    def drive(self) -> Drive | None:
        return self._source.drive if self._source else None

    @property
    def opening(self) -> Job | None:
        """The job that opens a source now, for its progress and cancel."""
        return self._opening

    def open_path(self, path: Path, *, frame: int = 0, title: str = "") -> Job:
        """Opens `path` in the background and shows `frame` of it; what is open stays until the new one is there. `title` names it otherwise."""
        if self._opening:
            self._opening.cancel()
        found: list[Opened] = []

        def work(should_stop: events.ShouldStop) -> events.Events:
            from engine.inspection.opening import open_path

            yield events.Progress(0, 0, "opening")
            opened = open_path(path)
            found.append(replace(opened, title=title) if title else opened)
            yield events.Finished(stopped=should_stop())

        job = ThreadJob(f"Opening {path.name}", work, quiet=True)
        job.ended.connect(lambda: self._on_opened(job, path, found, frame))
        self._opening = job
        self.opening_started.emit(str(path))
        self._jobs.run(job)
        return job

    def set_source(self, source: Opened | None, path: Path | None = None, *, frame: int = 0) -> None:
        """Shows `source`, from its frame `frame` on; the drive that was open is closed."""
        before = self.drive
        self._source, self._path = source, path
        count = len(self.drive.frames) if self.drive else 0
        self._frame = max(0, min(frame, count - 1))
        self.source_changed.emit(source)
        self.frame_changed.emit(self._frame)
        self._choose_class_set()
        if before is not None and before is not self.drive:
            self._jobs.run(ThreadJob("Closing", lambda should_stop: _closing(before), quiet=True))

    def adopt_space(self, space: LabelSpace, *, renamed: Mapping[str, str]) -> None:
        """What is open is labelled with `space` from now on; `renamed` are new class names by old ones. Nothing is opened anew."""
        source: Any = self._source
        if source is None:
            return
        if source.dataset is not None:
            self._source = replace(source, dataset=replace(source.dataset, space=space))
        if source.drive is not None and source.drive.space is not None:
            source.drive.space = space
        self.hide_only(frozenset(renamed.get(name, name) for name in self.hidden))
        self._choose_class_set()
        self.space_changed.emit(space)

    @property
    def frame(self) -> int:
        """The index of the drive's frame that is shown, 0 where there is none."""
        return self._frame

    def show_frame(self, index: int) -> None:
        """Shows the frame `index`, or the nearest there is."""
        count = len(self.drive.frames) if self.drive else 0
        index = max(0, min(index, count - 1))
        if index != self._frame:
            self._frame = index
            self.frame_changed.emit(index)

    @property
    def checkpoint(self) -> Path | None:
        """The checkpoint file or run folder that predicts."""
        return self._checkpoint

    @property
    def card(self) -> Card | None:
        """What the checkpoint says of itself."""
        return self._card

    def choose_checkpoint(self, path: Path | None) -> None:
        """Reads the card of `path` in the background, then predicts with it; `checkpoint_failed` tells why not."""
        if path is not None:
            self._cards.ask(Path(path))
        elif self._checkpoint is not None:
            self._cards.forget()
            self._checkpoint, self._card = None, None
            self.checkpoint_changed.emit(None)
            self._choose_class_set()

    @property
    def class_set(self) -> ClassSet | None:
        """The classes that masks are shown in: the checkpoint's, else those of the source's label space."""
        return self._class_set

    def close(self) -> None:
        """Ends the session's thread and closes its drive."""
        self._cards.close()
        if self.drive is not None:
            self.drive.close()

    def _on_opened(self, job: Job, path: Path, found: list[Opened], frame: int) -> None:
        if job is not self._opening:
            for stale in found:
                if stale.drive is not None:
                    stale.drive.close()
            return
        self._opening = None
        if found:
            self.set_source(found[0], path, frame=frame)
        elif job.failure:
            self.opening_failed.emit(job.failure.reason, job.failure.details)

    def _on_card(self, path: Path, card: Card) -> None:
        if path != self._checkpoint or card != self._card:
            self._checkpoint, self._card = path, card
            self.checkpoint_changed.emit(path)
            self._choose_class_set()

    def _on_card_failed(self, path: Path, error: Exception) -> None:
        told = isinstance(error, RoadscopeError)
        self.checkpoint_failed.emit(str(error) if told else "".join(traceback.format_exception_only(error)).strip())

    def _choose_class_set(self) -> None:
        chosen = self._card.classes if self._card else _classes_of(self._source)
        if chosen != self._class_set:
            self._class_set = chosen
            self._class_names = chosen.names if chosen else ()
            self.class_set_changed.emit(chosen)


def _classes_of(source: Opened | None) -> ClassSet | None:
    space = None
    if source is not None:
        space = source.dataset.space if source.dataset is not None else source.drive.space if source.drive is not None else None
    if space is None:
        return None
    from engine import labels
    from engine.config import ClassesConfig

    trained = {label.train_id for label in space.labels} - {labels.VOID}
    return labels.class_set(space, ClassesConfig(rest=len(trained) == 1)) if trained else None


def _card(path: Path) -> Card:
    from engine import checkpoints

    return checkpoints.card(path)


def _closing(drive: Drive) -> events.Events:
    drive.close()
    yield events.Finished()
