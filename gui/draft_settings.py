"""What first drafts are made of: which classes, where, and how sure the network must be. Remembered from one start to the next."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from engine.annotation.document import Box
from engine.annotation.drafts import Options
from gui.settings import Settings

ALL, ONE = "all", "class"
FRAME, FREE, BOX = "frame", "free", "box"
SMALLEST = (1, 4000)
TOLERANCES = (0.0, 10.0)


class DraftSettings(QObject):
    """Setters compare before they emit."""

    changed = Signal()

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.sure = min(1.0, max(0.0, settings.number("draft/sure", 0.0)))
        self.smallest = int(min(SMALLEST[1], max(SMALLEST[0], settings.number("draft/smallest", 24))))
        self.tolerance = min(TOLERANCES[1], max(TOLERANCES[0], settings.number("draft/tolerance", 1.0)))
        self.which = _one_of(settings.text("draft/which"), ALL, ONE)
        self.where = _one_of(settings.text("draft/where"), FRAME, FREE, BOX)

    def set_sure(self, value: float) -> None:
        """How sure the network must be of a pixel, 0 … 1."""
        self._set("sure", min(1.0, max(0.0, value)))

    def set_smallest(self, pixels: int) -> None:
        """Pixels below which a patch is left out."""
        self._set("smallest", pixels)

    def set_tolerance(self, pixels: float) -> None:
        """How far outlines may be off the network's own."""
        self._set("tolerance", pixels)

    def set_which(self, which: str) -> None:
        """ALL classes, or the ONE in hand."""
        self._set("which", which)

    def set_where(self, where: str) -> None:
        """In the whole FRAME, where nothing is labelled (FREE), or in a BOX that is dragged."""
        self._set("where", where)

    def options(self, label: str, box: Box | None = None) -> Options:
        """For the engine: `label` is the class in hand."""
        return Options(
            sure=self.sure,
            smallest=self.smallest,
            tolerance=self.tolerance,
            only=label if self.which == ONE else None,
            within=box if self.where == BOX else None,
            free=self.where == FREE,
        )

    def _set(self, name: str, value: float | str) -> None:
        if getattr(self, name) != value:
            setattr(self, name, value)
            self._settings.set(f"draft/{name}", value)
            self.changed.emit()


def _one_of(text: str, *known: str) -> str:
    return text if text in known else known[0]
