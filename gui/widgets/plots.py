"""The panels of a run one below the other over the same steps, and what the mouse does on them."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QWidget

from gui import theme
from gui.widgets.plot_panel import Panel

LOSS, SCORE, RATE, TERMS = range(4)


class Plots(pg.GraphicsLayoutWidget):
    """`panels` are the loss, the validation mIoU, the learning rate and the loss's parts; the last stands below the loss, where there are parts."""

    zoomed = Signal()
    reset_asked = Signal()
    menu_asked = Signal(object)
    moved = Signal(object)
    """The step (a float) that the mouse is at; None when it has left."""
    resized = Signal()
    switched = Signal(str)
    """The part whose word was clicked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setBackground(theme.tokens().picture)
        self.ci.setContentsMargins(8, 4, 12, 4)
        self.ci.setSpacing(2)
        self.setAccessibleName("Curves of the run")
        self.setMinimumSize(240, 200)
        self.panels = (Panel("Loss"), Panel("Validation mIoU", floor=0.0, ceiling=1.0), Panel("Learning rate", floor=0.0), Panel("Loss terms", switches=True))
        for row, (at, stretch) in enumerate(((LOSS, 5), (TERMS, 5), (SCORE, 5), (RATE, 2))):
            self._add(self.panels[at], row, stretch)
        self.panels[RATE].show_steps(True)
        self.panels[TERMS].switched.connect(self.switched)
        self.scene().sigMouseMoved.connect(lambda at: self.moved.emit(self.panels[LOSS].view.mapSceneToView(at).x()))
        self.viewport().installEventFilter(self)

    @property
    def parted(self) -> bool:
        """Whether the loss's parts have their panel."""
        return bool(self.panels[TERMS].isVisible())

    def order(self, parted: bool | None) -> list[int]:
        """The panels to draw, one after the other, where the loss has parts or has none. None: it isn't known yet, and what stands stays."""
        if parted is not None and parted != self.parted:
            self.panels[TERMS].setVisible(parted)
            self.ci.layout.setRowStretchFactor(1, 5 if parted else 0)
        return [at for at in range(len(self.panels)) if at != TERMS or self.parted]

    def fold(self, wanted: bool) -> None:
        """Whether losses stand by powers of ten."""
        for at in (LOSS, TERMS):
            self.panels[at].fold(wanted)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self.moved.emit(None)
        elif event.type() == QEvent.Type.Resize:
            self.resized.emit()
        return False

    def _add(self, panel: Panel, row: int, stretch: int) -> None:
        self.addItem(panel, row, 0)
        self.ci.layout.setRowStretchFactor(row, stretch)
        panel.show_steps(False)
        panel.zoomed.connect(self.zoomed)
        panel.reset_asked.connect(self.reset_asked)
        panel.menu_asked.connect(self.menu_asked)
        if row:
            panel.setXLink(self.panels[LOSS])
