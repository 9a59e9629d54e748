"""The few things that are set once: the theme, and what is kept on the disk."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QFormLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from engine import places
from gui.theme_switch import ThemeSwitch

THEMES = {"system": "Follow the system", "dark": "Dark", "light": "Light"}


class SettingsDialog(QDialog):
    """Changes take effect at once; Cancel takes them back."""

    def __init__(self, switch: ThemeSwitch, file: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Settings")
        self._switch, self._before = switch, switch.wanted
        self.theme_box = QComboBox()
        for name, words in THEMES.items():
            self.theme_box.addItem(words, name)
        self.theme_box.setCurrentIndex(list(THEMES).index(switch.wanted))
        self.theme_box.currentIndexChanged.connect(self._on_theme)
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(10)
        form.addRow("Theme", self.theme_box)
        for title, path in (("Runs and sample street", places.home()), ("Cache", places.cache()), ("Settings file", file)):
            form.addRow(title, _place(str(path)))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 12)
        column.setSpacing(16)
        column.addLayout(form)
        column.addWidget(buttons)
        self.setMinimumWidth(480)

    def reject(self) -> None:
        self._switch.choose(self._before)
        super().reject()

    def _on_theme(self) -> None:
        self._switch.choose(self.theme_box.currentData())


def _place(path: str) -> QWidget:
    row = QWidget()
    label = QLabel(path)
    label.setObjectName("muted")
    label.setWordWrap(True)
    show = QPushButton("Show")
    show.clicked.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(path)))
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.addWidget(label, 1)
    line.addWidget(show)
    return row
