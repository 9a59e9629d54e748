"""Results side by side in figures: what they score, how large the network is, and what a frame takes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from gui.widgets.checks import Index
from gui.widgets.results_list import second_line, title

if TYPE_CHECKING:
    from engine.evaluation.results import Kept

_COLUMNS = ("Result", "mIoU", "Right", "Params", "Mult-adds", "A frame")
_TIPS = {
    "Right": "Share of the scored pixels that are right",
    "Params": "Parameters of the network",
    "Mult-adds": "Multiply-adds of one look at a picture of the network's own size",
    "A frame": "From the image to the mask, the median, measured on this machine",
}
_MOST_ROWS = 4
_NAME = int(Qt.ItemDataRole.UserRole)


class ResultTable(QTableWidget):
    """A row a result; the first is the one that is looked at."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, len(_COLUMNS), parent)
        self.setAccessibleName("Figures of the results")
        for at, name in enumerate(_COLUMNS):
            head = QTableWidgetItem(name)
            head.setToolTip(_TIPS.get(name, ""))
            head.setTextAlignment(Qt.AlignmentFlag.AlignVCenter | (Qt.AlignmentFlag.AlignRight if at else Qt.AlignmentFlag.AlignLeft))
            self.setHorizontalHeaderItem(at, head)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setHighlightSections(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(26)
        self.setShowGrid(False)
        self.setWordWrap(False)  # a name would break at its hyphens and show its first part alone
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setItemDelegateForColumn(0, _Names(self))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def show_results(self, shown: list[tuple[Kept, str]]) -> None:
        """A row each, with a dot in its colour."""
        self.setRowCount(len(shown))
        for row, (result, colour) in enumerate(shown):
            for column, text in enumerate(figures(result)):
                item = QTableWidgetItem(text)
                if column:
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                else:
                    item.setIcon(_dot(colour))
                    item.setData(_NAME, title(result))
                    item.setToolTip(f"{text}\n{result.report['checkpoint']}\n{result.report['frames']} frames of {result.report['data']}")
                self.setItem(row, column, item)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(400, self.horizontalHeader().sizeHint().height() + min(max(1, self.rowCount()), _MOST_ROWS) * 26 + 4)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, self.sizeHint().height())


def figures(result: Kept) -> tuple[str, ...]:
    """The row in words."""
    report = result.report
    mean = report["mean_iou"]
    accuracy = report.get("accuracy")
    words = f"{title(result)}, {second_line(result)}"
    return (
        words,
        "–" if math.isnan(mean) else f"{mean:.3f}",
        f"{100 * accuracy:.1f} %" if isinstance(accuracy, float) else "–",
        f"{report['parameters'] / 1e6:.2f} M",
        f"{report['multiply_adds'] / 1e9:.2f} G",
        f"{report['milliseconds']:.1f} ms",
    )


class _Names(QStyledItemDelegate):
    """Where the room is short, what a result is of is cut before its name is, both in the middle."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        name, metrics = index.data(_NAME), option.fontMetrics
        style = option.widget.style()
        margin = style.pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin, option, option.widget) + 1
        room = style.subElementRect(QStyle.SubElement.SE_ItemViewItemText, option, option.widget).width() - 2 * margin
        room -= metrics.horizontalAdvance(name)
        rest = metrics.elidedText(option.text.removeprefix(name), Qt.TextElideMode.ElideMiddle, room)
        option.text = f"{name}{rest}" if len(rest) > len(", …") else option.text


def _dot(colour: str) -> QIcon:
    picture = QPixmap(20, 20)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    painter.drawEllipse(4, 4, 12, 12)
    painter.end()
    return QIcon(picture)
