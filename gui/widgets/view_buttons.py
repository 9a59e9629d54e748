"""The named views of a cloud as buttons over its upper right corner."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QWidget

from gui import actions, theme
from gui.actions import Action


class ViewButtons(QFrame):
    """One button a row; lies on the picture, which is dark in both themes."""

    def __init__(self, rows: Sequence[Action], parent: QWidget) -> None:
        super().__init__(parent)
        self._over = parent
        self.setObjectName("overPicture")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(3, 3, 3, 3)
        layout.setSpacing(1)
        for row in rows:
            button = QToolButton()
            actions.dress(button, row)
            button.setIcon(theme.icon(row.icon, "on_picture"))
            button.setAutoRaise(True)
            button.clicked.connect(lambda _=False, row=row: row.call())
            layout.addWidget(button)
        colour = theme.tokens().on_picture
        self.setStyleSheet(
            "#overPicture { background: rgba(18, 19, 22, 205); border-radius: 6px; }"
            "#overPicture QToolButton { background: transparent; border: 1px solid transparent; }"
            f"#overPicture QToolButton:hover {{ background: rgba(255, 255, 255, 30); }} #overPicture QToolButton:focus {{ border-color: {colour}; }}"
        )

    def place(self) -> None:
        """Moves into its corner; the parent calls it when its size changes."""
        self.adjustSize()
        self.move(QPoint(self._over.width() - self.width() - 12, 12))
