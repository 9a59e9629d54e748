"""Which runs are drawn, and keeping them fresh: the run that is looked at, those laid over it, and the list of all."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from engine import places
from engine.config import TrainConfig
from engine.run_summary import Summary
from engine.runs import Run
from gui.run_reader import Reading, RunReader, Wanted
from gui.widgets.curve_data import RunCurves
from gui.widgets.curve_lines import Shown

FOLLOW_MS = 200
LIST_MS = 2500
COLOURS = ("#5aa2ff", "#f0b840", "#52c78f", "#ff7b70", "#c38bff", "#4dd0e1", "#ff9f5a", "#d4d95b", "#f48fb1")


@dataclass(slots=True)
class BoardRun:
    """A run as far as it was read. `loaded` once its history is there."""

    run: Run
    colour: str
    curves: RunCurves = field(default_factory=RunCurves)
    offset: int = 0
    alive: bool = False
    loaded: bool = False
    config: TrainConfig | None = None
    classes: dict[str, str] = field(default_factory=dict)


class RunBoard(QObject):
    """Follows every drawn run that grows, whoever trains it: this window, a process beside it or one from yesterday."""

    looked_changed = Signal(object)
    """Another run is looked at: its BoardRun as soon as its history is there, or None."""
    grew = Signal()
    """The run that is looked at has said something, or came to its end."""
    drawn_changed = Signal()
    """Other runs are drawn, or one that is laid over has grown."""
    listed = Signal(object)
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reader = RunReader(self)
        self._reader.read.connect(self._on_read)
        self._reader.listed.connect(self._on_listed)
        self._reader.failed.connect(self.failed)
        self._looked: BoardRun | None = None
        self._overlays: dict[str, BoardRun] = {}
        self.own: Run | None = None
        """The run this window trains: followed until it ends, also before it has said its first word."""
        self.summaries: list[Summary] = []
        self._follow = QTimer(self, interval=FOLLOW_MS)
        self._follow.timeout.connect(self._ask)
        self._list = QTimer(self, interval=LIST_MS)
        self._list.timeout.connect(self.refresh)

    @property
    def looked_at(self) -> BoardRun | None:
        return self._looked

    def drawn(self) -> list[BoardRun]:
        """The run that is looked at, then those laid over it."""
        others = [one for one in self._overlays.values() if self._looked is None or one.run != self._looked.run]
        return ([self._looked] if self._looked else []) + others

    def lines(self) -> list[Shown]:
        """What the plot draws."""
        return [Shown(one.run.name, one.curves, one.colour) for one in self.drawn()]

    def colours(self) -> dict[str, str]:
        """The line colours by run name."""
        return {one.run.name: one.colour for one in self.drawn()}

    def look_at(self, run: Run | None) -> None:
        """Reads and follows `run`; None looks at no run."""
        if run == (self._looked.run if self._looked else None):
            return
        self._looked = BoardRun(run, COLOURS[0]) if run else None
        if run is None:
            self.looked_changed.emit(None)
        self.drawn_changed.emit()
        self._ask()

    def lay_over(self, names: tuple[str, ...]) -> None:
        """Draws the runs of these names over the one that is looked at."""
        root = places.runs()
        for name in [name for name in self._overlays if name not in names]:
            del self._overlays[name]
        for name in names:
            taken = {one.colour for one in self._overlays.values()}
            colour = next((one for one in COLOURS[1:] if one not in taken), COLOURS[1])
            self._overlays.setdefault(name, BoardRun(Run(root / name), colour))
        self.drawn_changed.emit()
        self._ask()

    def refresh(self) -> None:
        """Lists the runs again."""
        self._reader.ask_list(places.runs())

    def watch(self, watched: bool) -> None:
        """Follows and lists while somebody looks."""
        for timer in (self._follow, self._list):
            timer.start() if watched else timer.stop()
        if watched:
            self.refresh()
            self._ask()

    def forget(self, path: Path) -> None:
        """The run in the folder `path` is gone."""
        self._overlays.pop(path.name, None)
        if self._looked is not None and self._looked.run.path == path:
            self.look_at(None)
        self.drawn_changed.emit()
        self.refresh()

    def again(self) -> None:
        """Reads on now: a run has just begun or ended."""
        for one in self.drawn():
            one.alive = True  # until the next reading says otherwise
        self.refresh()
        self._ask()

    def close(self) -> None:
        """Ends the threads."""
        self.watch(False)
        self._reader.close()

    def _ask(self) -> None:
        wanted = tuple(Wanted(one.run, one.offset) for one in self.drawn() if one.alive or not one.loaded or one.run == self.own)
        if wanted and not self._reader.busy:
            self._reader.ask(wanted)

    def _on_read(self, found: list[Reading]) -> None:
        drawn = {one.run: one for one in self.drawn()}
        for reading in found:
            one = drawn.get(reading.run)
            if one is not None and reading.start == one.offset:
                self._take(one, reading)

    def _take(self, one: BoardRun, reading: Reading) -> None:
        first = not one.loaded or (reading.curves is not None and reading.offset > 0)
        ended = one.alive and not reading.alive
        if reading.curves is not None:
            one.curves, one.config, one.classes = reading.curves, reading.config, reading.colours
        for event in reading.said:
            one.curves.add(event)
        one.loaded, one.alive = True, reading.alive
        news = bool(reading.said) or reading.offset != one.offset or ended
        one.offset = reading.offset
        if one is self._looked and first:
            self.looked_changed.emit(one)
        if first:
            self.drawn_changed.emit()
            self._ask()
        elif news:
            self.grew.emit() if one is self._looked else self.drawn_changed.emit()

    def _on_listed(self, summaries: list[Summary]) -> None:
        self.summaries = summaries
        self.listed.emit(summaries)
