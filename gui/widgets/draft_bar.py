"""What can be done with a first draft that waits: a bar over the picture's upper edge."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSlider, QToolButton, QWidget

from gui.draft_settings import DraftSettings

_ABOVE = 10
_WIDE = 760
"""Pixels of the parent from which on there is room for all words."""


class DraftBar(QFrame):
    """Lies over the upper middle of its parent while it is shown."""

    accepted = Signal()
    dropped = Signal()
    all_wanted = Signal(bool)
    """Everything is taken in, or left out."""

    def __init__(self, settings: DraftSettings, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("floatingBar")
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self._settings, self._over = settings, parent
        self.says = QLabel()
        self.sure = QSlider(Qt.Orientation.Horizontal)
        self.sure.setRange(0, 100)
        self.sure.setAccessibleName("Confidence")
        self.sure.setToolTip("Leaves out the pixels that the network is less sure of")
        self._percent = QLabel()
        self.all, self.none = QToolButton(), QToolButton()
        for button, words, tip in ((self.all, "All", "Takes all regions in again"), (self.none, "None", "Leaves all regions out: then click those to keep")):
            button.setText(words)
            button.setToolTip(tip)
            button.setAutoRaise(True)
        self.accept, self.drop = QPushButton("Keep (Enter)"), QPushButton("Drop (Esc)")
        self.accept.setProperty("primary", True)
        self.accept.setToolTip("Under the labels that are there, as one edit (Enter)")
        self.drop.setToolTip("The labels stay as they are (Esc)")
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 8, 6)
        row.setSpacing(10)
        for widget in (self.says, self._percent, self.sure, self.all, self.none, self.accept, self.drop):
            widget.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            row.addWidget(widget)
        self.sure.valueChanged.connect(lambda value: settings.set_sure(value / 100))
        self.all.clicked.connect(lambda: self.all_wanted.emit(True))
        self.none.clicked.connect(lambda: self.all_wanted.emit(False))
        self.accept.clicked.connect(self.accepted)
        self.drop.clicked.connect(self.dropped)
        settings.changed.connect(self._show)
        parent.installEventFilter(self)
        self.hide()
        self._show()

    def show_count(self, kept: int, left_out: int, *, busy: bool) -> None:
        """How many regions are proposed; while the network works there is nothing to keep yet."""
        words = "Drafting…" if busy else "Nothing proposed" if not kept + left_out else f"{kept} proposed"
        self.says.setText(words + (f", {left_out} left out" if left_out and not busy else ""))
        self.accept.setEnabled(bool(kept) and not busy)
        self.all.setEnabled(bool(left_out))
        self.none.setEnabled(bool(kept))
        self.show()
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and not self.isHidden():
            self._place()
        return False

    def _show(self) -> None:
        with QSignalBlocker(self.sure):
            self.sure.setValue(round(self._settings.sure * 100))
        self._place()

    def _place(self) -> None:
        narrow = self._over.width() < _WIDE
        self.accept.setText("Keep" if narrow else "Keep (Enter)")
        self.drop.setText("Drop" if narrow else "Drop (Esc)")
        self._percent.setText(f"{'' if narrow else 'Sure '}≥ {self.sure.value()} %")
        self._percent.setMinimumWidth(self.fontMetrics().horizontalAdvance(f"{'' if narrow else 'Sure '}≥ 100 %"))
        self.sure.setFixedWidth(64 if narrow else 96)
        self._row.activate()
        self.resize(self.sizeHint())
        self.move(max(0, (self._over.width() - self.width()) // 2), _ABOVE)
        self.raise_()
