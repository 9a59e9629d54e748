"""The selected frame, large, with its truth over it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from engine.errors import RoadscopeError
from gui import theme
from gui.frame_items import Item
from gui.latest import Latest
from gui.session import Session

if TYPE_CHECKING:
    from engine.labels import ClassSet, LabelSpace

LONGEST = 900
"""Of the preview's sides, pixels: sharp in any inspector, and light to blend."""


@dataclass(frozen=True)
class Shown:
    """A prepared preview: `size` is the frame's own (height, width)."""

    picture: QImage
    size: tuple[int, int]
    truth: bool
    fault: str = ""


class FramePreview(QWidget):
    """Reads and blends on a thread; follows opacity and hidden classes. A double click wants the frame on the Drive page."""

    wanted = Signal(object)
    faulty = Signal(str)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._item: Item | None = None
        self._picture = _Picture()
        self._picture.clicked_twice.connect(lambda: self.wanted.emit(self._item))
        self._name, self._facts = QLabel(), QLabel()
        self._name.setWordWrap(True)
        self._name.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._facts.setObjectName("muted")
        self._facts.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for widget in (self._picture, self._name, self._facts):
            column.addWidget(widget)
        self._latest = Latest(_prepare, self)
        self._latest.done.connect(self._on_done)
        self._latest.failed.connect(self._on_failed)
        for changed in (session.opacity_changed, session.hidden_changed, session.space_changed):
            changed.connect(lambda _: self._ask())
        self.show_item(None)

    @property
    def facts(self) -> str:
        """The words below the picture."""
        return self._facts.text()

    @property
    def has_picture(self) -> bool:
        return not self._picture.picture.isNull()

    def show_item(self, item: Item | None) -> None:
        """Shows another frame, or asks to choose one."""
        self._item = item
        self._name.setText(_breakable(item.name) if item else "")
        self._name.setToolTip(str(item.path) if item else "")
        self._name.setVisible(item is not None)
        self._facts.setText("" if item else "Choose a frame to see it here.")
        if item is None:
            self._picture.show_picture(QImage())
            self._latest.forget()
        else:
            self._ask()

    def close_worker(self) -> None:
        """Ends the thread."""
        self._latest.close()

    def _ask(self) -> None:
        if self._item is not None:
            session = self._session
            space = _space(session)
            self._latest.ask((self._item, space, _hidden_ids(space, session.class_set, session.hidden), session.opacity))

    def _on_done(self, request: tuple[Any, ...], shown: Shown) -> None:
        if request[0] is not self._item:
            return
        self._picture.show_picture(shown.picture)
        height, width = shown.size
        truth = "with truth" if shown.truth else "no truth"
        self._facts.setText(f"{width} × {height} px, {truth}" if not shown.fault else f"{width} × {height} px. {shown.fault}")

    def _on_failed(self, request: tuple[Any, ...], error: Exception) -> None:
        if request[0] is self._item:
            self._picture.show_picture(QImage())
            self._facts.setText(str(error) if isinstance(error, RoadscopeError) else f"This frame can't be shown: {error}")


class _Picture(QWidget):
    clicked_twice = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.picture = QImage()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(150)

    def show_picture(self, picture: QImage) -> None:
        self.picture = picture
        self._fit()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(260, 150)

    def resizeEvent(self, event: object) -> None:
        self._fit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.clicked_twice.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.SmoothPixmapTransform | QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.tokens().colour("picture"))
        painter.drawRoundedRect(self.rect(), 5, 5)
        if self.picture.isNull():
            return
        scale = min(self.width() / self.picture.width(), self.height() / self.picture.height())
        wide, high = self.picture.width() * scale, self.picture.height() * scale
        painter.drawImage(QRectF((self.width() - wide) / 2, (self.height() - high) / 2, wide, high), self.picture)

    def _fit(self) -> None:
        if not self.picture.isNull():
            self.setFixedHeight(max(60, min(360, round(self.width() * self.picture.height() / self.picture.width()))))


def _prepare(request: tuple[Item, LabelSpace | None, frozenset[int], float]) -> Shown:
    import cv2
    import numpy as np

    item, space, hidden, opacity = request
    image = item.image()
    size = image.shape[:2]
    factor = min(1.0, LONGEST / max(size))
    small = (max(1, round(size[1] * factor)), max(1, round(size[0] * factor)))
    pixels = cv2.resize(image, small, interpolation=cv2.INTER_AREA)
    truth, fault = None, ""
    try:
        truth = item.truth() if space is not None else None
    except RoadscopeError as error:
        fault = str(error)
    if truth is not None and space is not None:
        ids = cv2.resize(np.asarray(truth, np.uint8), small, interpolation=cv2.INTER_NEAREST)
        alpha = np.zeros(256, np.float32)
        alpha[[label.id for label in space.labels if 0 <= label.id < 256 and label.category != "void" and label.id not in hidden]] = opacity
        weight = alpha[ids][..., None]
        pixels = (pixels * (1 - weight) + space.palette[ids] * weight).astype(np.uint8)
    pixels = np.ascontiguousarray(pixels)
    picture = QImage(pixels.data, pixels.shape[1], pixels.shape[0], 3 * pixels.shape[1], QImage.Format.Format_RGB888).copy()
    return Shown(picture, size, truth is not None, fault)


def _space(session: Session) -> LabelSpace | None:
    source = session.source
    if source is None:
        return None
    return source.dataset.space if source.dataset is not None else source.drive.space if source.drive is not None else None


def _hidden_ids(space: LabelSpace | None, classes: ClassSet | None, hidden: frozenset[str]) -> frozenset[int]:
    """Ids of `space` whose own name, or whose class in `classes`, is hidden."""
    if space is None:
        return frozenset()
    members = {member for one in classes.classes if one.name in hidden for member in one.members} if classes and classes.fits(space) else set()
    return frozenset(label.id for label in space.labels if label.name in hidden or label.name in members)


def _breakable(name: str) -> str:
    """Lets long names break at underscores."""
    return name.replace("_", "_\u200b")
