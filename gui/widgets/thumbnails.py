"""Thousands of frames in a list that scrolls smoothly: only what is seen is asked for, a placeholder stands until it is there."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QImage, QKeyEvent, QPainter, QPixmap, QResizeEvent, QStandardItemModel, QWheelEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QMenu, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from gui import theme
from gui.frame_items import Item
from gui.thumbnail_feed import ThumbnailFeed

Index = QModelIndex | QPersistentModelIndex
ITEM, PROBLEM = int(Qt.ItemDataRole.UserRole), int(Qt.ItemDataRole.UserRole) + 1
IN_MEMORY = 600
SIZES = (96, 256)
CAPTION = 22
GAP = 8


class Thumbnails(QListView):
    """`chosen(item)` when the selection moves, `activated_item(item)` on double-click and Enter."""

    chosen = Signal(object)
    activated_item = Signal(object)
    menu_wanted = Signal(QMenu, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = ThumbnailRows(self)
        self.setModel(self.rows)
        self.setItemDelegate(_Painter(self))
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setAccessibleName("Frames")
        self.width_of_one, self._aspect = 160, 9 / 16
        self.set_size(self.width_of_one)
        self.activated.connect(lambda index: self.activated_item.emit(index.data(ITEM)))
        self.selectionModel().currentChanged.connect(lambda index, _: self.chosen.emit(index.data(ITEM)))

    @property
    def current(self) -> Item | None:
        """The selected frame."""
        return self.currentIndex().data(ITEM)

    def set_size(self, width: int, aspect: float | None = None) -> None:
        """How wide a thumbnail is, in logical pixels, and how high by its width."""
        self.width_of_one = max(SIZES[0], min(width, SIZES[1]))
        self._aspect = max(0.28, min(aspect, 1.0)) if aspect is not None else self._aspect
        columns = max(1, self.viewport().width() // (self.width_of_one + GAP))
        wide = max(SIZES[0], self.viewport().width() // columns - GAP) if self.viewport().width() > SIZES[0] + GAP else self.width_of_one
        self.setGridSize(QSize(wide + GAP, round(wide * self._aspect) + CAPTION + GAP))
        self.verticalScrollBar().setSingleStep(self.gridSize().height() // 3)

    def reveal(self, row: int) -> None:
        """Selects the frame at `row` and scrolls to it."""
        index = self.rows.index(row, 0)
        self.setCurrentIndex(index)
        self.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.set_size(self.width_of_one)
        super().resizeEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.set_size(self.width_of_one + (16 if event.angleDelta().y() > 0 else -16))
            event.accept()
        else:
            super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current is not None:
            self.activated_item.emit(self.current)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        item = self.indexAt(event.pos()).data(ITEM)
        if item is not None:
            menu = QMenu(self)
            self.menu_wanted.emit(menu, item)
            menu.exec(event.globalPos())


class ThumbnailRows(QStandardItemModel):
    """The frames that pass the filter. Asks the feed for a picture when it is first painted.

    A standard item model without items: a list view asks for the row count thousands of times a paint, and here that stays in C++.
    """

    counted = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(0, 1, parent)
        self.feed = ThumbnailFeed(self)
        self.feed.ready.connect(self._on_ready)
        self._all: Sequence[Item] = ()
        self._shown: list[Item] = []
        self._row_of: dict[Item, int] = {}
        self._words = ""
        self._pictures: OrderedDict[Item, QPixmap] = OrderedDict()
        self._asked: set[Item] = set()
        self._bad: set[Path] = set()

    @property
    def shown(self) -> Sequence[Item]:
        """What passes the filter, in order."""
        return self._shown

    def show_items(self, items: Sequence[Item]) -> None:
        """Lists other frames; pictures that are on their way for the old ones are dropped."""
        self.feed.forget()
        self._all = items
        self._pictures.clear()
        self._asked.clear()
        self._refill()

    def filter(self, words: str) -> None:
        """Leaves the frames whose name holds every one of `words`."""
        if words != self._words:
            self._words = words
            self._refill()

    def mark(self, files: set[Path]) -> None:
        """Marks frames whose image or mask is among `files` as having a problem."""
        self._bad = files
        if self._shown:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._shown) - 1, 0))

    def row_of(self, file: Path) -> int:
        """The row whose image or mask is `file`, -1 for none among those shown."""
        return next((row for row, item in enumerate(self._shown) if file in (item.path, item.mask)), -1)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._shown):
            return None
        item = self._shown[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return item.name
            case Qt.ItemDataRole.ToolTipRole:
                return str(item.path)
            case Qt.ItemDataRole.DecorationRole:
                return self._picture(item)
            case _ if role == ITEM:
                return item
            case _ if role == PROBLEM:
                return bool(self._bad) and (item.path in self._bad or item.mask in self._bad)
        return None

    def close(self) -> None:
        """Ends the feed's threads."""
        self.feed.close()

    def _refill(self) -> None:
        words = self._words.lower().split()
        self.setRowCount(0)
        self._shown = [item for item in self._all if all(word in item.name.lower() for word in words)] if words else list(self._all)
        self._row_of = {item: row for row, item in enumerate(self._shown)}
        self.setRowCount(len(self._shown))
        self.counted.emit(len(self._shown))

    def _picture(self, item: Item) -> QPixmap | None:
        picture = self._pictures.get(item)
        if picture is not None:
            self._pictures.move_to_end(item)
            return picture
        self._asked.add(item)
        self.feed.ask(item)
        return None

    def _on_ready(self, item: Item, picture: QImage) -> None:
        row = self._row_of.get(item)
        if item not in self._asked or row is None:
            return
        self._asked.discard(item)
        self._pictures[item] = QPixmap.fromImage(picture)
        while len(self._pictures) > IN_MEMORY:
            self._pictures.popitem(last=False)
        self.dataChanged.emit(self.index(row, 0), self.index(row, 0), [Qt.ItemDataRole.DecorationRole])


