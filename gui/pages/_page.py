"""What every page of the window is."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.actions import Action
from gui.jobs import Jobs
from gui.session import Session
from gui.settings import Settings
from gui.widgets.inspector import Inspector
from gui.widgets.message_bar import Cure, MessageBar


class Page(QWidget):
    """One page: its main view goes into `body`, what can be set or read here into `inspector`, a timeline into `footer`.

    The window shows the inspector at the right and the footer below both; a page that has none leaves them None.
    Everything slow is asked of a Job or a Latest; `shutdown` ends what the page started.
    """

    title: ClassVar[str] = ""
    icon: ClassVar[str] = ""

    toast = Signal(str)
    """Something harmless to say: leaves by itself."""
    wants_page = Signal(str)
    """Another page should be shown, by its module's name, such as "drive"."""
    bare_changed = Signal()
    """Inspector and footer come or go: see `bare`."""

    def __init__(self, session: Session, jobs: Jobs, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session, self.jobs, self.settings = session, jobs, settings
        self.inspector: Inspector | None = None
        self.footer: QWidget | None = None
        self.bare = False
        self.messages = MessageBar(self)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.messages)
        self.body = QVBoxLayout()
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(0)
        outer.addLayout(self.body, 1)

    def actions(self) -> list[Action]:  # type: ignore[override]  # rows of ours, not Qt's QActions
        """The rows of what can be done here."""
        return []

    def activate(self) -> None:
        """The page is shown, for the first time or again; takes the keyboard where that helps."""

    def deactivate(self) -> None:
        """Another page is shown."""

    def shutdown(self) -> None:
        """The window closes: ends every thread and process of the page."""

    def busy_reason(self) -> str | None:
        """What would be cut short if the window closed now, as a clause such as "a training is running"; None for nothing."""
        return None

    def set_bare(self, bare: bool) -> None:
        """Hides inspector and footer while there is nothing they could speak of."""
        if bare != self.bare:
            self.bare = bare
            self.bare_changed.emit()

    def fix(self, view: object | None = None) -> None:
        """Shows the session's frame on the Annotate page, looked at as `view` did; F there comes back here."""
        self.session.view, self.session.came_from = view, type(self).__module__.rpartition(".")[2]
        self.wants_page.emit("annotate")

    def report(self, text: str, *, details: str = "", cure: Cure | None = None) -> None:
        """Shows a problem at the top of the page: one sentence, on demand its details, and a button that cures it."""
        self.messages.show_problem(text, details=details, cure=cure)
