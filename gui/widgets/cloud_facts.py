"""What is to know of a fused cloud, in numbers."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QFormLayout, QLabel, QWidget

from gui.clouds import Cloud


class CloudFacts(QWidget):
    """Points, those inside the image, those the camera sees, those with a class."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(4)
        self._values: dict[str, QLabel] = {}
        for name, tip in (
            ("Points", "Of the scan"),
            ("In the image", "Inside the camera's picture, hidden or not"),
            ("Seen", "Inside the picture, and nothing nearer hides them"),
            ("With a class", "Seen, and not void"),
            ("Farthest", "Distance from the lidar"),
        ):
            self._values[name] = QLabel()
            label = QLabel(name)
            label.setObjectName("muted")
            label.setToolTip(tip)
            form.addRow(label, self._values[name])

    def show_cloud(self, cloud: Cloud) -> None:
        """The numbers of this cloud; none where the frame has no scan."""
        fused = cloud.fused
        if fused is None:
            for value in self._values.values():
                value.setText("–")
            return
        total = max(1, len(fused))
        counts = {"In the image": fused.in_image, "Seen": fused.seen, "With a class": fused.train_id != 255}
        self._values["Points"].setText(_grouped(len(fused)))
        for name, flags in counts.items():
            count = int(flags.sum())
            self._values[name].setText(f"{_grouped(count)} · {count / total:.0%}".replace("%", " %"))
        farthest = float(np.sqrt(np.einsum("ij,ij->i", fused.points, fused.points).max(initial=0)))
        self._values["Farthest"].setText(f"{farthest:.0f} m")


def _grouped(number: int) -> str:
    return f"{number:,}".replace(",", " ")
