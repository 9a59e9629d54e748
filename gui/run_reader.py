"""Reading runs off the event loop: histories from where one left off, and the list of all runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from engine import checkpoints, events, labels, runs
from engine.config import TrainConfig
from engine.errors import RoadscopeError
from engine.run_summary import Summary, summary
from engine.runs import Run
from gui.latest import Latest
from gui.widgets.curve_data import RunCurves


@dataclass(frozen=True, slots=True)
class Wanted:
    """The history of `run` after byte `offset`; from 0 on its config and class colours as well."""

    run: Run
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: from offset 0 on `curves`, later the events `said` since. `colours` are #rrggbb by class name."""

    run: Run
    curves: RunCurves | None
    said: list[events.Event]
    start: int
    offset: int
    alive: bool
    config: TrainConfig | None = None
    colours: dict[str, str] = field(default_factory=dict)


class RunReader(QObject):
    """Two threads, so that a long history doesn't keep the list waiting."""

    read = Signal(object)
    """A list of Reading."""
    listed = Signal(object)
    """A list of Summary, the newest first."""
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._histories = Latest(lambda wanted: [reading(one) for one in wanted], self)
        self._lists = Latest(_Listing(), self)
        self._histories.done.connect(lambda _, found: self.read.emit(found))
        self._lists.done.connect(lambda _, found: self.listed.emit(found))
        for latest in (self._histories, self._lists):
            latest.failed.connect(lambda _, error: self.failed.emit(str(error)))

    @property
    def busy(self) -> bool:
        """Whether histories are being read."""
        return self._histories.busy

    def ask(self, wanted: tuple[Wanted, ...]) -> None:
        """Reads these histories, in place of any that still wait."""
        self._histories.ask(wanted)

    def ask_list(self, root: Path) -> None:
        """Lists the runs below `root`."""
        self._lists.ask(root)

    def close(self) -> None:
        """Ends the threads."""
        self._histories.close()
        self._lists.close()


def reading(wanted: Wanted) -> Reading:
    """Reads what `wanted` asks for."""
    alive = wanted.run.alive  # before the history: what is said while reading is read the next time
    said, offset = wanted.run.follow(wanted.offset)
    if wanted.offset:
        return Reading(wanted.run, None, said, wanted.offset, offset, alive)
    made = _config(wanted.run)
    curves = RunCurves.of(said)
    return Reading(wanted.run, curves, [], 0, offset, alive, made, _colours(wanted.run, made))


class _Listing:
    """Remembers the summaries of runs that have not changed."""

    def __init__(self) -> None:
        self._known: dict[tuple[Path, int, bool], Summary] = {}

    def __call__(self, root: Path) -> list[Summary]:
        found = {}
        for run in runs.listed(root):
            try:
                key = (run.path, run.events.stat().st_size, run.alive)
            except OSError:
                continue  # deleted a moment ago
            found[key] = self._known.get(key) or summary(run)
        self._known = found
        return list(found.values())


def _config(run: Run) -> TrainConfig | None:
    try:
        return run.config
    except RoadscopeError:
        return None  # a run of another version, or its config was deleted: the curves can be shown all the same


def _colours(run: Run, made: TrainConfig | None) -> dict[str, str]:
    try:
        classes: labels.ClassSet | None = checkpoints.card(run.path).classes
    except RoadscopeError:
        classes = _classes_of_data(made)
    return {one.name: "#{:02x}{:02x}{:02x}".format(*one.colour) for one in classes.classes} if classes else {}


def _classes_of_data(made: TrainConfig | None) -> labels.ClassSet | None:
    from engine import datasets

    if made is None:
        return None
    try:
        dataset = datasets.open_dataset(made.data.root, layout=made.data.layout, split=made.data.train_split, labels=made.data.labels or None)
        return labels.class_set(dataset.space, made.classes)
    except RoadscopeError:
        return None  # the dataset is gone: the lines get colours of their own
