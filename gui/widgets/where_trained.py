"""Where a training runs: in this window, as a process of its own, or as several that train together."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSizePolicy, QSpinBox, QWidget

from gui.settings import Settings
from gui.trainer import How

_WORDS = {"thread": "In this window, in the background", "process": "As a process of its own", "processes": "As several processes"}
_MOST = 64


class WhereTrained(QWidget):
    """Remembers the choice in the settings."""

    changed = Signal()

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.kinds, self.count = QComboBox(), QSpinBox()
        self.kinds.setAccessibleName("Train")
        self.kinds.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.kinds.setToolTip(
            "A process of its own leaves the window freest, and what breaks one doesn't break the other.\n"
            "Several share every step's frames: one for each GPU, or for each half of a large processor"
        )
        for name, words in _WORDS.items():
            self.kinds.addItem(words, name)
        self.kinds.setCurrentIndex(max(0, self.kinds.findData(settings.text("train/how", "thread"))))
        self.count.setAccessibleName("Processes")
        self.count.setToolTip("So many processes; each gets its share of a step's frames, so batch must be at least as large")
        self.count.setRange(2, _MOST)
        self.count.setValue(int(settings.number("train/processes", 2)))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.kinds, 1)
        row.addWidget(self.count)
        self.kinds.activated.connect(lambda _: self._on_changed())
        self.count.valueChanged.connect(lambda _: self._on_changed())
        self._show_count()

    @property
    def how(self) -> How:
        """What is chosen."""
        kind = self.kinds.currentData()
        return How(self.count.value() if kind == "processes" else int(kind == "process"))

    def _on_changed(self) -> None:
        self._settings.set("train/how", self.kinds.currentData())
        self._settings.set("train/processes", self.count.value())
        self._show_count()
        self.changed.emit()

    def _show_count(self) -> None:
        self.count.setVisible(self.kinds.currentData() == "processes")
