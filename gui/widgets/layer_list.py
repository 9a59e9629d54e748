"""The regions of the document, the topmost first: selected, dragged to another layer, hidden from nobody."""

from __future__ import annotations

from operator import is_
from typing import Any

from PySide6.QtCore import QAbstractListModel, QItemSelection, QItemSelectionModel, QMimeData, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from engine.annotation.document import Document, Painted, Region
from gui import label_edits, theme
from gui.labelling import Labelling

Index = QModelIndex | QPersistentModelIndex
_ROW = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled
_ROW_HEIGHT = 24
_MIME = "application/x-roadscope-layer"
NOTHING_YET = "No labels yet. P draws a polygon, B paints, S takes patches of like pixels; G has the network propose a first draft."


class LayerList(QTableView):
    """Selects what is selected on the picture, and the other way round."""

    def __init__(self, labelling: Labelling, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._labelling = labelling
        self._rows = _Rows(labelling, self)
        self._quiet = False
        self.setModel(self._rows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setDragDropOverwriteMode(False)
        self.horizontalHeader().setVisible(False)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.verticalHeader().setVisible(False)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)  # lists and trees ask for each of thousands of rows
        self.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
        self.setShowGrid(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setTabKeyNavigation(False)
        self.setAccessibleName("Regions, the topmost first")
        self.setMinimumHeight(120)
        labelling.edited.connect(self._show)
        labelling.space_changed.connect(self.viewport().update)
        labelling.selection_changed.connect(self._select)
        self.selectionModel().selectionChanged.connect(self._on_selection)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._labelling.now is not None and not self._rows.rowCount():
            painter = QPainter(self.viewport())
            painter.setPen(theme.tokens().colour("muted"))
            painter.drawText(self.viewport().rect().adjusted(4, 4, -4, -4), Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap, NOTHING_YET)
            painter.end()

    def _show(self) -> None:
        self._quiet = True
        self._rows.show_document(self._labelling.document)
        self._quiet = False
        self._select()

    def _select(self) -> None:
        if self._quiet:
            return
        chosen = QItemSelection()
        rows = self._rows.rows(self._labelling.selection)
        if rows and rows[-1] - rows[0] == len(rows) - 1:
            chosen.select(self._rows.index(rows[0]), self._rows.index(rows[-1]))
        else:
            for row in rows:
                chosen.select(self._rows.index(row), self._rows.index(row))
        self._quiet = True
        self.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if rows:
            self.scrollTo(self._rows.index(rows[0]))
        self._quiet = False

    def _on_selection(self) -> None:
        if not self._quiet:
            self._quiet = True
            self._labelling.select(self._rows.key(index.row()) for index in self.selectionModel().selectedRows())
            self._quiet = False


class _Rows(QAbstractListModel):
    def __init__(self, labelling: Labelling, parent: QWidget) -> None:
        super().__init__(parent)
        self._labelling = labelling
        self._regions: tuple[Region, ...] = ()
        self._places: dict[int, int] | None = None

    def show_document(self, document: Document | None) -> None:
        """The rows of this document; only what differs is told to the view."""
        new = document.regions[::-1] if document is not None else ()
        old, self._places = self._regions, None
        shortest = min(len(old), len(new))
        first = next((row for row, same in enumerate(map(is_, old, new)) if not same), shortest)
        while first < shortest and old[first].key == new[first].key:
            first += 1
        last = next((row for row in range(shortest - first) if old[-1 - row].key != new[-1 - row].key), shortest - first)
        gone, come = len(old) - first - last, len(new) - first - last
        if gone:
            self.beginRemoveRows(QModelIndex(), first, first + gone - 1)
            self._regions = old[:first] + old[first + gone :]
            self.endRemoveRows()
        if come:
            self.beginInsertRows(QModelIndex(), first, first + come - 1)
        self._regions = new
        if come:
            self.endInsertRows()
        tails = old[len(old) - last :], new[len(new) - last :]
        changed = [row for row, same in enumerate(map(is_, old[:first], new)) if not same]
        changed += [len(new) - last + row for row, same in enumerate(map(is_, *tails)) if not same]
        if changed:
            self.dataChanged.emit(self.index(min(changed), 0), self.index(max(changed), 0))

    def key(self, row: int) -> int:
        return self._regions[row].key

    def rows(self, keys: frozenset[int]) -> list[int]:
        if keys and self._places is None:
            self._places = {region.key: row for row, region in enumerate(self._regions)}
        return sorted(self._places[key] for key in keys if key in self._places) if self._places is not None else []

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._regions)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        region = self._regions[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                kind = "painted" if isinstance(region.shape, Painted) else f"{len(region.shape.points)} points"
                return f"{self._name(region.label)} · {kind}" + (" · deleted" if region.deleted else "")
            case Qt.ItemDataRole.DecorationRole:
                pixels = QPixmap(12, 12)
                pixels.fill(self._colour(region.label))
                return pixels
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        return _ROW

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        return [_MIME]

    def mimeData(self, indexes: list[QModelIndex]) -> QMimeData:  # type: ignore[override]
        data = QMimeData()
        data.setData(_MIME, " ".join(str(self.key(index.row())) for index in indexes).encode())
        return data

    def dropMimeData(self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index) -> bool:
        keys = {int(word) for word in bytes(data.data(_MIME).data()).split()}
        if row >= 0 and keys:
            label_edits.move_layers(self._labelling, keys, below=self.key(row) if row < len(self._regions) else None)
        return False  # the rows come anew from the document

    def _name(self, label: str) -> str:
        return label if self._labelling.now is None else self._labelling.picture.space.current(label)

    def _colour(self, label: str) -> QColor:
        if self._labelling.now is None:
            return QColor("#888888")
        picture = self._labelling.picture
        value = picture.value(label)
        return QColor(*picture.space.labels[value].colour) if value is not None else QColor("#888888")
