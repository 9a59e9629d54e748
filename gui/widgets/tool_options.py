"""What can be set of the tool in the hand: sizes and tolerances, what may be painted over, and what becomes of it."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QComboBox, QFormLayout, QLabel, QSlider, QVBoxLayout, QWidget

from gui.tool_settings import CLASS, EMPTY, EVERYTHING, SIZES, SPACINGS, TOLERANCES, ToolSettings
from gui.widgets.prompt_file import PromptFile

_PAINTING = ("brush", "fill", "wand", "patches", "refine", "box")
_PENDING = ("refine", "box")


class ToolOptions(QWidget):
    """Shows the rows that mean something to the tool."""

    def __init__(self, settings: ToolSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._tool = ""
        self._size, self._size_says = _slider(*SIZES), QLabel()
        self._tolerance, self._tolerance_says = _slider(*TOLERANCES), QLabel()
        self._spacing, self._spacing_says = _slider(*SPACINGS), QLabel()
        self._spacing.setTracking(False)  # patches are found once it is let go
        self._kept_as = QComboBox()
        self._kept_as.addItems(["painted pixels", "polygon"])
        self._kept_as.setToolTip("What becomes of the outline once it is kept")
        self._goes_by, self._prompt = PromptFile.words(settings), PromptFile(settings)
        self._over = QComboBox()
        for words, what in (("over everything", EVERYTHING), ("where nothing is labelled", EMPTY), ("over one class alone", CLASS)):
            self._over.addItem(words, what)
        self._over.setToolTip("Where what paints may paint")
        self._class = QComboBox()
        self._class.setToolTip("The class that may be painted over")
        for box in (self._over, self._class, self._kept_as):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(8)
        self._hint = QLabel()
        self._hint.setObjectName("muted")
        self._hint.setWordWrap(True)
        column = QVBoxLayout(self)  # a form doesn't give lines that wrap the height they need
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._hint)
        column.addWidget(self._goes_by)
        self._form = QFormLayout()
        self._form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        column.addLayout(self._form)
        for says, slider in ((self._size_says, self._size), (self._tolerance_says, self._tolerance), (self._spacing_says, self._spacing)):
            self._form.addRow(says, slider)
        self._form.addRow("Paint", self._over)
        self._form.addRow("Class", self._class)
        self._form.addRow("Keep as", self._kept_as)
        self._form.addRow(self._prompt)
        self._connect()
        self._show()

    def show_tool(self, name: str, help: str) -> None:
        """The rows of this tool."""
        self._tool = name
        self._hint.setText(help)
        self._form.setRowVisible(self._size, name in ("brush", "eraser"))
        self._form.setRowVisible(self._tolerance, name == "wand")
        self._form.setRowVisible(self._spacing, name == "patches")
        self._form.setRowVisible(self._kept_as, name in _PENDING)
        self._form.setRowVisible(self._prompt, name == "refine")
        self._goes_by.setVisible(name == "refine")
        self._form.setRowVisible(self._over, name in _PAINTING)
        self._form.setRowVisible(self._class, name in _PAINTING and self._over.currentData() == CLASS)

    def show_labels(self, names: list[str]) -> None:
        """The classes that may be painted over."""
        if names != [self._class.itemText(at) for at in range(self._class.count())]:
            with QSignalBlocker(self._class):
                self._class.clear()
                self._class.addItems(names)

    def _connect(self) -> None:
        self._size.valueChanged.connect(self._settings.set_brush_size)
        self._tolerance.valueChanged.connect(self._settings.set_tolerance)
        self._spacing.valueChanged.connect(self._settings.set_spacing)
        self._spacing.sliderMoved.connect(lambda value: self._spacing_says.setText(f"Width {value} px"))
        self._kept_as.currentIndexChanged.connect(lambda at: self._settings.set_as_polygon(at == 1))
        self._over.currentIndexChanged.connect(lambda _: self._on_over())
        self._class.currentTextChanged.connect(lambda _: self._on_over())
        self._settings.changed.connect(self._show)

    def _on_over(self) -> None:
        self._form.setRowVisible(self._class, self._tool in _PAINTING and self._over.currentData() == CLASS)
        self._settings.set_over(self._over.currentData(), self._class.currentText())

    def _show(self) -> None:
        for slider, value in ((self._size, self._settings.brush_size), (self._tolerance, self._settings.tolerance), (self._spacing, self._settings.spacing)):
            with QSignalBlocker(slider):
                slider.setValue(value)
        self._size_says.setText(f"Size {self._settings.brush_size} px")
        self._tolerance_says.setText(f"Tolerance {self._settings.tolerance}")
        self._spacing_says.setText(f"Width {self._settings.spacing} px")
        with QSignalBlocker(self._kept_as):
            self._kept_as.setCurrentIndex(int(self._settings.as_polygon))


def _slider(low: int, high: int) -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setRange(low, high)
    slider.setMinimumWidth(60)
    return slider
