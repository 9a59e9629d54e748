"""How the cloud is drawn: colouring, which points, their size, and the scale on the ground."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QLabel, QSlider, QWidget

from gui.session import COLOURINGS, Session
from gui.settings import Settings
from gui.widgets.cloud_view import POINT_SIZES, CloudView

_STEPS = 2
"""Positions of the size's slider a pixel."""


class CloudControls(QWidget):
    """`changed` fires for everything but the colouring, which is the session's, and the size, which is the view's."""

    changed = Signal()

    def __init__(self, session: Session, settings: Settings, view: CloudView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._settings, self._view = session, settings, view
        self._make()
        self._lay_out()
        self._colouring.activated.connect(lambda: session.set_colouring(str(self._colouring.currentData())))
        session.colouring_changed.connect(lambda _: self._on_colouring())
        for name, box in self._boxes.items():
            box.toggled.connect(lambda on, name=name: self._on_toggled(name, on))
        self._size.valueChanged.connect(self._on_size)
        view.point_size_changed.connect(self._on_view_size)
        self._on_colouring()
        view.point_size = settings.number("lidar/point_size", 2.0)
        self._on_view_size(view.point_size)

    @property
    def only_seen(self) -> bool:
        """Whether points that the camera doesn't see are left out."""
        return self._boxes["only_seen"].isChecked()

    @property
    def truth(self) -> bool:
        """Whether classes come from the scan's own labels."""
        return self._boxes["truth"].isChecked() and not self._boxes["truth"].isHidden()

    @property
    def grid(self) -> bool:
        """Whether rings on the ground and the camera's frustum are drawn."""
        return self._boxes["grid"].isChecked()

    def toggle(self, name: str) -> None:
        """Switches only_seen, truth or grid."""
        self._boxes[name].toggle()

    def offer_truth(self, offered: bool) -> None:
        """Whether there are labels to take classes from."""
        self._boxes["truth"].setVisible(offered)

    def say(self, text: str) -> None:
        """A word below the colouring about why it looks otherwise than chosen."""
        self._note.setText(text)
        self._note.setVisible(bool(text))

    def _make(self) -> None:
        self._colouring = QComboBox()
        self._colouring.setAccessibleName("Colour by")
        for name in COLOURINGS:
            self._colouring.addItem(name.capitalize(), name)
        self._note = QLabel()
        self._note.setObjectName("muted")
        self._note.setWordWrap(True)
        self._note.hide()
        self._boxes = {
            name: _box(text, tip, self._settings.flag(f"lidar/{name}", on))
            for name, text, tip, on in (
                ("only_seen", "Only what the camera sees", "Leave out points outside the image, and those hidden by something nearer (X)", False),
                ("truth", "Classes from the scan's labels", "The truth of the .label file instead of the prediction", False),
                ("grid", "Rings and camera", "Rings on the ground every 10 m, and what the camera looks at (G)", True),
            )
        }
        self._size = QSlider(Qt.Orientation.Horizontal)
        self._size.setRange(round(POINT_SIZES[0] * _STEPS), round(POINT_SIZES[1] * _STEPS))
        self._size.setAccessibleName("Point size")
        self._size.setToolTip("Point size (− and =)")

    def _lay_out(self) -> None:
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(8)
        form.addRow("Colour by", self._colouring)
        form.addRow(self._note)
        form.addRow("Point size", self._size)
        for box in self._boxes.values():
            form.addRow(box)

    def _on_colouring(self) -> None:
        self._colouring.setCurrentIndex(self._colouring.findData(self._session.colouring))

    def _on_toggled(self, name: str, on: bool) -> None:
        self._settings.set(f"lidar/{name}", on)
        self.changed.emit()

    def _on_size(self, value: int) -> None:
        self._view.point_size = value / _STEPS

    def _on_view_size(self, size: float) -> None:
        self._settings.set("lidar/point_size", size)
        with QSignalBlocker(self._size):
            self._size.setValue(round(size * _STEPS))


def _box(text: str, tip: str, on: bool) -> QCheckBox:
    box = QCheckBox(text)
    box.setToolTip(tip)
    box.setChecked(on)
    return box
