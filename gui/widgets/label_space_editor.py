"""The label space editor: classes are added, renamed, recoloured, grouped and put in order; nothing that is labelled loses its meaning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QFileDialog, QGridLayout, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from engine import label_editing, label_files, labels, own_spaces
from engine.annotation.label_use import Uses
from engine.errors import RoadscopeError
from engine.labels import LabelSpace
from gui import theme
from gui.widgets.label_space_rows import SpaceRows, used_ids
from gui.widgets.label_space_table import COUNTING, SpaceTable, in_use

_FILES = "Label spaces (*.yaml *.yml)"


@dataclass(frozen=True)
class Edited:
    """What the user took: a space to label with, and what it was `before` where its file is to be written."""

    space: LabelSpace
    before: LabelSpace | None = None


class LabelSpaceEditor(QDialog):
    """`taken` is what was chosen, once the dialog was accepted. `others` are spaces that the same data can be labelled with as well."""

    def __init__(self, space: LabelSpace, others: Sequence[LabelSpace], *, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.taken: Edited | None = None
        self._now, self._edits = space, False
        self._proposed = _free(title)
        self._found: Uses | None = None
        self.setWindowTitle("Edit classes")
        self.resize(820, 620)
        self.rows = SpaceRows(self)
        self._make([space, *others])
        self._lay_out()
        self._connect()
        self._show(space)

    def show_used(self, used: Uses) -> None:
        """What the documents and masks of what is open use; until it is told, nothing that exists can be removed."""
        self._found = used
        self._count()

    def accept(self) -> None:
        """Takes what is shown, if nothing is wrong with it."""
        if self._say():
            return
        if self._edits:
            space = self.rows.space
            name = space.name if space.base else own_spaces.name_for(self.title.text())
            self.taken = Edited(label_editing.edited(space, self.rows.rows, name=name, title=self.title.text().strip()), space)
        elif self.rows.space != self._now:
            self.taken = Edited(self.rows.space)
        if self.taken is None:
            self.reject()
        else:
            super().accept()

    def _make(self, spaces: Sequence[LabelSpace]) -> None:
        self.spaces = QComboBox()
        self.spaces.setAccessibleName("Label space")
        for space in spaces:
            self.spaces.addItem(space.title if space.base else f"{space.title}, as it ships", space)
        self.title = QLineEdit()
        self.title.setAccessibleName("Name of your label space")
        self._title_says = QLabel("Kept as")
        self._about = QLabel()
        self._about.setObjectName("muted")
        self._about.setWordWrap(True)
        self.table = SpaceTable(self.rows)
        self.add = _button("Add class", "", "A class of its own, with the next free id")
        self.remove = _button("Remove", "trash", "Takes the class out of the list; its id is given to no other")
        self.up = _button("Up", "", "Before the class above: the order is that of the digits (Alt+Up)")
        self.down = _button("Down", "", "After the class below (Alt+Down)")
        self.bring = _button("Import…", "", "Takes classes over from a label space's YAML file: those of the same name become as there, others are added")
        self.give = _button("Export…", "", "Writes what is shown as a YAML file")
        self._fault = QLabel()
        self._fault.setProperty("error", True)
        self._fault.setWordWrap(True)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setText("Use these classes")

    def _lay_out(self) -> None:
        head = QGridLayout()
        head.setHorizontalSpacing(12)
        head.addWidget(QLabel("Label space"), 0, 0)
        head.addWidget(self.spaces, 0, 1)
        head.addWidget(self._title_says, 0, 2)
        head.addWidget(self.title, 0, 3)
        head.addWidget(self._about, 1, 1, 1, 3)
        head.setColumnStretch(1, 1)
        head.setColumnStretch(3, 1)
        tools = QHBoxLayout()
        for button in (self.add, self.remove, self.up, self.down):
            tools.addWidget(button)
        tools.addStretch(1)
        tools.addWidget(self.bring)
        tools.addWidget(self.give)
        foot = QHBoxLayout()
        foot.addWidget(self._fault, 1)
        foot.addWidget(self.buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 12)
        column.setSpacing(10)
        column.addLayout(head)
        column.addWidget(self.table, 1)
        column.addLayout(tools)
        column.addLayout(foot)

    def _connect(self) -> None:
        self.spaces.activated.connect(lambda at: self._show(self.spaces.itemData(at)))
        self.title.textEdited.connect(lambda _: self._on_edited())
        self.rows.edited.connect(self._on_edited)
        self.table.moved.connect(self._enable)
        self.table.refused.connect(self._say)
        self.add.clicked.connect(self.table.add)
        self.remove.clicked.connect(self.table.remove)
        self.up.clicked.connect(lambda: self.table.move_row(-1))
        self.down.clicked.connect(lambda: self.table.move_row(1))
        self.bring.clicked.connect(self._import)
        self.give.clicked.connect(self._export)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)

    def _show(self, space: LabelSpace) -> None:
        self.rows.show_space(space)
        self.title.setText(space.title if space.base else self._proposed)
        self._edits = False
        self._about.setText(_about(space))
        self._count()
        self._on_state()

    def _count(self) -> None:
        if self._found is None:
            self.rows.show_used(None, {})
        else:
            self.rows.show_used(used_ids(self._found.regions, self._now), self._found.masks)
        self._on_state()

    def _on_edited(self) -> None:
        self._edits = True
        self._on_state()

    def _on_state(self) -> None:
        self.spaces.setEnabled(self.spaces.count() > 1 and not self._edits)
        self.spaces.setToolTip("Take or cancel what you have edited first" if self._edits else "What this data is labelled with")
        own = bool(self.rows.space.base)
        self._title_says.setText("Name" if own else "Kept as")
        for widget in (self.title, self._title_says):
            widget.setVisible(own or self._edits)
        self._enable()
        self._say()

    def _enable(self) -> None:
        place, count = self.table.place, self.rows.rowCount()
        used = self.rows.used(place) if 0 <= place < count else None
        self.remove.setEnabled(used == (0, 0))
        waits = 0 <= place < count and used is None
        self.remove.setToolTip(COUNTING if waits else in_use(used) if used is not None and any(used) else "Takes the class out of the list; its id is given to no other")
        self.up.setEnabled(0 < place < count)
        self.down.setEnabled(0 <= place < count - 1)

    def _say(self, words: str = "") -> bool:
        """Shows what is wrong, and whether anything is."""
        wrong = self._wrong() if self._edits or self.rows.space != self._now else ""
        self._fault.setText(words or wrong)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(not wrong)
        return bool(wrong)

    def _wrong(self) -> str:
        rows, space = self.rows.rows, self.rows.space
        if not self._edits:
            gone = label_editing.lost(self._found.regions, self._now, space) if self._found is not None else {}
            if gone:
                name, count = next(iter(gone.items()))
                return f"{space.title} has no {self._now.current(name)}, which {count} region{'s are' if count != 1 else ' is'} labelled with"
            return "" if self._found is not None else COUNTING
        if faults := self.rows.faults:
            return next(iter(faults.values())) if len(faults) == 1 else f"{len(faults)} classes need another name or group"
        return label_editing.whole_fault(space, rows) or self._wrong_title(space)

    def _wrong_title(self, space: LabelSpace) -> str:
        name = own_spaces.name_for(self.title.text())
        if not self.title.text().strip().isprintable() or not name:
            return "Give your label space a name of letters and digits"
        if not space.base and name in labels.spaces():
            return f"There is a label space called {name} already; choose another name for yours"
        return ""

    def _import(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Import classes", "", _FILES)
        if not path:
            return
        try:
            self.rows.set_rows(label_editing.merged(self.rows.rows, label_files.read(Path(path))))
        except RoadscopeError as error:
            self._say(str(error))

    def _export(self) -> None:
        name = own_spaces.name_for(self.title.text()) or self.rows.space.name
        path, _ = QFileDialog.getSaveFileName(self, "Export classes", f"{name}.yaml", _FILES)
        if not path:
            return
        try:
            label_files.write(label_editing.edited(self.rows.space, self.rows.rows, name=name, title=self.title.text().strip() or name), Path(path))
        except RoadscopeError as error:
            self._say(str(error))


def _free(title: str) -> str:
    """A title whose name no label space has yet."""
    title, taken = title if own_spaces.name_for(title) else "My classes", labels.spaces()
    names = [title, f"My {title}", *(f"{title} {number}" for number in range(2, len(taken) + 3))]
    return next(name for name in names if own_spaces.name_for(name) not in taken)


def _about(space: LabelSpace) -> str:
    if not space.base:
        return f"{space.title} itself is never changed: with the first edit you get classes of your own for this data."
    sources = [use.source.name for use in own_spaces.uses() if use.space == space.name]
    if len(sources) < 2:
        return f"Yours, made from {space.base}. Renaming, removing and colouring never change what is labelled already."
    return f"Yours, made from {space.base}, and used for {len(sources)} sources ({', '.join(sources[:4])}{', …' if len(sources) > 4 else ''}): they all get what you change here."


def _button(words: str, icon: str, tip: str) -> QPushButton:
    button = QPushButton(words)
    button.setAutoDefault(False)
    button.setToolTip(tip)
    if icon:
        button.setIcon(theme.icon(icon))
    return button
