"""Looking closely: a magnifier beside the pointer, and lines through it."""

from __future__ import annotations

from gui import label_part
from gui.actions import Action
from gui.label_part import LabelDesk, LabelPart
from gui.widgets.loupe import Loupe

_LOUPE, _CROSS = "annotate/magnifier", "annotate/crosshair"


class Seeing(LabelPart):
    """Both are remembered from one start to the next."""

    def __init__(self, desk: LabelDesk) -> None:
        super().__init__(desk)
        self.loupe = Loupe(desk.canvas, desk.labelling)
        self.loupe.set_wanted(desk.settings.flag(_LOUPE, False))
        desk.canvas.cross = desk.settings.flag(_CROSS, True)

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
