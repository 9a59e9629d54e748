"""What can be labelled with: the editor of the label space, and what follows from an edit in everything that is open."""

from __future__ import annotations

import threading
import traceback
from collections import Counter
from functools import partial
from pathlib import Path

from PySide6.QtCore import QTimer

from engine import label_editing, labels, own_spaces
from engine.annotation import label_use
from engine.annotation.label_use import Uses
from engine.errors import ConfigError, RoadscopeError
from engine.labels import LabelSpace
from gui import label_feed
from gui.actions import Action
from gui.frames import Frames
from gui.label_part import LabelDesk, LabelPart
from gui.latest import Latest
from gui.widgets.label_space_editor import Edited, LabelSpaceEditor

_KEYS = "Ctrl+Shift+L"
_MASKS = 240
"""Masks that are looked at where frames have no document, evenly spread."""


class Classes(LabelPart):
    """The editor is open at most once; the documents are searched for the classes in use meanwhile."""

    def __init__(self, desk: LabelDesk) -> None:
        super().__init__(desk)
        self.editor: LabelSpaceEditor | None = None
        self._stop = threading.Event()
        self._counter = Latest(self._used, self)
        self._counter.done.connect(self._on_used)
        self._counter.failed.connect(self._on_failed)
        desk.labelling.opened.connect(lambda _: self._follow())
        desk.labelling.space_changed.connect(self._show)
        desk.page.classes.edit_wanted.connect(self.edit)
        desk.page.classes.edit.setToolTip(f"Edit classes: add, rename, recolour, group ({_KEYS})")

    def rows(self) -> list[Action]:
        words = "Add, rename, recolour, group and order them; what is labelled already keeps its meaning"
        return [self.row("classes", "Edit classes…", _KEYS, "palette", self.edit, words)]

    def close(self) -> None:
        self._stop.set()
        self._counter.close()
        if self.editor is not None:
            self.editor.reject()

    def edit(self) -> None:
        """Opens the editor of what the frame is labelled with."""
        labelling, frames = self.desk.labelling, self.desk.player.frames
        if labelling.now is None or frames is None or self.editor is not None:
            return
        space = labelling.picture.space
        try:
            others = _others(space)
            editor = LabelSpaceEditor(space, others, title=Path(frames.drive.name).stem, parent=self.desk.page)
        except RoadscopeError as error:
            self.failed.emit(str(error), "")
            return
        self.editor = editor
        editor.finished.connect(lambda _: self._on_finished(editor))
        self._stop.clear()
        self._counter.ask((frames, labelling.now.frame, Counter(region.label for region in labelling.committed.regions if not region.deleted)))
        editor.open()

    def _follow(self) -> None:
        """A frame that was read before an edit has the space of that time."""
        frames, labelling = self.desk.player.frames, self.desk.labelling
        if labelling.now is None:
            if self.editor is not None:
                self.editor.reject()
        elif frames is not None:
            self._show()
            try:
                labelling.adopt_space(label_feed.space_of(frames))
            except RoadscopeError as error:
                said = str(error)
                QTimer.singleShot(0, self, lambda: self.failed.emit(said, ""))  # after the page has taken what it said of the frame before

    def _show(self) -> None:
        """What can be labelled with, in its colours."""
        page, labelling = self.desk.page, self.desk.labelling
        space = labelling.picture.space
        page.classes.show_space(space)
        page.options.show_labels([label.name for label in space.listed])
        held = space.find(labelling.settings.label)
        labelling.settings.set_label(held.name if held is not None and held in space.listed else space.listed[0].name)
        page.recolour()

    def _on_finished(self, editor: LabelSpaceEditor) -> None:
        self.editor = None
        self._stop.set()
        self._counter.forget()
        editor.deleteLater()
        if editor.taken is not None:
            self._take(editor.taken)

    def _take(self, edited: Edited) -> None:
        """Writes it down, then shows it everywhere: frame, selection, undo and view stay."""
        session, labelling = self.desk.session, self.desk.labelling
        before, space = labelling.picture.space, edited.space
        try:
            if edited.before is not None:
                _check_unchanged(edited.before, space)
                own_spaces.save(space)
            for source in self._sources():
                own_spaces.choose(source, space.name if space.base else "")
        except RoadscopeError as error:
            self.failed.emit(str(error), "")
            return
        session.adopt_space(space, renamed=label_editing.renamed(before, space))
        labelling.adopt_space(space)
        self.said.emit(f"This data is labelled with {space.title} now" if space.name != before.name else "The classes are as you edited them")

    def _sources(self) -> list[Path]:
        session = self.desk.session
        found = [session.dataset.root] if session.dataset is not None else []
        return [*found, *(drive.path for drive in [session.drive] if drive is not None and drive.path not in found)]

    def _used(self, asked: tuple[Frames, int, Counter[str]]) -> Uses:
        """What all frames of a drive use, as their documents say or their masks; the regions of the frame that is open are given. On a thread."""
        frames, shown, counts = asked
        paths = {number: label_feed.path_of(frames, number) for number in range(len(frames)) if number != shown}
        regions = counts + label_use.counted(paths.values(), should_stop=self._stop.is_set)
        bare = [number for number, path in paths.items() if not path.exists()] if frames.drive.space is not None else []
        chosen = bare[:: max(1, -(-len(bare) // _MASKS))]
        return Uses(regions, label_use.held((partial(frames.drive.truth, number) for number in chosen), should_stop=self._stop.is_set))

    def _on_used(self, asked: object, used: Uses) -> None:
        if self.editor is not None:
            self.editor.show_used(used)

    def _on_failed(self, asked: object, error: Exception) -> None:
        self.failed.emit("The labelled regions can't be counted", "".join(traceback.format_exception(error)))


def _others(space: LabelSpace) -> list[LabelSpace]:
    """What the same data can be labelled with as well: what `space` was made from, and all that was made from that. Raises ConfigError."""
    base = space.base or space.name
    found = [labels.space(base)] if space.base and base in labels.shipped() else []
    own = (own_spaces.find(name) for name in own_spaces.names())
    return [*found, *(one for one in own if one is not None and one.base == base and one.name != space.name)]


def _check_unchanged(before: LabelSpace, after: LabelSpace) -> None:
    """Raises ConfigError where another window has edited the same space meanwhile."""
    now = own_spaces.find(after.name)
    if now is not None and now.completed(before) != before:
        raise ConfigError(f"{own_spaces.path_of(after.name)} was changed by another window meanwhile; open the editor again and repeat the edit")
