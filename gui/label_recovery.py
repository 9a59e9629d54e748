"""Says at the start which frames have edits that had not reached their files when the program ended; they come back when the frame is opened."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QTimer

from gui.label_part import LabelDesk, LabelPart
from gui.latest import Latest

_NAMED = 3


class Recovery(LabelPart):
    """Looks once, when the page is made; what it says stays over the opening of the first frame."""

    def __init__(self, desk: LabelDesk) -> None:
        super().__init__(desk)
        self._reader = Latest(lambda _: _left(), self)
        self._left: dict[Path, int] = {}
        self._reader.done.connect(lambda _, left: self._say(left))
        self._first = desk.labelling.opened.connect(self._on_opened)
        self._reader.failed.connect(lambda _, error: self.failed.emit(str(error), ""))
        self._reader.ask(None)

    def close(self) -> None:
        self._reader.close()

    def _on_opened(self, opened: object) -> None:
        if opened is not None:
            self.desk.labelling.opened.disconnect(self._first)
            QTimer.singleShot(0, self, lambda: self._say(self._left))  # after the page has taken away what was said before

    def _say(self, left: dict[Path, int]) -> None:
        self._left = left
        if left:
            self.desk.page.messages.show_problem(told(left), level="info", details="\n".join(f"{count}  {path}" for path, count in left.items()))


def told(left: dict[Path, int]) -> str:
    """What there is to say of the edits that each document's file lacks."""
    names = [path.name.removesuffix("_polygons.json").removesuffix("_gtFine") for path in left]
    listed = ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
    count, edits = len(names), sum(left.values())
    frames, have, they = ("frame", "has", "it opens") if count == 1 else ("frames", "have", "they open")
    return f"{count} {frames} {have} {edits} edit{'s' if edits != 1 else ''} that had not reached the file when the program ended; {they} with {'it' if edits == 1 else 'them'}: {listed}"


def _left() -> dict[Path, int]:
    from engine import places
    from engine.annotation.journal import Journal

    if not (places.label_documents() / "journal.sqlite").exists():
        return {}
    journal = Journal()
    try:
        return journal.unsaved()
    finally:
        journal.close()
