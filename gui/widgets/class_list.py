"""The classes: colour, name, share, an eye, and solo. One widget for every page; what is hidden here is hidden everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QListView, QMenu, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from gui import theme
from gui.session import Session

if TYPE_CHECKING:
    from engine.labels import ClassSet

ROW = 26
Index = QModelIndex | QPersistentModelIndex
NAME, COLOUR, SHARE, HIDDEN = (int(Qt.ItemDataRole.UserRole) + at for at in range(4))


class ClassList(QListView):
    """Space hides or shows, Enter shows one class alone; a click on the eye or the ring does the same."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._rows = _Rows(session, self)
        self.setModel(self._rows)
        self.setItemDelegate(_Painter(self))
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setObjectName("classList")
        self.setAccessibleName("Classes")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._rows.modelReset.connect(self._fit)
        session.class_set_changed.connect(self._rows.show_classes)
        session.hidden_changed.connect(lambda _: self._rows.refresh())
        self._rows.show_classes(session.class_set)

    @property
    def names(self) -> list[str]:
        """The classes that are listed, in order."""
        return [self._rows.index(row).data(NAME) for row in range(self._rows.rowCount())]

    def set_shares(self, shares: Mapping[str, float]) -> None:
        """Shares of the pixels by class name, 0…1; classes without one show none."""
        self._rows.set_shares(shares)

    def show_classes(self, classes: ClassSet | None) -> None:
        """Lists other classes than the session's."""
        self._rows.show_classes(classes)

    def sizeHint(self) -> QSize:
        return QSize(200, max(1, self._rows.rowCount()) * ROW + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.sizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        name = self.currentIndex().data(NAME)
        if name and event.key() == Qt.Key.Key_Space:
            self._session.set_hidden(name, name not in self._session.hidden)
        elif name and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._session.solo(name)
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        name = index.data(NAME)
        if event.button() != Qt.MouseButton.LeftButton or not name:
            return
        eye, ring = _buttons(self.visualRect(index))
        if eye.contains(event.position().toPoint()):
            self._session.set_hidden(name, name not in self._session.hidden)
        elif ring.contains(event.position().toPoint()):
            self._session.solo(name)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        name = self.indexAt(event.pos()).data(NAME)
        menu = QMenu(self)
        if name:
            hidden = name in self._session.hidden
            menu.addAction(theme.icon("eye" if hidden else "eye-off"), f"Show {name}" if hidden else f"Hide {name}", lambda: self._session.set_hidden(name, not hidden))
            menu.addAction(theme.icon("solo"), f"Show only {name}", lambda: self._session.hide_only(frozenset(self.names) - {name}))
        menu.addAction("Show all classes", lambda: self._session.hide_only(frozenset()))
        menu.addAction("Hide all classes", lambda: self._session.hide_only(frozenset(self.names)))
        menu.exec(event.globalPos())

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip:
            self.setToolTip(self._tip(self.viewport().mapFromGlobal(self.cursor().pos())))
        return super().viewportEvent(event)

    def _tip(self, at: QPoint) -> str:
        index = self.indexAt(at)
        name = index.data(NAME)
        if not name:
            return ""
        eye, ring = _buttons(self.visualRect(index))
        if eye.contains(at):
            return f"Show {name} (Space)" if name in self._session.hidden else f"Hide {name} (Space)"
        return f"Show only {name} (Enter)" if ring.contains(at) else name

    def _fit(self) -> None:
        self.setFixedHeight(self.sizeHint().height())
        self.updateGeometry()


class _Rows(QAbstractListModel):
    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._classes: tuple[Any, ...] = ()
        self._shares: dict[str, float] = {}

    def show_classes(self, classes: ClassSet | None) -> None:
        listed = classes.classes if classes else ()
        if listed == self._classes:
            return  # a reset would take the selection from under the keyboard
        self.beginResetModel()
        self._classes = listed
        self.endResetModel()

    def set_shares(self, shares: Mapping[str, float]) -> None:
        self._shares = dict(shares)
        self.refresh()

    def refresh(self) -> None:
        if self._classes:
            self.dataChanged.emit(self.index(0), self.index(len(self._classes) - 1))

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._classes)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        one = self._classes[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return f"{one.name}, hidden" if one.name in self._session.hidden and role != Qt.ItemDataRole.DisplayRole else one.name
            case _ if role == NAME:
                return one.name
            case _ if role == COLOUR:
                return QColor(*one.colour)
            case _ if role == SHARE:
                return self._shares.get(one.name)
            case _ if role == HIDDEN:
                return one.name in self._session.hidden
        return None


class _Painter(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(120, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        now = theme.tokens()
        rect: QRect = option.rect  # type: ignore[attr-defined]
        state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
        view = option.widget  # type: ignore[attr-defined]
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        current = isinstance(view, QWidget) and view.hasFocus() and index == view.currentIndex()  # type: ignore[attr-defined]
        hidden = bool(index.data(HIDDEN))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if hovered or current:
            painter.setPen(now.colour("accent") if current else Qt.PenStyle.NoPen)
            painter.setBrush(now.colour("hover"))
            painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), 4, 4)
        swatch = QRect(rect.left() + 6, rect.center().y() - 6, 13, 13)
        painter.setPen(now.colour("muted"))
        painter.setBrush(Qt.BrushStyle.NoBrush if hidden else index.data(COLOUR))
        painter.drawRoundedRect(swatch, 3, 3)
        eye, ring = _buttons(rect)
        share = index.data(SHARE)
        said = "" if share is None else _percent(share)
        width = painter.fontMetrics().horizontalAdvance("100.0 %") if said else 0
        painter.setPen(now.colour("muted" if hidden else "text"))
        room = QRect(swatch.right() + 9, rect.top(), ring.left() - swatch.right() - 13 - width, rect.height())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, painter.fontMetrics().elidedText(index.data(NAME), Qt.TextElideMode.ElideRight, room.width()))
        painter.setPen(now.colour("muted"))
        painter.drawText(QRect(ring.left() - width - 4, rect.top(), width, rect.height()), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, said)
        if hovered or current:
            theme.icon("solo", "muted").paint(painter, ring.adjusted(4, 5, -4, -5))
        theme.icon("eye-off" if hidden else "eye", "muted" if hidden or not hovered else "text").paint(painter, eye.adjusted(4, 5, -4, -5))
        painter.restore()


def _buttons(row: QRect) -> tuple[QRect, QRect]:
    eye = QRect(row.right() - 26, row.top(), 26, row.height())
    return eye, eye.translated(-26, 0)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %" if share >= 0.0005 or share == 0 else "<0.1 %"
