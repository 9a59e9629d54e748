"""Asks which frames get first drafts, and of what."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QDialogButtonBox, QFormLayout, QHBoxLayout, QLabel, QPushButton, QSpinBox, QVBoxLayout, QWidget

from gui.draft_settings import DraftSettings
from gui.widgets.draft_options import DraftForm


class DraftDialog(QDialog):
    """`frames` and `existing` say what was chosen."""

    def __init__(self, settings: DraftSettings, count: int, frame: int, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Draft all frames")
        self._range = QComboBox()
        self._range.addItem("All", (0, count - 1))
        self._range.addItem("From here to the end", (frame, count - 1))
        self._range.addItem("Frames…", None)
        self._first, self._last = QSpinBox(), QSpinBox()
        for box, name in ((self._first, "First frame"), (self._last, "Last frame")):
            box.setRange(1, count)
            box.setAccessibleName(name)
        self._existing = QCheckBox("Frames that have labels too: drafts go below them")
        hint = QLabel(f"Frames without labels are drafted in the background, and can be worked on once they are. The class in hand is {label}.")
        hint.setWordWrap(True)
        hint.setObjectName("muted")
        self.start = QPushButton("Start drafting")
        self.start.setDefault(True)
        row = QHBoxLayout()
        row.setSpacing(8)
        for widget in (self._range, self._first, QLabel("to"), self._last):
            row.addWidget(widget)
        row.addStretch(1)
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.addRow("Frames", row)
        form.addRow("", self._existing)
        buttons = QDialogButtonBox()
        buttons.addButton(self.start, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(16)
        column.addWidget(hint)
        column.addLayout(form)
        column.addWidget(DraftForm(settings, boxes=False))
        column.addWidget(buttons)
        self._range.currentIndexChanged.connect(lambda _: self._on_range())
        self._first.valueChanged.connect(lambda value: self._last.setValue(max(value, self._last.value())))
        self._last.valueChanged.connect(lambda value: self._first.setValue(min(value, self._first.value())))
        self._on_range()

    @property
    def frames(self) -> range:
        """The positions in the drive."""
        return range(self._first.value() - 1, self._last.value())

    @property
    def existing(self) -> bool:
        """Whether frames with labels are drafted too."""
        return self._existing.isChecked()

    def _on_range(self) -> None:
        chosen = self._range.currentData()
        for box in (self._first, self._last):
            box.setEnabled(chosen is None)
        if chosen is not None:
            with QSignalBlocker(self._first), QSignalBlocker(self._last):
                self._first.setValue(chosen[0] + 1)
                self._last.setValue(chosen[1] + 1)
