"""The pages of the guide, in the window: the same Markdown files that the README links."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtWidgets import QComboBox, QTextBrowser, QVBoxLayout, QWidget

from engine import places

FOLDER = places.RESOURCES / "help"
ORDER = ("first-steps", "data", "train", "evaluate", "drive", "lidar", "command-line")


class Guide(QWidget):
    """One page at a time; links lead to the others. Nothing is fetched."""

    def __init__(self, page: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chooser = QComboBox()
        self.chooser.setAccessibleName("Page of the guide")
        for name in ORDER:
            self.chooser.addItem(title_of(FOLDER / f"{name}.md"), name)
        self.text = QTextBrowser()
        self.text.setOpenExternalLinks(False)
        self.text.setOpenLinks(False)
        column = QVBoxLayout(self)
        column.addWidget(self.chooser)
        column.addWidget(self.text, 1)
        self.chooser.currentIndexChanged.connect(lambda _: self._show())
        self.text.anchorClicked.connect(self._on_link)
        self.open(page)
        self._show()

    def open(self, page: str) -> None:
        """Shows the guide's page for the window's page of this name; the first steps where it has none."""
        self.chooser.setCurrentIndex(max(0, self.chooser.findData(page)))

    def _show(self) -> None:
        path = FOLDER / f"{self.chooser.currentData()}.md"
        self.text.setSearchPaths([str(FOLDER)])
        self.text.setMarkdown(path.read_text(encoding="utf-8"))

    def _on_link(self, link: QUrl) -> None:
        self.open(Path(link.path()).stem)


def title_of(path: Path) -> str:
    """The heading of a page, without its mark."""
    with path.open(encoding="utf-8") as stream:
        return stream.readline().lstrip("# ").strip()
