"""Looking closely: a magnifier beside the pointer, lines through it, and the picture alone while 0 is held."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent

from gui import label_edits, label_part
from gui.actions import Action
from gui.label_part import LabelDesk, LabelPart
from gui.widgets.loupe import Loupe

_LOUPE, _CROSS = "annotate/magnifier", "annotate/crosshair"
PEEK_AFTER_MS = 180
"""A 0 that is let go sooner was a digit."""


class Seeing(LabelPart):
    """Magnifier and lines are remembered from one start to the next."""

    def __init__(self, desk: LabelDesk) -> None:
        super().__init__(desk)
        self.loupe = Loupe(desk.canvas, desk.labelling)
        self.loupe.set_wanted(desk.settings.flag(_LOUPE, False))
        desk.canvas.cross = desk.settings.flag(_CROSS, True)
        self._held = QTimer(self, singleShot=True, interval=PEEK_AFTER_MS)
        self._held.timeout.connect(lambda: self._peek(True))
        desk.canvas.installEventFilter(self)

    def rows(self) -> list[Action]:
        def can() -> bool:
            return self.desk.labelling.now is not None

        return [
            Action("annotate.magnifier", "Magnifier", "Z", "annotate", "loupe", self.toggle_loupe, can, lambda: self.loupe.wanted, "What is around the pointer, four times as large, in a corner", label_part.MENU),
            Action("annotate.crosshair", "Crosshair", "Shift+Z", "annotate", "", self.toggle_cross, can, lambda: self.desk.canvas.cross, "Lines through the pointer, across the whole picture, while a tool draws", label_part.MENU),
        ]

    def toggle_loupe(self) -> None:
        """Shows the magnifier, or hides it."""
        self.loupe.set_wanted(not self.loupe.wanted)
        self.desk.settings.set(_LOUPE, self.loupe.wanted)

    def toggle_cross(self) -> None:
        """Shows the lines, or hides them."""
        self.desk.canvas.cross = not self.desk.canvas.cross
        self.desk.canvas.update()
        self.desk.settings.set(_CROSS, self.desk.canvas.cross)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """0 with nothing selected: held it peeks, tapped it is the digit of a class."""
        if event.type() == QEvent.Type.FocusOut:
            self._held.stop()
            self._peek(False)
        if not isinstance(event, QKeyEvent) or event.key() != Qt.Key.Key_0 or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return False
        under_way = self._held.isActive() or self.desk.page.peeking
        if not (under_way or (self.desk.labelling.editable and not self.desk.labelling.selection)):
            return False
        match event.type():
            case QEvent.Type.ShortcutOverride:
                event.accept()
            case QEvent.Type.KeyPress if not event.isAutoRepeat():
                self._held.start()
            case QEvent.Type.KeyRelease if not event.isAutoRepeat() and under_way:
                tapped = self._held.isActive()
                self._held.stop()
                self._peek(False)
                if tapped and (name := self.desk.page.classes.digit(0)) is not None:
                    label_edits.choose_label(self.desk.labelling, name)
        return True

    def _peek(self, wanted: bool) -> None:
        page = self.desk.page
        if page.peeking != wanted:
            page.peeking = wanted
            page.recolour()
