"""What the window remembers from one start to the next, in an ini file under the user's configuration folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, QSettings

RECENT_LIMIT = 12


def file() -> Path:
    """`$ROADSCOPE_CONFIG`, else `roadscope/window.ini` in the XDG configuration folder."""
    if named := os.environ.get("ROADSCOPE_CONFIG"):
        return Path(named)
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "roadscope" / "window.ini"


class Settings:
    """Values by name, such as "drive/loop"; a value of the wrong kind reads as the default."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or file()
        self._store = QSettings(str(self.path), QSettings.Format.IniFormat)

    def text(self, key: str, default: str = "") -> str:
        value = self._store.value(key)
        return value if isinstance(value, str) else default

    def number(self, key: str, default: float) -> float:
        try:
            return float(self._store.value(key, default))  # type: ignore[arg-type]
        except (TypeError, ValueError):
            return default

    def flag(self, key: str, default: bool) -> bool:
        value = self._store.value(key)
        return {"true": True, "false": False}.get(str(value).lower(), default)

    def blob(self, key: str) -> QByteArray:
        """Bytes as `set` stored them, such as a window's geometry; empty where there are none."""
        value = self._store.value(key)
        return value if isinstance(value, QByteArray) else QByteArray()

    def set(self, key: str, value: Any) -> None:
        """Stores text, a number, a truth value or a QByteArray."""
        self._store.setValue(key, str(value).lower() if isinstance(value, bool) else value)

    def sync(self) -> None:
        """Writes to the disk now."""
        self._store.sync()

    @property
    def recent(self) -> list[Path]:
        """What was opened last, the newest first."""
        value = self._store.value("recent")
        values = [value] if isinstance(value, str) else value if isinstance(value, list) else []
        return [Path(one) for one in values if one]

    def remember(self, path: Path) -> None:
        """Puts `path` at the head of `recent`."""
        paths = [path, *(one for one in self.recent if one != path)][:RECENT_LIMIT]
        self._store.setValue("recent", [str(one) for one in paths])

    def forget(self, path: Path) -> None:
        """Takes `path` out of `recent`."""
        self._store.setValue("recent", [str(one) for one in self.recent if one != path])

    @property
    def theme(self) -> str:
        """system, dark or light."""
        wanted = os.environ.get("ROADSCOPE_THEME") or self.text("theme", "system")
        return wanted if wanted in ("system", "dark", "light") else "system"

    @theme.setter
    def theme(self, wanted: str) -> None:
        self._store.setValue("theme", wanted)
