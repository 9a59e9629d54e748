"""The drive as a band: thumbnails, which frames have their masks, the loop, and the frame shown, dragged to scrub."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QHelpEvent, QImage, QMouseEvent, QPainter, QPaintEvent, QPolygonF, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui import theme

PICTURE_HEIGHT = 40
_BAND = 4
_MARGIN = 7
_TOP = 8


def clock(seconds: float, *, tenths: bool = True) -> str:
    """00:04.2, or 1:02:03.4 from an hour on."""
    whole = round(max(0.0, seconds) * 10)
    minutes, rest = divmod(whole, 600)
    hours, minutes = divmod(minutes, 60)
    text = f"{minutes:02d}:{rest // 10:02d}" + (f".{rest % 10}" if tenths else "")
    return f"{hours}:{text}" if hours else text


class TimelineStrip(QWidget):
    """`scrubbed(frame)` while the user drags; `thumbnails_wanted(frames)` when pictures of these frames should be shown."""

    scrubbed = Signal(int)
    thumbnails_wanted = Signal(object)
    menu_wanted = Signal(object, int)
    """Global position and frame of a right click."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._times: Sequence[float] = ()
        self._frame = 0
        self._aspect = 16 / 9
        self._covered: NDArray[np.bool_] | None = None
        self._loop: tuple[int, int] | None = None
        self._pictures: dict[int, QImage] = {}
        self._dragging = False
        self._asking = QTimer(self, singleShot=True, interval=150)
        self._asking.timeout.connect(lambda: self.thumbnails_wanted.emit(self._slots()))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setMinimumWidth(120)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("Timeline")

    def sizeHint(self) -> QSize:
        return QSize(600, _TOP + PICTURE_HEIGHT + _BAND + 6)

    def open(self, times: Sequence[float], *, aspect: float = 16 / 9) -> None:
        """Shows another drive: the seconds of its frames from the start; `aspect` is width by height of a frame."""
        self._times, self._aspect, self._frame, self._loop, self._covered = times, aspect, 0, None, None
        self._pictures.clear()
        self._asking.start()
        self.update()

    def show_frame(self, frame: int) -> None:
        """Moves the playhead."""
        if frame != self._frame:
            self._frame = frame
            self.setAccessibleDescription(f"Frame {frame + 1} of {len(self._times)}")
            self.update()

    def show_loop(self, loop: tuple[int, int] | None) -> None:
        """Marks the frames that are played over and over."""
        self._loop = loop
        self.update()

    def show_covered(self, covered: NDArray[np.bool_] | None) -> None:
        """(frames,) whether each frame's mask is at hand; None without a checkpoint."""
        self._covered = covered
        self.update()

    def add_thumbnail(self, frame: int, picture: QImage) -> None:
        """A picture that was wanted has arrived."""
        self._pictures[frame] = picture
        self.update()

    def frame_at(self, x: float) -> int:
        """The frame at a position in the widget."""
        last = len(self._times) - 1
        return max(0, min(last, round((x - _MARGIN) / max(1.0, self._length) * last))) if last > 0 else 0

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        track = QRectF(_MARGIN, _TOP, self._length, PICTURE_HEIGHT)
        painter.fillRect(track, theme.tokens().colour("picture"))
        if not self._times:
            return
        _paint_pictures(painter, track, [self._nearest_picture(frame) for frame in self._slots()])
        if self._loop is not None:
            _paint_loop(painter, track, self._x(self._loop[0]), self._x(self._loop[1]))
        if self._covered is not None:
            _paint_band(painter, QRectF(_MARGIN, track.bottom() + 2, self._length, _BAND), self._covered)
        _paint_playhead(painter, track, self._x(self._frame))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._asking.start()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._times:
            self._dragging = True
            self.scrubbed.emit(self.frame_at(event.position().x()))
        elif event.button() == Qt.MouseButton.RightButton and self._times:
            self.menu_wanted.emit(event.globalPosition().toPoint(), self.frame_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragging:
            self.scrubbed.emit(self.frame_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._dragging = False

    def wheelEvent(self, event: QWheelEvent) -> None:
        steps = event.angleDelta().y() or -event.angleDelta().x()
        if steps and self._times:
            self.scrubbed.emit(max(0, min(len(self._times) - 1, self._frame - (1 if steps > 0 else -1))))
        event.accept()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent) and self._times:
            frame = self.frame_at(event.pos().x())
            QToolTip.showText(event.globalPos(), f"Frame {frame + 1} · {clock(self._times[frame])}", self)
            return True
        return super().event(event)

    @property
    def _length(self) -> float:
        return max(1.0, self.width() - 2.0 * _MARGIN)

    def _x(self, frame: int) -> float:
        return _MARGIN + self._length * frame / max(1, len(self._times) - 1)

    def _slots(self) -> list[int]:
        """The frames whose pictures fill the track, from the left."""
        if not self._times:
            return []
        width = PICTURE_HEIGHT * self._aspect
        count = max(1, round(self._length / width))
        return [self.frame_at(_MARGIN + self._length * (slot + 0.5) / count) for slot in range(count)]

    def _nearest_picture(self, frame: int) -> QImage | None:
        """The frame's thumbnail, until it is there the nearest one's."""
        if frame not in self._pictures and self._pictures:
            frame = min(self._pictures, key=lambda one: abs(one - frame))
        return self._pictures.get(frame)


def _paint_pictures(painter: QPainter, track: QRectF, pictures: Sequence[QImage | None]) -> None:
    """Side by side, each cut to its slot."""
    width = track.width() / max(1, len(pictures))
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    for slot, picture in enumerate(pictures):
        if picture is not None:
            source = QRectF(picture.rect())
            crop = min(1.0, width / track.height() / (source.width() / source.height()))
            source.adjust(source.width() * (1 - crop) / 2, 0, -source.width() * (1 - crop) / 2, 0)
            painter.drawImage(QRectF(track.left() + slot * width, track.top(), width, track.height()), picture, source)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)


