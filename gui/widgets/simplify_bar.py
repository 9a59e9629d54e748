"""How far an outline may give way for fewer vertices: a bar over the picture's upper edge."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSlider, QWidget

LARGEST = 10.0
"""Pixels."""
_STEPS = 10
_ABOVE = 10
_NARROW = 660
"""Logical pixels of the picture's view below which the bar leaves words out."""


class SimplifyBar(QFrame):
    """Lies over the upper middle of its parent while it is shown; Enter keeps, Esc puts back."""

    changed = Signal(float)
    """Pixels that outlines may give way."""
    accepted = Signal()
    dropped = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("popover")
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self._over = parent
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, round(LARGEST * _STEPS))
        self.slider.setValue(_STEPS)
        self.slider.setAccessibleName("Pixels that the outline may give way")
        self.slider.setToolTip("Pixels that the outline may give way")
        self._pixels, self.says = QLabel(), QLabel()
        self._pixels.setMinimumWidth(self.fontMetrics().horizontalAdvance("10.0 px"))
        self.says.setMinimumWidth(self.fontMetrics().horizontalAdvance("1 000 → 1 000 vertices"))
        self._accept, self._drop = QPushButton(), QPushButton()
        self._accept.setProperty("primary", True)
        self._accept.setToolTip("Enter")
        self._drop.setToolTip("Esc")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 8, 6)
        row.setSpacing(8)
        for widget in (self.slider, self._pixels, self.says, self._accept, self._drop):
            row.addWidget(widget)
        for button in (self._accept, self._drop):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.slider.valueChanged.connect(self._on_value)
        self._accept.clicked.connect(self.accepted)
        self._drop.clicked.connect(self.dropped)
        parent.installEventFilter(self)
        self._pixels.setText(f"{self.tolerance:.1f} px")
        self.hide()

    @property
    def tolerance(self) -> float:
        """Pixels that outlines may give way."""
        return self.slider.value() / _STEPS

    def begin(self) -> None:
        """Shows itself, and takes the keyboard."""
        self.says.setText("")
        self.show()
        self._place()
        self.raise_()
        self.slider.setFocus()

    def show_count(self, before: int, after: int) -> None:
        """Vertices of what was, and of what is shown."""
        self.says.setText(f"{before:,} → {after:,} vertices".replace(",", " ") if after < before else f"{before:,} vertices, none can go".replace(",", " "))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.accepted.emit()
            case Qt.Key.Key_Escape:
                self.dropped.emit()
            case _:
                super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and not self.isHidden():
            self._place()
        return False

    def _on_value(self) -> None:
        self._pixels.setText(f"{self.tolerance:.1f} px")
        self.changed.emit(self.tolerance)

    def _place(self) -> None:
        narrow = self._over.width() < _NARROW
        self._accept.setText("Keep" if narrow else "Keep (Enter)")
        self._drop.setText("Put back" if narrow else "Put back (Esc)")
        self.slider.setFixedWidth(90 if narrow else 140)
        self.adjustSize()
        self.move(max(0, (self._over.width() - self.width()) // 2), _ABOVE)
