"""The labels a region can have: searched, chosen by digit, shown or hidden, with how often each stands in the document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, QPoint, QRect, QSize, QSortFilterProxyModel, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QListView, QMenu, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QToolButton, QToolTip, QVBoxLayout, QWidget

from engine.labels import Label, LabelSpace
from gui import label_edits, theme
from gui.labelling import Labelling
from gui.session import Session

ROW = 25
COUNT_AFTER_MS = 60
NAME, COLOUR, COUNT, HIDDEN, DIGIT, CHOSEN = (int(Qt.ItemDataRole.UserRole) + at for at in range(6))
Index = QModelIndex | QPersistentModelIndex


class LabelList(QWidget):
    """A click or Enter chooses; the eye or Space hides, Alt+click or a double click on the eye shows one alone.

    `chosen(name)` fires for the user's choice alone.
    """

    chosen = Signal(str)
    edit_wanted = Signal()
    """The classes themselves are to be edited."""

    def __init__(self, session: Session, labelling: Labelling, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._labelling = session, labelling
        self._space: LabelSpace | None = None
        self.search = QLineEdit()
        self.search.setPlaceholderText("Find a class (Ctrl+E)")
        self.search.setClearButtonEnabled(True)
        self.search.addAction(theme.icon("search", "muted"), QLineEdit.ActionPosition.LeadingPosition)
        self.search.installEventFilter(self)
        self.edit = QToolButton()
        self.edit.setIcon(theme.icon("palette"))
        self.edit.setAccessibleName("Edit classes")
        self.edit.setAutoRaise(True)
        self.edit.setEnabled(False)
        self._rows = _Rows(session, self)
        self._found = QSortFilterProxyModel(self)
        self._found.setSourceModel(self._rows)
        self._found.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.view = _View(self)
        self.view.setModel(self._found)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.search, 1)
        row.addWidget(self.edit)
        column.addLayout(row)
        column.addWidget(self.view, 1)
        self._connect()

    def show_space(self, space: LabelSpace | None) -> None:
        """Lists the labels of this label space, those that are trained on first."""
        self._space = space
        self._rows.show_labels(space.listed if space is not None else ())
        self.edit.setEnabled(space is not None)
        self._count()

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
        self.view.eye.connect(self._toggle)
        self.view.alone.connect(self._solo)
        self.view.menu_wanted.connect(self._show_menu)
        self.edit.clicked.connect(self.edit_wanted)
        self._session.hidden_changed.connect(lambda _: self._rows.refresh())
        self._labelling.settings.label_changed.connect(self._rows.set_current)
        self._counting = QTimer(self, singleShot=True, interval=COUNT_AFTER_MS)
        self._counting.timeout.connect(self._count)
        self._labelling.edited.connect(self._counting.start)

    def _choose(self, name: str) -> None:
        if name:
            label_edits.choose_label(self._labelling, name)
            self.chosen.emit(name)

    def _toggle(self, name: str) -> None:
        self._session.set_hidden(name, name not in self._session.hidden)

    def _solo(self, name: str) -> None:
        """Shows one class alone; a second time all again."""
        others = frozenset(self._rows.names) - {name}
        alone = name not in self._session.hidden and others <= self._session.hidden
        self._session.hide_only(frozenset() if alone else others)

    def _show_menu(self, name: str, at: QPoint) -> None:
        menu = QMenu(self)
        if name:
            hidden = name in self._session.hidden
            menu.addAction(theme.icon("eye" if hidden else "eye-off"), f"Show {name}" if hidden else f"Hide {name}", lambda: self._toggle(name))
            menu.addAction(theme.icon("solo"), f"Show only {name}", lambda: self._solo(name))
        menu.addAction("Show all classes", lambda: self._session.hide_only(frozenset()))
        menu.addAction("Hide all classes", lambda: self._session.hide_only(frozenset(self._rows.names)))
        menu.addSeparator()
        menu.addAction(theme.icon("palette"), "Edit classes…", self.edit_wanted.emit)
        menu.exec(at)

    def _count(self) -> None:
        document, space = self._labelling.document, self._space
        if document is None or space is None:
            self._rows.set_counts(Counter())
            return
        counts: Counter[str] = Counter()
        for label, count in Counter(region.label for region in document.regions if not region.deleted).items():
            found = space.find(label) or space.find(label.removesuffix("group"))
            counts[found.name if found is not None else label] += count
        self._rows.set_counts(counts)


class _View(QListView):
    picked = Signal(str)
    eye = Signal(str)
    alone = Signal(str)
    menu_wanted = Signal(str, QPoint)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setItemDelegate(_Painter(self))
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setObjectName("classList")
        self.setAccessibleName("Classes to label with")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumHeight(6 * ROW)
        self._twice = False

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        found = self.model()
        if isinstance(found, QSortFilterProxyModel) and not found.rowCount() and found.sourceModel().rowCount():
            painter = QPainter(self.viewport())
            painter.setPen(theme.tokens().colour("muted"))
            painter.drawText(self.viewport().rect().adjusted(4, 4, -4, -4), Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap, "No class is called that. Esc lists all; Edit classes… adds one.")
            painter.end()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        index, twice, self._twice = self.indexAt(event.position().toPoint()), self._twice, False
        if event.button() != Qt.MouseButton.LeftButton or not index.isValid() or twice:
            return
        if not self._on_eye(event):
            self.picked.emit(index.data(NAME))
        elif event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.alone.emit(index.data(NAME))
        else:
            self.eye.emit(index.data(NAME))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._on_eye(event):
            self._twice = True  # the release that follows is this click's
            self.alone.emit(self.indexAt(event.position().toPoint()).data(NAME))
        else:
            super().mouseDoubleClickEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        name = self.currentIndex().data(NAME)
        if name and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.picked.emit(name)
        elif name and event.key() == Qt.Key.Key_Space:
            self.eye.emit(name)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_wanted.emit(self.indexAt(event.pos()).data(NAME) or "", event.globalPos())

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and (index := self.indexAt(event.pos())).isValid() and _eye(self.visualRect(index)).contains(event.pos()):
            name = index.data(NAME)
            QToolTip.showText(event.globalPos(), f"{'Show' if index.data(HIDDEN) else 'Hide'} {name} (Space); Alt+click or double click shows it alone", self)
            return True
        return super().viewportEvent(event)

    def _on_eye(self, event: QMouseEvent) -> bool:
        at = event.position().toPoint()
        index = self.indexAt(at)
        return index.isValid() and _eye(self.visualRect(index)).contains(at)


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

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(label.name for label in self._labels)

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
                count = self._counts.get(one.name, 0)
                return f"{one.name}: {one.category}, id {one.id}{key}" + (f", {count} region{'s' if count != 1 else ''} here" if count else "")
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
