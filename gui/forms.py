"""Forms made from the config dataclasses: a new field is a new row, with no edit in the window.

A field's metadata (`engine.config.setting`) gives the help, the bounds, the unit and whether newcomers need it; its type gives
the editor. Whatever is typed goes through `engine.config.convert` and the record's own checks, so a form refuses exactly what
the command line refuses, in the same words.
"""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from engine import config
from engine.errors import ConfigError
from gui import theme
from gui.widgets import editors
from gui.widgets.editors import Editor
from gui.widgets.stages_editor import Stages

Choices = Mapping[str, Sequence[str] | Callable[[], Sequence[str]]]


class Form(QWidget):
    """Every field of a config record as a row, nested records as titled groups; settings marked advanced fold away.

    `choices` gives the words to choose from for dotted keys that are text in the config, such as {"model.encoder": encoders};
    `special` makes the editors of dotted keys that need one of their own; `beside` gives widgets for the right end of groups' titles, by record.
    `changed` fires when the user edits; `value` is the record, or raises the ConfigError that is also shown at its row.
    """

    changed = Signal()

    def __init__(
        self,
        value: Any,
        *,
        choices: Choices | None = None,
        titles: Mapping[str, str] | None = None,
        special: Mapping[str, Callable[[], Editor]] | None = None,
        beside: Mapping[str, QWidget] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._kind = type(value)
        self._beside = beside or {}
        self._special = special or {}
        self._choices = choices or {}
        self._titles = titles or {}
        self._rows: dict[str, Row] = {}
        self._advanced: list[QWidget] = []
        self._filling = False
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self._add_record(self._kind, "", "General")
        self._more = self._more_button()
        self.set_value(value)

    @property
    def keys(self) -> tuple[str, ...]:
        """The dotted keys of all rows, in order."""
        return tuple(self._rows)

    def row(self, key: str) -> Row:
        """The row of the dotted `key`."""
        return self._rows[key]

    def set_value(self, value: Any) -> None:
        """Shows `value`; `changed` does not fire."""
        self._filling = True
        try:
            for key, row in self._rows.items():
                row.editor.set(_plain_at(value, key))
                row.show_error("")
        finally:
            self._filling = False

    def value(self) -> Any:
        """The record as it stands in the form. Raises ConfigError that names the key."""
        values: dict[str, Any] = {}
        for key, row in self._rows.items():
            *parents, last = key.split(".")
            inner = values
            for parent in parents:
                inner = inner.setdefault(parent, {})
            inner[last] = row.plain()
        return config.build(self._kind, values)

    def check(self) -> str:
        """Shows what is wrong at its row; returns that sentence, "" where all is well."""
        for row in self._rows.values():
            row.show_error("")
        try:
            self.value()
        except ConfigError as error:
            text = str(error)
            blamed = self._blamed(text)
            if blamed is not None:
                blamed.show_error(text)
                if blamed.advanced:
                    self._more.setChecked(True)
            return text
        return ""

    def set_enabled(self, enabled: bool) -> None:
        """Lets the fields be edited or only read."""
        for row in self._rows.values():
            row.editor.widget.setEnabled(enabled)

    def _add_record(self, kind: type, prefix: str, title: str) -> None:
        plain: list[tuple[dataclasses.Field[Any], Any]] = []
        nested: list[tuple[dataclasses.Field[Any], Any]] = []
        hints = get_type_hints(kind)
        for field in dataclasses.fields(kind):
            hint = hints[field.name]
            (nested if dataclasses.is_dataclass(hint) else plain).append((field, hint))
        groups = [lambda: self._add_group(plain, prefix, title)] if plain else []
        for group in groups if prefix else ():
            group()
        for field, hint in nested:
            self._add_record(hint, f"{prefix}{field.name}.", self._titles.get(field.name, _words(field.name)))
        for group in groups if not prefix else ():
            group()

    def _add_group(self, members: list[tuple[dataclasses.Field[Any], Any]], prefix: str, title: str) -> None:
        heading = QLabel(title)
        heading.setObjectName("formHeading")
        grid_host = QWidget()
        grid = QGridLayout(grid_host)
        grid.setContentsMargins(0, 0, 0, 4)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        head = QHBoxLayout()
        head.addWidget(heading, 1)
        if (widget := self._beside.get(prefix.rstrip("."))) is not None:
            head.addWidget(widget, 0, Qt.AlignmentFlag.AlignBottom)
        self._column.addLayout(head)
        self._column.addWidget(grid_host)
        for at, (field, hint) in enumerate(members):
            key = f"{prefix}{field.name}"
            made = self._special.get(key)
            row = Row(key, field, hint, made() if made else _editor(hint, field.metadata, self._choices.get(key)))
            row.editor.edited.connect(self._on_edited)
            self._rows[key] = row
            row.place(grid, at)
            if row.advanced:
                self._advanced += row.widgets
        if all(field.metadata.get("advanced") for field, _ in members):
            self._advanced.append(heading)

    def _more_button(self) -> QToolButton:
        button = QToolButton()
        button.setText("More settings")
        button.setCheckable(True)
        button.setIcon(theme.icon("right"))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.toggled.connect(self._on_more)
        self._column.addWidget(button)
        self._column.addStretch(1)
        button.setVisible(bool(self._advanced))
        self._show_advanced(False)
        self._more = button
        return button

    def _on_more(self, shown: bool) -> None:
        self._more.setIcon(theme.icon("down" if shown else "right"))
        self._more.setText("Fewer settings" if shown else "More settings")
        self._show_advanced(shown)

    def _show_advanced(self, shown: bool) -> None:
        for widget in self._advanced:
            widget.setVisible(shown)

    def _on_edited(self) -> None:
        if not self._filling:
            self.check()
            self.changed.emit()

    def _blamed(self, text: str) -> Row | None:
        """The row whose key stands earliest in the message, the longest key first."""
        for key in sorted(self._rows, key=len, reverse=True):
            if text.startswith((f"{key} ", f"{key}[", f"{key}.", f"{key}:")):
                return self._rows[key]
        words = text.split()
        last = words[0].split("[")[0] if words else ""
        return next((row for key, row in self._rows.items() if key.endswith(last) and last), None)


class Row:
    """A field's label, its editor, and the sentence that says what is wrong with it."""

    def __init__(self, key: str, field: dataclasses.Field[Any], hint: Any, editor: Editor) -> None:
        self.key = key
        self.advanced = bool(field.metadata.get("advanced"))
        self._hint = hint
        self.editor = editor
        self.label = QLabel(_words(field.name))
        self.error = QLabel()
        self.error.setWordWrap(True)
        self.error.setProperty("error", True)
        self.error.hide()
        help = str(field.metadata.get("help", ""))
        tip = f"{help[:1].upper()}{help[1:]}" + (f"\n{key}" if help else key)
        for widget in (self.label, self.editor.widget):
            widget.setToolTip(tip)
        self.editor.widget.setAccessibleName(self.label.text())
        self.editor.widget.setAccessibleDescription(help)
        self.label.setBuddy(self.editor.widget)

    @property
    def widgets(self) -> list[QWidget]:
        """Label and editor; the error shows itself."""
        return [self.label, self.editor.widget]

    def place(self, grid: QGridLayout, row: int) -> None:
        grid.addWidget(self.label, 2 * row, 0, Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(self.editor.widget, 2 * row, 1)
        grid.addWidget(self.error, 2 * row + 1, 0, 1, 2)

    def plain(self) -> Any:
        """What stands in the editor, as YAML would hold it. Raises ConfigError that names the key."""
        try:
            return self.editor.get()
        except ValueError as error:
            raise ConfigError(f"{self.key} {error}") from error

    def show_error(self, text: str) -> None:
        """Shows `text` below the editor, "" for nothing wrong."""
        self.error.setText(text[:1].upper() + text[1:])
        self.error.setVisible(bool(text))
        widget = self.editor.widget.focusProxy() or self.editor.widget  # in a row of several, what is typed into
        if bool(widget.property("bad")) != bool(text):
            widget.setProperty("bad", bool(text))
            widget.style().unpolish(widget)
            widget.style().polish(widget)


def _editor(hint: Any, metadata: Mapping[str, Any], choices: Sequence[str] | Callable[[], Sequence[str]] | None) -> Editor:
    origin, inner = get_origin(hint), get_args(hint)
    low, high, unit = metadata.get("low"), metadata.get("high"), str(metadata.get("unit") or "")
    if origin in (Union, types.UnionType):
        return editors.Optional(_editor(next(one for one in inner if one is not type(None)), metadata, choices))
    if origin is Literal:
        return editors.Choice([str(one) for one in inner])
    if choices is not None:
        return editors.Choice(choices() if callable(choices) else choices, editable=True)
    if hint is bool:
        return editors.Switch()
    if hint is int:
        return editors.Whole(low, high, unit)
    if hint is float:
        return editors.Number(unit)
    if hint is Path:
        return editors.PathText()
    if origin is tuple and inner[0] is config.Stage:
        return Stages()
    if origin is tuple:
        return editors.Words() if inner[0] is str else editors.Numbers(len(inner), inner[0], unit)
    if origin is dict:
        return editors.Mapping()
    return editors.Text()


def _plain_at(value: Any, key: str) -> Any:
    for name in key.split("."):
        value = getattr(value, name)
    return config.to_dict(_Wrapped(value))["value"]


@dataclasses.dataclass(frozen=True)
class _Wrapped:
    value: Any


def _words(name: str) -> str:
    text = name.replace("_", " ")
    return text[:1].upper() + text[1:]
