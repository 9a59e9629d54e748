"""Copy and paste of regions, within a frame and from frame to frame."""

from __future__ import annotations

import traceback

from engine.annotation.document import Document, Region
from engine.errors import RoadscopeError
from gui import label_edits, label_feed
from gui.actions import Action
from gui.label_feed import Wanted
from gui.label_part import LabelDesk, LabelPart
from gui.latest import Latest

_ASIDE = 10


class Copying(LabelPart):
    """The clipboard is the page's own: it holds regions."""

    def __init__(self, desk: LabelDesk) -> None:
        super().__init__(desk)
        self._labelling, self._player = desk.labelling, desk.player
        self._copied: tuple[Region, ...] = ()
        self._from = -1
        self._reader = Latest(self._read, self)
        self._reader.done.connect(self._on_read)
        self._reader.failed.connect(self._on_failed)

    def rows(self) -> list[Action]:
        previous = "Copy the labels of the previous frame"
        return [
            self.row("copy", "Copy", "Ctrl+C", "", self.copy, need="selection"),
            self.row("paste", "Paste", "Ctrl+V", "", self.paste, need="edit"),
            self.row("previous_labels", previous, "Ctrl+Shift+V", "", self.paste_previous, "One edit, on top of what is there", need="edit"),
        ]

    def copy(self) -> None:
        """Takes the selected regions into the clipboard."""
        now = self._labelling.now
        if now is not None and self._labelling.selected:
            self._copied, self._from = tuple(self._labelling.selected), now.frame
            self.said.emit(f"{len(self._copied)} region{'s' if len(self._copied) > 1 else ''} copied")

    def paste(self) -> None:
        """Puts them on top: a little aside in the same frame, at the same place in another."""
        now = self._labelling.now
        if now is not None and self._copied:
            label_edits.paste(self._labelling, self._copied, by=_ASIDE if now.frame == self._from else 0)

    def paste_previous(self) -> None:
        """Puts all labels of the frame before on top of this one's, as one edit."""
        now, frames = self._labelling.now, self._player.frames
        if now is None or frames is None:
            return
        if now.frame == 0:
            self.said.emit("This is the first frame: none is before it")
        else:
            self._reader.ask(Wanted(frames, now.frame - 1))

    def close(self) -> None:
        """Ends the thread."""
        self._reader.close()

    def _read(self, wanted: Wanted) -> Document | None:
        """What the frame before has, once it is written if it was left a moment ago. On a thread."""
        self._labelling.saving.wait()
        return label_feed.regions_of(wanted)

    def _on_read(self, wanted: Wanted, document: Document | None) -> None:
        now = self._labelling.now
        if now is None or wanted.frames is not self._player.frames or wanted.frame != now.frame - 1:
            return
        if document is None or not document.regions:
            self.said.emit("The frame before has no labels yet")
        elif (document.width, document.height) != (now.store.document.width, now.store.document.height):
            self.failed.emit("The frame before has another size: its labels don't fit here", "")
        else:
            label_edits.paste(self._labelling, [region for region in document.regions if not region.deleted], what="copy from the frame before:")

    def _on_failed(self, wanted: Wanted, error: Exception) -> None:
        told = isinstance(error, RoadscopeError)
        self.failed.emit(str(error) if told else "The labels of the frame before can't be read", "" if told else "".join(traceback.format_exception(error)))
