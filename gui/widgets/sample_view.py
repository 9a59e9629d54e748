"""One validation frame large: image, truth and prediction; Left and Right go through the validations."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QLabel, QVBoxLayout, QWidget

from gui.widgets.curve_data import RunCurves, Samples
from gui.widgets.samples_strip import FrameRow, SamplesStrip


class SampleView(QDialog):
    """Shows frame `index` of `shown` and its like at the other validations of `curves`."""

    def __init__(self, strip: SamplesStrip, curves: RunCurves, shown: Samples, index: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._strip, self._curves, self._index = strip, curves, index
        self._at = next((at for at, one in enumerate(curves.samples) if one.step == shown.step), 0)
        self._row = FrameRow(strip.pictures)
        self._row.setCursor(Qt.CursorShape.ArrowCursor)
        self._said = QLabel()
        self._said.setObjectName("muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.addWidget(self._row, 1)
        column.addWidget(self._said)
        strip.pictures.changed.connect(self._row.update)
        self.resize(1100, 420)
        self._show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Left:
                self._go(self._at - 1)
            case Qt.Key.Key_Right:
                self._go(self._at + 1)
            case Qt.Key.Key_Home:
                self._go(0)
            case Qt.Key.Key_End:
                self._go(len(self._curves.samples) - 1)
            case _:
                super().keyPressEvent(event)

    def _go(self, at: int) -> None:
        self._at = max(0, min(at, len(self._curves.samples) - 1))
        self._show()

    def _show(self) -> None:
        shown = self._curves.samples[self._at]
        index = min(self._index, len(shown.shown) - 1)
        name = shown.shown[index].name
        self.setWindowTitle(name)
        self._row.show_frames([self._strip.paths(shown, index)], [name])
        self._said.setText(f"{name} · validation {self._at + 1} of {len(self._curves.samples)}, step {shown.step} · Left and Right go through the validations")
