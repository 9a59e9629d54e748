"""The rows of the window and of its pages as QActions: alive on their page, dead on the others, and in the menu."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from gui import actions
from gui.actions import EVERYWHERE, Action


class ActionTable(QObject):
    """Every row that was added, in order."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._made: dict[str, tuple[Action, QAction]] = {}
        self._page = ""

    @property
    def rows(self) -> list[Action]:
        return [row for row, _ in self._made.values()]

    def add(self, rows: Iterable[Action]) -> None:
        """Takes rows in; a row whose id is known already takes its place."""
        for row in rows:
            if row.id in self._made:
                self._window.removeAction(self._made[row.id][1])
            made = actions.make(row, self._window)
            self._window.addAction(made)
            self._made[row.id] = (row, made)
        self.refresh()

    def activate(self, page: str) -> None:
        """Lets the keys of `page` work, and those of no other."""
        self._page = page
        self.refresh()

    def refresh(self) -> None:
        """Asks every row whether it is possible now."""
        for row, made in self._made.values():
            actions.refresh(row, made, active=row.page in (EVERYWHERE, self._page))

    def qt(self, id: str) -> QAction:
        """The QAction of the row `id`."""
        return self._made[id][1]

    def fill(self, menu: QMenu, titles: dict[str, str]) -> None:
        """The rows of the page that is shown, then the window's, grouped as they say themselves."""
        menu.clear()
        self.refresh()
        here = [made for row, made in self._made.values() if row.page == self._page and row.page]
        if here:
            menu.addSection(titles.get(self._page, ""))
            menu.addActions(here)
        groups: dict[str, list[QAction]] = {}
        for row, made in self._made.values():
            if row.page == EVERYWHERE:
                groups.setdefault(row.menu, []).append(made)
        menu.addSeparator()
        for title, members in groups.items():
            if title:
                menu.addMenu(title).addActions(members)
        menu.addSeparator()
        menu.addActions(groups.get("", []))
