"""What there is to say of a box, typed beside it on the picture."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QColor, QIcon, QKeyEvent, QPixmap
from PySide6.QtWidgets import QApplication, QComboBox, QFrame, QHBoxLayout, QLineEdit, QToolButton

from engine.annotation.review import Comment, Kind
from gui import theme
from gui.comments import Comments
from gui.review_records import Reviewed
from gui.widgets.comment_marks import COLOURS, WORDS
from gui.widgets.label_canvas import LabelCanvas

_WIDTH = 340


class CommentEditor(QFrame):
    """Enter or a click elsewhere keeps it, Esc doesn't. A new comment is of the kind that was chosen last."""

    def __init__(self, comments: Comments, canvas: LabelCanvas) -> None:
        super().__init__(canvas)
        self.setObjectName("popover")
        self._comments, self._canvas = comments, canvas
        self._comment: Comment | None = None
        self._of: Reviewed | None = None
        self._last = Kind.CORRECT
        self._following = QTimer(self, singleShot=True, interval=0)
        self._following.timeout.connect(lambda: self._place(self._comment) if self._comment is not None else None)
        self.kind = kinds()
        self.text = QLineEdit()
        self.text.setPlaceholderText("What is to be looked at?")
        self.text.setAccessibleName("Comment")
        self._delete = QToolButton()
        self._delete.setIcon(theme.icon("trash"))
        self._delete.setToolTip("Delete this comment")
        self._delete.setAccessibleName("Delete this comment")
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 6, 6, 6)
        row.setSpacing(4)
        row.addWidget(self.kind)
        row.addWidget(self.text, 1)
        row.addWidget(self._delete)
        self.setFixedWidth(_WIDTH)
        self.hide()
        self.text.returnPressed.connect(self.keep)
        self._delete.clicked.connect(self._on_delete)
        canvas.installEventFilter(self)
        self.text.installEventFilter(self)
        self.kind.installEventFilter(self)
        comments.editing.connect(self.ask)
        comments.changed.connect(self._on_changed)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._on_focus)

    def ask(self, comment: Comment) -> None:
        """Shows itself below the box."""
        self.keep()
        self._comment, self._of = comment, self._comments.frame
        self.kind.setCurrentIndex(self.kind.findData(comment.kind if comment.id else self._last))
        self.text.setText(comment.text)
        self._delete.setVisible(bool(comment.id))
        self.adjustSize()
        self._place(comment)
        self.show()
        self.raise_()
        self.text.setFocus()
        self.text.selectAll()
        self._comments.choose(comment if comment.id else None)
        self._comments.wait_for(None if comment.id else comment)

    def keep(self) -> None:
        """What was typed counts."""
        comment, self._comment = self._comment, None
        if comment is None:
            return
        kind = self.kind.currentData()
        if not comment.id:
            self._last = kind
        self._leave()
        if not comment.id or (kind, self.text.text().strip()) != (comment.kind, comment.text):
            self._comments.write(replace(comment, kind=kind, text=self.text.text().strip()), self._of)

    def drop(self) -> None:
        """Nothing was said."""
        self._comment = None
        self._leave()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._canvas:
            if event.type() == QEvent.Type.Paint and self._comment is not None:
                self._following.start()  # the picture was moved below it
            return False
        if event.type() in (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride) and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            if event.type() == QEvent.Type.KeyPress:
                self.drop()
            event.accept()
            return True
        return super().eventFilter(watched, event)

    def _leave(self) -> None:
        focused = QApplication.focusWidget()
        had = focused is not None and self.isAncestorOf(focused)
        self.hide()
        self._comments.wait_for(None)
        if had:
            self._canvas.setFocus()

    def _place(self, comment: Comment) -> None:
        view, ratio = self._canvas.view, self._canvas.devicePixelRatioF()
        left, top, _, bottom = comment.box
        x = (view.scale * left + view.left) / ratio
        below, above = (view.scale * bottom + view.top) / ratio + 6, (view.scale * top + view.top) / ratio - self.height() - 24
        y = below if below + self.height() <= self._canvas.height() else max(4.0, above)
        self.move(QPoint(round(max(4.0, min(x, self._canvas.width() - self.width() - 4))), round(max(4.0, min(y, self._canvas.height() - self.height() - 4)))))

    def _on_delete(self) -> None:
        comment = self._comment
        self.drop()
        if comment is not None and comment.id:
            self._comments.remove(comment)

    def _on_focus(self, _: object, now: object) -> None:
        if self._comment is not None and self.isVisible() and now is not None and not self.isAncestorOf(now) and now is not self.kind.view():  # type: ignore[arg-type]
            self.keep()

    def _on_changed(self) -> None:
        now = self._comments.frame
        if self._comment is not None and self._of is not None and (now is None or now.opened is not self._of.opened):
            self.keep()  # the frame was left: it is that one's


def kinds() -> QComboBox:
    """The kinds of comments, each in its colour."""
    box = QComboBox()
    for kind, words in WORDS.items():
        dot = QPixmap(12, 12)
        dot.fill(QColor(COLOURS[kind]))
        box.addItem(QIcon(dot), words, kind)
    box.setToolTip("What the comment asks for")
    box.setAccessibleName("Kind")
    return box
