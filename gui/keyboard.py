"""Keys belong to the page, except while a widget needs them itself: typing, moving in a list, turning a slider."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QAbstractSlider, QComboBox, QWidget

_MOVES = {Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}
_PRESSES = {Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter}


class KeyGuard(QObject):
    """An event filter for the application: without it a page's single-key shortcuts would keep lists and buttons from the keyboard."""

    def __init__(self, parent: QObject, before: Callable[[], object] | None = None) -> None:
        """`before` is done before a key is looked up: what is possible may have changed since the last one."""
        super().__init__(parent)
        self._before = before

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent) or not isinstance(watched, QWidget):
            return False
        if wants(watched, event):
            event.accept()
            return True
        if self._before is not None:
            self._before()
        return False


def wants(widget: QWidget, event: QKeyEvent) -> bool:
    """Whether the widget with the keyboard's focus uses this key itself. A widget with the property `keys_to_page` never does."""
    if widget.property("keys_to_page") or not widget.hasFocus():
        return False
    key = Qt.Key(event.key())
    plain = not event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier)
    if not plain:
        return False
    if isinstance(widget, QAbstractButton):
        return key in _PRESSES
    if isinstance(widget, (QAbstractItemView, QComboBox)):
        return key in _MOVES or key in _PRESSES
    return isinstance(widget, QAbstractSlider) and key in _MOVES
