"""Asks where to and in which layout the labels of the open drive should be written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QFileDialog, QFormLayout, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from engine.drives import label_export
from engine.labels import LabelSpace

_READS = {
    "folder": "images/ and masks/ of the same names, with the classes beside them: opens here as a dataset, and in most programs",
    "cityscapes": "leftImg8bit/ and gtFine/ with polygons, ids, train ids, colours and instances; one frame in five is for validation",
    "kitti_semantics": "training/ with image_2/, semantic/, semantic_rgb/ and instance/",
    "kitti_road": "training/ with image_2/ and gt_image_2/: road, what isn't, and what isn't labelled",
}


_DRAWN, _THIS = 1, 2


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the user has said: `only` is the frame that is open, or None for all that have labels, `drawn` for those alone that were drawn here."""

    layout: str
    out: Path
    only: int | None
    drawn: bool = False


class LabelExportDialog(QDialog):
    """`wanted` is there once the dialog was accepted."""

    def __init__(self, space: LabelSpace, *, frame: int, before: Wanted, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export labels")
        self._frame = frame
        self._make(space, before)
        self._lay_out()
        self.layouts.currentIndexChanged.connect(lambda _: self._refresh())
        self.path.textChanged.connect(lambda _: self._refresh())
        self._choose.clicked.connect(self._on_choose)
        self._refresh()

    @property
    def wanted(self) -> Wanted:
        """What is chosen now."""
        frames = self.frames.currentIndex()
        return Wanted(self.layouts.currentData(), Path(self.path.text().strip()).expanduser(), self._frame if frames == _THIS else None, frames == _DRAWN)

    def _make(self, space: LabelSpace, before: Wanted) -> None:
        self.layouts = QComboBox()
        self._why: dict[str, str] = {}
        for name, (words, _) in label_export.LAYOUTS.items():
            self._why[name] = label_export.unfit(name, space)
            self.layouts.addItem(words, name)
        self.layouts.setCurrentIndex(max(0, self.layouts.findData(before.layout)))
        self.frames = QComboBox()
        self.frames.addItems(["All frames with labels", "Frames that were labelled here", f"This frame alone ({self._frame + 1})"])
        self.path = QLineEdit(str(before.out))
        self.path.setMinimumWidth(360)
        self.path.setAccessibleName("Folder")
        self._choose = QPushButton("Choose…")
        self._choose.setAutoDefault(False)
        self._says = QLabel()
        self._says.setObjectName("muted")
        self._says.setWordWrap(True)
        self._says.setMinimumHeight(3 * self.fontMetrics().lineSpacing())
        self._says.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.start = QPushButton("Export")
        self.start.setDefault(True)

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(10)
        form.addRow("Frames", self.frames)
        form.addRow("Layout", self.layouts)
        form.addRow("", self._says)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.path, 1)
        row.addWidget(self._choose)
        form.addRow("Folder", row)
        buttons = QDialogButtonBox()
        buttons.addButton(self.start, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        buttons.rejected.connect(self.reject)
        self.start.clicked.connect(self.accept)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(16)
        column.addLayout(form)
        column.addWidget(buttons)

    def _refresh(self) -> None:
        layout, text = self.layouts.currentData(), self.path.text().strip()
        refused = (self._why[layout] and self._why[layout] + ".") or ("Choose a folder." if not text else f"{text} is a file; choose a folder." if Path(text).expanduser().is_file() else "")
        again = "" if refused or not (Path(text).expanduser() / "").is_dir() else " What lies there under the same names is replaced."
        self._says.setText(refused or _READS[layout] + "." + again)
        self.start.setEnabled(not refused)

    def _on_choose(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Export labels to", self.path.text())
        if chosen:
            self.path.setText(chosen)
