"""The rail at the left: one button a page, icon above word."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QToolButton, QVBoxLayout, QWidget

from gui import theme
from gui.actions import Action, dress


class Rail(QFrame):
    """Shows which page is on, and lets the user choose; below, a few buttons for the whole window."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rail")
        self.setFixedWidth(84)
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._buttons: dict[str, QToolButton] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(6, 8, 6, 8)
        self._column.setSpacing(4)
        self._column.addStretch(1)

    def add_page(self, name: str, title: str, icon: str, tooltip: str) -> None:
        """A button for the page `name`, below the others."""
        button = self._button(title, icon)
        button.setCheckable(True)
        button.setToolTip(tooltip)
        button.clicked.connect(lambda: self.chosen.emit(name))
        self._group.addButton(button)
        self._buttons[name] = button
        self._column.insertWidget(len(self._buttons) - 1, button)

    def add_action(self, row: Action, word: str) -> None:
        """A button at the foot of the rail."""
        button = self._button(word, row.icon)
        dress(button, row)
        button.clicked.connect(lambda: row.call())
        self._column.addWidget(button)

    def show_page(self, name: str) -> None:
        """Marks the page `name` as the one that is shown."""
        self._buttons[name].setChecked(True)

    def _button(self, word: str, icon: str) -> QToolButton:
        button = QToolButton()
        button.setText(word)
        button.setIcon(theme.icon(icon))
        button.setIconSize(QSize(22, 22))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setFixedSize(72, 58)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keyboard to the page
        button.setAccessibleName(word)
        return button
