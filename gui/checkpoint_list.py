"""Which checkpoints there are to choose from: the bundled student and every run's, read on a thread."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from engine import places
from gui.latest import Latest


@dataclass(frozen=True, slots=True)
class Choice:
    """A checkpoint: where it is, what it is called, and what to know of it in a few words."""

    path: Path
    title: str
    detail: str


class CheckpointList(QObject):
    """`changed` fires when `choices` does."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.choices: list[Choice] = []
        self._latest = Latest(lambda _: listed(), self)
        self._latest.done.connect(self._on_done)

    def refresh(self) -> None:
        """Looks again."""
        self._latest.ask(None)

    def close(self) -> None:
        """Ends the thread."""
        self._latest.close()

    def _on_done(self, _: object, choices: list[Choice]) -> None:
        if choices != self.choices:
            self.choices = choices
            self.changed.emit()


def listed(limit: int = 30) -> list[Choice]:
    """The student, then the runs' best checkpoints, the newest first; damaged ones are left out."""
    from engine import checkpoints, runs
    from engine.errors import RoadscopeError

    found = []
    for path in [places.STUDENT, *(run.path for run in runs.listed(places.runs())[:limit])]:
        try:
            card = checkpoints.card(path)
        except RoadscopeError:
            continue  # a run that has no checkpoint yet, or a damaged one: nothing to choose
        found.append(Choice(path, title(path), _detail(card)))
    return found


def title(path: Path) -> str:
    """What a checkpoint is called in the window."""
    if path == places.STUDENT:
        return "Street student"
    return path.parent.name if path.suffix and path.stem in ("best", "last") else path.stem if path.suffix else path.name


def _detail(card) -> str:  # type: ignore[no-untyped-def]  # engine.checkpoints is imported on the thread alone
    score = card.facts.get("mean_iou")
    words = [card.model.words(" · "), f"{len(card.classes)} classes"]
    return ", ".join([*words, f"mIoU {score:.3f}"] if isinstance(score, (int, float)) else words)
