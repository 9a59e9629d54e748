"""Where the labels are kept, whether all is saved, and the way back to earlier versions."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from gui import theme
from gui.labelling import Labelling


class DocumentFacts(QWidget):
    """`versions_wanted` is the button's."""

    versions_wanted = Signal()

    def __init__(self, labelling: Labelling, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._labelling = labelling
        self._state = QLabel()
        self._path = QLabel()
        self._path.setObjectName("muted")
        self._path.setWordWrap(True)
        self._count = QLabel()
        self._count.setObjectName("muted")
        self._versions = QPushButton(theme.icon("history"), "Versions…")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for widget in (self._state, self._count, self._path):
            column.addWidget(widget)
        column.addWidget(self._versions)
        self._versions.clicked.connect(self.versions_wanted)
        labelling.edited.connect(self.refresh)
        labelling.saving.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Says what is so now."""
        now, document = self._labelling.now, self._labelling.document
        self._versions.setEnabled(now is not None)
        self._state.setText(self._labelling.saving.state)
        if now is None or document is None:
            self._path.setText("")
            self._count.setText("")
            return
        path = now.store.path
        self._path.setText(path.name.replace("_", "_\u200b"))  # a long name may be broken there
        self._path.setToolTip(str(path))
        self._count.setText(f"{len(document.regions)} region{'' if len(document.regions) == 1 else 's'}, {document.width} × {document.height}")
