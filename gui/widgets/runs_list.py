"""The runs there are, a row of two lines each: network and best mIoU, then when, how far and how it ended."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QMouseEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QListView, QMenu, QSizePolicy, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from engine.run_summary import Summary
from gui import theme
from gui.widgets import checks
from gui.widgets.checks import Index

CHECK_WIDTH = 30
ROWS = 6
"""As many are seen at once; the others scroll."""
_ROOT = QModelIndex()
_TOKENS = {"running": "accent", "finished": "ok", "stopped": "warning", "interrupted": "warning", "failed": "danger"}


class RunsModel(QAbstractListModel):
    """Rows are summaries, the newest first; a check mark lays the run's curves over the plot."""

    overlaid = Signal(object)
    """The names of the runs that are checked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Summary] = []
        self._colours: dict[str, str] = {}
        self._checked: set[str] = set()
        self.looked_at = ""

    @property
    def rows(self) -> tuple[Summary, ...]:
        return tuple(self._rows)

    @property
    def checked(self) -> tuple[str, ...]:
        return tuple(row.run.name for row in self._rows if row.run.name in self._checked)

    def show(self, rows: list[Summary]) -> None:
        """Takes the place of the rows; where the same runs stand in the same order only their words change."""
        if [row.run for row in rows] == [row.run for row in self._rows]:
            self._rows = rows
            if rows:
                self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()
        gone = self._checked - {row.run.name for row in rows}
        if gone:
            self._checked -= gone
            self.overlaid.emit(self.checked)

    def colour(self, colours: dict[str, str], looked_at: str) -> None:
        """The colours of the lines of the runs that are drawn, and which of them is looked at."""
        self._colours, self.looked_at = colours, looked_at
        if self._rows:
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))

    def line_colour(self, name: str) -> str:
        return self._colours.get(name, "")

    def check(self, name: str, checked: bool) -> None:
        """Lays the run `name` over the plot, or takes it away."""
        if checked != (name in self._checked):
            (self._checked.add if checked else self._checked.discard)(name)
            self.overlaid.emit(self.checked)
            if self._rows:
                self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def flags(self, index: Index) -> Qt.ItemFlag:
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == Qt.ItemDataRole.CheckStateRole:
            return Qt.CheckState.Checked if row.run.name in self._checked else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{row.words}, {score(row)}, {second_line(row)}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{row.run.path}\n{row.step} of {row.steps_total} steps\nChecked: its curves are laid over the plot"
        if role == Qt.ItemDataRole.UserRole:
            return row
        return None

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.CheckStateRole or not index.isValid():
            return False
        self.check(self._rows[index.row()].run.name, Qt.CheckState(value) == Qt.CheckState.Checked)
        return True


class RunsList(QListView):
    """`chosen` when a run is clicked or entered; the menu's rows are given as (words, icon, what to do with the run, possible)."""

    chosen = Signal(object)

    def __init__(self, model: RunsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._menu_rows: list[tuple[str, str, Callable[[Summary], object], Callable[[Summary], bool]]] = []
        self._on_check = False
        self.setModel(model)
        self.setItemDelegate(_Rows(self))
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Runs")
        self.setObjectName("runsList")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        model.modelReset.connect(self.updateGeometry)
        self.customContextMenuRequested.connect(self._on_menu)
        self.clicked.connect(self._on_clicked)
        self.activated.connect(self._on_activated)

    def set_menu(self, rows: list[tuple[str, str, Callable[[Summary], object], Callable[[Summary], bool]]]) -> None:
        self._menu_rows = rows

    def summary(self) -> Summary | None:
        """The row that has the keyboard."""
        row = self.currentIndex().data(Qt.ItemDataRole.UserRole)
        return row if isinstance(row, Summary) else None

    def select(self, path: Path) -> None:
        """Marks the run in the folder `path`, without `chosen`."""
        for at in range(self.model().rowCount()):
            index = self.model().index(at, 0)
            if index.data(Qt.ItemDataRole.UserRole).run.path == path:
                self.setCurrentIndex(index)

    def sizeHint(self) -> QSize:
        count = self.model().rowCount() if self.model() is not None else 0  # a list may outlive its model for a moment
        return QSize(240, min(max(count, 1), ROWS) * max(self.sizeHintForRow(0), _Rows.HEIGHT) + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, self.sizeHint().height())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._on_check = event.position().x() < CHECK_WIDTH
        super().mouseReleaseEvent(event)

    def _on_clicked(self, index: QModelIndex) -> None:
        if not self._on_check:
            self._on_activated(index)

    def _on_activated(self, index: QModelIndex) -> None:
        self.chosen.emit(index.data(Qt.ItemDataRole.UserRole))

    def _on_menu(self, position: QPoint) -> None:
        row = self.indexAt(position).data(Qt.ItemDataRole.UserRole)
        if not isinstance(row, Summary):
            return
        menu = QMenu(self)
        for words, icon, call, possible in self._menu_rows:
            made = menu.addAction(theme.icon(icon), words)
            made.triggered.connect(lambda _=False, call=call: call(row))
            made.setEnabled(possible(row))
        menu.popup(self.viewport().mapToGlobal(position))


class _Rows(QStyledItemDelegate):
    """Check box, a bar in the colour of the run's line, two lines of words."""

    HEIGHT = 44

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, max(self.HEIGHT, 2 * QFontMetrics(option.font).height() + 12))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row, model, now = index.data(Qt.ItemDataRole.UserRole), index.model(), theme.tokens()
        painter.save()
        state = option.state
        looked_at = row.run.name == getattr(model, "looked_at", "")
        if looked_at or state & QStyle.StateFlag.State_Selected or state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(option.rect, now.colour("hover"))
        if colour := model.line_colour(row.run.name):  # type: ignore[attr-defined]
            painter.fillRect(QRect(option.rect.left(), option.rect.top() + 4, 3, option.rect.height() - 8), QColor(colour))
        checks.paint(painter, option.rect, option.rect.left() + 10, checks.is_on(index))
        inside = option.rect.adjusted(34, 5, -8, -5)
        height = inside.height() // 2
        bold = QFont(option.font)
        bold.setWeight(QFont.Weight.DemiBold)
        painter.setFont(bold)
        number = score(row)
        width = QFontMetrics(bold).horizontalAdvance(number)
        painter.setPen(now.colour("text"))
        painter.drawText(QRect(inside.right() - width, inside.top(), width + 1, height), Qt.AlignmentFlag.AlignVCenter, number)
        words = QFontMetrics(bold).elidedText(row.words, Qt.TextElideMode.ElideRight, inside.width() - width - 8)
        painter.drawText(QRect(inside.left(), inside.top(), inside.width() - width, height), Qt.AlignmentFlag.AlignVCenter, words)
        painter.setFont(option.font)
        below = QRect(inside.left(), inside.top() + height, inside.width(), height)
        metrics = QFontMetrics(option.font)
        painter.setPen(now.colour(_TOKENS[row.state]))
        painter.drawText(below, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, row.state)
        painter.setPen(now.colour("muted"))
        room = below.width() - metrics.horizontalAdvance(row.state) - 8
        painter.drawText(below, Qt.AlignmentFlag.AlignVCenter, metrics.elidedText(second_line(row), Qt.TextElideMode.ElideRight, room))
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(now.colour("accent"))
            painter.drawRect(option.rect.adjusted(0, 0, -1, -1))
        painter.restore()

    def editorEvent(self, event: QEvent, model: object, option: QStyleOptionViewItem, index: Index) -> bool:
        return checks.toggled(event, model, index, option.rect.left() + CHECK_WIDTH)


def score(row: Summary) -> str:
    """The best mIoU with three decimals; a dash before the first validation."""
    return "–" if math.isnan(row.mean_iou) else f"{row.mean_iou:.3f}"


def second_line(row: Summary) -> str:
    """When, on what and how far."""
    steps = f"{row.step}/{row.steps_total}" if row.step < row.steps_total else f"{row.step}"
    when = f"{row.when:%H:%M}" if row.when.date() == datetime.now().date() else f"{row.when:%d %b %H:%M}"
    return " · ".join(filter(None, [when, row.dataset, steps]))
