"""Choosing a segment-anything network for outlines by clicks, and the words for what they go by."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QWidget

from gui import theme
from gui.tool_settings import ToolSettings

_TIP = "An ONNX file of a segment-anything network: its encoder or its decoder, with the other one beside it. Nothing is downloaded"


class PromptFile(QWidget):
    """A button that chooses the file, and one that goes without."""

    def __init__(self, settings: ToolSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._choose = QPushButton()
        self._choose.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._choose.clicked.connect(self.ask)
        self._without = QToolButton()
        self._without.setIcon(theme.icon("close"))
        self._without.setToolTip("Go on without this file")
        self._without.setAccessibleName("Go on without this file")
        self._without.clicked.connect(lambda: settings.set_prompt_file(""))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._choose, 1)
        row.addWidget(self._without)
        settings.changed.connect(self._show)
        self._show()

    @staticmethod
    def words(settings: ToolSettings) -> QLabel:
        """A line that says what outlines go by."""
        label = QLabel()
        label.setWordWrap(True)
        settings.changed.connect(lambda: label.setText(settings.outlined_by))
        return label

    def ask(self) -> None:
        """Has the user choose a file."""
        known = self._settings.prompt_file
        path, _ = QFileDialog.getOpenFileName(self, "Segment-anything network", str(Path(known).parent) if known else "", "ONNX files (*.onnx)")
        if path:
            self._settings.set_prompt_file(path)

    def _show(self) -> None:
        path = self._settings.prompt_file
        self._choose.setText(Path(path).name if path else "Segment-anything file…")
        self._choose.setToolTip(f"{path}\n{_TIP}" if path else _TIP)
        self._without.setVisible(bool(path))
