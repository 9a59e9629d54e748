"""What the Annotate page can do beside drawing: one part a thing, such as first drafts or review; `gui.label_parts` lists them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from gui.actions import Action
from gui.jobs import Jobs
from gui.labelling import Labelling
from gui.player import Player
from gui.session import Session
from gui.settings import Settings
from gui.widgets.label_canvas import LabelCanvas

if TYPE_CHECKING:
    from gui.pages.annotate import AnnotatePage

MENU = "Labels"


@dataclass(frozen=True, eq=False)
class LabelDesk:
    """What all parts work with; `page` is the parent of dialogs."""

    page: AnnotatePage
    session: Session
    jobs: Jobs
    settings: Settings
    player: Player
    labelling: Labelling
    canvas: LabelCanvas


class LabelPart(QObject):
    """A part has rows in the table of actions, and, where it gives `title` and `widget`, a section in the inspector."""

    title: ClassVar[str] = ""
    """Of its section; "" for none."""

    unfolded: ClassVar[bool] = False
    """Whether the section is open before the user has opened or folded it."""

    said = Signal(str)
    """Something harmless to say."""
    failed = Signal(str, str)
    """What went wrong in one sentence, and the details."""

    def __init__(self, desk: LabelDesk) -> None:
        super().__init__(desk.page)
        self.desk = desk

    def widget(self) -> QWidget:
        """What stands in its section; asked once."""
        raise NotImplementedError

    def rows(self) -> list[Action]:
        """What can be done: see `row`."""
        return []

    def busy_reason(self) -> str | None:
        """What would be cut short if the window closed now, as a clause; None for nothing."""
        return None

    def close(self) -> None:
        """The window closes: ends every thread and process of the part."""

    def row(self, id: str, text: str, keys: str | tuple[str, ...], icon: str, call: Callable[[], object], help: str = "", *, need: str = "open") -> Action:
        """A row of the table of actions."""
        return row(self.desk, id, text, keys, icon, call, help, need=need)


def row(
    desk: LabelDesk, id: str, text: str, keys: str | tuple[str, ...], icon: str, call: Callable[[], object], help: str = "", *, need: str = "open"
) -> Action:
    """A row that is possible while there is what it needs: a "drive", an "open" frame, one that can be edited ("edit"), a "selection" in it."""
    labelling = desk.labelling

    def can() -> bool:
        match need:
            case "drive":
                return desk.player.frames is not None
            case "selection":
                return labelling.editable and bool(labelling.selection)
            case "edit":
                return labelling.editable
        return labelling.now is not None

    return Action(f"annotate.{id}", text, keys, "annotate", icon, call, can, None, help, MENU)
