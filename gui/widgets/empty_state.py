"""What is shown where there is nothing yet: a sentence and what to do about it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from gui import theme
from gui.actions import Action


class EmptyState(QWidget):
    """An icon, a title, a sentence, and one or two actions of which the first is the usual one."""

    def __init__(self, icon: str, title: str, text: str, actions: tuple[Action, ...] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        symbol = QToolButton()
        symbol.setIcon(theme.icon(icon, "muted"))
        symbol.setIconSize(symbol.iconSize() * 2.5)
        symbol.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        symbol.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        heading = QLabel(title)
        heading.setObjectName("emptyTitle")
        self._text = QLabel(text)
        self._text.setObjectName("muted")
        self._text.setWordWrap(True)
        self._text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._text.setFixedWidth(420)
        self.say(text)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        self.buttons = [_button(action, primary=not at) for at, action in enumerate(actions)]
        for button in self.buttons:
            row.addWidget(button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(8)
        column.addStretch(2)
        column.addWidget(symbol, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(heading, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._text, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(8)
        column.addLayout(row)
        column.addStretch(3)

    def say(self, text: str) -> None:
        """Another sentence below the title."""
        self._text.setText(text)
        self._text.setMinimumHeight(self._text.heightForWidth(420))  # what centres it doesn't ask how high wrapped text is


def _button(action: Action, *, primary: bool) -> QPushButton:
    button = QPushButton((" " if action.icon else "") + action.text.replace("&", ""))
    if action.icon:
        button.setIcon(theme.icon(action.icon, "on_accent" if primary else None))
    button.setProperty("primary", primary)
    button.setToolTip(action.tooltip)
    button.clicked.connect(lambda: action.call())
    return button
