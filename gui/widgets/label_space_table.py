"""The table of the label space editor as a view: rows are added, taken out, moved and recoloured by mouse and keys."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QColorDialog, QHeaderView, QTableView, QWidget

from engine import label_editing
from gui.widgets.label_space_cells import Cell, GroupCell, NameCell, TickCell
from gui.widgets.label_space_rows import Column, SpaceRows

_WIDTHS = {Column.COLOUR: 34, Column.KEY: 40, Column.NAME: 170, Column.GROUP: 130, Column.TRAINED: 68, Column.THINGS: 66, Column.ID: 44}
COUNTING = "Labelled regions are being counted"


class SpaceTable(QTableView):
    """`moved` fires when another row is current, `refused` with why a class can't be taken out."""

    moved = Signal()
    refused = Signal(str)

    def __init__(self, rows: SpaceRows, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = rows
        self.setModel(rows)
        self.setAccessibleName("Classes")
        self.setItemDelegate(Cell(self))
        self.setItemDelegateForColumn(Column.NAME, NameCell(self))
        self.setItemDelegateForColumn(Column.GROUP, GroupCell(self))
        for column in (Column.TRAINED, Column.THINGS):
            self.setItemDelegateForColumn(column, TickCell(self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        triggers = QAbstractItemView.EditTrigger
        self.setEditTriggers(triggers.DoubleClicked | triggers.EditKeyPressed | triggers.AnyKeyPressed)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(28)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column, width in _WIDTHS.items():
            self.setColumnWidth(column, width)
        self.horizontalHeader().setSectionResizeMode(Column.NOTE, QHeaderView.ResizeMode.Stretch)
        self.selectionModel().currentChanged.connect(lambda *_: self.moved.emit())
        rows.modelReset.connect(self.moved)
        self.doubleClicked.connect(lambda index: self.pick_colour() if index.column() == Column.COLOUR else None)
        for keys, call in (("Alt+Up", lambda: self.move_row(-1)), ("Alt+Down", lambda: self.move_row(1)), ("Delete", self.remove)):
            QShortcut(QKeySequence(keys), self, call, context=Qt.ShortcutContext.WidgetShortcut)

    @property
    def place(self) -> int:
        """The current row; -1 for none."""
        return self.currentIndex().row()

    def add(self) -> None:
        """A new class in the group of the current one; its name is asked for at once."""
        rows = self._rows.rows
        group = rows[self.place].group if self.place >= 0 else ""
        self._rows.set_rows([*rows, label_editing.new_row(rows, group=group)])
        self._go(len(rows))
        self.edit(self._rows.index(len(rows), Column.NAME))

    def remove(self) -> None:
        """Takes the current class out, unless it is in use."""
        place = self.place
        if place < 0:
            return
        used, rows = self._rows.used(place), self._rows.rows
        if used is None or any(used):
            self.refused.emit(in_use(used, rows[place].name) if used else COUNTING)
            return
        self._rows.set_rows([*rows[:place], *rows[place + 1 :]])
        self._go(min(place, len(rows) - 2))

    def move_row(self, step: int) -> None:
        """One place up or down."""
        place, rows = self.place, list(self._rows.rows)
        if place >= 0 and 0 <= place + step < len(rows):
            rows[place], rows[place + step] = rows[place + step], rows[place]
            self._rows.set_rows(rows)
            self._go(place + step)

    def pick_colour(self) -> None:
        """Asks for the colour of the current class."""
        place = self.place
        row = self._rows.rows[place]
        chosen = QColorDialog.getColor(QColor(*row.colour), self, f"Colour of {row.name}")
        if chosen.isValid():
            self._rows.replace(place, replace(row, colour=(chosen.red(), chosen.green(), chosen.blue())))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):  # the row's, not the dialog's
            column = self.currentIndex().column()
            if column == Column.COLOUR:
                self.pick_colour()
            elif column in (Column.NAME, Column.GROUP) and self.state() != QAbstractItemView.State.EditingState:
                self.edit(self.currentIndex())
            event.accept()
            return
        super().keyPressEvent(event)

    def _go(self, place: int) -> None:
        if place >= 0:
            how = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            self.selectionModel().setCurrentIndex(self._rows.index(place, Column.NAME), how)
            self.scrollTo(self._rows.index(place, Column.NAME))


def in_use(used: tuple[int, int], name: str = "it") -> str:
    """Why a class can't be taken out."""
    regions, masks = used
    if not regions:
        return f"{masks} mask{'s hold' if masks != 1 else ' holds'} {name}: switch Trained off to leave it out of training"
    return f"{regions} region{'s are' if regions != 1 else ' is'} labelled with {name}: give {'them' if regions != 1 else 'it'} another class first"
