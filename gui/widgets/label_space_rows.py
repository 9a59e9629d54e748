"""What the table of the label space editor holds: one class a row, edited in place, with what is wrong with it beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QPainter, QPixmap

from engine import label_editing
from engine.label_editing import Row
from engine.labels import LabelSpace
from gui import theme

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
_TITLES = ("", "Key", "Class", "Group", "Trained", "Things", "Id", "")
_TIPS = (
    "The colour on the screen and in coloured masks; double-click to choose another",
    "The digit that chooses the class",
    "The name; labels that were drawn with an earlier one keep their class",
    "Classes of one group become one where networks are trained on categories",
    "Whether networks learn the class; else its pixels are void",
    "Whether its regions are counted one by one, as cars are and the road is not",
    "What stands in masks; it never changes",
    "",
)


class Column(IntEnum):
    COLOUR = 0
    KEY = 1
    NAME = 2
    GROUP = 3
    TRAINED = 4
    THINGS = 5
    ID = 6
    NOTE = 7


class SpaceRows(QAbstractTableModel):
    """`edited` fires after each change of the rows."""

    edited = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._space: LabelSpace | None = None
        self._rows: tuple[Row, ...] = ()
        self._faults: dict[int, str] = {}
        self._used: Mapping[int, int] | None = None
        self._held: Mapping[int, int] = {}

    @property
    def rows(self) -> tuple[Row, ...]:
        """As they are now."""
        return self._rows

    @property
    def space(self) -> LabelSpace:
        """What is being edited."""
        assert self._space is not None
        return self._space

    @property
    def faults(self) -> dict[int, str]:
        """What keeps rows from being taken, by their place."""
        return self._faults

    @property
    def groups(self) -> tuple[str, ...]:
        return label_editing.groups(self.space, self._rows)

    def show_space(self, space: LabelSpace) -> None:
        """Begins with what a label space has."""
        self.beginResetModel()
        self._space, self._rows, self._faults = space, label_editing.rows_of(space), {}
        self.endResetModel()

    def show_used(self, used: Mapping[int, int] | None, held: Mapping[int, int]) -> None:
        """Regions by id, None while they are being counted, and masks by the ids in them."""
        self._used, self._held = used, held
        self._tell()

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Other rows, of the same label space."""
        self.beginResetModel()
        self._rows = tuple(rows)
        self.endResetModel()
        self._check()

    def replace(self, place: int, row: Row) -> None:
        """Another state of one row."""
        if row != self._rows[place]:
            self._rows = (*self._rows[:place], row, *self._rows[place + 1 :])
            self._check()

    def used(self, place: int) -> tuple[int, int] | None:
        """How many regions are labelled with a row's class, and how many of the masks looked at hold it; None while that isn't known."""
        row = self._rows[place]
        known = row.was or label_editing.brought_back(self.space, row)
        if known is None:
            return 0, 0
        return None if self._used is None else (self._used.get(known.id, 0), self._held.get(known.id, 0))

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(Column)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal:
            return _TITLES[section] if role == Role.DisplayRole else _TIPS[section] if role == Role.ToolTipRole else None
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if index.column() in (Column.NAME, Column.GROUP):
            flags |= Qt.ItemFlag.ItemIsEditable
        if index.column() in (Column.TRAINED, Column.THINGS):
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        return flags

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        row, column = self._rows[index.row()], Column(index.column())
        match role:
            case Role.DisplayRole | Role.EditRole:
                return self._text(index.row(), column)
            case Role.CheckStateRole if column in (Column.TRAINED, Column.THINGS):
                return Qt.CheckState.Checked if (row.trained if column is Column.TRAINED else row.instances) else Qt.CheckState.Unchecked
            case Role.DecorationRole if column is Column.COLOUR:
                return _swatch(row.colour)
            case Role.ForegroundRole if column in (Column.NOTE, Column.KEY, Column.ID):
                return QBrush(theme.tokens().colour("danger" if column is Column.NOTE and index.row() in self._faults else "muted"))
            case Role.TextAlignmentRole if column in (Column.KEY, Column.ID):
                return Qt.AlignmentFlag.AlignCenter
            case Role.ToolTipRole:
                return self._text(index.row(), column) if column is Column.NOTE else _TIPS[column]
            case Role.AccessibleTextRole if column is Column.COLOUR:
                return f"Colour of {row.name}: {row.colour[0]} {row.colour[1]} {row.colour[2]}"
        return None

    def setData(self, index: Index, value: Any, role: int = Role.EditRole) -> bool:
        row = self._rows[index.row()]
        match Column(index.column()):
            case Column.NAME if role == Role.EditRole:
                row = row.called(str(value).strip(), alone=not self.space.categories)
            case Column.GROUP if role == Role.EditRole:
                row = replace(row, group=str(value).strip())
            case Column.TRAINED if role == Role.CheckStateRole:
                row = replace(row, trained=Qt.CheckState(value) == Qt.CheckState.Checked)
            case Column.THINGS if role == Role.CheckStateRole:
                row = replace(row, instances=Qt.CheckState(value) == Qt.CheckState.Checked)
            case _:
                return False
        self.replace(index.row(), row)
        return True

    def _text(self, place: int, column: Column) -> str | None:
        row = self._rows[place]
        match column:
            case Column.KEY:
                return str((place + 1) % 10) if place < 10 else ""
            case Column.NAME:
                return row.name
            case Column.GROUP:
                return row.group
            case Column.ID:
                known = row.was or label_editing.brought_back(self.space, row)
                return str(known.id) if known is not None else "new"
            case Column.NOTE:
                return self._faults.get(place) or self._note(place, row)
        return None

    def _note(self, place: int, row: Row) -> str:
        words = []
        if label_editing.brought_back(self.space, row) is not None:
            words.append("was removed, comes back")
        if row.was is not None and row.renamed:
            words.append(f"was {row.was.name}")
        words += [f"{count:,} {what}{'s' if count != 1 else ''}".replace(",", "\u202f") for count, what in zip(self.used(place) or (), ("region", "mask")) if count]
        return " · ".join(words)

    def _check(self) -> None:
        self._faults = label_editing.faults(self.space, self._rows)
        self._tell()
        self.edited.emit()

    def _tell(self) -> None:
        if self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, len(Column) - 1))


def used_ids(used: Counter[str], space: LabelSpace) -> dict[int, int]:
    """Regions by id, from regions by the label that stands in documents."""
    found: Counter[int] = Counter()
    for name, count in used.items():
        label = space.find(space.current(name)) or space.find(space.current(name).removesuffix("group"))
        if label is not None:
            found[label.id] += count
    return dict(found)


def _swatch(colour: tuple[int, int, int]) -> QPixmap:
    picture = QPixmap(30, 30)
    picture.setDevicePixelRatio(2)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(theme.tokens().colour("muted"))
    painter.setBrush(QColor(*colour))
    painter.drawRoundedRect(1, 1, 13, 13, 3, 3)
    painter.end()
    return picture
