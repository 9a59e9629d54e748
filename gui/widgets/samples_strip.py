"""The same frames at every validation: image, truth and prediction side by side, and a slider through the validations."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QImage, QImageReader, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QSlider, QToolTip, QVBoxLayout, QWidget

from gui import theme
from gui.latest import Latest
from gui.widgets.curve_data import RunCurves, Samples

PARTS = ("image", "truth", "prediction")
_GAP = 3
_BETWEEN = 14
_CACHED = 600


class SamplesStrip(QWidget):
    """Follows the newest validation until somebody looks back at an older one. `opened` gives the pictures of a frame."""

    opened = Signal(object, object)
    """Samples and the index of the frame that was clicked."""
    step_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folder = Path()
        self._curves: RunCurves | None = None
        self._count = 0
        self._pictures = Pictures(self)
        self._make()
        self._lay_out()
        self.slider.valueChanged.connect(self._on_moved)
        self._row.clicked.connect(self._on_clicked)
        self._pictures.changed.connect(self._row.update)

    @property
    def count(self) -> int:
        """How many validations there are to look at."""
        return self._count

    @property
    def shown(self) -> Samples | None:
        """The frames of the validation that is shown."""
        samples = self._curves.samples if self._curves else []
        return samples[min(self.slider.value(), len(samples) - 1)] if samples else None

    @property
    def pictures(self) -> Pictures:
        """What was read so far, for whoever shows the same frames larger."""
        return self._pictures

    def paths(self, shown: Samples, index: int) -> tuple[Path, ...]:
        """Image, truth and prediction of one frame."""
        return tuple(self._folder / getattr(shown.shown[index], part) for part in PARTS)

    def show_run(self, folder: Path, curves: RunCurves | None) -> None:
        """Shows the newest samples of a run, whose paths are relative to `folder`; None shows nothing."""
        self._folder, self._curves, self._count = folder, curves, 0
        self.slider.setMaximum(0)
        self.refresh()

    def refresh(self) -> None:
        """The run has grown."""
        count = len(self._curves.samples) if self._curves else 0
        at_end = self.slider.value() >= self._count - 1
        self._count = count
        self.slider.setEnabled(count > 1)
        self.slider.setMaximum(max(0, count - 1))
        if at_end:
            self.slider.setValue(max(0, count - 1))
        self._show()

    def close_pictures(self) -> None:
        """Ends the thread that reads pictures."""
        self._pictures.close()

    def _make(self) -> None:
        self._title = QLabel("Validation frames")
        self._title.setProperty("strong", True)
        self._said = QLabel()
        self._said.setObjectName("muted")
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName("Validation")
        self.slider.setToolTip("Through the validations (Left, Right; End follows the newest)")
        self.slider.setMinimumWidth(90)
        self.slider.setMaximum(0)
        self._row = FrameRow(self._pictures)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self._title)
        head.addWidget(self.slider, 1)
        head.addWidget(self._said)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 12, 8)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self._row, 1)

    def _show(self) -> None:
        samples, curves = self.shown, self._curves
        if samples is None or curves is None:
            self._said.setText("drawn at the first validation")
            self._row.show_frames([], [])
            return
        place = min(self.slider.value(), len(curves.samples) - 1)
        score = next((one.mean_iou for one in curves.validated if one.step == samples.step), None)
        words = f"{place + 1} of {len(curves.samples)} · step {samples.step:,}".replace(",", "\u202f")
        self._said.setText(words + (f" · mIoU {score:.3f}" if score is not None else ""))
        self._row.show_frames([self.paths(samples, at) for at in range(len(samples.shown))], [one.name for one in samples.shown])

    def _on_moved(self) -> None:
        self._show()
        if self.shown is not None:
            self.step_changed.emit(self.shown.step)

    def _on_clicked(self, index: int) -> None:
        if self.shown is not None:
            self.opened.emit(self.shown, index)


class Pictures(Latest):
    """Small pictures by path, read on a thread; those asked for last come first, and the oldest are forgotten."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_read, parent)
        self._kept: dict[Path, QImage] = {}
        self.done.connect(self._on_done)

    def picture(self, path: Path) -> QImage | None:
        """The picture, or None while it is not there."""
        return self._kept.get(path)

    def want(self, paths: list[Path]) -> None:
        """Reads those of `paths` that aren't there."""
        missing = [path for path in paths if path not in self._kept]
        if missing:
            self.ask(missing)

    def _on_done(self, _: object, found: dict[Path, QImage]) -> None:
        self._kept.update(found)
        while len(self._kept) > _CACHED:
            self._kept.pop(next(iter(self._kept)))
        self.changed.emit()


