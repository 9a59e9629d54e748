"""Check boxes painted in rows of lists, in the theme's colours."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QPainter

from gui import theme

SIDE = 15
Index = QModelIndex | QPersistentModelIndex


def paint(painter: QPainter, row: QRect, left: int, checked: bool) -> None:
    """A box at `left`, in the middle of the height of `row`."""
    now = theme.tokens()
    box = QRect(left, row.center().y() - SIDE // 2, SIDE, SIDE)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(now.colour("accent" if checked else "muted"))
    painter.setBrush(now.colour("accent") if checked else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(box, 3, 3)
    painter.restore()
    if checked:
        theme.icon("check", "on_accent").paint(painter, box)


def is_on(index: Index) -> bool:
    """Whether the row is checked."""
    return Qt.CheckState(index.data(Qt.ItemDataRole.CheckStateRole)) == Qt.CheckState.Checked


def toggled(event: QEvent, model: object, index: Index, right: int) -> bool:
    """Turns the row over where `event` is a click left of `right` or the space bar; whether the event is used up."""
    released = event.type() == QEvent.Type.MouseButtonRelease
    if released or event.type() == QEvent.Type.MouseButtonDblClick:
        if event.position().x() >= right or event.button() != Qt.MouseButton.LeftButton:  # type: ignore[attr-defined]
            return False
    elif event.type() != QEvent.Type.KeyPress or event.key() != Qt.Key.Key_Space:  # type: ignore[attr-defined]
        return False
    if event.type() != QEvent.Type.MouseButtonDblClick:
        state = Qt.CheckState.Unchecked if is_on(index) else Qt.CheckState.Checked
        model.setData(index, state, Qt.ItemDataRole.CheckStateRole)  # type: ignore[attr-defined]
    return True
