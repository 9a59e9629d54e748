"""Names and what is known of them, in two columns."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

WIDEST_NAME = 104


class Facts(QWidget):
    """Rewritten whole; a row without a name is a sentence over both columns."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)

    def show_facts(self, facts: Sequence[tuple[str, str]]) -> None:
        """Shows (name, text) rows."""
        while (item := self._grid.takeAt(0)) is not None:
            if widget := item.widget():
                widget.deleteLater()
        for row, (name, text) in enumerate(facts):
            said = QLabel(text)
            said.setWordWrap(True)
            said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            if not name:
                self._grid.addWidget(said, row, 0, 1, 2)
                continue
            head = QLabel()
            head.setText(head.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, WIDEST_NAME))
            head.setToolTip(name)
            head.setObjectName("muted")
            self._grid.addWidget(head, row, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(said, row, 1, Qt.AlignmentFlag.AlignTop)
