"""What can be done on every page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gui.actions import EVERYWHERE, Action

if TYPE_CHECKING:
    from gui.main_window import MainWindow


def rows(window: MainWindow) -> list[Action]:
    """The window's own rows."""
    from gui.main_window import PAGES

    opening = window.opening
    pages = [
        Action(f"page.{name}", f"{PAGES[name][0]} page", f"Ctrl+{at}", EVERYWHERE, PAGES[name][1], lambda name=name: window.show_page(name), menu="Go to")  # type: ignore[misc]
        for at, name in enumerate(window.names, 1)
    ]
    return [
        Action("open.folder", "Open folder…", "Ctrl+O", EVERYWHERE, "open", opening.ask_folder, help="A dataset, a KITTI drive or any folder of images", menu="Open"),
        Action("open.file", "Open video or file…", "Ctrl+Alt+O", EVERYWHERE, "movie", opening.ask_file, menu="Open"),
        Action("open.recent", "Recent…", "Ctrl+Shift+O", EVERYWHERE, "history", lambda: _recent(window), lambda: bool(window.settings.recent), menu="Open"),
        Action("open.sample", "Sample street", "", EVERYWHERE, "street", opening.open_sample, lambda: not opening.making_sample, menu="Open"),
        *pages,
        Action("inspector", "Show or hide the inspector", "F9", EVERYWHERE, "list", window.host.toggle_inspector, menu="View"),
        Action("fullscreen", "Full screen", "F11", EVERYWHERE, "fullscreen", lambda: _full_screen(window), checked=window.isFullScreen, menu="View"),
        Action("menu", "Menu", "F10", EVERYWHERE, "menu", window.bar.open_main_menu, menu="View"),
        Action("keys", "Help and keys…", "F1", EVERYWHERE, "keys", lambda: _keys(window), help="The guide to this page, and every key of every page"),
        Action("settings", "Settings…", "Ctrl+,", EVERYWHERE, "settings", lambda: _settings(window)),
        Action("quit", "Quit", "Ctrl+Q", EVERYWHERE, "quit", window.close),
    ]


def row(all_rows: list[Action], id: str) -> Action:
    """The row `id`."""
    return next(one for one in all_rows if one.id == id)


def _recent(window: MainWindow) -> None:
    menu = window.bar.source_menu
    window.bar.open_source_menu()
    if menu.actions():
        menu.setActiveAction(menu.actions()[-1])


def _full_screen(window: MainWindow) -> None:
    window.showNormal() if window.isFullScreen() else window.showFullScreen()


def _keys(window: MainWindow) -> None:
    from gui.main_window import PAGES
    from gui.widgets.keys_sheet import KeysSheet

    KeysSheet(window.table.rows, {name: words[0] for name, words in PAGES.items()}, window.host.current, window).exec()


def _settings(window: MainWindow) -> None:
    from gui.widgets.settings_dialog import SettingsDialog

    SettingsDialog(window.theme, window.settings.path, window).exec()
