"""Which classes get a line of their own: check box, colour, name and the newest IoU."""

from __future__ import annotations

import colorsys
from collections.abc import Mapping

from PySide6.QtCore import QEvent, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QToolButton, QVBoxLayout, QWidget

from gui import theme
from gui.widgets import checks
from gui.widgets.checks import Index
from gui.widgets.curve_lines import spoken

_FALLBACK = ("#7bc8f6", "#f7b267", "#8bd48a", "#f28482", "#c3a6ff", "#6ee7d8", "#ffd166", "#f4a6cd", "#a3b18a", "#9fb8d9", "#e0c3a0", "#d0d66b")
_SCORE, _COLOUR = int(Qt.ItemDataRole.UserRole), int(Qt.ItemDataRole.UserRole) + 1
_ROW = 24


class ClassLines(QWidget):
    """`changed` gives the colours by name of the classes that are checked."""

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colours: dict[str, str] = {}
        self._filling = False
        self.list = QListWidget()
        self.list.setAccessibleName("Classes with a line of their own")
        self.list.setItemDelegate(_Rows(self.list))
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemChanged.connect(lambda _: self._tell())
        buttons = QHBoxLayout()
        buttons.setContentsMargins(4, 2, 4, 0)
        for words, checked in (("All", True), ("None", False)):
            button = QToolButton()
            button.setText(words)
            button.setToolTip(f"A line for {'every class' if checked else 'no class'}")
            button.clicked.connect(lambda _=False, checked=checked: self.check_all(checked))
            buttons.addWidget(button)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(buttons)
        column.addWidget(self.list, 1)

    @property
    def checked(self) -> dict[str, str]:
        """The colours, fit for a dark plot, of the classes that have a line."""
        return {item.text(): self._colours[item.text()] for item in self._items() if item.checkState() == Qt.CheckState.Checked}

    def show_classes(self, names: tuple[str, ...], colours: Mapping[str, str]) -> None:
        """Lists these classes; those that were checked by name stay so."""
        wanted = {name: on_dark(colours.get(name, _FALLBACK[at % len(_FALLBACK)])) for at, name in enumerate(names)}
        if wanted == self._colours:
            return
        before = set(self.checked)
        self._filling, self._colours = True, wanted
        self.list.clear()
        for name in names:
            item = QListWidgetItem(name)
            item.setData(_COLOUR, wanted[name])
            item.setData(_SCORE, "")
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if name in before else Qt.CheckState.Unchecked)
            self.list.addItem(item)
        self._filling = False
        self.updateGeometry()
        self._tell()

    def show_scores(self, iou: Mapping[str, float]) -> None:
        """Writes the newest IoU behind each name."""
        self._filling = True
        for item in self._items():
            if item.data(_SCORE) != (said := spoken(iou[item.text()]) if item.text() in iou else ""):
                item.setData(_SCORE, said)
        self._filling = False

    def check_all(self, checked: bool) -> None:
        """A line for every class, or for none."""
        self._filling = True
        for item in self._items():
            item.setCheckState(Qt.CheckState.Checked if checked else Qt.CheckState.Unchecked)
        self._filling = False
        self._tell()

    def check(self, name: str, checked: bool) -> None:
        """A line for the class `name`, or none."""
        for item in self._items():
            if item.text() == name:
                item.setCheckState(Qt.CheckState.Checked if checked else Qt.CheckState.Unchecked)

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        return QSize(max((metrics.horizontalAdvance(name) for name in self._colours), default=60) + 120, 200)

    def minimumSizeHint(self) -> QSize:
        return QSize(130, 100)

    def _items(self) -> list[QListWidgetItem]:
        return [self.list.item(row) for row in range(self.list.count())]

    def _tell(self) -> None:
        if not self._filling:
            self.changed.emit(self.checked)


class _Rows(QStyledItemDelegate):
    """A click anywhere on the row turns its box over."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(120, max(_ROW, QFontMetrics(option.font).height() + 6))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        now, row = theme.tokens(), option.rect
        painter.save()
        if option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(row, now.colour("hover"))
        checks.paint(painter, row, row.left() + 8, checks.is_on(index))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(index.data(_COLOUR)))
        painter.drawEllipse(QPointF(row.left() + 37, row.center().y() + 0.5), 5, 5)
        number = index.data(_SCORE)
        width = option.fontMetrics.horizontalAdvance(number)
        inside = QRect(row.left() + 50, row.top(), row.width() - 58, row.height())
        painter.setPen(now.colour("muted"))
        painter.drawText(inside, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, number)
        painter.setPen(now.colour("text"))
        name = option.fontMetrics.elidedText(index.data(), Qt.TextElideMode.ElideRight, inside.width() - width - 8)
        painter.drawText(inside, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(now.colour("accent"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(row.adjusted(0, 0, -1, -1))
        painter.restore()

    def editorEvent(self, event: QEvent, model: object, option: QStyleOptionViewItem, index: Index) -> bool:
        return checks.toggled(event, model, index, option.rect.right())


def on_dark(colour: str) -> str:
    """`colour` (#rrggbb) made light enough to be seen as a line on the dark plot; its hue stays."""
    given = QColor(colour)
    red, green, blue = given.redF(), given.greenF(), given.blueF()
    hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    while 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.36 and lightness < 0.95:
        lightness += 0.03
        red, green, blue = colorsys.hls_to_rgb(hue, lightness, saturation)
    return QColor.fromRgbF(red, green, blue).name()
