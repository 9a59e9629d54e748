"""What is wrong with the data: a line a file, each leading to it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLabel,
    QListView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from gui import theme

Index = QModelIndex | QPersistentModelIndex
ROW = 40
MOST_SHOWN = 7


@dataclass(frozen=True, slots=True)
class Fault:
    """One problem: `text` is a sentence with the cure."""

    file: Path
    kind: str
    text: str


class ProblemList(QWidget):
    """`chosen(path)` on a click, `opened(path)` on double-click, Enter and from the menu."""

    chosen = Signal(object)
    opened = Signal(object)
    folder_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._summary = QLabel()
        self._summary.setWordWrap(True)
        self._summary.setObjectName("muted")
        self._rows = _Rows(self)
        self.view = _View()
        self.view.setModel(self._rows)
        self.view.setItemDelegate(_Painter(self.view))
        self.view.setUniformItemSizes(True)
        self.view.setMouseTracking(True)
        self.view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setAccessibleName("Problems")
        self.view.activated.connect(lambda index: self.opened.emit(self._rows.faults[index.row()].file))
        self.view.clicked.connect(lambda index: self.chosen.emit(self._rows.faults[index.row()].file))
        self.view.selectionModel().currentChanged.connect(lambda index, _: self.chosen.emit(self._rows.faults[index.row()].file) if index.isValid() else None)
        self.view.menu_wanted.connect(self._fill_menu)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._summary)
        column.addWidget(self.view)
        self.show_faults([], "Nothing looked at yet.")

    @property
    def faults(self) -> list[Fault]:
        """What is listed."""
        return self._rows.faults

    def show_faults(self, faults: list[Fault], nothing: str) -> None:
        """Lists other problems; `nothing` is said where there are none."""
        self._rows.show_faults(faults)
        counted = Counter(fault.kind for fault in faults)
        self._summary.setText(", ".join(f"{count} × {kind}" for kind, count in counted.most_common()) or nothing)
        self.view.setVisible(bool(faults))
        self.view.setFixedHeight(min(len(faults), MOST_SHOWN) * ROW + 4)

    def _fill_menu(self, menu: QMenu, row: int) -> None:
        fault = self._rows.faults[row]
        menu.addAction(theme.icon("image"), "Show the frame", lambda: self.chosen.emit(fault.file))
        menu.addAction(theme.icon("external"), "Open the file", lambda: self.opened.emit(fault.file))
        menu.addAction(theme.icon("folder"), "Show in its folder", lambda: self.folder_wanted.emit(fault.file))
        menu.addAction(theme.icon("copy"), "Copy the sentence", lambda: QGuiApplication.clipboard().setText(fault.text))


class _View(QListView):
    menu_wanted = Signal(QMenu, int)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self.indexAt(event.pos())
        if index.isValid():
            menu = QMenu(self)
            self.menu_wanted.emit(menu, index.row())
            menu.exec(event.globalPos())


class _Rows(QAbstractListModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.faults: list[Fault] = []

    def show_faults(self, faults: list[Fault]) -> None:
        self.beginResetModel()
        self.faults = faults
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.faults)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        fault = self.faults[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return fault.file.name
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleDescriptionRole):
            return fault.text
        return fault.kind if role == Qt.ItemDataRole.UserRole else None


class _Painter(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(120, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        now = theme.tokens()
        rect: QRect = option.rect  # type: ignore[attr-defined]
        state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        if chosen or state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(now.colour("accent") if chosen else Qt.PenStyle.NoPen)
            painter.setBrush(now.colour("hover"))
            painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), 4, 4)
        theme.icon("warning", "warning").paint(painter, QRect(rect.left() + 6, rect.top() + 11, 18, 18))
        words = rect.adjusted(32, 3, -6, -3)
        metrics = painter.fontMetrics()
        painter.setPen(now.colour("text"))
        painter.drawText(words, Qt.AlignmentFlag.AlignTop, metrics.elidedText(index.data(), Qt.TextElideMode.ElideMiddle, words.width()))
        painter.setPen(now.colour("muted"))
        painter.drawText(words, Qt.AlignmentFlag.AlignBottom, metrics.elidedText(index.data(Qt.ItemDataRole.UserRole), Qt.TextElideMode.ElideRight, words.width()))
        painter.restore()
