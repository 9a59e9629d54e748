"""What is on the screen until the first page is there: a street at once, never a blank."""

from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from engine import places
from gui import theme

PICTURE = places.RESOURCES / "street.jpg"


class FirstPicture(QWidget):
    """The picture that ships with the program, filling the room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = QPixmap(str(PICTURE)) if PICTURE.is_file() else QPixmap()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.tokens().colour("picture"))
        if not self._picture.isNull():
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawPixmap(covering(self._picture.width(), self._picture.height(), self.rect()), self._picture)


def covering(width: int, height: int, room: QRect) -> QRect:
    """Where a picture of this size must be drawn to fill `room`, keeping its shape."""
    scale = max(room.width() / max(width, 1), room.height() / max(height, 1))
    wide, high = round(width * scale), round(height * scale)
    return QRect(room.x() + (room.width() - wide) // 2, room.y() + (room.height() - high) // 2, wide, high)
