"""What a newcomer sees: a street, a sentence, two buttons, and what was open lately."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from gui import theme
from gui.settings import Settings
from gui.widgets.first_picture import FirstPicture

RECENT_SHOWN = 5


class Welcome(FirstPicture):
    """`wanted(what)`: a recent path, "sample" or "folder"."""

    wanted = Signal(object)

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        card = QFrame()
        card.setObjectName("welcome")
        card.setFixedWidth(480)
        title = QLabel("Open a folder or look at the sample street")
        title.setObjectName("emptyTitle")
        title.setWordWrap(True)
        text = QLabel("A dataset with masks, a KITTI drive, a video or any folder of images: drop it here, or choose it.")
        text.setObjectName("muted")
        text.setWordWrap(True)
        for label in (title, text):
            label.setFixedWidth(432)
            label.setMinimumHeight(label.heightForWidth(432))  # the centred card doesn't ask how high wrapped text is
        self.sample = QPushButton(" Look at the sample street")
        self.sample.setIcon(theme.icon("street", "on_accent"))
        self.sample.setProperty("primary", True)
        self.sample.clicked.connect(lambda: self.wanted.emit("sample"))
        self.folder = QPushButton(" Open folder…")
        self.folder.setIcon(theme.icon("open"))
        self.folder.setToolTip("Open folder (Ctrl+O)")
        self.folder.clicked.connect(lambda: self.wanted.emit("folder"))
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.sample)
        buttons.addWidget(self.folder)
        buttons.addStretch(1)
        inner = QVBoxLayout(card)
        inner.setContentsMargins(24, 20, 24, 20)
        inner.setSpacing(10)
        for item in (title, text):
            inner.addWidget(item)
        inner.addSpacing(4)
        inner.addLayout(buttons)
        for path in settings.recent[:RECENT_SHOWN]:
            inner.addWidget(self._recent(path), 0, Qt.AlignmentFlag.AlignLeft)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(32, 32, 32, 32)
        outer.addStretch(1)
        outer.addWidget(card, 0, Qt.AlignmentFlag.AlignHCenter)
        outer.addStretch(1)
        self.setFocusProxy(self.sample)

    def show_making(self, making: bool) -> None:
        """While the sample street is being written there is nothing to press, only to wait some seconds."""
        self.sample.setEnabled(not making)
        self.sample.setText(" Making the street…" if making else " Look at the sample street")

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        veil = theme.tokens().colour("picture")
        veil.setAlpha(90)
        painter.fillRect(self.rect(), veil)

    def _recent(self, path: Path) -> QToolButton:
        button = QToolButton()
        button.setIcon(theme.icon("history", "muted"))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setText(" " + button.fontMetrics().elidedText(str(path), Qt.TextElideMode.ElideLeft, 420))
        button.setToolTip(str(path))
        button.clicked.connect(lambda: self.wanted.emit(path))
        return button
