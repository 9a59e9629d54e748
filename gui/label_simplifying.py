"""Fewer vertices: how far the outline may give way is looked at before it is kept."""

from __future__ import annotations

import traceback
from dataclasses import dataclass

from engine.annotation import shapes
from engine.annotation.document import Document, Polygon, Region
from gui.actions import Action
from gui.label_part import LabelDesk, LabelPart
from gui.labelling import Opened
from gui.latest import Latest
from gui.widgets.simplify_bar import SimplifyBar


@dataclass(frozen=True, eq=False)
class _Asked:
    opened: Opened
    document: Document
    regions: tuple[Region, ...]
    tolerance: float


@dataclass(frozen=True, eq=False)
class _Thinned:
    changed: tuple[Region, ...]
    before: int
    after: int


class Simplifying(LabelPart):
    """A preview that any other edit, selection or frame puts an end to."""

    def __init__(self, desk: LabelDesk) -> None:
        super().__init__(desk)
        self._labelling = desk.labelling
        self.bar = SimplifyBar(desk.canvas)
        self._asked: _Asked | None = None
        self._found: _Thinned | None = None
        self._keep_then = False
        self._worker = Latest(_thinned, self)
        self._worker.done.connect(self._on_thinned)
        self._worker.failed.connect(lambda _, error: self._on_failed(error))
        self.bar.changed.connect(lambda _: self._ask())
        self.bar.accepted.connect(self.accept)
        self.bar.dropped.connect(self.drop)
        for signal in (desk.labelling.leaving, desk.labelling.edited, desk.labelling.selection_changed):
            signal.connect(self.drop)

    def rows(self) -> list[Action]:
        words = "Leaves out vertices of the selected polygons; a slider says how far the outline may give way"
        return [self.row("simplify", "Fewer vertices…", "Ctrl+L", "", self.begin, words, need="selection")]

    @property
    def active(self) -> bool:
        """Whether a preview is shown."""
        return self._asked is not None

    def begin(self) -> None:
        """Shows the selected polygons with fewer vertices."""
        now, chosen = self._labelling.now, tuple(region for region in self._labelling.selected if isinstance(region.shape, Polygon))
        if now is None or not chosen:
            self.said.emit("Select a polygon: painted regions have no vertices")
            return
        self._asked = _Asked(now, self._labelling.committed, chosen, self.bar.tolerance)
        self.bar.begin()
        self._ask()

    def accept(self) -> None:
        """Keeps what is shown, as one edit."""
        asked, found = self._asked, self._found
        if asked is None:
            return
        if found is None:
            self._keep_then = True
            return
        self._end()
        if found.changed:
            label = asked.regions[0].label if len(asked.regions) == 1 else f"{len(asked.regions)} regions"
            self._labelling.commit(asked.document.replaced(*found.changed), f"simplify {label}, {found.before} → {found.after} vertices")

    def drop(self) -> None:
        """Puts back what was there."""
        asked = self._asked
        if asked is not None:
            self._end()
            if asked.opened is self._labelling.now:
                self._labelling.show(self._labelling.committed)

    def close(self) -> None:
        """Ends the thread."""
        self._worker.close()

    def _end(self) -> None:
        self._asked, self._found, self._keep_then = None, None, False
        self.bar.hide()
        self.desk.canvas.setFocus()

    def _ask(self) -> None:
        if self._asked is not None:
            self._asked = _Asked(self._asked.opened, self._asked.document, self._asked.regions, self.bar.tolerance)
            self._found = None
            self._worker.ask(self._asked)

    def _on_thinned(self, asked: _Asked, found: _Thinned) -> None:
        if self._asked is None or asked.document is not self._asked.document or asked.opened is not self._labelling.now:
            return
        self._labelling.show(asked.document.replaced(*found.changed))
        self.bar.show_count(found.before, found.after)
        if asked is self._asked:
            self._found = found
            if self._keep_then:
                self.accept()

    def _on_failed(self, error: Exception) -> None:
        self.drop()
        self.failed.emit("These outlines can't be made simpler; they stay as they were", "".join(traceback.format_exception(error)))


def _thinned(asked: _Asked) -> _Thinned:
    changed, before, after = [], 0, 0
    for region in asked.regions:
        assert isinstance(region.shape, Polygon)
        shape = shapes.simplified(region.shape, asked.tolerance)
        before, after = before + len(region.shape.points), after + len(shape.points)
        if shape != region.shape:
            changed.append(region.changed(shape=shape))
    return _Thinned(tuple(changed), before, after)
