"""A problem at the place it concerns: one sentence, the cure as a button, details on demand."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QToolButton, QVBoxLayout, QWidget

from gui import theme

Cure = tuple[str, Callable[[], object]]
"""The words on a button, and what it does."""


class MessageBar(QFrame):
    """Hidden until there is something to say; a second message takes the place of the first."""

    dismissed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("messageBar")
        self._cure: Callable[[], object] | None = None
        self._make()
        self._lay_out()
        self._cure_button.clicked.connect(self._on_cure)
        self._details_button.toggled.connect(self._details.setVisible)
        self._close_button.clicked.connect(self.dismiss)
        self.hide()

    @property
    def text(self) -> str:
        """The sentence that is shown; "" for none."""
        return self._text.text() if not self.isHidden() else ""

    def show_problem(self, text: str, *, details: str = "", cure: Cure | None = None, level: str = "danger") -> None:
        """Says `text` (one sentence). `level` is danger, warning or info."""
        self._text.setText(_sentence(text))
        self._symbol.setPixmap(theme.pixmap("info" if level == "info" else "warning", 18, self.devicePixelRatioF(), "accent" if level == "info" else level))
        self._details.setPlainText(details)
        self._details_button.setVisible(bool(details))
        self._details_button.setChecked(False)
        self._cure = cure[1] if cure else None
        self._cure_button.setVisible(cure is not None)
        self._cure_button.setText(cure[0] if cure else "")
        self.setProperty("level", level)
        self.style().unpolish(self)
        self.style().polish(self)
        self.show()

    def dismiss(self) -> None:
        """Takes the message away."""
        if not self.isHidden():
            self.hide()
            self.dismissed.emit()

    def _make(self) -> None:
        self._symbol = QLabel()
        self._symbol.setFixedWidth(22)
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard)
        self._cure_button = QPushButton()
        self._details_button = QToolButton()
        self._details_button.setText("Details")
        self._details_button.setCheckable(True)
        self._close_button = QToolButton()
        self._close_button.setIcon(theme.icon("close"))
        self._close_button.setToolTip("Dismiss")
        self._close_button.setAccessibleName("Dismiss")
        self._close_button.setAutoRaise(True)
        self._details = QPlainTextEdit()
        self._details.setReadOnly(True)
        self._details.setMaximumHeight(180)
        self._details.hide()

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._symbol, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._text, 1)
        for widget in (self._cure_button, self._details_button, self._close_button):
            row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 8, 8)
        column.setSpacing(8)
        column.addLayout(row)
        column.addWidget(self._details)

    def _on_cure(self) -> None:
        cure = self._cure
        self.dismiss()
        if cure:
            cure()


def _sentence(text: str) -> str:
    text = " ".join(text.split())
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", ":")) else ".") if text else ""
