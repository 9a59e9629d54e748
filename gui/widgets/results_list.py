"""The results there are, a row of two lines each; a check mark compares one with the others."""

from __future__ import annotations

import math
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QMouseEvent, QPainter
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QMenu, QSizePolicy, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from gui import theme
from gui.evaluating import COLOURS
from gui.widgets import checks
from gui.widgets.checks import Index

if TYPE_CHECKING:
    from engine.evaluation.results import Kept

_LEFT = 30
_ROWS = 7
_RESULT, _COLOUR = int(Qt.ItemDataRole.UserRole), int(Qt.ItemDataRole.UserRole) + 1


class ResultsList(QListWidget):
    """`compared` gives the checked results with their colours, the one looked at first; `looked` the one that is looked at."""

    compared = Signal(object)
    looked = Signal(object)
    delete_wanted = Signal(object)
    folder_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._filling = False
        self._on_check = False
        self._told: Kept | None = None
        self.setAccessibleName("Results")
        self.setItemDelegate(_Rows(self))
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.customContextMenuRequested.connect(self._on_menu)
        self.itemChanged.connect(lambda _: self._tell())
        self.currentItemChanged.connect(lambda *_: self._tell())

    @property
    def current(self) -> Kept | None:
        """The result that is looked at."""
        item = self.currentItem()
        return item.data(_RESULT) if item is not None else None

    @property
    def shown(self) -> list[tuple[Kept, str]]:
        """The result looked at, then those that are checked, each with its colour."""
        items = [item for item in self._items() if item.checkState() == Qt.CheckState.Checked or item is self.currentItem()]
        items.sort(key=lambda item: item is not self.currentItem())
        return [(item.data(_RESULT), item.data(_COLOUR)) for item in items]

    def show_results(self, results: list[Kept], *, look_at: Path | None = None) -> None:
        """Lists `results`; what was checked and looked at stays so, unless there is one to `look_at`."""
        checked = {item.data(_RESULT).path for item in self._items() if item.checkState() == Qt.CheckState.Checked}
        wanted = look_at or (self.current.path if self.current else None)
        self._filling = True
        self.clear()
        for at, one in enumerate(reversed(results)):
            item = QListWidgetItem()
            item.setText(f"{title(one)}, mIoU {one.report['mean_iou']:.3f}, {second_line(one)}")
            item.setToolTip(f"{one.report['checkpoint']}\n{one.report['data']}\nChecked: compared with the others")
            item.setData(_RESULT, one)
            item.setData(_COLOUR, COLOURS[at % len(COLOURS)])
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if one.path in checked else Qt.CheckState.Unchecked)
            self.insertItem(0, item)
        chosen = next((item for item in self._items() if item.data(_RESULT).path == wanted), self.item(0))
        if chosen is not None:
            self.setCurrentItem(chosen)
        self._filling = False
        self.updateGeometry()
        self._tell()

    def check(self, path: Path, checked: bool = True) -> None:
        """Compares the result in the folder `path`, or not."""
        for item in self._items():
            if item.data(_RESULT).path == path:
                item.setCheckState(Qt.CheckState.Checked if checked else Qt.CheckState.Unchecked)

    def sizeHint(self) -> QSize:
        return QSize(240, min(max(self.count(), 1), _ROWS) * _Rows.HEIGHT + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, self.sizeHint().height())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._on_check = event.position().x() < _LEFT
        if not self._on_check:
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        item = self.itemAt(event.position().toPoint())
        if self._on_check and item is not None:
            item.setCheckState(Qt.CheckState.Unchecked if item.checkState() == Qt.CheckState.Checked else Qt.CheckState.Checked)
            return
        super().mouseReleaseEvent(event)

    def _items(self) -> list[QListWidgetItem]:
        return [self.item(row) for row in range(self.count())]

    def _tell(self) -> None:
        if self._filling:
            return
        if (current := self.current) != self._told:
            self._told = current
            self.looked.emit(current)
        self.compared.emit(self.shown)

    def _on_menu(self, position: QPoint) -> None:
        item = self.itemAt(position)
        if item is None:
            return
        result = item.data(_RESULT)
        menu = QMenu(self)
        menu.addAction(theme.icon("external"), "Open folder", lambda: self.folder_wanted.emit(result))
        menu.addAction(theme.icon("trash"), "Delete…", lambda: self.delete_wanted.emit(result))
        menu.popup(self.viewport().mapToGlobal(position))


class _Rows(QStyledItemDelegate):
    HEIGHT = 44

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, self.HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        result, now, rect = index.data(_RESULT), theme.tokens(), option.rect
        painter.save()
        if option.state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            painter.fillRect(rect, now.colour("hover"))
        drawn = checks.is_on(index) or bool(option.state & QStyle.StateFlag.State_Selected)
        if drawn:
            painter.fillRect(QRect(rect.left(), rect.top() + 4, 3, rect.height() - 8), QColor(index.data(_COLOUR)))
        checks.paint(painter, rect, rect.left() + 10, checks.is_on(index))
        inside = rect.adjusted(_LEFT + 4, 5, -8, -5)
        height = inside.height() // 2
        bold = QFont(option.font)
        bold.setWeight(QFont.Weight.DemiBold)
        metrics = QFontMetrics(bold)
        number = "–" if math.isnan(result.report["mean_iou"]) else f"{result.report['mean_iou']:.3f}"
        width = metrics.horizontalAdvance(number)
        painter.setFont(bold)
        painter.setPen(now.colour("text"))
        painter.drawText(QRect(inside.right() - width, inside.top(), width + 1, height), Qt.AlignmentFlag.AlignVCenter, number)
        words = metrics.elidedText(title(result), Qt.TextElideMode.ElideMiddle, inside.width() - width - 8)
        painter.drawText(QRect(inside.left(), inside.top(), inside.width() - width, height), Qt.AlignmentFlag.AlignVCenter, words)
        painter.setFont(option.font)
        painter.setPen(now.colour("muted"))
        below = QRect(inside.left(), inside.top() + height, inside.width(), height)
        painter.drawText(below, Qt.AlignmentFlag.AlignVCenter, option.fontMetrics.elidedText(second_line(result), Qt.TextElideMode.ElideRight, below.width()))
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(now.colour("accent"))
            painter.drawRect(rect.adjusted(0, 0, -1, -1))
        painter.restore()

    def editorEvent(self, event: QEvent, model: object, option: QStyleOptionViewItem, index: Index) -> bool:
        return event.type() == QEvent.Type.KeyPress and checks.toggled(event, model, index, option.rect.left() + _LEFT)


def title(result: Kept) -> str:
    """The checkpoint it is of: its run's name without the time, else its file's."""
    path = Path(result.report["checkpoint"])
    name = path.parent.name if path.suffix and path.stem in ("best", "last") else path.stem if path.suffix else path.name
    return name.split("_", 2)[2] if name[:2] == "20" and name.count("_") >= 2 else name


def second_line(result: Kept) -> str:
    """On what, how, and when."""
    report = result.report
    how = ["mirrored"] if report["tta"] == "flip" else []
    how += [f"{len(report['scales'])} scales"] if len(report["scales"]) > 1 else []
    how += {"slide": ["sliding window"], "image": ["full size"]}.get(report["at"], [])
    how += [f"≥ {report['smallest_cluster']} px"] if report["smallest_cluster"] else []
    when = f"{result.when:%H:%M}" if result.when.date() == datetime.now().date() else f"{result.when:%d %b %H:%M}"
    return " · ".join([f"{Path(report['data']).name} {report['split']}", *how, when])
