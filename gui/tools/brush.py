"""Paints pixels of the label in hand, and the eraser, which takes them away; holding Ctrl makes each the other."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from engine.annotation import brush
from engine.annotation.brush import Stroke
from engine.annotation.document import Document, Painted, Region
from gui.label_picture import NOTHING
from gui.labelling import Labelling
from gui.tools._tool import Pointer, Tool
from gui.widgets.viewport import Viewport


class BrushTool(Tool):
    """A stroke goes on in the selected painted region of the same label, or begins a new one on top."""

    name, title, icon, key = "brush", "Brush", "brush", "B"
    help = "Paint; Ctrl erases. [ and ] or Shift+wheel: size"
    erases: ClassVar[bool] = False

    def __init__(self, labelling: Labelling) -> None:
        super().__init__(labelling)
        self._stroke: Stroke | None = None
        self._region: Region | None = None
        self._below: Document | None = None
        self._at: Pointer | None = None

    @property
    def busy(self) -> bool:
        return self._stroke is not None

    def cancel(self) -> None:
        stroke, self._stroke = self._stroke, None
        if stroke is not None:
            self.labelling.repaint(stroke.box)

    def press(self, at: Pointer) -> None:
        labelling, document = self.labelling, self.labelling.committed
        erasing = self.erases != at.ctrl
        self._region = self._target(at, erasing=erasing)
        if erasing and self._region is None:
            return
        self._below = document.without(self._region.key) if erasing and self._region is not None else None
        limits = None if erasing else labelling.settings.limits(labelling.picture)
        self._stroke = Stroke(document.width, document.height, radius=max(brush.SMALLEST, labelling.settings.brush_size / 2), limits=limits)
        self._add(at)

    def move(self, at: Pointer, *, pressed: bool) -> None:
        self._at = at
        if pressed and self._stroke is not None:
            self._add(at)

    def release(self, at: Pointer) -> None:
        stroke, self._stroke = self._stroke, None
        if stroke is None:
            return
        new = stroke.painted()
        if new is None or not self._commit(new):
            self.labelling.repaint(stroke.box)

    def turn(self, steps: int) -> bool:
        self.labelling.settings.grow_brush(steps)
        return True

    def paint(self, painter: QPainter, view: Viewport, ratio: float) -> None:
        if self._at is None:
            return
        radius = self.labelling.settings.brush_size / 2 * view.scale / ratio
        middle = QPointF((view.scale * self._at.x + view.left) / ratio, (view.scale * self._at.y + view.top) / ratio)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        style = Qt.PenStyle.DashLine if self.erases != self._at.ctrl else Qt.PenStyle.SolidLine
        for pen in (QPen(QColor(0, 0, 0, 160), 3.0), QPen(QColor(255, 255, 255, 230), 1.2, style)):
            painter.setPen(pen)
            painter.drawEllipse(middle, radius, radius)

    def _target(self, at: Pointer, *, erasing: bool) -> Region | None:
        """What is painted on: the selected region; erasing takes what lies under the pointer where none is."""
        chosen = self.labelling.selected
        if len(chosen) == 1 and (erasing or (isinstance(chosen[0].shape, Painted) and self.labelling.picture.space.current(chosen[0].label) == self.labelling.settings.label)):
            return chosen[0]
        return self.labelling.region_at(*at.pixel) if erasing else None

    def _add(self, at: Pointer) -> None:
        assert self._stroke is not None
        box = self._stroke.add(at.point)
        left, top, right, bottom = box
        own = self._stroke.box
        here = self._stroke.mask[top - own[1] : bottom - own[1], left - own[0] : right - own[0]]
        value = None
        if self._below is None:
            value = self.labelling.picture.value(self._region.label if self._region is not None else self.labelling.settings.label)
            value = NOTHING if value is None else value
        cut = self.labelling.picture.paint_stroke(here, box, value=value, below=self._below)
        if cut is not None:
            self.labelling.painted.emit(cut)

    def _commit(self, new: Painted) -> bool:
        labelling, region, label = self.labelling, self._region, self.labelling.settings.label
        document, pixels = labelling.committed, labelling.picture.rasteriser.pixels
        if region is None:
            return labelling.commit(document.added(label, new), f"paint {label}", select=(document.next_key,))
        if self._below is None:
            joined = brush.painted(region.shape, pixels(new), pixels=pixels)
            assert joined is not None
            return labelling.commit(document.replaced(region.changed(shape=joined)), f"paint {region.label}")
        left = brush.erased(region.shape, pixels(new), pixels=pixels)
        if left is region.shape:
            return False
        return labelling.commit(self._below if left is None else document.replaced(region.changed(shape=left)), f"erase {region.label}")


class EraserTool(BrushTool):
    """Takes pixels from the selected region, or from the one under the pointer; a polygon becomes painted pixels."""

    name, title, icon, key = "eraser", "Eraser", "eraser", "E"
    help = "Erase from the selected region, or from what is under the pointer; Ctrl paints"
    erases = True
