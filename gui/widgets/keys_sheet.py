"""The F1 sheet: the guide to the page that is shown, and every key of every page, to search in."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHeaderView, QLineEdit, QTabWidget, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from gui import theme
from gui.actions import EVERYWHERE, Action
from gui.widgets.guide import Guide

GESTURES = {
    EVERYWHERE: [
        ("Zoom at the cursor in a picture", "Wheel"),
        ("Pan a picture", "Space + drag, middle drag"),
        ("Open a file or folder", "Drop it on the window"),
        ("Hide or show a class, in the class list", "Space"),
        ("Show one class alone, in the class list", "Enter"),
    ],
    "data": [("Show the frame on the Drive page", "Double-click, Enter")],
    "train": [
        ("Preview of the augmentation: another draw", "Left, Right"),
        ("Preview of the augmentation: masks on or off", "H"),
        ("Preview of the augmentation: one of nine alone", "Click"),
        ("Preview of the augmentation: back", "Esc"),
    ],
    "lidar": [("Orbit", "Left drag"), ("Pan", "Right drag, middle drag"), ("Zoom", "Wheel"), ("Turn about this point", "Double-click")],
}


class KeysSheet(QDialog):
    """Rows of all pages that were made, the shown page's first."""

    def __init__(self, rows: Sequence[Action], pages: dict[str, str], current: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Help")
        self.resize(720, 600)
        self._filter = QLineEdit()
        self._filter.setPlaceholderText("Search")
        self._filter.setClearButtonEnabled(True)
        self._filter.addAction(theme.icon("search", "muted"), QLineEdit.ActionPosition.LeadingPosition)
        self.tree = _tree()
        self._groups: list[QTreeWidgetItem] = []
        for page in [EVERYWHERE, *pages] if not current else [current, EVERYWHERE, *(name for name in pages if name != current)]:
            self._add(pages.get(page, "Everywhere"), page, [row for row in rows if row.page == page])
        self.tree.expandAll()
        close = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        close.rejected.connect(self.reject)
        keys = QWidget()
        inner = QVBoxLayout(keys)
        inner.addWidget(self._filter)
        inner.addWidget(self.tree)
        self.guide = Guide(current)
        tabs = QTabWidget()
        tabs.setDocumentMode(True)
        tabs.addTab(keys, "Keys")
        tabs.addTab(self.guide, "Guide")
        column = QVBoxLayout(self)
        column.addWidget(tabs)
        column.addWidget(close)
        self._filter.textChanged.connect(self.search)
        self._filter.setFocus()

    @property
    def listed(self) -> list[tuple[str, str]]:
        """(words, keys) of every row that is shown."""
        return [(row.text(0), row.text(1)) for group in self._groups for row in _children(group) if not row.isHidden()]

    def search(self, text: str) -> None:
        """Leaves the rows that hold every word of `text`."""
        words = text.lower().split()
        for group in self._groups:
            for row in _children(group):
                said = f"{group.text(0)} {row.text(0)} {row.text(1)} {row.toolTip(0)}".lower()
                row.setHidden(not all(word in said for word in words))
            group.setHidden(all(row.isHidden() for row in _children(group)))

    def _add(self, title: str, page: str, rows: list[Action]) -> None:
        gestures = GESTURES.get(page, [])
        if not rows and not gestures:
            return
        group = QTreeWidgetItem(self.tree, [title])
        self._groups.append(group)
        font = group.font(0)
        font.setBold(True)
        group.setFont(0, font)
        group.setFirstColumnSpanned(True)
        group.setFlags(Qt.ItemFlag.ItemIsEnabled)
        for row in rows:
            keys = ", ".join(QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText) for key in row.keys)
            child = QTreeWidgetItem(group, [row.text.replace("&", "").rstrip("…"), keys])
            if row.icon:
                child.setIcon(0, theme.icon(row.icon))
            child.setToolTip(0, row.help)
        for words, how in gestures:
            QTreeWidgetItem(group, [words, how])


def _children(group: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    return [child for at in range(group.childCount()) if (child := group.child(at)) is not None]


def _tree() -> QTreeWidget:
    tree = QTreeWidget()
    tree.setColumnCount(2)
    tree.setHeaderHidden(True)
    tree.setRootIsDecorated(False)
    tree.setIndentation(8)
    tree.setUniformRowHeights(True)
    tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
    tree.header().setStretchLastSection(False)
    return tree
