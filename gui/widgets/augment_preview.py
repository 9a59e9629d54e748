"""Before and after: a frame, and what a training by the form's experiment would see of it, while the form is edited beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from engine.config import TrainConfig
from engine.errors import ConfigError
from gui import theme
from gui.actions import Action
from gui.augment_feed import UNKNOWN, AugmentFeed, Sight
from gui.presets import Preset
from gui.session import Session
from gui.settings import Settings
from gui.widgets import layers
from gui.widgets.augment_controls import AugmentControls
from gui.widgets.empty_state import EmptyState
from gui.widgets.image_canvas import ImageCanvas
from gui.widgets.viewport import Viewport

_SLOW_MS = 300
_NOTHING = "Open a dataset, or write the sample street: then any of its frames can be seen as the training will see it."
_HATCH = (8, 2)
"""Device pixels from one stroke to the next, and of a stroke."""


class AugmentPreview(QWidget):
    """Asks `experiment` for the form's config (or its ConfigError) at every `refresh`, as long as it is entered; `toggled` when it is entered or left."""

    toggled = Signal()

    def __init__(
        self, session: Session, settings: Settings, experiment: Callable[[], TrainConfig], presets: Sequence[Preset], openers: tuple[Action, ...], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._experiment = session, experiment
        self.entered = False
        self.sight: Sight | None = None
        self._config: TrainConfig | None = None
        self._invalid = ""
        self.controls = AugmentControls(session, settings, presets)
        self._feed = AugmentFeed(self)
        self._slow = QTimer(self, singleShot=True, interval=_SLOW_MS)
        self._make(openers)
        self._lay_out()
        self._connect()

    @property
    def words(self) -> str:
        """What stands below the pictures: of what is shown, or what is wrong."""
        return self._wrong.text() or self._facts.text()

    def toggle(self) -> None:
        """Shows the preview, or leaves it."""
        if self.entered:
            self.leave()
        else:
            self.enter()

    def enter(self) -> None:
        """Looks at the form from now on."""
        if not self.entered:
            self.entered = True
            self._feed.reopen()
            self.toggled.emit()
            self.refresh()
            self.controls.draw.setFocus(Qt.FocusReason.OtherFocusReason)

    def leave(self) -> None:
        """Looks at nothing any more."""
        if self.entered:
            self.entered = False
            self._feed.forget()
            self.toggled.emit()

    def refresh(self) -> None:
        """The form says something else."""
        if not self.entered:
            return
        self._invalid = ""
        try:
            self._config = self._experiment()
        except ConfigError as error:
            self._invalid = f"{error}. What you see is how the form was before"
            self._say_wrong(self._invalid)
        open = self._config is not None and str(self._config.data.root) not in ("", ".")
        self._stack.setCurrentWidget(self._main if open else self.nothing)
        self.controls.like.setVisible(open)
        if open:
            self._ask()
        else:
            self._feed.forget()

    def close_worker(self) -> None:
        """Ends the thread."""
        self._slow.stop()
        self._feed.close()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Left | Qt.Key.Key_Right:
                self.controls.step(1 if event.key() == Qt.Key.Key_Right else -1)
            case Qt.Key.Key_H:
                self.controls.masks.toggle()
            case Qt.Key.Key_Escape:
                self.leave()
            case _:
                super().keyPressEvent(event)

    def _make(self, openers: tuple[Action, ...]) -> None:
        self.back = QToolButton()
        self.back.setIcon(theme.icon("left"))
        self.back.setText("Back")
        self.back.setToolTip("Back to the run (Esc)")
        self.back.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._title = QLabel("Augmentation")
        self._title.setObjectName("runTitle")
        self.before, self.after = _Canvas(), _Canvas()
        self._captions = {canvas: QLabel() for canvas in (self.before, self.after)}
        for canvas, name in ((self.before, "Before"), (self.after, "After")):
            canvas.setAccessibleName(name)
            self._captions[canvas].setObjectName("muted")
            self._captions[canvas].setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._facts, self._wrong = QLabel(), QLabel()
        self._facts.setObjectName("muted")
        self._wrong.setProperty("error", True)
        self.nothing = EmptyState("train", "Nothing to preview yet", _NOTHING, openers)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(8, 6, 12, 2)
        head.addWidget(self.back)
        head.addWidget(self._title)
        head.addStretch(1)
        head.addWidget(self.controls.like)
        pictures = QGridLayout()
        pictures.setContentsMargins(12, 0, 12, 0)
        pictures.setSpacing(4)
        for column, canvas in enumerate((self.before, self.after)):
            pictures.addWidget(self._captions[canvas], 0, column)
            pictures.addWidget(canvas, 1, column)
            pictures.setColumnStretch(column, 1)
        pictures.setRowStretch(1, 1)
        said = QStackedWidget()  # of one height, so that nothing jumps when there is something to say
        said.setFixedHeight(2 * self.fontMetrics().lineSpacing() + 6)
        for label in (self._facts, self._wrong):
            label.setWordWrap(True)
            label.setContentsMargins(12, 2, 12, 0)
            label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
            said.addWidget(label)
        self._said = said
        self._main = QWidget()
        inner = QVBoxLayout(self._main)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(4)
        inner.addLayout(pictures, 1)
        inner.addWidget(said)
        inner.addWidget(self.controls)
        self._stack = QStackedWidget()
        for widget in (self._main, self.nothing):
            self._stack.addWidget(widget)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(4)
        outer.addLayout(head)
        outer.addWidget(self._stack, 1)

    def _connect(self) -> None:
        self.back.clicked.connect(self.leave)
        self.controls.changed.connect(self._ask)
        self.controls.look_changed.connect(lambda: self._recolour((self.before, self.after)))
        self._feed.ready.connect(self._on_ready)
        self._feed.failed.connect(self._on_failed)
        self._slow.timeout.connect(lambda: self._say("Reading…") if self._feed.busy else None)
        self.after.clicked.connect(self._on_clicked)
        for canvas in (self.before, self.after):
            canvas.hovered.connect(lambda spot, canvas=canvas: self._on_hover(canvas, spot))

    def _ask(self) -> None:
        if self.entered and self._config is not None:
            self._feed.ask(self._config, self.controls.choice)
            self._slow.start()

    def _on_ready(self, sight: Sight) -> None:
        self._slow.stop()
        same_frame = self.sight is not None and self.sight.before is sight.before
        self.sight = sight
        shown = sight.shown
        self.controls.show_count(shown.frames)
        if not same_frame:
            self.before.show_image(sight.before)
        self.after.show_image(sight.after)
        height, width = shown.before[1].shape
        self.before.show_part(shown.places[0].part if len(shown.places) == 1 else None)
        self._captions[self.before].setText(f"Before  ·  {shown.name}  ·  {width} × {height} px")
        height, width = shown.after[0][1].shape
        self._captions[self.after].setText(f"After  ·  {width} × {height} px")
        self._recolour((self.after,) if same_frame else (self.before, self.after))
        self._say_facts()

    def _on_failed(self, reason: str) -> None:
        self._slow.stop()
        self.sight = None
        for canvas in (self.before, self.after):
            canvas.show_image(None)
            self._captions[canvas].setText("")
        self._say_wrong(reason)

    def _recolour(self, canvases: tuple[_Canvas, ...]) -> None:
        if self.sight is None:
            return
        classes = self.sight.shown.classes
        hidden = np.ones(256, bool)
        hidden[: len(classes)] = [name in self._session.hidden for name in classes.names]
        table = layers.table(classes.palette, self._session.opacity, hidden)
        for canvas in canvases:
            mask = self.sight.before_mask if canvas is self.before else self.sight.after_mask
            canvas.set_colours(table)
            canvas.show_mask(mask if self.controls.masks_shown else None)

    def _on_clicked(self, spot: tuple[float, float] | None) -> None:
        """One of many is looked at alone."""
        if self.sight is not None and spot is not None and len(self.sight.shown.after) > 1:
            self.controls.show_alone(self.sight.asked.choice.draw + self.sight.cell(*spot))

    def _on_hover(self, canvas: _Canvas, spot: tuple[float, float] | None) -> None:
        if self.sight is None:
            return
        if spot is None:
            self._say_facts()
            return
        many = len(self.sight.shown.after) > 1
        if many and canvas is self.after:
            self.before.show_part(self.sight.shown.places[self.sight.cell(*spot)].part)
        if not self._invalid:
            self._say(self.sight.words_at(*spot, after=canvas is self.after))

    def _say_facts(self) -> None:
        """What is wrong in the form, else what is shown."""
        if self._invalid:
            self._say_wrong(self._invalid)
        elif self.sight is not None:
            self._say(_facts(self.sight))

    def _say(self, text: str) -> None:
        self._wrong.clear()
        self._facts.setText(text)
        self._said.setCurrentWidget(self._facts)

    def _say_wrong(self, text: str) -> None:
        text = f"{text[:1].upper()}{text[1:]}."
        self._wrong.setText(text)
        self._wrong.setToolTip(text)
        self._said.setCurrentWidget(self._wrong)


class _Canvas(ImageCanvas):
    """A picture whose unknown pixels are hatched where masks are shown, and on which a part is framed."""

    def __init__(self) -> None:
        super().__init__()
        self._part: tuple[float, float, float, float] | None = None

    def show_part(self, part: tuple[float, float, float, float] | None) -> None:
        """Frames this part of the picture: (top, left, bottom, right), each 0 … 1 of it."""
        self._part = part
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.empty or self._part is None:
            return
        top, left, bottom, right = self._part
        view, ratio = self.view, self.devicePixelRatioF()
        wide, high = view.scale * view.width, view.scale * view.height
        box = QRectF(view.left + wide * left, view.top + high * top, wide * (right - left), high * (bottom - top)).adjusted(1, 1, -2, -2)
        painter = QPainter(self)
        painter.scale(1 / ratio, 1 / ratio)
        for colour, width in (("#a0121316", 3), ("#ffffffff", 1)):
            painter.setPen(QPen(QColor(colour), width * ratio))
            painter.drawRect(box)

    def _drawn_over(self, view: Viewport, reduction: int) -> layers.Picture | None:
        over = super()._drawn_over(view, reduction)
        if self._mask is None:
            return over
        mask = layers.sampled_mask(self._mask, view, reduction=reduction)
        if over is None:
            over = np.zeros((*mask.shape, 4), np.uint8)
        over[(mask == UNKNOWN) & _strokes(*mask.shape)] = (16, 16, 16, 200)
        return over


@lru_cache(maxsize=4)
def _strokes(height: int, width: int) -> NDArray[np.bool_]:
    every, stroke = _HATCH
    return np.add.outer(np.arange(height), np.arange(width)) % every < stroke


def _facts(sight: Sight) -> str:
    """Which views these are, what they cost, and in what they may differ from the run's."""
    choice, shown = sight.asked.choice, sight.shown
    first, last = choice.draw + 1, choice.draw + len(shown.after)
    said = [f"With these settings {f'pass {first} sees' if first == last else f'passes {first} to {last} see'} this of the frame (seed {shown.seed})"]
    if choice.effect:
        said[0] += f", if {choice.effect} fell on every view"
    if sight.asked.config.stages:
        said.append("It is the run's last stage")
    if shown.counted:
        said.append(f"Rare classes as found in {shown.counted} frames; the training counts more")
    return ". ".join([*said, f"{shown.milliseconds:.1f} ms a view"])
