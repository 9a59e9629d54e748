"""The label document that is open: one place where tools, lists and the page meet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from engine.annotation import changes
from engine.annotation.document import Box, Document, Region
from engine.annotation.nearest import Outlines
from engine.errors import RoadscopeError
from gui.label_picture import LabelPicture
from gui.label_saving import LabelSaving
from gui.tool_settings import ToolSettings

if TYPE_CHECKING:
    from engine.annotation.frame_labels import Masks
    from engine.annotation.store import Store
    from engine.labels import LabelSpace
    from engine.sample import Image


@dataclass(frozen=True, eq=False)
class Opened:
    """A frame with its labels, read in the background. `levels` are `layers.pyramid` of `image`."""

    frame: int
    image: Image
    levels: list[Image]
    store: Store
    picture: LabelPicture
    masks: Masks | None = None
    note: str = ""
    """What there is to say of how it began."""


class Labelling(QObject):
    """Edits go through `commit`: into the journal at once, into the file a moment later. Listeners hear `edited` after each."""

    opened = Signal(object)
    """An `Opened`, or None when nothing is."""
    leaving = Signal()
    """Another is opened next, or none; what is open still is."""
    painted = Signal(object)
    """The box in which the index mask is another than before."""
    space_changed = Signal()
    """What can be labelled with is another label space, or the same with other names and colours."""
    edited = Signal()
    selection_changed = Signal()
    preview_changed = Signal()
    failed = Signal(str, str)
    """One sentence, and the details."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.settings = ToolSettings(self)
        self.saving = LabelSaving(self)
        self.saving.failed.connect(self.failed)
        self._opened: Opened | None = None
        self._shown: Document | None = None
        self._selection: frozenset[int] = frozenset()
        self._outlines: tuple[Document, Outlines] | None = None

    def show_opened(self, opened: Opened | None) -> None:
        """Takes what was read; what was open before is saved."""
        if self._opened is not None:
            self.leaving.emit()
        self._opened, self._selection, self._outlines = opened, frozenset(), None
        self._shown = opened.store.document if opened is not None else None
        self.saving.watch(opened)
        self.opened.emit(opened)
        self.selection_changed.emit()
        self.edited.emit()

    @property
    def now(self) -> Opened | None:
        """What is open."""
        return self._opened

    @property
    def document(self) -> Document | None:
        """What is on the screen: with what is being dragged."""
        return self._shown

    @property
    def committed(self) -> Document:
        """The document as it is written down."""
        assert self._opened is not None
        return self._opened.store.document

    @property
    def picture(self) -> LabelPicture:
        """The pixels on the screen."""
        assert self._opened is not None
        return self._opened.picture

    @property
    def outlines(self) -> Outlines:
        """The vertices of the committed document, for whatever looks for the nearest one."""
        document = self.committed
        if self._outlines is None or self._outlines[0] is not document:
            self._outlines = document, Outlines(document.regions, self._outlines[1] if self._outlines is not None else None)
        return self._outlines[1]

    @property
    def editable(self) -> bool:
        return self._opened is not None and not self._opened.store.blocked

    @property
    def selection(self) -> frozenset[int]:
        """The keys of the selected regions."""
        return self._selection

    @property
    def selected(self) -> list[Region]:
        """The selected regions as they are shown, the lowest first."""
        document = self._shown
        if document is None:
            return []
        return [document.regions[place] for place in sorted(document.places[key] for key in self._selection if key in document.places)]

    def region_at(self, x: int, y: int) -> Region | None:
        """The topmost region that paints this pixel of what is shown."""
        return self.picture.region_at(self._shown, x, y) if self._shown is not None else None

    def select(self, keys: Iterable[int]) -> None:
        """Selects exactly these."""
        chosen = frozenset(keys)
        if chosen != self._selection:
            self._selection = chosen
            self.selection_changed.emit()

    def show(self, document: Document) -> None:
        """Shows a document that is not committed: a drag that goes on."""
        if self._shown is None or document is self._shown:
            return
        change = changes.difference(self._shown, document, "")
        self._shown = document
        self.repaint(change.box)
        self.preview_changed.emit()

    def adopt_space(self, space: LabelSpace) -> None:
        """What is open is labelled with `space` from now on; the document, its history, the selection and the view stay."""
        if self._opened is None or self._shown is None or space == self.picture.space:
            return
        picture, whole = self.picture, (0, 0, self._shown.width, self._shown.height)
        unknown = any(picture.value(region.label) is None for region in self._shown.regions)
        picture.adopt(space)
        if unknown:
            picture.paint(self._shown, whole)
        self.painted.emit(whole)
        self.space_changed.emit()

    def repaint(self, box: Box | None) -> None:
        """Paints what is shown in `box` anew."""
        if self._shown is not None and (cut := self.picture.paint(self._shown, box)) is not None:
            self.painted.emit(cut)

    def commit(self, document: Document, what: str, *, select: Iterable[int] | None = None) -> bool:
        """Writes the edit down; False, with the reason told, where that failed: then nothing changed."""
        if self._opened is None:
            return False
        store = self._opened.store
        change = changes.difference(store.document, document, what)
        try:
            if change.splices:
                store.commit(change)
        except RoadscopeError as error:
            self.failed.emit(str(error), "")
            change = changes.Change(what, ())
        self.show(store.document)
        if change.splices:
            self._after_edit(self._selection if select is None else select)
        return bool(change.splices)

    def undo(self) -> None:
        """Takes the last edit back."""
        self._step(back=True)

    def redo(self) -> None:
        """Does again what was taken back."""
        self._step(back=False)

    def _step(self, *, back: bool) -> None:
        if self._opened is None or not self.editable:
            return
        store = self._opened.store
        try:
            done = store.undo() if back else store.redo()
        except RoadscopeError as error:
            self.failed.emit(str(error), "")
            return
        if done is not None:
            self.show(store.document)
            came = [region.key for splice in done.splices for region in splice.inserted]
            self._after_edit(came if len(came) <= 50 else ())

    def _after_edit(self, select: Iterable[int]) -> None:
        places = self.committed.places
        self._selection = frozenset(key for key in select if key in places)
        self.saving.soon()
        self.edited.emit()
        self.selection_changed.emit()
