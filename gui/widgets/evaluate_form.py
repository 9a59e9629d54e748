"""What is to be scored and how: a checkpoint, the frames of a split, and what is done with each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QHBoxLayout, QLabel, QLineEdit, QProgressBar, QPushButton, QSizePolicy, QSpinBox, QVBoxLayout, QWidget

from engine import events
from gui import theme
from gui.checkpoint_list import Choice, title
from gui.evaluating import Wanted
from gui.widgets.run_header import duration

if TYPE_CHECKING:
    from engine.sample import Dataset

_SIZES = {
    "recipe": ("The network's own size", "Image and mask at the size the network was trained for, as training's own validation does"),
    "image": ("The mask's own size", "The network's answer enlarged, every mask scored at its own size"),
    "slide": ("Sliding window", "The network looks at the image at its own size, window by window; every mask scored at its own size"),
}
_FEWEST, _MOST = 0.25, 4.0


class EvaluateForm(QWidget):
    """`wanted` when the user wants what the form says, `stopped` when it shall end; `edited` on every change."""

    wanted = Signal()
    stopped = Signal()
    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._dataset: Dataset | None = None
        self._make()
        self._lay_out()
        self.go.clicked.connect(self.wanted)
        self.end.clicked.connect(self.stopped)
        for changed in (self.checkpoint.currentIndexChanged, self.split.currentIndexChanged, self.scales.textChanged):
            changed.connect(lambda _: self.refresh())
        self.show_running(False, None)

    def show_checkpoints(self, choices: list[Choice], chosen: Path | None) -> None:
        """Offers these; `chosen` is what the window predicts with, taken unless the user has chosen another here."""
        kept = self.checkpoint.currentData() or (str(chosen) if chosen else None)
        self.checkpoint.blockSignals(True)
        self.checkpoint.clear()
        for one in choices:
            self.checkpoint.addItem(one.title, str(one.path))
            self.checkpoint.setItemData(self.checkpoint.count() - 1, f"{one.detail}\n{one.path}", 3)
        if kept is not None and self.checkpoint.findData(kept) < 0:
            self.checkpoint.addItem(title(Path(kept)), kept)
        self.checkpoint.setCurrentIndex(max(0, self.checkpoint.findData(kept)))
        self.checkpoint.blockSignals(False)
        self.refresh()

    def choose_checkpoint(self, path: Path | None) -> None:
        """The window predicts with another one: that is what one wants to score."""
        if path is not None:
            if self.checkpoint.findData(str(path)) < 0:
                self.checkpoint.addItem(title(path), str(path))
            self.checkpoint.setCurrentIndex(self.checkpoint.findData(str(path)))

    def show_dataset(self, dataset: Dataset | None) -> None:
        """Offers the splits of what is open."""
        self._dataset = dataset
        self.split.clear()
        for name in dataset.splits if dataset else ():
            self.split.addItem(name, name)
        at = max(self.split.findData("val"), 0)
        self.split.setCurrentIndex(at)
        self._data.setText(dataset.root.name if dataset else "nothing is open")
        self._data.setToolTip(str(dataset.root) if dataset else "")
        self.refresh()

    def value(self) -> Wanted | None:
        """What the form says; None where something is missing or wrong, which then stands below it."""
        path, split = self.checkpoint.currentData(), self.split.currentData()
        scales = self._scales()
        if path is None or self._dataset is None or split is None or scales is None:
            return None
        options = {"flip": self.flip.isChecked(), "scales": scales, "at": self.at.currentData(), "smallest": self.smallest.value()}
        return Wanted(Path(path), self._dataset.root, split, self._dataset.layout, **options)  # type: ignore[arg-type]

    def refresh(self) -> None:
        """What is missing stands below the form, and the button waits for it."""
        wrong = ""
        if self._dataset is None:
            wrong = "Open a dataset with masks first."
        elif self.checkpoint.currentData() is None:
            wrong = "Train a network first, or choose a checkpoint above."
        elif self._scales() is None:
            wrong = f"Scales are numbers from {_FEWEST:g} to {_MOST:g}, such as 0.75 1 1.25."
        self._wrong.setText(wrong)
        self._wrong.setVisible(bool(wrong))
        self.go.setEnabled(not wrong)
        self.edited.emit()

    def show_running(self, running: bool, progress: events.Progress | None) -> None:
        """While it runs: how far it is, and a way to end it."""
        self.go.setVisible(not running)
        self.end.setVisible(running)
        self._bar.setVisible(running)
        self._left.setVisible(running)
        if progress is not None and running:
            self._bar.setMaximum(progress.total)
            self._bar.setValue(progress.done)
            counted = f"{progress.done} of {progress.total} frames" if progress.total else f"{progress.what}…"
            self._left.setText(counted + (f", {duration(progress.seconds_left)} left" if progress.total and progress.done else ""))

    def _scales(self) -> tuple[float, ...] | None:
        try:
            found = tuple(float(word) for word in self.scales.text().replace(",", " ").split())
        except ValueError:
            return None
        return found if found and all(_FEWEST <= one <= _MOST for one in found) else None

    def _make(self) -> None:
        self.checkpoint, self.split, self.at = QComboBox(), QComboBox(), QComboBox()
        for box, name in ((self.checkpoint, "Checkpoint"), (self.split, "Split"), (self.at, "Scored at")):
            box.setAccessibleName(name)
            box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        for name, (words, tip) in _SIZES.items():
            self.at.addItem(words, name)
            self.at.setItemData(self.at.count() - 1, tip, 3)
        self._data = QLabel()
        self._data.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.flip = QCheckBox("Mirror image too")
        self.flip.setToolTip("The probabilities are averaged with those of the mirrored image")
        self.scales = QLineEdit("1")
        self.scales.setAccessibleName("Scales")
        self.scales.setToolTip("The probabilities are averaged over the image at these scales, such as 0.75 1 1.25")
        self.smallest = QSpinBox()
        self.smallest.setRange(0, 1_000_000)
        self.smallest.setSuffix(" px")
        self.smallest.setSpecialValueText("keep all")
        self.smallest.setAccessibleName("Smallest cluster")
        self.smallest.setToolTip("Clusters of fewer pixels become what is nearest to them")
        self.go = QPushButton(theme.icon("evaluate", "on_accent"), " Evaluate")
        self.go.setProperty("primary", True)
        self.go.setToolTip("Scores every frame of the split and keeps the result (Ctrl+Return)")
        self.end = QPushButton(theme.icon("stop"), " Stop")
        self.end.setToolTip("Ends it; nothing of it is kept")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._left, self._wrong = QLabel(), QLabel()
        for label in (self._left, self._wrong):
            label.setObjectName("muted")
            label.setWordWrap(True)

    def _lay_out(self) -> None:
        rows = QFormLayout()
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setHorizontalSpacing(8)
        rows.setVerticalSpacing(6)
        rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for words, widget in (
            ("Checkpoint", self.checkpoint),
            ("Data", self._data),
            ("Split", self.split),
            ("Scored at", self.at),
            ("Scales", self.scales),
            ("Smallest cluster", self.smallest),
            ("", self.flip),
        ):
            rows.addRow(words, widget)
        buttons = QHBoxLayout()
        buttons.addWidget(self.go, 1)
        buttons.addWidget(self.end, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(rows)
        column.addLayout(buttons)
        column.addWidget(self._bar)
        column.addWidget(self._left)
        column.addWidget(self._wrong)
