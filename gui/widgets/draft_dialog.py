"""Asks which frames get first drafts, and of what."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QDialog, QDialogButtonBox, QFormLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from gui.draft_settings import DraftSettings
from gui.widgets.draft_options import DraftForm
from gui.widgets.frame_range import FrameRange


class DraftDialog(QDialog):
    """`frames` and `existing` say what was chosen."""

    def __init__(self, settings: DraftSettings, count: int, frame: int, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Draft all frames")
        self._range = FrameRange(count, [("All", (0, count - 1)), ("From here to the end", (frame, count - 1))])
        self._existing = QCheckBox("Frames that have labels too: drafts go below them")
        hint = QLabel(f"Frames without labels are drafted in the background, and can be worked on once they are. The class in hand is {label}.")
        hint.setWordWrap(True)
        hint.setObjectName("muted")
        self.start = QPushButton("Start drafting")
        self.start.setDefault(True)
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.addRow("Frames", self._range)
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

    @property
    def frames(self) -> range:
        """The positions in the drive."""
        return self._range.frames

    @property
    def existing(self) -> bool:
        """Whether frames with labels are drafted too."""
        return self._existing.isChecked()
