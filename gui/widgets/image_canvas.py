"""The picture view: an image, the mask over it, the dots of a scan, zoomed and panned without a GPU."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QContextMenuEvent, QCursor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QMenu, QWidget

from gui import theme
from gui.widgets import layers
from gui.widgets.layers import Points
from gui.widgets.viewport import Viewport
from gui.widgets.zoom_view import ZoomView

_DRAFT_PIXELS = 5_000_000
"""Above this many device pixels a view in motion is drawn at half of them each way, and sharp when it rests."""


class ImageCanvas(ZoomView):
    """Paints one picture with what lies over it; `menu_opening` lets others fill the right-click menu for the picture's point."""

    menu_opening = Signal(QMenu, object)

    def __init__(self, parent: QWidget | None = None, *, empty: str = "") -> None:
        super().__init__(parent)
        self._levels: list[layers.Picture] = []
        self._mask: layers.Picture | None = None
        self._points: Points | None = None
        self._table: NDArray[np.uint32] = np.zeros(256, np.uint32)
        self._outlines = False
        self._hatched: layers.Picture | None = None
        self._tone: layers.Picture | None = None
        self._base: layers.Picture | None = None
        self._over: layers.Picture | None = None
        self._reduction = 1
        self._empty = empty
        self._sharpen = QTimer(self, singleShot=True, interval=120)
        self._sharpen.timeout.connect(self._on_rest)
        self.setAccessibleName("Picture")

    @property
    def has_image(self) -> bool:
        return bool(self._levels)

    def show_image(self, levels: list[layers.Picture] | None, *, mask: layers.Picture | None = None, points: Points | None = None) -> None:
        """Shows the picture that `layers.pyramid` prepared (in a worker) with what lies over it, or nothing."""
        self._levels, self._mask, self._points, self._base, self._over = levels or [], mask, points, None, None
        if levels:
            height, width = levels[0].shape[:2]
            self.view = self.view.showing(width, height)
        self.update()

    def show_mask(self, mask: layers.Picture | None) -> None:
        """Lays (h, w) uint8 ids over the picture, of its size or smaller, coloured by the table of `set_colours`."""
        self._mask, self._over = mask, None
        self.update()

    def show_points(self, points: Points | None) -> None:
        """Lays dots over picture and mask."""
        self._points, self._over = points, None
        self.update()

    def set_colours(self, table: NDArray[np.uint32], *, outlines: bool = False) -> None:
        """How masks are coloured from now on: the 256 entries of `layers.table`; `outlines` draws borders between classes."""
        self._table, self._outlines, self._over = table, outlines, None
        self.update()

    def set_hatched(self, table: layers.Picture | None) -> None:
        """Which classes of masks have stripes from now on: (256,) uint8, not 0 for those."""
        self._hatched, self._over = table, None
        self.update()

    def set_tone(self, table: layers.Picture | None) -> None:
        """Shows the picture's values as a (256,) table says, or as they are; what lies over it keeps its colours."""
        self._tone, self._base = table, None
        self.update()

    @property
    def labels_shown(self) -> bool:
        """Whether anything of a mask could be seen: not while its colours are all clear."""
        return bool(self._table.any())

    @property
    def empty(self) -> bool:
        """Whether no picture is shown yet."""
        return not self._levels

    def picture(self) -> QImage:
        """What is shown, at the picture's own size: for the clipboard and for files."""
        if not self._levels:
            return QImage()
        height, width = self._levels[0].shape[:2]
        result = QImage(width, height, QImage.Format.Format_RGB32)
        painter = QPainter(result)
        self._draw(painter, QRectF(result.rect()), (self._levels[0], self._drawn_over(Viewport(width, height, width, height), 1)))
        painter.end()
        return result

    def drawn(self, view: Viewport) -> QImage:
        """What is shown, as another view of the picture sees it."""
        result = QImage(view.view_width, view.view_height, QImage.Format.Format_RGB32)
        base = layers.sampled(self._levels, view, _background())
        painter = QPainter(result)
        self._draw(painter, QRectF(result.rect()), (base if self._tone is None else layers.toned(base, self._tone), self._drawn_over(view, 1)))
        painter.end()
        return result

    def on_view_changed(self) -> None:
        self._base, self._over = None, None
        if self.view.view_width * self.view.view_height > _DRAFT_PIXELS:
            self._reduction = 2
            self._sharpen.start()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if not self._levels:
            painter.fillRect(self.rect(), theme.tokens().colour("picture"))
            painter.setPen(theme.tokens().colour("on_picture"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._empty)
            return
        if self._base is None:
            self._base = layers.sampled(self._levels, self.view, _background(), reduction=self._reduction)
            if self._tone is not None:
                self._base = layers.toned(self._base, self._tone)
        if self._over is None:
            self._over = self._drawn_over(self.view, self._reduction)
        self._draw(painter, QRectF(self.rect()), (self._base, self._over))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if not self._levels:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        self.menu_opening.emit(menu, self.spot(QPointF(self.mapFromGlobal(QCursor.pos()) if by_key else event.pos())))
        if menu.actions():
            menu.popup(self.mapToGlobal(QPoint(self.width() // 2, self.height() // 2)) if by_key else event.globalPos())

    def _drawn_over(self, view: Viewport, reduction: int) -> layers.Picture | None:
        """(h, w, 4) premultiplied BGRA of mask and dots, or None without any."""
        over = None
        if self._mask is not None and self._table.any():
            mask = layers.sampled_mask(self._mask, view, reduction=reduction)
            over = self._tinted(mask)
        if self._points is not None:
            if over is None:
                over = np.zeros((-(-view.view_height // reduction), -(-view.view_width // reduction), 4), np.uint8)
            layers.dotted(over, self._points, view, reduction=reduction)
        return over

    def _tinted(self, mask: layers.Picture, origin: tuple[int, int] = (0, 0)) -> layers.Picture:
        """(h, w, 4) of a part of the mask as it is drawn; its first pixel lies at `origin` in the whole."""
        tint = layers.tinted(mask, self._table)
        if self._hatched is not None and int(self._table.max()) >> 24 < 255:  # at full opacity the colours are those of the files
            layers.hatched(tint, mask, self._hatched, origin=origin)
        if self._outlines:
            layers.outlined(tint, mask)
        return tint

    def _draw(self, painter: QPainter, target: QRectF, pictures: tuple[layers.Picture, layers.Picture | None]) -> None:
        for pixels, form in zip(pictures, (QImage.Format.Format_RGB32, QImage.Format.Format_ARGB32_Premultiplied), strict=True):
            if pixels is not None:
                height, width = pixels.shape[:2]
                painter.drawImage(target, QImage(pixels.data, width, height, width * 4, form))

    def _on_rest(self) -> None:
        self._reduction, self._base, self._over = 1, None, None
        self.update()


def _background() -> tuple[int, int, int]:
    colour = theme.tokens().colour("picture")
    return colour.red(), colour.green(), colour.blue()
