"""The earlier versions of a frame's labels: looked at, and brought back."""

from __future__ import annotations

import time
import traceback

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QLabel, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from engine.annotation.document import Document
from engine.annotation.journal import Version
from engine.errors import RoadscopeError
from gui.label_picture import NOTHING, LabelPicture
from gui.labelling import Labelling, Opened
from gui.latest import Latest
from gui.widgets import layers
from gui.widgets.image_canvas import ImageCanvas

_WHAT = {"found": "as it was found", "taken": "another program's", "aside": "put aside"}


class VersionsDialog(QDialog):
    """`chosen` is the document of the version to bring back, once the dialog was accepted."""

    def __init__(self, labelling: Labelling, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        assert labelling.now is not None
        self._opened: Opened = labelling.now
        self.chosen: Document | None = None
        self.time = ""
        self.setWindowTitle("Versions")
        self.resize(900, 520)
        self._list = QListWidget()
        self._list.setAccessibleName("Versions, the newest first")
        self._list.setMinimumWidth(300)
        self._canvas = ImageCanvas(empty="Choose a version to look at it")
        self._says = QLabel()
        self._says.setObjectName("muted")
        self._says.setWordWrap(True)
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._restore = QPushButton("Bring this version back")
        self._buttons.addButton(self._restore, QDialogButtonBox.ButtonRole.AcceptRole)
        self._reader = Latest(self._read, self)
        self._lay_out()
        self._connect()
        self._fill()

    def done(self, result: int) -> None:
        self._reader.close()
        super().done(result)

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.addWidget(self._list, 1)
        left.addWidget(self._says)
        row = QHBoxLayout()
        row.addLayout(left)
        row.addWidget(self._canvas, 1)
        column = QVBoxLayout(self)
        column.addLayout(row, 1)
        column.addWidget(self._buttons)

    def _connect(self) -> None:
        self._list.currentItemChanged.connect(lambda item, _: self._on_item(item))
        self._reader.done.connect(self._on_read)
        self._reader.failed.connect(self._on_failed)
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)

    def _fill(self) -> None:
        self._restore.setEnabled(False)
        for version in self._opened.store.versions():
            when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(version.time))
            words = _WHAT.get(version.origin.value, version.what or "saved")
            item = QListWidgetItem(f"{when}\n{words}" + (f" · {version.since} edit{'s' if version.since != 1 else ''}" if version.since else ""))
            item.setData(Qt.ItemDataRole.UserRole, version)
            self._list.addItem(item)
        self._says.setText("" if self._list.count() else "There is no earlier version: nothing was saved yet.")
        if self._list.count():
            self._list.setCurrentRow(0)

    def _on_item(self, item: QListWidgetItem | None) -> None:
        self.chosen = None
        self._restore.setEnabled(False)
        if item is not None:
            self._reader.ask(item.data(Qt.ItemDataRole.UserRole))

    def _read(self, version: Version) -> tuple[Document, np.ndarray]:
        document = self._opened.store.document_of(version)
        own = self._opened.picture
        picture = LabelPicture(own.space, own.rasteriser, np.full_like(own.index, NOTHING))
        picture.paint(document, (0, 0, document.width, document.height))
        return document, picture.index

    def _on_read(self, version: Version, found: tuple[Document, np.ndarray]) -> None:
        item = self._list.currentItem()
        if item is None or item.data(Qt.ItemDataRole.UserRole) != version:
            return
        document, index = found
        self.chosen, self.time = document, time.strftime("%H:%M", time.localtime(version.time))
        self._restore.setEnabled(True)
        self._says.setText(f"{len(document.regions)} region{'' if len(document.regions) == 1 else 's'}")
        self._canvas.set_colours(layers.table(self._opened.picture.palette, 0.6, np.zeros(256, bool)))
        self._canvas.show_image(self._opened.levels, mask=index)

    def _on_failed(self, version: Version, error: Exception) -> None:
        self._says.setText(str(error) if isinstance(error, RoadscopeError) else "".join(traceback.format_exception_only(error)).strip())
