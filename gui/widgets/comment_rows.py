"""The comments of the frame, two lines each: where, what it asks for, what it says; all changed in place."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QToolButton, QVBoxLayout, QWidget

from engine.annotation.review import Comment
from gui import theme
from gui.comments import Comments
from gui.widgets.comment_editor import kinds
from gui.widgets.comment_marks import COLOURS


class CommentRows(QWidget):
    """`looked(comment)`: a row was clicked, so its box is to be seen."""

    looked = Signal(object)

    def __init__(self, comments: Comments, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._comments = comments
        self._rows: list[_Row] = []
        self._none = QLabel()
        self._none.setObjectName("muted")
        self._none.setWordWrap(True)
        self._back = QToolButton()
        self._back.setText("Bring the deleted comment back")
        self._back.setIcon(theme.icon("undo"))
        self._back.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._column.addWidget(self._none)
        self._column.addWidget(self._back)
        self._back.clicked.connect(comments.bring_back)
        comments.changed.connect(self.refresh)
        self.refresh()

    @property
    def rows(self) -> list[_Row]:
        """One a comment, in their order."""
        return self._rows

    def refresh(self) -> None:
        """Shows the comments as they are now."""
        comments = self._comments.all
        while len(self._rows) > len(comments):
            gone = self._rows.pop()
            self._column.removeWidget(gone)
            gone.hide()  # it is there until it is deleted
            gone.deleteLater()
        while len(self._rows) < len(comments):
            row = _Row(self._comments, len(self._rows) + 1)
            row.looked.connect(self.looked)
            self._column.insertWidget(len(self._rows) + 1, row)
            self._rows.append(row)
        for row, comment in zip(self._rows, comments, strict=True):
            row.show_comment(comment, chosen=comment.id == self._comments.chosen)
        self._none.setVisible(not comments and not self._comments.removed)
        self._none.setText("None. Press M and drag a box over what should be looked at." if self._comments.frame is not None else "")
        self._back.setVisible(self._comments.removed)


class _Row(QWidget):
    looked = Signal(object)

    def __init__(self, comments: Comments, number: int) -> None:
        super().__init__()
        self._comments = comments
        self._comment = Comment((0, 0, 0, 0))
        self._number = QToolButton()
        self._number.setText(str(number))
        self._number.setToolTip("Show it on the picture")
        self._number.setAccessibleName(f"Show comment {number} on the picture")
        self._number.setFixedWidth(28)
        self.kind = kinds()
        self.delete = QToolButton()
        self.delete.setIcon(theme.icon("trash"))
        self.delete.setToolTip("Delete this comment")
        self.delete.setAccessibleName(f"Delete comment {number}")
        self.text = QLineEdit()
        self.text.setPlaceholderText("Says nothing yet")
        self.text.setAccessibleName(f"Comment {number}")
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(4)
        grid.addWidget(self._number, 0, 0)
        grid.addWidget(self.kind, 0, 1)
        grid.addWidget(self.delete, 0, 2)
        grid.addWidget(self.text, 1, 1, 1, 2)
        grid.setColumnStretch(1, 1)
        self._number.clicked.connect(self._look)
        self.kind.activated.connect(lambda _: self._write(replace(self._comment, kind=self.kind.currentData())))
        self.text.editingFinished.connect(self._on_text)
        self.delete.clicked.connect(lambda: comments.remove(self._comment))

    def show_comment(self, comment: Comment, *, chosen: bool) -> None:
        """What this one says; words that are being typed stay."""
        if comment.id != self._comment.id or not self.text.hasFocus():
            self.text.setText(comment.text)
        self._comment = comment
        with QSignalBlocker(self.kind):
            self.kind.setCurrentIndex(self.kind.findData(comment.kind))
        width = 2 if chosen else 0
        self._number.setStyleSheet(f"QToolButton {{ background: {COLOURS[comment.kind]}; color: #17191e; font-weight: 600; border: {width}px solid palette(text); }}")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._look()

    def _look(self) -> None:
        self._comments.choose(self._comment)
        self.looked.emit(self._comment)

    def _on_text(self) -> None:
        if self.text.text().strip() != self._comment.text:
            self._write(replace(self._comment, text=self.text.text().strip()))

    def _write(self, comment: Comment) -> None:
        if comment.id:
            self._comments.write(comment)
