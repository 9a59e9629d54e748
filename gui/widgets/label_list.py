"""The labels a region can have: searched, chosen by digit, with how often each stands in the document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, QSortFilterProxyModel, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QLineEdit, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QVBoxLayout, QWidget

from engine.labels import Label, LabelSpace
from gui import label_edits, theme
from gui.labelling import Labelling
from gui.session import Session

ROW = 25
COUNT_AFTER_MS = 60
NAME, COLOUR, COUNT, HIDDEN, DIGIT, CHOSEN = (int(Qt.ItemDataRole.UserRole) + at for at in range(6))
Index = QModelIndex | QPersistentModelIndex


class LabelList(QWidget):
    """A click or Enter chooses; the eye hides. `chosen(name)` fires for the user's choice alone."""

    chosen = Signal(str)

    def __init__(self, session: Session, labelling: Labelling, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._labelling = session, labelling
        self.search = QLineEdit()
        self.search.setPlaceholderText("Find a class (Ctrl+E)")
        self.search.setClearButtonEnabled(True)
        self.search.addAction(theme.icon("search", "muted"), QLineEdit.ActionPosition.LeadingPosition)
        self.search.installEventFilter(self)
        self._rows = _Rows(session, self)
        self._found = QSortFilterProxyModel(self)
        self._found.setSourceModel(self._rows)
        self._found.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.view = _View(self)
        self.view.setModel(self._found)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.search)
        column.addWidget(self.view, 1)
        self._connect()

    def show_space(self, space: LabelSpace | None) -> None:
        """Lists the labels of this label space, those that are trained on first."""
        self._rows.show_labels(ordered(space) if space is not None else ())

    def digit(self, number: int) -> str | None:
        """The label that the digit key stands for; 0 is the tenth."""
        return self._rows.name((number - 1) % 10)

    def ask(self) -> None:
        """Puts the keyboard into the search line."""
        self.search.setFocus()
        self.search.selectAll()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.search and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._found.rowCount():
                self._choose(self._found.index(0, 0).data(NAME))
                self.search.clear()
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.search.clear()
                self.chosen.emit(self._labelling.settings.label)
                return True
            if event.key() == Qt.Key.Key_Down:
                self.view.setFocus()
                self.view.setCurrentIndex(self._found.index(0, 0))
                return True
        return super().eventFilter(watched, event)

    def _connect(self) -> None:
        self.search.textChanged.connect(self._found.setFilterFixedString)
        self.view.picked.connect(self._choose)
        self.view.eye.connect(lambda name: self._session.set_hidden(name, name not in self._session.hidden))
        self._session.hidden_changed.connect(lambda _: self._rows.refresh())
        self._labelling.settings.label_changed.connect(self._rows.set_current)
        self._counting = QTimer(self, singleShot=True, interval=COUNT_AFTER_MS)
        self._counting.timeout.connect(self._count)
        self._labelling.edited.connect(self._counting.start)

    def _choose(self, name: str) -> None:
        if name:
            label_edits.choose_label(self._labelling, name)
            self.chosen.emit(name)

    def _count(self) -> None:
        document = self._labelling.document
        self._rows.set_counts(Counter(region.label for region in document.regions if not region.deleted) if document is not None else Counter())


def ordered(space: LabelSpace) -> tuple[Label, ...]:
    """The labels as they are listed: first those that networks are trained on, then the others; the ids below 0 are never painted."""
    painted = [label for label in space.labels if label.id >= 0]
    return (*(label for label in painted if label.train_id != 255), *(label for label in painted if label.train_id == 255))


class _View(QListView):
    picked = Signal(str)
    eye = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setItemDelegate(_Painter(self))
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setObjectName("classList")
        self.setAccessibleName("Classes to label with")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumHeight(6 * ROW)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and index.isValid():
            (self.eye if _eye(self.visualRect(index)).contains(event.position().toPoint()) else self.picked).emit(index.data(NAME))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.picked.emit(self.currentIndex().data(NAME))
        else:
            super().keyPressEvent(event)


class _Rows(QAbstractListModel):
    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._labels: Sequence[Label] = ()
        self._counts: Counter[str] = Counter()
        self._current = ""

    def show_labels(self, labels: Sequence[Label]) -> None:
        if labels != self._labels:
            self.beginResetModel()
            self._labels = labels
            self.endResetModel()

    def name(self, row: int) -> str | None:
        return self._labels[row].name if row < len(self._labels) else None

    def set_counts(self, counts: Counter[str]) -> None:
        if counts != self._counts:
            self._counts = counts
            self.refresh()

    def set_current(self, name: str) -> None:
        self._current = name
        self.refresh()

    def refresh(self) -> None:
        if self._labels:
            self.dataChanged.emit(self.index(0), self.index(len(self._labels) - 1))

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._labels)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        one = self._labels[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return one.name
            case Qt.ItemDataRole.ToolTipRole:
                key = f", key {(index.row() + 1) % 10}" if index.row() < 10 else ""
                return f"{one.name}: {one.category}, id {one.id}{key}"
            case _ if role == NAME:
                return one.name
            case _ if role == COLOUR:
                return QColor(*one.colour)
            case _ if role == COUNT:
                return self._counts.get(one.name, 0)
            case _ if role == HIDDEN:
                return one.name in self._session.hidden
            case _ if role == DIGIT:
                return str((index.row() + 1) % 10) if index.row() < 10 else ""
            case _ if role == CHOSEN:
                return one.name == self._current
        return None


class _Painter(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(120, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        now = theme.tokens()
        rect: QRect = option.rect  # type: ignore[attr-defined]
        state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
        chosen, hidden = bool(index.data(CHOSEN)), bool(index.data(HIDDEN))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen or state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(now.colour("accent") if chosen else Qt.PenStyle.NoPen)
            painter.setBrush(now.colour("hover"))
            painter.drawRoundedRect(rect.adjusted(1, 1, -2, -1), 4, 4)
        painter.setPen(now.colour("muted"))
        painter.drawText(QRect(rect.left() + 4, rect.top(), 14, rect.height()), Qt.AlignmentFlag.AlignCenter, index.data(DIGIT))
        swatch = QRect(rect.left() + 22, rect.center().y() - 6, 13, 13)
        painter.setBrush(Qt.BrushStyle.NoBrush if hidden else index.data(COLOUR))
        painter.drawRoundedRect(swatch, 3, 3)
        eye = _eye(rect)
        count = index.data(COUNT)
        width = painter.fontMetrics().horizontalAdvance("0000") if count else 0
        room = QRect(swatch.right() + 8, rect.top(), eye.left() - swatch.right() - 12 - width, rect.height())
        painter.setPen(now.colour("muted" if hidden else "text"))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, painter.fontMetrics().elidedText(index.data(NAME), Qt.TextElideMode.ElideRight, room.width()))
        painter.setPen(now.colour("muted"))
        if count:
            painter.drawText(QRect(eye.left() - width - 2, rect.top(), width, rect.height()), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, str(count))
        theme.icon("eye-off" if hidden else "eye", "muted").paint(painter, eye.adjusted(5, 5, -3, -4))
        painter.restore()


def _eye(row: QRect) -> QRect:
    return QRect(row.right() - 26, row.top(), 24, row.height())
