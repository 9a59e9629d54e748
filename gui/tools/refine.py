"""Clicks inside of a thing and outside of it: the checkpoint's word for the class, or a segment-anything network's, put right by them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen

from engine.annotation.document import Shape
from gui import theme
from gui.labelling import Labelling, Opened
from gui.latest import Latest
from gui.masks import Sensed
from gui.player import Player
from gui.tools._outliner import Asked, Outliner, Pixel
from gui.tools._pending import PendingTool
from gui.tools._tool import Pointer, on_screen
from gui.widgets.viewport import Viewport

_BY_COLOUR = "No checkpoint: it goes by colour. Choose one in the bar above for better outlines"


class RefineTool(PendingTool):
    """A click inside begins a region of the class in hand, or goes on in the one that is selected."""

    name, title, icon, key = "refine", "Click outline", "target", "R"
    help = "Click inside of a thing; Ctrl+click or right click outside of it. E makes clicks outside ones, Q inside. Enter or F keeps it, Backspace takes a click back, Esc all"
    verb = "outline"

    def __init__(self, labelling: Labelling, player: Player) -> None:
        super().__init__(labelling)
        self._masks = player.masks
        self._clicks: list[tuple[Pixel, bool]] = []
        self._inside = True
        self._asked: Asked | None = None
        self._sensed: tuple[Opened, Sensed] | None = None
        self._solver = Latest(Outliner(), labelling)
        self._solver.done.connect(self._on_solved)
        self._solver.failed.connect(self._on_failed)
        self._masks.sensed.connect(self._on_sensed)
        self._masks.failed.connect(lambda *_: self._say())
        self._masks.covered_changed.connect(self._on_masks)
        labelling.settings.changed.connect(self._on_settings)
        self._was = (labelling.settings.as_polygon, labelling.settings.prompt_file)

    @property
    def hears_right(self) -> bool:
        return True

    @property
    def clicks(self) -> tuple[tuple[Pixel, bool], ...]:
        """The pixels clicked, and whether they are inside."""
        return tuple(self._clicks)

    def reserves(self, event: QKeyEvent) -> bool:
        return super().reserves(event) or (self.busy and event.key() in (Qt.Key.Key_Q, Qt.Key.Key_E) and not event.modifiers())

    def taken(self) -> None:
        """Has the networks look at the frame before the first click."""
        opened, file = self.labelling.now, self.labelling.settings.prompt_file
        if opened is not None and file:
            self._solver.ask(Asked(opened, file=Path(file)))
        elif opened is not None and self._known is None:
            self._masks.sense(opened.frame)
        self._say()

    def close(self) -> None:
        super().close()
        self._solver.close()

    def press(self, at: Pointer) -> None:
        opened = self.labelling.now
        inside = not at.right and self._inside != at.ctrl
        chosen = self.labelling.selected
        if opened is None or not (inside or self.busy or len(chosen) == 1):
            return
        if not self.busy:
            self._begin(opened, chosen[0] if len(chosen) == 1 else None)
        self._clicks.append((at.pixel, inside))
        self._ask()

    def key_pressed(self, event: QKeyEvent) -> bool:
        if self.busy and event.key() in (Qt.Key.Key_Q, Qt.Key.Key_E):
            self._inside = event.key() == Qt.Key.Key_Q
            return True
        return super().key_pressed(event)

    def step_back(self) -> None:
        self._clicks.pop()
        if self._clicks:
            self._ask()
        else:
            self.cancel()

    def paint(self, painter: QPainter, view: Viewport, ratio: float) -> None:
        for pixel, inside in self._clicks:
            at = on_screen(pixel, view, ratio)
            painter.setPen(QPen(QColor("white"), 1.5))
            painter.setBrush(theme.tokens().colour("ok" if inside else "danger"))
            painter.drawEllipse(QRectF(at.x() - 6, at.y() - 6, 12, 12))
            painter.drawLine(round(at.x()) - 3, round(at.y()), round(at.x()) + 3, round(at.y()))
            if inside:
                painter.drawLine(round(at.x()), round(at.y()) - 3, round(at.x()), round(at.y()) + 3)

    @property
    def _known(self) -> Sensed | None:
        """What the checkpoint says of the open frame, as far as it has been heard."""
        if self._sensed is None or self._sensed[0] is not self.labelling.now or self._sensed[1].checkpoint != self._masks.checkpoint:
            return None
        return self._sensed[1]

    def _forget(self) -> None:
        super()._forget()
        self._clicks, self._inside, self._asked = [], True, None

    def _ask(self) -> None:
        opened, settings = self._opened, self.labelling.settings
        if opened is None:
            return
        self._wait()
        target, sensed = self._target, self._known
        train_id = None if sensed is None else _train_id(self._label, sensed)
        prior = opened.picture.as_painted(target.shape) if target is not None else None
        file = Path(settings.prompt_file) if settings.prompt_file else None
        self._asked = Asked(opened, tuple(self._clicks), prior, sensed, train_id, self._limits, settings.as_polygon, file)
        self._solver.ask(self._asked)

    def _on_solved(self, asked: Asked, found: tuple[Shape, ...]) -> None:
        if asked.clicks and self._asked is not None and asked.opened is self._opened:
            self._show(found, last=asked is self._asked)

    def _on_failed(self, asked: Asked, error: Exception) -> None:
        if asked.opened is self.labelling.now and (asked is self._asked or not asked.clicks):
            self.labelling.failed.emit(str(error), "")
            if asked.file is not None:
                self.labelling.settings.set_prompt_file("")  # and what was clicked is solved without it

    def _on_sensed(self, frame: int, sensed: Sensed) -> None:
        opened = self.labelling.now
        if opened is not None and opened.frame == frame:
            self._sensed = opened, sensed
            self._say()
            if self._clicks:
                self._ask()

    def _on_masks(self) -> None:
        """Perhaps another checkpoint was chosen."""
        opened = self.labelling.now
        if self.in_hand and opened is not None and self._masks.active and self._known is None and not self.labelling.settings.prompt_file:
            self._masks.sense(opened.frame)
        if self.in_hand:
            self._say()

    def _on_settings(self) -> None:
        settings = self.labelling.settings
        now = (settings.as_polygon, settings.prompt_file)
        if now != self._was:
            self._was = now
            if self._clicks:
                self._ask()
            elif self.in_hand:
                self.taken()
            self._say()

    def _say(self) -> None:
        """What the outlines go by now."""
        settings, known = self.labelling.settings, self._known
        if settings.prompt_file:
            words = f"Goes by {Path(settings.prompt_file).name}"
        elif not self._masks.active:
            words = _BY_COLOUR
        elif known is None:
            words = "The checkpoint looks at the frame…"
        elif _train_id(self._label or settings.label, known) is None:
            words = f"The checkpoint doesn't know {self._label or settings.label}: it goes by colour"
        else:
            words = "Goes by the checkpoint and by your clicks"
        settings.set_outlined_by(words)


def _train_id(label: str, sensed: Sensed) -> int | None:
    """Where a label's class stands in the checkpoint's."""
    single = label.removesuffix("group")
    return next((at for at, one in enumerate(sensed.classes.classes) if {label, single} & {one.name, *one.members}), None)
