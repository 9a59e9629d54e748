"""A short word about something that went well; it leaves by itself."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPropertyAnimation, Qt, QTimer
from PySide6.QtWidgets import QFrame, QGraphicsOpacityEffect, QHBoxLayout, QLabel, QWidget

SHOWN_MS = 3500
FADE_MS = 120


class Toast(QFrame):
    """Lies over the lower middle of its parent."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("toast")
        self._over = parent
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._label = QLabel()
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 8, 14, 8)
        row.addWidget(self._label)
        self._effect = QGraphicsOpacityEffect(self)
        self.setGraphicsEffect(self._effect)
        self._fade = QPropertyAnimation(self._effect, b"opacity", self)
        self._fade.setDuration(FADE_MS)
        self._fade.finished.connect(self._on_faded)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(lambda: self._to(0.0))
        parent.installEventFilter(self)
        self.hide()

    @property
    def text(self) -> str:
        """What is said now, "" for nothing."""
        return "" if self.isHidden() else self._label.text()

    def say(self, text: str) -> None:
        """Shows `text` for a few seconds, in place of what was shown."""
        self._label.setText(text)
        self.adjustSize()
        self._place()
        self.show()
        self.raise_()
        self._to(1.0)
        self._timer.start(SHOWN_MS)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _to(self, opacity: float) -> None:
        self._fade.stop()
        self._fade.setStartValue(self._effect.opacity() if not self.isHidden() else 0.0)
        self._fade.setEndValue(opacity)
        self._fade.start()

    def _on_faded(self) -> None:
        if self._effect.opacity() == 0.0:
            self.hide()

    def _place(self) -> None:
        self.move((self._over.width() - self.width()) // 2, self._over.height() - self.height() - 48)
