"""What first drafts are made of, and the buttons that make them."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QFormLayout, QLabel, QPushButton, QSlider, QSpinBox, QVBoxLayout, QWidget

from gui import theme
from gui.draft_settings import ALL, BOX, FRAME, FREE, ONE, SMALLEST, TOLERANCES, DraftSettings


class DraftForm(QWidget):
    """The rows, for the inspector and for the dialog of a whole drive, where no box is dragged."""

    def __init__(self, settings: DraftSettings, parent: QWidget | None = None, *, boxes: bool = True) -> None:
        super().__init__(parent)
        self._settings = settings
        self.which, self.where = QComboBox(), QComboBox()
        self.which.addItem("All classes", ALL)
        self.which.addItem("The class in hand", ONE)
        for words, what in (("Whole frame", FRAME), ("Where nothing is labelled", FREE), *([("In a box", BOX)] if boxes else [])):
            self.where.addItem(words, what)
        for combo in (self.which, self.where):
            combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            combo.setMinimumContentsLength(6)
        self.where.setToolTip("In the whole frame regions reach below the labels that are there; labelled pixels stay as they are either way")
        self.sure = QSlider(Qt.Orientation.Horizontal)
        self.sure.setRange(0, 100)
        self.sure.setPageStep(10)
        self.sure.setAccessibleName("Confidence")
        self.sure.setToolTip("Leaves out the pixels that the network is less sure of")
        self._percent = QLabel()
        self._percent.setMinimumWidth(self.fontMetrics().horizontalAdvance("Sure ≥ 100 %"))
        self.smallest, self.tolerance = QSpinBox(), QDoubleSpinBox()
        self.smallest.setRange(*SMALLEST)
        self.smallest.setSuffix(" px")
        self.smallest.setToolTip("Smaller patches are left out")
        self.tolerance.setRange(*TOLERANCES)
        self.tolerance.setSingleStep(0.5)
        self.tolerance.setDecimals(1)
        self.tolerance.setSuffix(" px")
        self.tolerance.setToolTip("How far an outline may be off the network's own: more means fewer vertices")
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        form.addRow("Classes", self.which)
        form.addRow("Where", self.where)
        form.addRow(self._percent, self.sure)
        form.addRow("Smallest", self.smallest)
        form.addRow("Outlines", self.tolerance)
        self.which.currentIndexChanged.connect(lambda _: settings.set_which(self.which.currentData()))
        self.where.currentIndexChanged.connect(lambda _: settings.set_where(self.where.currentData()))
        self.sure.valueChanged.connect(lambda value: settings.set_sure(value / 100))
        self.smallest.valueChanged.connect(settings.set_smallest)
        self.tolerance.valueChanged.connect(settings.set_tolerance)
        settings.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        settings = self._settings
        rows = ((self.sure, round(settings.sure * 100)), (self.smallest, settings.smallest), (self.tolerance, settings.tolerance))
        for box, value in rows:
            with QSignalBlocker(box):
                box.setValue(value)  # type: ignore[arg-type]  # each of its own kind
        for combo, what in ((self.which, settings.which), (self.where, settings.where)):
            with QSignalBlocker(combo):
                combo.setCurrentIndex(max(0, combo.findData(what)))
        self._percent.setText(f"Sure ≥ {self.sure.value()} %")


class DraftOptions(QWidget):
    """`wanted` for this frame, `all_wanted` for many."""

    wanted = Signal()
    all_wanted = Signal()

    def __init__(self, settings: DraftSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.form = DraftForm(settings)
        self.state = QLabel()
        self.state.setWordWrap(True)
        self.state.setObjectName("muted")
        self.here, self.many = QPushButton(theme.icon("checkpoint"), "Draft this frame"), QPushButton("Draft all frames…")
        self.here.setToolTip("Proposes the checkpoint's prediction, as regions to keep or leave out (G)")
        self.many.setToolTip("In the background, for frames that have no labels yet")
        self.here.clicked.connect(self.wanted)
        self.many.clicked.connect(self.all_wanted)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for widget in (self.state, self.form, self.here, self.many):
            column.addWidget(widget)
        self.say("")

    def say(self, words: str) -> None:
        """What is to be known of this frame's labels; "" for nothing."""
        self.state.setText(words)
        self.state.setVisible(bool(words))
