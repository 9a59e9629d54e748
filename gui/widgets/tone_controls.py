"""Brightness, contrast and gamma of the picture on the screen; the file stays as it is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFormLayout, QLabel, QPushButton, QSlider, QWidget

from gui import theme

_ROWS = {"Brightness": (-100, 100, 0), "Contrast": (-100, 100, 0), "Gamma": (-100, 100, 0)}
_STRONGEST = 4.0


class ToneControls(QWidget):
    """`changed(table)`: (256,) uint8, what each value is shown as; None for as it is."""

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        self._sliders: dict[str, QSlider] = {}
        for name, (low, high, start) in _ROWS.items():
            slider = QSlider(Qt.Orientation.Horizontal)
            slider.setRange(low, high)
            slider.setValue(start)
            slider.setAccessibleName(name)
            slider.valueChanged.connect(lambda _: self._tell())
            form.addRow(QLabel(name), slider)
            self._sliders[name] = slider
        self._reset = QPushButton(theme.icon("reset"), "As it is")
        self._reset.clicked.connect(self.reset)
        form.addRow(self._reset)
        self._tell()

    def reset(self) -> None:
        """All three to the middle."""
        for name, slider in self._sliders.items():
            slider.setValue(_ROWS[name][2])

    def _tell(self) -> None:
        brightness, contrast, gamma = (self._sliders[name].value() / 100 for name in _ROWS)
        plain = not (brightness or contrast or gamma)
        self._reset.setEnabled(not plain)
        self.changed.emit(None if plain else tone(brightness, contrast, gamma))


def tone(brightness: float, contrast: float, gamma: float) -> NDArray[np.uint8]:
    """(256,) what each value becomes; each setting -1 … 1, 0 leaves it. At 1 contrast and gamma are fourfold, brightness is white."""
    value = np.linspace(0, 1, 256) ** (_STRONGEST**-gamma)
    value = (value - 0.5) * _STRONGEST**contrast + 0.5 + brightness
    return np.rint(value.clip(0, 1) * 255).astype(np.uint8)
