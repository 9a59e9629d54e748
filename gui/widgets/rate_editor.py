"""The editor of a learning rate: a number, and a button that looks for a good one."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from gui import theme
from gui.widgets.editors import Number


class Rate(Number):
    """`search_wanted` fires when the user would rather have it found than type it."""

    search_wanted = Signal()

    def __init__(self) -> None:
        super().__init__("")
        self.line.setAccessibleName("Learning rate")
        self.search = QToolButton()
        self.search.setText("Find…")
        self.search.setIcon(theme.icon("search"))
        self.search.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.search.setToolTip("Try rising learning rates for a hundred steps, and see which ones the loss falls at")
        self.search.setAccessibleName("Find learning rate")
        self.search.clicked.connect(self.search_wanted)
        self.widget = QWidget()
        row = QHBoxLayout(self.widget)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.line, 1)
        row.addWidget(self.search)
        self.widget.setFocusProxy(self.line)

    def take(self, rate: float) -> None:
        """Puts `rate` there as if the user had typed it."""
        self.set(rate)
        self.edited.emit()
