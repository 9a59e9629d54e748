"""One editor for each kind of value a config can hold. `get` gives plain values as YAML holds them, or raises ValueError."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QFileDialog, QHBoxLayout, QLineEdit, QSpinBox, QToolButton, QWidget

from gui import theme

LARGEST = 2**31 - 1


class Editor(QObject):
    """A widget with a value; `edited` fires when the user changes it."""

    edited = Signal()
    widget: QWidget

    def get(self) -> Any:
        raise NotImplementedError

    def set(self, value: Any) -> None:
        raise NotImplementedError


class Text(Editor):
    """A line of text."""

    def __init__(self) -> None:
        super().__init__()
        self.widget = self.line = QLineEdit()
        self.line.textEdited.connect(lambda _: self.edited.emit())

    def get(self) -> Any:
        return self.line.text().strip()

    def set(self, value: Any) -> None:
        self.line.setText(self._spelled(value))
        self.line.setCursorPosition(0)

    def _spelled(self, value: Any) -> str:
        return str(value)


class Number(Text):
    """A number, also as 1e-3."""

    def __init__(self, unit: str) -> None:
        super().__init__()
        self._unit = unit
        if unit:
            self.line.setPlaceholderText(unit)

    def get(self) -> Any:
        text = self.line.text().strip().removesuffix(self._unit).strip() if self._unit else self.line.text().strip()
        try:
            return float(text)
        except ValueError as error:
            raise ValueError(f"is {text!r}; it must be a number") from error

    def _spelled(self, value: Any) -> str:
        return f"{value:g}" + (f" {self._unit}" if self._unit else "")


class Numbers(Text):
    """A fixed number of numbers, separated by blanks, commas or ×; `count` 2 with Ellipsis means any number."""

    def __init__(self, count: int, kind: type, unit: str) -> None:
        super().__init__()
        self._kind, self._count = kind, count
        self.line.setPlaceholderText(" ".join(["…"] * count))

    def get(self) -> Any:
        words = self.line.text().replace(",", " ").replace("×", " ").replace(" x ", " ").replace("px", " ").split()
        try:
            return [self._kind(word) for word in words]
        except ValueError as error:
            what = "whole numbers" if self._kind is int else "numbers"
            raise ValueError(f"is {self.line.text()!r}; it must be {self._count} {what}, such as {' '.join(['256'] * self._count)}") from error

    def _spelled(self, value: Any) -> str:
        return " ".join(f"{one:g}" for one in value)


class Words(Text):
    """Names, separated by commas."""

    def __init__(self) -> None:
        super().__init__()
        self.line.setPlaceholderText("names, separated by commas")

    def get(self) -> Any:
        return [word.strip() for word in self.line.text().split(",") if word.strip()]

    def _spelled(self, value: Any) -> str:
        return ", ".join(value)


class Mapping(Text):
    """Settings by name, as YAML writes them on one line."""

    def __init__(self) -> None:
        super().__init__()
        self.line.setPlaceholderText("name: value, name: value")

    def get(self) -> Any:
        import yaml

        text = self.line.text().strip()
        try:
            value = yaml.safe_load("{" + text.strip("{}") + "}")
        except yaml.YAMLError as error:
            raise ValueError(f"is {text!r}; write it as name: value, name: value") from error
        if any(item is None for item in value.values()):
            raise ValueError(f"is {text!r}; write it as name: value, name: value")
        return value

    def _spelled(self, value: Any) -> str:
        import yaml

        return yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=10**6, allow_unicode=True).strip().strip("{}") if value else ""


class Whole(Editor):
    """A whole number within bounds."""

    def __init__(self, low: float | None, high: float | None, unit: str) -> None:
        super().__init__()
        self.widget = self.box = QSpinBox()
        self.box.setRange(int(low) if low is not None else -LARGEST, int(high) if high is not None else LARGEST)
        self.box.setSuffix(f" {unit}" if unit else "")
        self.box.setGroupSeparatorShown(False)
        self.box.valueChanged.connect(lambda _: self.edited.emit())
        _WheelGuard(self.box)

    def get(self) -> Any:
        return self.box.value()

    def set(self, value: Any) -> None:
        self.box.setValue(int(value))


class Switch(Editor):
    """Yes or no."""

    def __init__(self) -> None:
        super().__init__()
        self.widget = self.box = QCheckBox()
        self.box.toggled.connect(lambda _: self.edited.emit())

    def get(self) -> Any:
        return self.box.isChecked()

    def set(self, value: Any) -> None:
        self.box.setChecked(bool(value))


class Choice(Editor):
    """One of several words; `editable` takes others as well, and the config says whether it knows them."""

    def __init__(self, words: Sequence[str], *, editable: bool = False) -> None:
        super().__init__()
        self.widget = self.box = QComboBox()
        self.box.addItems(list(words))
        self.box.setEditable(editable)
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.setMinimumContentsLength(8)
        self.box.currentTextChanged.connect(lambda _: self.edited.emit())
        _WheelGuard(self.box)

    def get(self) -> Any:
        return self.box.currentText().strip()

    def set(self, value: Any) -> None:
        if self.box.findText(str(value)) < 0:
            self.box.addItem(str(value))
        self.box.setCurrentText(str(value))


class PathText(Editor):
    """A path, typed or chosen."""

    def __init__(self) -> None:
        super().__init__()
        self.widget = _PathRow()
        self.line = self.widget.line
        self.line.textEdited.connect(lambda _: self.edited.emit())
        self.widget.button.clicked.connect(self._on_browse)

    def get(self) -> Any:
        return self.line.text().strip() or "."

    def set(self, value: Any) -> None:
        self.line.setText("" if str(value) == "." else str(value))

    def _on_browse(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self.widget, "Choose a folder", self.line.text() or str(Path.home()))
        if chosen:
            self.line.setText(chosen)
            self.edited.emit()


class Optional(Editor):
    """Another editor that may also be left empty."""

    def __init__(self, inner: Editor) -> None:
        super().__init__()
        self._inner = inner
        self._box = QCheckBox()
        self.widget = QWidget()
        row = QHBoxLayout(self.widget)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._box)
        row.addWidget(inner.widget, 1)
        self._box.toggled.connect(inner.widget.setEnabled)
        self._box.toggled.connect(lambda _: self.edited.emit())
        inner.edited.connect(self.edited)
        inner.widget.setEnabled(False)

    def get(self) -> Any:
        return self._inner.get() if self._box.isChecked() else None

    def set(self, value: Any) -> None:
        self._box.setChecked(value is not None)
        if value is not None:
            self._inner.set(value)


class _PathRow(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.line = QLineEdit()
        self.line.setPlaceholderText("a folder")
        self.button = QToolButton()
        self.button.setIcon(theme.icon("folder"))
        self.button.setToolTip("Choose a folder")
        self.button.setAccessibleName("Choose a folder")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.line, 1)
        row.addWidget(self.button)
        self.setFocusProxy(self.line)


class _WheelGuard(QObject):
    """A form that scrolls must not change the values the pointer passes over: the wheel counts only with the keyboard's focus."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        from PySide6.QtCore import Qt

        widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return False
