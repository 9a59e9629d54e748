"""The frames that wait, the next ones first: thousands of rows of which only those that are seen are made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView, QWidget

from gui import theme
from gui.review_queue import ReviewQueue

Index = QModelIndex | QPersistentModelIndex
ROW = 24
_SEEN = 7
FRAME, NAME, REASON, SHOWN, NEED = (int(Qt.ItemDataRole.UserRole) + at for at in range(5))
_BAR, _NAME = 26, 80


class QueueList(QTableView):
    """`picked(frame)` when a row is clicked, or Enter is pressed on it."""

    picked = Signal(int)

    def __init__(self, queue: ReviewQueue, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = _Rows(queue, self)
        self.setModel(self._rows)
        self.setItemDelegate(_Painter(self))
        self.horizontalHeader().setVisible(False)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.verticalHeader().setVisible(False)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)  # a list asks for each of thousands of rows
        self.verticalHeader().setDefaultSectionSize(ROW)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Frames that wait, the next ones first")
        self.setFixedHeight(_SEEN * ROW)
        self.clicked.connect(lambda index: self.picked.emit(index.data(FRAME)))
        self.activated.connect(lambda index: self.picked.emit(index.data(FRAME)))

    @property
    def frames(self) -> Sequence[int]:
        """In the order of the rows."""
        return self._rows.frames

    def show_order(self, frames: Sequence[int]) -> None:
        """These frames; the list stays where it was scrolled to."""
        self._rows.show_order(frames)
        self.setFixedHeight(max(1, min(_SEEN, len(frames))) * ROW)

    def show_frame(self, frame: int) -> None:
        """Marks the one that is open, and scrolls to it."""
        row = self._rows.show_frame(frame)
        if row is not None:
            self.scrollTo(self._rows.index(row), QAbstractItemView.ScrollHint.EnsureVisible)


class _Rows(QAbstractListModel):
    def __init__(self, queue: ReviewQueue, parent: QWidget) -> None:
        super().__init__(parent)
        self._queue = queue
        self._shown = -1
        self.frames: Sequence[int] = ()

    def show_order(self, frames: Sequence[int]) -> None:
        if len(frames) == len(self.frames):
            self.frames = list(frames)
            if frames:
                self.dataChanged.emit(self.index(0), self.index(len(frames) - 1))
            return
        self.beginResetModel()
        self.frames = list(frames)
        self.endResetModel()

    def show_frame(self, frame: int) -> int | None:
        self._shown = frame
        if self.frames:
            self.dataChanged.emit(self.index(0), self.index(len(self.frames) - 1))
        return self.frames.index(frame) if frame in self.frames else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.frames)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        frame = self.frames[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return " ".join(words for words in (f"{frame + 1}", self._queue.name(frame), self._queue.reason(frame)) if words)
            case Qt.ItemDataRole.ToolTipRole:
                return "\n".join(words for words in (f"Frame {frame + 1}: {self._queue.name(frame)}", self._queue.details(frame)) if words)
            case _ if role == FRAME:
                return frame
            case _ if role == NAME:
                return self._queue.name(frame)
            case _ if role == REASON:
                return self._queue.reason(frame)
            case _ if role == NEED:
                return self._queue.need(frame)
            case _ if role == SHOWN:
                return frame == self._shown
        return None


class _Painter(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(120, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        now = theme.tokens()
        rect: QRect = option.rect  # type: ignore[attr-defined]
        state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
        shown, focused = bool(index.data(SHOWN)), bool(state & QStyle.StateFlag.State_HasFocus)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if shown or focused or state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(now.colour("accent") if shown or focused else Qt.PenStyle.NoPen)
            painter.setBrush(now.colour("hover"))
            painter.drawRoundedRect(rect.adjusted(1, 1, -2, -1), 4, 4)
        inner, metrics = rect.adjusted(6, 0, -8, 0), painter.fontMetrics()
        reason, frame = index.data(REASON), str(index.data(FRAME) + 1)
        number = max(metrics.horizontalAdvance("0000"), metrics.horizontalAdvance(frame))
        painter.setPen(now.colour("text"))
        painter.drawText(QRect(inner.left(), inner.top(), number, inner.height()), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, frame)
        if (need := index.data(NEED)) is not None:
            bar = QRect(inner.right() - _BAR + 1, inner.center().y() - 1, _BAR, 4)
            painter.fillRect(bar, now.colour("line"))
            painter.fillRect(bar.adjusted(0, 0, -round(_BAR * (1 - need)), 0), now.colour("accent"))
            inner.setRight(bar.left() - 8)
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, reason)
        room = inner.adjusted(number + 10, 0, -metrics.horizontalAdvance(reason) - 10, 0)
        if room.width() > _NAME:
            painter.setPen(now.colour("muted"))
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, metrics.elidedText(index.data(NAME), Qt.TextElideMode.ElideMiddle, room.width()))
        painter.restore()
