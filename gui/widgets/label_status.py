"""The line below the picture of the Annotate page: what is under the pointer, and whether all is saved."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QWidget

from gui.labelling import Labelling
from gui.widgets.label_canvas import LabelCanvas


class LabelStatus(QLabel):
    """Follows the pointer and the document."""

    def __init__(self, labelling: Labelling, canvas: LabelCanvas, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("statusLine")
        self._labelling = labelling
        self._labels_off = False
        self._spot: tuple[int, int] | None = None
        canvas.pointed.connect(self._on_pointed)
        labelling.saving.changed.connect(self._say)

    def show_labels_off(self, off: bool) -> None:
        """Whether labels are off the picture."""
        self._labels_off = off
        self._say()

    def _on_pointed(self, spot: object) -> None:
        self._spot = (int(spot[0]), int(spot[1])) if isinstance(spot, tuple) else None
        self._say()

    def _say(self) -> None:
        if self._labelling.now is None:
            self.setText("")
            return
        words = [self._labelling.saving.state]
        if self._labels_off:
            words.insert(0, "labels off (H)")
        if self._spot is not None:
            region = self._labelling.region_at(*self._spot)
            words = [f"{self._spot[0]}, {self._spot[1]}", self._labelling.picture.space.current(region.label) if region is not None else "no label", *words]
        self.setText(" · ".join(words))