class FrameRow(QWidget):
    """Groups of three pictures as large as they fit; `clicked` gives the index of the group."""

    clicked = Signal(int)

    def __init__(self, pictures: Pictures) -> None:
        super().__init__()
        self._pictures = pictures
        self._frames: list[tuple[Path, ...]] = []
        self._names: list[str] = []
        self._last: dict[tuple[int, int], QImage] = {}
        self.setMinimumHeight(64)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setMouseTracking(True)
        self.setAccessibleName("Image, truth and prediction of the validation frames")

    def show_frames(self, frames: list[tuple[Path, ...]], names: list[str]) -> None:
        """Each frame is its three paths; pictures of before stay until the new ones are read."""
        self._frames, self._names = frames, names
        if not self._frames:
            self._last.clear()
        self._pictures.want([path for frame in self._frames for path in frame])
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(600, 110)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        found = self._at(event.position().toPoint())
        if found is not None and event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit(found[0])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        found = self._at(event.position().toPoint())
        if found is None:
            QToolTip.hideText()
        else:
            QToolTip.showText(event.globalPosition().toPoint(), f"{self._names[found[0]]}: {PARTS[found[1]]}", self)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        now = theme.tokens()
        painter.fillRect(self.rect(), now.colour("picture"))
        if not self._frames:
            painter.setPen(now.colour("muted"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "Image, truth and prediction of three held-out frames appear here")
            return
        for frame, part, box in self._boxes():
            picture = self._pictures.picture(self._frames[frame][part]) or self._last.get((frame, part))
            if picture is not None and not picture.isNull():
                self._last[frame, part] = picture
                painter.drawImage(box, picture)
            else:
                painter.fillRect(box, now.colour("line"))
            self._caption(painter, box, PARTS[part])

    def _caption(self, painter: QPainter, box: QRect, word: str) -> None:
        metrics = QFontMetrics(painter.font())
        width = metrics.horizontalAdvance(word) + 8
        if box.width() < metrics.horizontalAdvance(max(PARTS, key=len)) + 14:
            return  # all or none: a word on some pictures alone would look like a meaning
        label = QRect(box.left() + 3, box.bottom() - metrics.height() - 3, width, metrics.height())
        painter.fillRect(label, "#a0121316")
        painter.setPen(theme.tokens().on_picture)
        painter.drawText(label, Qt.AlignmentFlag.AlignCenter, word)

    def _boxes(self) -> list[tuple[int, int, QRect]]:
        count = len(self._frames)
        if not count:
            return []
        ratio = self._ratio()
        inside = self.rect().adjusted(6, 6, -6, -6)
        columns = (inside.width() - _BETWEEN * (count - 1)) / count
        width = (columns - 2 * _GAP) / 3
        height = min(inside.height(), width / ratio)
        width = height * ratio
        group = 3 * width + 2 * _GAP
        left = inside.left() + (inside.width() - group * count - _BETWEEN * (count - 1)) / 2
        top = inside.top() + (inside.height() - height) / 2
        boxes = []
        for frame in range(count):
            for part in range(3):
                x = left + frame * (group + _BETWEEN) + part * (width + _GAP)
                boxes.append((frame, part, QRect(round(x), round(top), max(1, round(width)), max(1, round(height)))))
        return boxes

    def _ratio(self) -> float:
        for frame in self._frames:
            picture = self._pictures.picture(frame[0])
            if picture is not None and picture.height():
                return picture.width() / picture.height()
        return 4 / 3

    def _at(self, position: QPoint) -> tuple[int, int] | None:
        return next(((frame, part) for frame, part, box in self._boxes() if box.contains(position)), None)


def _read(paths: list[Path]) -> dict[Path, QImage]:
    found = {}
    for path in paths:
        reader = QImageReader(str(path))
        size = reader.size()
        if size.isValid() and size.width() > 960:
            reader.setScaledSize(size.scaled(960, 960, Qt.AspectRatioMode.KeepAspectRatio))
        found[path] = reader.read()  # a null picture where the file is gone: drawn as a grey box
    return found