class _Painter(QStyledItemDelegate):
    """Keeps pictures scaled to the size they are shown at: scaling at every paint costs ten times the painting."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._fitted: OrderedDict[tuple[int, int, float], QPixmap] = OrderedDict()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        view = self.parent()
        return view.gridSize() if isinstance(view, QListView) else QSize(160, 120)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        now = theme.tokens()
        rect: QRect = option.rect.adjusted(GAP // 2, GAP // 2, -GAP // 2, -GAP // 2)  # type: ignore[attr-defined]
        state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
        selected = bool(state & QStyle.StateFlag.State_Selected)
        room = QRect(rect.left(), rect.top(), rect.width(), rect.height() - CAPTION)
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        picture = index.data(Qt.ItemDataRole.DecorationRole)
        painter.fillRect(room, now.colour("picture" if picture is not None else "hover"))
        self._draw_picture(painter, room, picture)
        if selected or state & QStyle.StateFlag.State_MouseOver:
            pen = painter.pen()
            pen.setColor(now.colour("accent" if selected else "muted"))
            pen.setWidthF(2.5 if selected else 1)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(room, 3, 3)
        if index.data(PROBLEM):
            badge = QRect(room.right() - 24, room.top() + 4, 20, 20)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(now.colour("picture"))
            painter.drawEllipse(badge)
            theme.icon("warning", "#f0b840").paint(painter, badge.adjusted(3, 3, -3, -3))
        painter.setPen(now.colour("text" if selected else "muted"))
        caption = QRect(rect.left() + 2, room.bottom() + 1, rect.width() - 4, CAPTION)
        name = painter.fontMetrics().elidedText(index.data(), Qt.TextElideMode.ElideMiddle, caption.width())
        painter.drawText(caption, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, name)
        painter.restore()

    def _draw_picture(self, painter: QPainter, room: QRect, picture: QPixmap | None) -> None:
        if picture is None:
            return
        if picture.isNull():
            side = min(28, room.height() // 2)
            theme.icon("warning", "#f0b840").paint(painter, QRect(room.center().x() - side // 2, room.center().y() - side // 2, side, side))
            return
        ratio = painter.device().devicePixelRatio()
        key = (picture.cacheKey(), room.width(), ratio)
        fitted = self._fitted.get(key)
        if fitted is None:
            fitted = picture.scaled(room.size() * ratio, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
            fitted.setDevicePixelRatio(ratio)
            self._fitted[key] = fitted
            while len(self._fitted) > IN_MEMORY:
                self._fitted.popitem(last=False)
        size = fitted.deviceIndependentSize()
        painter.drawPixmap(QPointF(room.left() + (room.width() - size.width()) / 2, room.top() + (room.height() - size.height()) / 2), fitted)
