"""A run on the screen: its figures, its curves with the classes beside them, and the frames of its validations."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QSplitter, QToolButton, QVBoxLayout, QWidget

from gui.actions import Action, button
from gui.run_board import BoardRun
from gui.settings import Settings
from gui.widgets.class_lines import ClassLines
from gui.widgets.curve_lines import Shown
from gui.widgets.curves import Curves
from gui.widgets.plots import LOSS
from gui.widgets.run_header import RunHeader
from gui.widgets.samples_strip import SamplesStrip

_SMOOTHEST = 0.99


class RunView(QWidget):
    """Shows what the page tells it; keeps the smoothing, the scale, what is shown and the splitters in the settings."""

    sample_opened = Signal(object, object)

    def __init__(self, settings: Settings, rows: tuple[Action, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.header = RunHeader(rows)
        self.curves = Curves()
        self.classes = ClassLines()
        self.samples = SamplesStrip()
        self._looked: BoardRun | None = None
        self._switches: list[tuple[Action, QToolButton]] = []
        self._make_bar()
        self._lay_out()
        self._smoothing.valueChanged.connect(self._on_smoothing)
        self.classes.changed.connect(self.curves.show_classes)
        self.curves.scores_read.connect(self.classes.show_scores)
        self.curves.terms_hidden.connect(lambda names: settings.set("train/hidden_terms", " ".join(sorted(names))))
        self.samples.opened.connect(self.sample_opened)
        self._on_smoothing(self._smoothing.value())
        self.show_classes(settings.flag("train/classes", False))
        self.curves.hide_terms(settings.text("train/hidden_terms").split())
        self.fold(settings.flag("train/folded", False))

    @property
    def classes_shown(self) -> bool:
        """Whether the classes can be chosen beside the curves."""
        return not self.classes.isHidden()

    @property
    def folded(self) -> bool:
        """Whether losses stand by powers of ten."""
        return self.curves.panel(LOSS).folded

    def add_buttons(self, rows: tuple[Action, ...]) -> None:
        """Buttons at the right end of the bar above the curves."""
        for row in rows:
            made = button(row, words=row.checked is not None)
            if row.checked is not None:
                made.setCheckable(True)
                self._switches.append((row, made))
            self._bar.addWidget(made)
        self._show_switches()

    def show_run(self, looked: BoardRun, title: str, state: str) -> None:
        """Shows a run from its beginning; `refresh` when it has grown."""
        self._looked = looked
        self.samples.show_run(looked.run.path, looked.curves)
        self.refresh(title, state)

    def refresh(self, title: str, state: str) -> None:
        """The run that is shown has grown, or stands otherwise."""
        if self._looked is None:
            return
        curves = self._looked.curves
        self.header.show_run(title, state, curves)
        self.curves.touch()
        self.samples.refresh()
        self.classes.show_classes(curves.classes, self._looked.classes)

    def draw(self, lines: list[Shown]) -> None:
        """The run and those laid over it."""
        self.curves.show_runs(lines)

    def show_classes(self, shown: bool) -> None:
        """Opens or closes the column of classes; closed, no class has a line."""
        self.classes.setVisible(shown)
        self._settings.set("train/classes", shown)
        self.curves.show_classes(self.classes.checked if shown else {})
        self._show_switches()

    def fold(self, wanted: bool) -> None:
        """Shows losses by powers of ten, or evenly."""
        self.curves.fold(wanted)
        self._settings.set("train/folded", wanted)
        self._show_switches()

    def toggle_classes(self) -> None:
        """Opens or closes the column of classes."""
        self.show_classes(not self.classes_shown)

    def shut_down(self) -> None:
        """The program ends."""
        self.curves.close_plots()
        self.samples.close_pictures()

    def _show_switches(self) -> None:
        for row, made in self._switches:
            made.setChecked(row.checked is not None and row.checked())

    def _make_bar(self) -> None:
        self._bar = QHBoxLayout()
        self._bar.setContentsMargins(12, 0, 8, 4)
        self._bar.setSpacing(6)
        label = QLabel("Smoothing")
        label.setObjectName("muted")
        self._smoothing = QSlider(Qt.Orientation.Horizontal)
        self._smoothing.setRange(0, 100)
        self._smoothing.setFixedWidth(120)
        self._smoothing.setAccessibleName("Smoothing")
        self._smoothing.setToolTip("How much of the past the smoothed loss keeps")
        self._smoothing.setValue(int(self._settings.number("train/smoothing", 72)))
        self._weight = QLabel()
        self._weight.setMinimumWidth(36)
        for widget in (label, self._smoothing, self._weight):
            self._bar.addWidget(widget)
        self._bar.addStretch(1)

    def _lay_out(self) -> None:
        beside = QSplitter(Qt.Orientation.Horizontal)
        beside.addWidget(self.curves)
        beside.addWidget(self.classes)
        beside.setStretchFactor(0, 1)
        beside.setChildrenCollapsible(False)
        above = QSplitter(Qt.Orientation.Vertical)
        above.addWidget(beside)
        above.addWidget(self.samples)
        above.setStretchFactor(0, 4)
        above.setStretchFactor(1, 1)
        above.setChildrenCollapsible(False)
        state = self._settings.blob("train/split")
        if state.isEmpty() or not above.restoreState(state):
            above.setSizes([480, 150])
        above.splitterMoved.connect(lambda *_: self._settings.set("train/split", above.saveState()))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addLayout(self._bar)
        column.addWidget(above, 1)

    def _on_smoothing(self, value: int) -> None:
        weight = _SMOOTHEST * (1 - (1 - value / 100) ** 2)  # finer towards the smooth end, where it matters
        self._weight.setText(f"{weight:.2f}")
        self._settings.set("train/smoothing", value)
        self.curves.set_smoothing(weight)
