"""Where pages live: the page in the middle, its inspector at the right, its footer below. Each is made when first shown."""

from __future__ import annotations

import traceback
from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from gui.pages._page import Page
from gui.settings import Settings
from gui.widgets.empty_state import EmptyState

INSPECTOR_WIDTH = 300


class PageHost(QWidget):
    """`made(name)` fires when a page was built, `shown(name)` when it is on the screen."""

    made = Signal(str)
    shown = Signal(str)

    def __init__(self, build: Callable[[str], Page], settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build, self._settings = build, settings
        self._pages: dict[str, Page] = {}
        self._broken: dict[str, EmptyState] = {}
        self.current = ""
        self._make()
        self._split.splitterMoved.connect(self._on_moved)

    @property
    def pages(self) -> dict[str, Page]:
        """The pages that were made so far, by name."""
        return self._pages

    @property
    def page(self) -> Page | None:
        """The page that is shown."""
        return self._pages.get(self.current)

    def show_first(self, picture: QWidget) -> None:
        """Shows `picture` until the first page is there."""
        self._stack.addWidget(picture)
        self._stack.setCurrentWidget(picture)

    def show_page(self, name: str) -> None:
        """Shows the page `name`; what keeps it from being made stands in its place."""
        if name == self.current:
            return
        if self.page is not None:
            self.page.deactivate()
        page = self._made(name)
        self.current = name
        self._stack.setCurrentWidget(page if page is not None else self._broken[name])
        self._dress()
        if page is not None:
            self._restore(name)
            page.activate()
        self.shown.emit(name)

    def toggle_inspector(self) -> None:
        """Hides or shows the column at the right."""
        if self.page is not None and self.page.inspector is not None:
            self._inspectors.setHidden(not self._inspectors.isHidden())
            self._settings.set("inspector/hidden", self._inspectors.isHidden())

    def shutdown(self) -> None:
        """Ends every page that was made."""
        for page in self._pages.values():
            page.shutdown()

    def _make(self) -> None:
        self._stack = QStackedWidget()
        self._inspectors = QStackedWidget()
        self._inspectors.setObjectName("inspectorHost")
        self._inspectors.setMinimumWidth(220)
        self._footers = QStackedWidget()
        self._footers.setObjectName("footer")
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._split.setHandleWidth(5)
        self._split.addWidget(self._stack)
        self._split.addWidget(self._inspectors)
        self._split.setStretchFactor(0, 1)
        self._split.setStretchFactor(1, 0)
        self._split.setCollapsible(0, False)
        self._split.setCollapsible(1, False)
        self._inspectors.hide()
        self._footers.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._split, 1)
        column.addWidget(self._footers)

    def _made(self, name: str) -> Page | None:
        if name in self._pages:
            return self._pages[name]
        try:
            page = self._build(name)
        except Exception:  # a page that can't be made must not take the others with it
            details = traceback.format_exc()
            if name not in self._broken:
                self._broken[name] = _broken(name, details)
                self._stack.addWidget(self._broken[name])
            return None
        self._pages[name] = page
        self._stack.addWidget(page)
        if page.inspector is not None:
            self._inspectors.addWidget(page.inspector)
        if page.footer is not None:
            self._footers.addWidget(page.footer)
        page.bare_changed.connect(self._dress)
        self.made.emit(name)
        return page

    def _dress(self) -> None:
        page = self.page
        self._fill(self._inspectors, page.inspector if page and not page.bare else None)
        self._fill(self._footers, page.footer if page and not page.bare else None)

    def _fill(self, stack: QStackedWidget, widget: QWidget | None) -> None:
        hidden = stack is self._inspectors and self._settings.flag("inspector/hidden", False)
        if widget is not None:
            stack.setCurrentWidget(widget)
        stack.setVisible(widget is not None and not hidden)

    def _restore(self, name: str) -> None:
        width = int(self._settings.number(f"{name}/inspector_width", INSPECTOR_WIDTH))
        width = max(220, min(width, self.width() // 2))
        self._split.setSizes([max(1, self.width() - width), width])

    def _on_moved(self) -> None:
        if self.current:
            self._settings.set(f"{self.current}/inspector_width", self._split.sizes()[1])


def _broken(name: str, details: str) -> EmptyState:
    last = details.strip().splitlines()[-1]
    return EmptyState("warning", "This page can't be shown", f"{last} (`python main.py doctor` says what is missing on this machine)")
