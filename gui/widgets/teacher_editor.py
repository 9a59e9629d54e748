"""The editor of a teacher: one of the past runs, or any checkpoint."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QToolButton, QWidget

from gui import theme
from gui.widgets.editors import Choice, Editor

NOBODY = "no teacher"


class Teacher(Editor):
    """A choice of runs by title; a path may be typed or browsed for. Its value is the path, empty for none."""

    def __init__(self) -> None:
        super().__init__()
        self._choice = Choice((), editable=True)
        self.box: QComboBox = self._choice.box
        self.box.addItem(NOBODY, "")
        browse = QToolButton()
        browse.setIcon(theme.icon("folder"))
        browse.setToolTip("Choose a checkpoint file")
        browse.setAccessibleName("Choose a checkpoint file")
        browse.clicked.connect(self._on_browse)
        self.widget = QWidget()
        row = QHBoxLayout(self.widget)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.box, 1)
        row.addWidget(browse)
        self.widget.setFocusProxy(self.box)
        self._choice.edited.connect(self.edited)

    def show_runs(self, runs: Sequence[tuple[str, Path]]) -> None:
        """Offers these runs by title, and keeps what is chosen."""
        kept = self.get()
        blocked = self.box.blockSignals(True)
        self.box.clear()
        self.box.addItem(NOBODY, "")
        for title, path in runs:
            self.box.addItem(title, str(path))
        self.set(kept)
        self.box.blockSignals(blocked)

    def get(self) -> Any:
        text = self.box.currentText().strip()
        at = self.box.findText(text)
        return self.box.itemData(at) if at >= 0 and self.box.itemData(at) is not None else text

    def set(self, value: Any) -> None:
        at = self.box.findData(str(value))
        if at >= 0:
            self.box.setCurrentIndex(at)
        else:
            self.box.setCurrentText(str(value))

    def _on_browse(self) -> None:
        start = self.get() or str(Path.home())
        chosen, _ = QFileDialog.getOpenFileName(self.widget, "Choose a teacher's checkpoint", start, "Checkpoints (*.safetensors)")
        if chosen:
            self.set(chosen)
            self.edited.emit()
