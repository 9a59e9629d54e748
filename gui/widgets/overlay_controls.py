"""How masks lie over pictures: shown or not, opacity, outlines, legend, and which of prediction, truth and errors."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QHBoxLayout, QLabel, QSlider, QWidget

from gui.session import Session
from gui.settings import Settings

MODES = {"prediction": "Prediction", "truth": "Truth", "errors": "Errors"}


class OverlayControls(QWidget):
    """`changed` fires for everything but the opacity, which is the session's."""

    changed = Signal()

    def __init__(self, session: Session, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._settings = session, settings
        self._make()
        self._lay_out()
        self._opacity.valueChanged.connect(lambda value: session.set_opacity(value / 100))
        session.opacity_changed.connect(self._on_opacity)
        for name, box in self._boxes.items():
            box.toggled.connect(lambda on, name=name: self._on_toggled(name, on))
        self._mode.currentIndexChanged.connect(lambda: self.changed.emit())
        self._on_opacity(session.opacity)

    @property
    def shown(self) -> bool:
        """Whether masks are drawn at all."""
        return self._boxes["masks"].isChecked()

    @property
    def outlines(self) -> bool:
        return self._boxes["outlines"].isChecked()

    @property
    def legend(self) -> bool:
        return self._boxes["legend"].isChecked()

    @property
    def mode(self) -> str:
        """A key of MODES."""
        return str(self._mode.currentData())

    def toggle_shown(self) -> None:
        """Masks off, or on again."""
        self._boxes["masks"].toggle()

    def choose(self, mode: str) -> None:
        """Shows prediction, truth or errors."""
        self._mode.setCurrentIndex(self._mode.findData(mode))

    def offer(self, why_not: Mapping[str, str]) -> None:
        """`why_not` says of each mode that is not possible here why; the choice is shown where there is one."""
        with QSignalBlocker(self._mode):
            for row, mode in enumerate(MODES):
                item = self._mode.model().item(row)  # type: ignore[attr-defined]  # a combo box has a standard model
                item.setEnabled(mode not in why_not)
                item.setToolTip(why_not.get(mode, ""))
            if self.mode in why_not:
                possible = [mode for mode in MODES if mode not in why_not]
                self.choose(possible[0] if possible else "prediction")
        offered = "truth" not in why_not
        self._mode.setVisible(offered)
        self._mode_label.setVisible(offered)

    def _make(self) -> None:
        self._boxes = {
            name: _box(text, tip, self._settings.flag(f"drive/{name}", on))
            for name, text, tip, on in (
                ("masks", "Masks", "Lay the masks over the picture (H)", True),
                ("outlines", "Outlines", "Draw the borders between classes, which keeps near colours apart", False),
                ("legend", "Legend", "Name the classes in the picture", True),
            )
        }
        self._opacity = QSlider(Qt.Orientation.Horizontal)
        self._opacity.setRange(0, 100)
        self._opacity.setPageStep(10)
        self._opacity.setAccessibleName("Opacity")
        self._opacity.setToolTip("Opacity of the masks (+ and −)")
        self._percent = QLabel()
        self._percent.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._percent.setMinimumWidth(self.fontMetrics().horizontalAdvance("100 %"))
        self._mode = QComboBox()
        self._mode.setAccessibleName("Show")
        for mode, text in MODES.items():
            self._mode.addItem(text, mode)
        self._mode_label = QLabel("Show")

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        grid.addWidget(QLabel("Opacity"), 0, 0)
        grid.addWidget(self._opacity, 0, 1)
        grid.addWidget(self._percent, 0, 2)
        grid.addWidget(self._mode_label, 1, 0)
        grid.addWidget(self._mode, 1, 1, 1, 2)
        row = QHBoxLayout()
        row.setSpacing(12)
        for box in self._boxes.values():
            row.addWidget(box)
        row.addStretch(1)
        grid.addLayout(row, 2, 0, 1, 3)

    def _on_opacity(self, value: float) -> None:
        with QSignalBlocker(self._opacity):
            self._opacity.setValue(round(value * 100))
        self._percent.setText(f"{value:.0%}".replace("%", " %"))

    def _on_toggled(self, name: str, on: bool) -> None:
        self._settings.set(f"drive/{name}", on)
        self.changed.emit()


def _box(text: str, tip: str, on: bool) -> QCheckBox:
    box = QCheckBox(text)
    box.setToolTip(tip)
    box.setChecked(on)
    return box
