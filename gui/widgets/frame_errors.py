"""The frames of a result, the worst first: picture, truth, prediction and error map, zoomed together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QModelIndex, Qt, QStringListModel, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QListView, QSizePolicy, QVBoxLayout, QWidget

from gui.overlay import WRONG, WRONG_COLOUR
from gui.result_frames import ResultFrame, ResultFrames
from gui.session import Session
from gui.widgets import layers
from gui.widgets.image_canvas import ImageCanvas
from gui.widgets.viewport import Viewport

if TYPE_CHECKING:
    from engine.evaluation.results import FrameScores, Kept

_PARTS = ("image", "truth", "prediction", "errors")
_ERRORS_OPACITY = 0.85


class FrameErrors(QWidget):
    """`wanted` gives the ResultFrame that shall be shown on the Drive page (Return or a double click)."""

    wanted = Signal(object)
    failed = Signal(str)

    _following = False

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._result: Kept | None = None
        self._scores: FrameScores | None = None
        self._order: list[int] = []
        self._frame: ResultFrame | None = None
        self._frames = ResultFrames(self)
        self._frames.ready.connect(self._on_ready)
        self._frames.failed.connect(self._on_failed)
        self._make()
        self._lay_out()
        for changed in (session.opacity_changed, session.hidden_changed):
            changed.connect(lambda _: self._recolour())

    @property
    def order(self) -> list[int]:
        """The indices of the frames that are listed, from the top."""
        return self._order

    @property
    def frame(self) -> ResultFrame | None:
        """What is shown."""
        return self._frame

    @property
    def view(self) -> Viewport:
        """How its pictures are looked at."""
        return self.canvases["image"].view

    def show_result(self, result: Kept | None, scores: FrameScores | None, cell: tuple[int, int] | None) -> None:
        """Lists the frames of `result`, the most wrong first; with a `cell` those behind it."""
        self._result, self._scores = result, scores
        if result is None or scores is None:
            self._order, lines, head = [], [], "Frames"
        elif cell is None:
            self._order = scores.worst().tolist()
            wrong = scores.wrong
            lines = [f"{100 * wrong[at]:5.1f} %  {scores.names[at]}" for at in self._order]
            head = f"{len(self._order)} frames, worst first"
        else:
            self._order = scores.behind(*cell).tolist()
            pixels = scores.counts[:, cell[0], cell[1]]
            lines = [f"{int(pixels[at]):>7,} px  {scores.names[at]}".replace(",", "\u202f") for at in self._order]
            names = result.classes.names
            what = f"{names[cell[0]]} is right" if cell[0] == cell[1] else f"{names[cell[0]]} is taken for {names[cell[1]]}"
            head = f"{len(self._order)} frames: {what}"
        self._head.setText(head)
        self._head.setToolTip(head)
        self._model.setStringList(lines)
        if self._order:
            self.list.setCurrentIndex(self._model.index(0))
        else:
            self._clear()

    def step(self, by: int) -> None:
        """To the next frame in the list, or the one before."""
        at = self.list.currentIndex().row() + by
        if 0 <= at < len(self._order):
            self.list.setCurrentIndex(self._model.index(at))

    def close_worker(self) -> None:
        """Ends the thread."""
        self._frames.close()

    def _make(self) -> None:
        self._head = QLabel()
        self._head.setProperty("strong", True)
        self._head.setWordWrap(True)
        self._head.setMaximumWidth(260)
        self._model = QStringListModel(self)
        self.list = QListView()
        self.list.setModel(self._model)
        self.list.setUniformItemSizes(True)
        self.list.setAccessibleName("Frames of the result")
        self.list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setMinimumWidth(140)
        self.list.setMaximumWidth(260)
        self.list.selectionModel().currentChanged.connect(lambda now, _: self._ask(now))
        self.list.activated.connect(lambda _: self._want())
        self.list.setToolTip("Return or a double click shows the frame on the Drive page, F on the Annotate page")
        self.canvases = {part: _Linked() for part in _PARTS}
        self._captions = {part: QLabel(part) for part in _PARTS}
        for part, canvas in self.canvases.items():
            canvas.setAccessibleName(part.capitalize())
            canvas.setMinimumSize(96, 60)
            canvas.moved.connect(lambda canvas=canvas: self._follow(canvas))
            canvas.hovered.connect(lambda spot, canvas=canvas: self._on_hover(spot, canvas))
            self._captions[part].setObjectName("muted")
        self._said = QLabel()
        self._said.setObjectName("muted")
        self._said.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(4)
        left.addWidget(self._head)
        left.addWidget(self.list, 1)
        pictures = QGridLayout()
        pictures.setSpacing(3)
        for column, part in enumerate(_PARTS):
            pictures.addWidget(self._captions[part], 0, column)
            pictures.addWidget(self.canvases[part], 1, column)
            pictures.setColumnStretch(column, 1)
        pictures.setRowStretch(1, 1)
        right = QVBoxLayout()
        right.setSpacing(2)
        right.addLayout(pictures, 1)
        right.addWidget(self._said)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 12, 8)
        row.setSpacing(10)
        row.addLayout(left, 1)
        row.addLayout(right, 4)

    def _ask(self, now: QModelIndex) -> None:
        if self._result is not None and 0 <= now.row() < len(self._order):
            self._frames.ask(self._result, self._order[now.row()])

    def _want(self) -> None:
        if self._frame is not None:
            self.wanted.emit(self._frame)

    def _on_ready(self, frame: ResultFrame) -> None:
        self._frame = frame
        masks = {"image": None, "truth": frame.truth, "prediction": frame.prediction, "errors": frame.errors}
        for part, canvas in self.canvases.items():
            canvas.show_image(frame.levels, mask=masks[part])
        self._recolour()
        self._say()

    def _on_failed(self, reason: str) -> None:
        self._clear()
        self.failed.emit(reason)

    def _clear(self) -> None:
        self._frame = None
        for canvas in self.canvases.values():
            canvas.show_image(None)
        self._said.setText("")

    def _recolour(self) -> None:
        if self._frame is None:
            return
        classes = self._frame.result.classes
        hidden = np.zeros(256, bool)
        hidden[: len(classes)] = [name in self._session.hidden for name in classes.names]
        table = layers.table(classes.palette, max(0.3, self._session.opacity), hidden)
        for part in ("truth", "prediction"):
            self.canvases[part].set_colours(table)
        palette, only_wrong = np.zeros((256, 3), np.uint8), np.ones(256, bool)
        palette[WRONG], only_wrong[WRONG] = WRONG_COLOUR, False
        self.canvases["errors"].set_colours(layers.table(palette, _ERRORS_OPACITY, only_wrong))

    def _follow(self, leader: ImageCanvas) -> None:
        """All look at the same part of the frame."""
        if self._following:
            return
        self._following = True
        try:
            for canvas in self.canvases.values():
                if canvas is not leader and canvas.has_image:
                    canvas.view = leader.view.resized(canvas.view.view_width, canvas.view.view_height)
        finally:
            self._following = False

    def _on_hover(self, spot: tuple[float, float] | None, over: ImageCanvas) -> None:
        if self._frame is None or spot is None:
            self._say()
            return
        frame, classes = self._frame, self._frame.result.classes
        row = int(spot[1] * frame.truth.shape[0] / over.view.height)
        column = int(spot[0] * frame.truth.shape[1] / over.view.width)
        truth, found = (int(mask[row, column]) for mask in (frame.truth, frame.prediction))
        told = classes.names[truth] if truth < len(classes) else "void"
        self._said.setText(f"truth {told}, predicted {classes.names[found] if found < len(classes) else 'nothing'}")

    def _say(self) -> None:
        if self._frame is not None and self._scores is not None:
            at = self._frame.index
            self._said.setText(f"{self._scores.names[at]}: {100 * self._scores.wrong[at]:.1f} % of the pixels are wrong")


class _Linked(ImageCanvas):
    """Says when another part of the picture is looked at."""

    moved = Signal()

    def on_view_changed(self) -> None:
        super().on_view_changed()
        self.moved.emit()
