"""What was done to a document and can be taken back, without limit: two stacks, in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from engine.annotation.changes import Change


class Kind(StrEnum):
    """How a change came about."""

    DO = "do"
    UNDO = "undo"
    REDO = "redo"


@dataclass(frozen=True)
class Step:
    """A change as it was first done, read only when it is needed: a journal may hold very many."""

    what: str
    change: Callable[[], Change]


class History:
    """Which changes can be undone and redone next. It applies none: whoever owns the document does."""

    def __init__(self, past: Iterable[tuple[Kind, Step]] = ()) -> None:
        """`past` is followed from the oldest on. Its beginning may be missing: then what it began with can't be undone."""
        self._done: list[Step] = []
        self._undone: list[Step] = []
        for kind, step in past:
            self._follow(kind, step)

    def do(self, change: Change) -> None:
        """A new change; what was undone before can't be redone any more."""
        self._follow(Kind.DO, Step(change.what, lambda: change))

    def undo(self) -> Change | None:
        """Steps back and returns what to apply for it; None at the beginning."""
        change = self.next_undo
        if change is not None:
            self._undone.append(self._done.pop())
        return change

    def redo(self) -> Change | None:
        """Steps forward and returns what to apply for it; None at the end."""
        change = self.next_redo
        if change is not None:
            self._done.append(self._undone.pop())
        return change

    @property
    def next_undo(self) -> Change | None:
        """What `undo` would return."""
        return self._done[-1].change().inverse if self._done else None

    @property
    def next_redo(self) -> Change | None:
        """What `redo` would return."""
        return self._undone[-1].change() if self._undone else None

    @property
    def can_undo(self) -> bool:
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        return bool(self._undone)

    @property
    def undo_name(self) -> str | None:
        """What `undo` would take back, for people."""
        return self._done[-1].what if self._done else None

    @property
    def redo_name(self) -> str | None:
        """What `redo` would do again, for people."""
        return self._undone[-1].what if self._undone else None

    @property
    def depth(self) -> tuple[int, int]:
        """How many steps can be undone and redone."""
        return len(self._done), len(self._undone)

    def _follow(self, kind: Kind, step: Step) -> None:
        match kind:
            case Kind.DO:
                self._done.append(step)
                self._undone.clear()
            case Kind.UNDO:
                self._undone.append(self._done.pop() if self._done else step)
            case Kind.REDO:
                self._done.append(self._undone.pop() if self._undone else step)
