"""Which frames of a drive are meant: a named stretch, or from one frame to another."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSizePolicy, QSpinBox, QWidget


class FrameRange(QWidget):
    """`stretches` are names with their (first, last) position; the user may give other ends. `changed` when the frames are others."""

    changed = Signal()

    def __init__(self, count: int, stretches: Sequence[tuple[str, tuple[int, int]]], *beside: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.stretch = QComboBox()
        for words, ends in stretches:
            self.stretch.addItem(words, ends)
        self.stretch.addItem("Frames…", None)
        self.first, self.last = QSpinBox(), QSpinBox()
        for box, name in ((self.first, "First frame"), (self.last, "Last frame")):
            box.setRange(1, count)
            box.setAccessibleName(name)
        to = QLabel("to")
        to.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for widget in (self.stretch, self.first, to, self.last, *beside):
            row.addWidget(widget)
        self.stretch.currentIndexChanged.connect(lambda _: self._on_stretch())
        self.first.valueChanged.connect(lambda value: self._on_end(self.last, max(value, self.last.value())))
        self.last.valueChanged.connect(lambda value: self._on_end(self.first, min(value, self.first.value())))
        self._on_stretch()

    @property
    def frames(self) -> range:
        """The positions in the drive."""
        return range(self.first.value() - 1, self.last.value())

    def _on_stretch(self) -> None:
        ends = self.stretch.currentData()
        for box in (self.first, self.last):
            box.setEnabled(ends is None)
        if ends is not None:
            with QSignalBlocker(self.first), QSignalBlocker(self.last):
                self.first.setValue(ends[0] + 1)
                self.last.setValue(ends[1] + 1)
        self.changed.emit()

    def _on_end(self, other: QSpinBox, value: int) -> None:
        with QSignalBlocker(other):
            other.setValue(value)
        self.changed.emit()
