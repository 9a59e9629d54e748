"""The tools as a column of buttons beside the picture."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QToolButton, QVBoxLayout, QWidget

from gui import theme
from gui.tools._tool import Tool


class ToolBar(QFrame):
    """One of the tools is in the hand. `chosen(name)` fires for the user's choice alone."""

    chosen = Signal(str)

    def __init__(self, tools: Sequence[Tool], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("toolBar")
        self._buttons: dict[str, QToolButton] = {}
        group = QButtonGroup(self, exclusive=False)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 8, 4, 8)
        column.setSpacing(4)
        for tool in tools:
            button = QToolButton()
            button.setIcon(theme.icon(tool.icon))
            button.setIconSize(QSize(20, 20))
            button.setCheckable(True)
            button.setAutoRaise(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setToolTip(f"{tool.title} ({tool.key})\n{tool.help}")
            button.setAccessibleName(tool.title)
            button.clicked.connect(lambda _=False, name=tool.name: self.chosen.emit(name))
            group.addButton(button)
            column.addWidget(button)
            self._buttons[tool.name] = button
        column.addStretch(1)

    def show_tool(self, name: str) -> None:
        """Marks the tool that is in the hand; none where that has no button."""
        for known, button in self._buttons.items():
            button.setChecked(known == name)
