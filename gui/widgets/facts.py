"""Names and what is known of them, in two columns."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QLabel, QWidget


class Facts(QWidget):
    """Rewritten whole; long text wraps."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._form = QFormLayout(self)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setHorizontalSpacing(12)
        self._form.setVerticalSpacing(4)
        self._form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self._form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.DontWrapRows)

    def show_facts(self, facts: Sequence[tuple[str, str]]) -> None:
        """Shows (name, text) rows."""
        while self._form.rowCount():
            self._form.removeRow(0)
        for name, text in facts:
            head, said = QLabel(name), QLabel(text)
            head.setObjectName("muted")
            head.setMaximumWidth(110)
            head.setWordWrap(True)
            said.setWordWrap(True)
            said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._form.addRow(head, said)
