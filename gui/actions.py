"""Everything a user can do is a row of a table; menus, tooltips, shortcuts and the F1 sheet are made from the rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QAbstractButton, QToolButton, QWidget

from gui import theme

EVERYWHERE = ""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do. `shortcut` is a key sequence or several, the first of which is shown; `page` is a page's name or EVERYWHERE.

    `enabled` is asked when the action is about to be shown and again before it is done. `checked`, where given, makes it a switch.
    `help` is one sentence for the F1 sheet where the text doesn't say it all; `menu` is the menu it stands in, "" for the page's.
    """

    id: str
    text: str
    shortcut: str | tuple[str, ...]
    page: str
    icon: str
    call: Callable[[], object]
    enabled: Callable[[], bool] | None = None
    checked: Callable[[], bool] | None = None
    help: str = ""
    menu: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        keys = (self.shortcut,) if isinstance(self.shortcut, str) else self.shortcut
        return tuple(key for key in keys if key)

    @property
    def key_text(self) -> str:
        """The first shortcut as this system writes it; "" for none."""
        return QKeySequence(self.keys[0]).toString(QKeySequence.SequenceFormat.NativeText) if self.keys else ""

    @property
    def tooltip(self) -> str:
        """What a button for it says on hover: its words and its key."""
        words = self.text.replace("&", "").rstrip("…")
        return f"{words} ({self.key_text})" if self.keys else words

    @property
    def possible(self) -> bool:
        return self.enabled is None or self.enabled()


def make(row: Action, parent: QWidget) -> QAction:
    """The row as a QAction of `parent`: icon, text, keys, tooltip; does nothing while the row says it isn't possible."""
    made = QAction(row.text, parent)
    if row.icon:
        made.setIcon(theme.icon(row.icon))
    made.setShortcuts([QKeySequence(key) for key in row.keys])
    made.setToolTip(row.tooltip)
    made.setStatusTip(row.help)
    made.setObjectName(row.id)
    made.setAutoRepeat(True)
    made.setCheckable(row.checked is not None)
    made.triggered.connect(lambda: _do(row, made))
    refresh(row, made)
    return made


def refresh(row: Action, made: QAction, *, active: bool = True) -> None:
    """Brings `made` in step with what the row says now. An action of a page that isn't shown is not active."""
    made.setEnabled(active and row.possible)
    if row.checked is not None:
        made.setChecked(row.checked())


def button(row: Action, parent: QWidget | None = None, *, words: bool = False) -> QToolButton:
    """A button that does the row; the main window's keys do the same, so the button itself has none."""
    made = QToolButton(parent)
    dress(made, row)
    made.setAutoRaise(not words)
    if words:
        made.setText(row.text.replace("&", ""))
        from PySide6.QtCore import Qt

        made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    made.clicked.connect(lambda: row.call() if row.possible else None)
    return made


def dress(widget: QAbstractButton, row: Action) -> None:
    """Gives a button the icon, tooltip and spoken name of the row."""
    if row.icon:
        widget.setIcon(theme.icon(row.icon))
    widget.setToolTip(row.tooltip)
    widget.setAccessibleName(row.text.replace("&", ""))


def conflicts(rows: Iterable[Action]) -> list[str]:
    """One sentence for each key that means two things at once on some page."""
    rows = list(rows)
    said = []
    for page in {row.page for row in rows}:
        taken: dict[str, str] = {}
        for row in rows:
            if row.page not in (page, EVERYWHERE):
                continue
            for key in row.keys:
                name = QKeySequence(key).toString()
                if taken.setdefault(name, row.id) != row.id:
                    said.append(f"{name} on {page or 'every page'} means both {taken[name]} and {row.id}")
    return sorted(set(said))


def _do(row: Action, made: QAction) -> None:
    if row.possible:
        row.call()
    refresh(row, made)
