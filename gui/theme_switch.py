"""Dark or light: as the system says, or as the user chose, while the window is open."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication

from gui import theme
from gui.session import Session
from gui.settings import Settings


class ThemeSwitch(QObject):
    """Follows the system's colour scheme unless the setting says otherwise."""

    def __init__(self, settings: Settings, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._settings, self._session = settings, session
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        self._app = app
        app.styleHints().colorSchemeChanged.connect(self._on_system_changed)
        theme.apply(app, theme.resolve(settings.theme, app))

    @property
    def wanted(self) -> str:
        """system, dark or light."""
        return self._settings.theme

    def choose(self, wanted: str) -> None:
        """Remembers `wanted` and wears it at once."""
        self._settings.theme = wanted
        self._wear(theme.resolve(wanted, self._app))

    def _on_system_changed(self, scheme: Qt.ColorScheme) -> None:
        self._wear(theme.resolve(self._settings.theme, self._app))

    def _wear(self, name: theme.Name) -> None:
        if name != theme.tokens().name:
            theme.apply(self._app, name)
            self._session.theme_changed.emit(name)