def _paint_loop(painter: QPainter, track: QRectF, left: float, right: float) -> None:
    """Dims what is outside of the loop and brackets what is in it."""
    shade, accent = QColor(0, 0, 0, 165), theme.tokens().colour("accent")
    painter.fillRect(QRectF(track.left(), track.top(), left - track.left(), track.height()), shade)
    painter.fillRect(QRectF(right, track.top(), track.right() - right, track.height()), shade)
    for x, inward in ((left, 4), (right, -4)):
        painter.fillRect(QRectF(x - 1, track.top(), 2, track.height()), accent)
        for y in (track.top(), track.bottom() - 2):
            painter.fillRect(QRectF(min(x, x + inward), y, abs(inward), 2), accent)


def _paint_band(painter: QPainter, band: QRectF, covered: NDArray[np.bool_]) -> None:
    """Where `covered` (frames,) holds."""
    now, columns = theme.tokens(), int(band.width())
    painter.fillRect(band, now.colour("line"))
    frames = np.rint(np.arange(columns) / max(1, columns - 1) * (len(covered) - 1)).astype(np.int64)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], covered[frames].astype(np.int8), [0]))))
    for begin, end in zip(edges[::2], edges[1::2], strict=True):
        painter.fillRect(QRectF(band.left() + begin, band.top(), end - begin, band.height()), now.colour("ok"))


def _paint_playhead(painter: QPainter, track: QRectF, x: float) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(0, 0, 0, 120))
    painter.drawRect(QRectF(x - 2, track.top(), 4, track.height() + 2 + _BAND))
    painter.setBrush(theme.tokens().colour("accent"))
    painter.drawRect(QRectF(x - 1, track.top() - 2, 2, track.height() + 4 + _BAND))
    painter.drawPolygon(QPolygonF([QPointF(x - 6, 0), QPointF(x + 6, 0), QPointF(x + 6, 3), QPointF(x, 9), QPointF(x - 6, 3)]))
