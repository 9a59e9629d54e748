"""Tools whose result is looked at and put right before it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from engine.annotation import tracing
from engine.annotation.document import Document, Painted, Region, Shape
from gui.labelling import Labelling, Opened
from gui.tools._tool import Tool

if TYPE_CHECKING:
    from engine.annotation.brush import Limits

_SMALLEST = 12
"""Pixels of a part below which it gets no polygon of its own."""


class PendingTool(Tool):
    """What it found is shown among the labels as if it were one of them: Enter or F keeps it, Esc drops it, Backspace takes a step back.

    Another tool or another frame keeps it too. `_begin` when something is asked for, `_show` when the answer is there.
    """

    verb: ClassVar[str] = ""
    selects: ClassVar[bool] = False
    """Whether a new region is selected then; else the next one is begun beside it."""

    def __init__(self, labelling: Labelling) -> None:
        super().__init__(labelling)
        self._opened: Opened | None = None
        self._into: int | None = None
        self._label = ""
        self._limits: Limits | None = None
        self._found: tuple[Shape, ...] = ()
        self._answered = self._keep_then = False
        labelling.edited.connect(self._on_edited)

    @property
    def busy(self) -> bool:
        return self._opened is not None

    @property
    def hears_right(self) -> bool:
        return self.busy

    def reserves(self, event: QKeyEvent) -> bool:
        return super().reserves(event) or (self.busy and event.key() == Qt.Key.Key_F and not event.modifiers())

    def key_pressed(self, event: QKeyEvent) -> bool:
        if not self.busy:
            return False
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_F:
                self.accept()
            case Qt.Key.Key_Backspace:
                self.step_back()
            case Qt.Key.Key_Z if event.modifiers() == Qt.KeyboardModifier.ControlModifier:
                self.step_back()
            case Qt.Key.Key_Escape:
                self.cancel()
            case _:
                return False
        return True

    def accept(self) -> None:
        """Keeps what is shown, as one edit; where the answer to the last step isn't there yet, once it is."""
        if not self._answered:
            self._keep_then = True
        elif self._found and self._is_open:
            labelling, document, made = self.labelling, self.labelling.committed, self._made(self.labelling.committed)
            keys = (self._into,) if self._into is not None else range(document.next_key, made.next_key) if self.selects else ()
            words = f"{self.verb} {self._label}"
            self._forget()
            labelling.commit(made, words, select=keys)
        elif self.busy:
            self._keep_then = False
            self.labelling.failed.emit("Nothing would be left of the region: take the last step back with Backspace, or drop it all with Esc", "")

    def step_back(self) -> None:
        """Takes the last step back."""

    def put_away(self) -> None:
        if self.busy and self._found and self._is_open:
            self._answered = True
            self.accept()
        else:
            self.cancel()

    def cancel(self) -> None:
        shown = self.busy and self._is_open
        self._forget()
        if shown:
            self.labelling.show(self.labelling.committed)

    def close(self) -> None:
        self.put_away()

    @property
    def _is_open(self) -> bool:
        return self._opened is not None and self._opened is self.labelling.now

    @property
    def _target(self) -> Region | None:
        """The region that is put right, as it is written down."""
        document = self.labelling.committed
        return document.region(self._into) if self._into is not None and self._into in document.places else None

    def _begin(self, opened: Opened, into: Region | None) -> None:
        """Something of this frame is begun: a new region, or another shape for one that is there."""
        settings = self.labelling.settings
        self._opened, self._into = opened, None if into is None else into.key
        self._label = settings.label if into is None else into.label
        self._limits, self._found, self._answered, self._keep_then = settings.limits(self.labelling.picture), (), False, False

    def _wait(self) -> None:
        """Another answer is asked for."""
        self._answered = False

    def _show(self, found: tuple[Shape, ...], *, last: bool) -> None:
        """An answer is there: to the last question or to one before it."""
        self._found, self._answered = found, last
        self._preview()
        if last and self._keep_then:
            self.accept()

    def _forget(self) -> None:
        self._opened, self._into, self._found, self._answered, self._keep_then = None, None, (), False, False

    def _preview(self) -> None:
        if self._is_open:
            self.labelling.show(self._made(self.labelling.committed))

    def _made(self, document: Document) -> Document:
        """The document with what was found in it."""
        target = self._target
        if not self._found:
            return document if target is None else document.without(target.key)
        rest = self._found
        if target is not None:
            document, rest = document.replaced(target.changed(shape=self._found[0])), self._found[1:]
        for shape in rest:
            document = document.added(self._label, shape)
        return document

    def _on_edited(self) -> None:
        """Something else was edited meanwhile."""
        if not self._is_open:
            return
        if self._into is not None and self._target is None:
            self.cancel()
            return
        self._label = self._target.label if self._target is not None else self.labelling.settings.label
        self._preview()


def shapes_of(found: Painted | None, *, as_polygon: bool) -> tuple[Shape, ...]:
    """What is kept of pixels: themselves, or a polygon for each of their parts. Slow for many pixels."""
    if found is None:
        return ()
    return (tracing.traced(found, 1.0, smallest=_SMALLEST) or tracing.traced(found, 1.0)) if as_polygon else (found,)


def bounded(found: Painted | None, limits: Limits | None, own: Painted | None = None) -> Painted | None:
    """The pixels that may be painted, and of the others those that the region has already."""
    if found is None or limits is None:
        return found
    left, top, right, bottom = found.box
    allowed = limits.allowed(found.box)
    if own is not None:
        x0, y0, x1, y1 = max(left, own.box[0]), max(top, own.box[1]), min(right, own.box[2]), min(bottom, own.box[3])
        if x0 < x1 and y0 < y1:
            allowed[y0 - top : y1 - top, x0 - left : x1 - left] |= own.mask[y0 - own.box[1] : y1 - own.box[1], x0 - own.box[0] : x1 - own.box[0]]
    return Painted.of(found.mask & allowed, left, top)
