"""The column at the right: sections that fold, each remembering whether it was open."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from gui import theme
from gui.settings import Settings

_ROOM = 1000


class Inspector(QScrollArea):
    """What can be set or read on a page. `name` is the page's, under which the sections' states are kept."""

    def __init__(self, settings: Settings, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inspector")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumWidth(220)
        self._settings, self._name = settings, name
        self._column = QWidget()
        self._column.setObjectName("inspectorColumn")
        self._sections = QVBoxLayout(self._column)
        self._sections.setContentsMargins(0, 0, 0, 0)
        self._sections.setSpacing(0)
        self._sections.addStretch(1)
        self.setWidget(self._column)

    def add(self, title: str, widget: QWidget, *, open: bool = True, stretch: bool = False) -> Section:
        """A section below the others. `stretch` gives it the room that is left."""
        key = f"{self._name}/section/{title.lower()}"
        section = Section(title, widget, open=self._settings.flag(key, open))
        section.header.toggled.connect(lambda shown: self._settings.set(key, shown))
        self._sections.insertWidget(self._sections.count() - 1, section)
        if stretch:
            section.header.toggled.connect(lambda shown: self._sections.setStretchFactor(section, _ROOM if shown else 0))
            self._sections.setStretchFactor(section, _ROOM if section.header.isChecked() else 0)
        return section


class Section(QWidget):
    """A title that folds what is below it."""

    def __init__(self, title: str, widget: QWidget, *, open: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("section")
        self.widget = widget
        self.header = QToolButton()
        self.header.setObjectName("sectionHeader")
        self.header.setText(f" {title}")
        self.header.setAccessibleName(title)
        self.header.setCheckable(True)
        self.header.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.header.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.header.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        self._inner = QWidget()
        inner = QVBoxLayout(self._inner)
        inner.setContentsMargins(12, 2, 12, 12)
        inner.setSpacing(6)
        inner.addWidget(widget)
        column.addWidget(self._inner, 1)
        self.header.toggled.connect(self._on_toggled)
        self.header.setChecked(open)
        self._on_toggled(open)

    def _on_toggled(self, open: bool) -> None:
        self.header.setIcon(theme.icon("down" if open else "right"))
        self._inner.setVisible(open)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred if open else QSizePolicy.Policy.Fixed)
