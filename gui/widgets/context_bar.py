"""The bar at the top: what is open, which frame, which checkpoint, which classes, and what goes on. Each is changed in place."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QScrollArea, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from gui import checkpoint_list, theme
from gui.checkpoint_list import CheckpointList
from gui.jobs import Jobs
from gui.session import Session
from gui.widgets.class_list import ClassList
from gui.widgets.job_chips import JobChips


class ContextBar(QFrame):
    """`source_menu` and `main_menu` are filled by the window; the rest is the session's."""

    other_checkpoint_wanted = Signal()

    def __init__(self, session: Session, jobs: Jobs, checkpoints: CheckpointList, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("contextBar")
        self._session, self._checkpoints = session, checkpoints
        self.main_menu, self.source_menu, self._checkpoint_menu = QMenu(self), QMenu(self), QMenu(self)
        self._main = _button("menu", "", "Menu (F10)", self.main_menu)
        self._source = _button("folder", "Nothing open", "What is open", self.source_menu)
        self._frame = QLabel()
        self._frame.setObjectName("muted")
        self._checkpoint = _button("checkpoint", "No checkpoint", "The checkpoint that predicts", self._checkpoint_menu)
        self._classes = _button("classes", "No classes", "Classes: show, hide, one alone")
        self._chips = JobChips(jobs)
        self._lay_out()
        self._connect()
        self.refresh()

    def refresh(self) -> None:
        """Brings every word in step with the session."""
        self._show_source()
        self._show_frame()
        self._show_checkpoint()
        self._show_classes()

    def open_source_menu(self) -> None:
        """Shows what can be opened and what was open lately."""
        self._source.showMenu()

    def open_main_menu(self) -> None:
        """Shows the menu of everything."""
        self._main.showMenu()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 4, 8, 4)
        row.setSpacing(2)
        for widget in (self._main, self._source, self._frame):
            row.addWidget(widget)
        row.addStretch(1)
        for widget in (self._chips, self._checkpoint, self._classes):
            row.addWidget(widget)
        self.setFixedHeight(42)

    def _connect(self) -> None:
        session = self._session
        session.source_changed.connect(lambda _: self.refresh())
        session.opening_started.connect(lambda path: self._say_source(f"Opening {Path(path).name}…"))
        session.opening_failed.connect(lambda *_: self._show_source())
        session.frame_changed.connect(lambda _: self._show_frame())
        session.checkpoint_changed.connect(lambda _: self._show_checkpoint())
        session.class_set_changed.connect(lambda _: self._show_classes())
        session.hidden_changed.connect(lambda _: self._show_classes())
        session.runs_changed.connect(self._checkpoints.refresh)
        self._checkpoint_menu.aboutToShow.connect(self._fill_checkpoints)
        self._classes.clicked.connect(self._open_classes)
        self._chips.came_or_went.connect(self._elide)

    def _show_source(self) -> None:
        source = self._session.source
        self._say_source(source.title if source else "Nothing open")
        self._source.setToolTip(str(self._session.path) if self._session.path else "Open a folder, a video or a drive (Ctrl+O)")

    def _say_source(self, text: str) -> None:
        self._source.setProperty("words", text)
        self._elide()

    def _show_frame(self) -> None:
        drive = self._session.drive
        count = len(drive.frames) if drive else 0
        self._frame.setText(f"frame {self._session.frame + 1}/{count}" if count else "")
        self._frame.setVisible(bool(count))

    def _show_checkpoint(self) -> None:
        path = self._session.checkpoint
        self._checkpoint.setProperty("words", checkpoint_list.title(path) if path else "No checkpoint")
        self._checkpoint.setToolTip(str(path) if path else "Choose what predicts: a run, or a checkpoint file")
        self._elide()

    def _show_classes(self) -> None:
        classes = self._session.class_set
        hidden = len(self._session.hidden & set(classes.names)) if classes else 0
        self._classes.setText((f" {len(classes)} classes" + (f", {hidden} hidden" if hidden else "")) if classes else " No classes")
        self._classes.setEnabled(classes is not None)

    def _elide(self) -> None:
        chip = self._chips.sizeHint().width() if self._chips.isVisible() else 0
        room = max(110, min(320, (self.width() - 420 - chip) // 2))
        for button in (self._source, self._checkpoint):
            words = str(button.property("words") or "")
            button.setText(" " + button.fontMetrics().elidedText(words, Qt.TextElideMode.ElideMiddle, room))

    def _fill_checkpoints(self) -> None:
        menu = self._checkpoint_menu
        menu.clear()
        for choice in self._checkpoints.choices:
            entry = QAction(f"{choice.title}    {choice.detail}", menu)
            entry.setCheckable(True)
            entry.setChecked(choice.path == self._session.checkpoint)
            entry.triggered.connect(lambda _=False, path=choice.path: self._session.choose_checkpoint(path))
            menu.addAction(entry)
        if not self._checkpoints.choices:
            menu.addAction("No run has a checkpoint yet").setEnabled(False)
        menu.addSeparator()
        menu.addAction(theme.icon("open"), "Other checkpoint…", self.other_checkpoint_wanted.emit)
        menu.addAction("None: show frames without masks", lambda: self._session.choose_checkpoint(None)).setEnabled(self._session.checkpoint is not None)
        self._checkpoints.refresh()

    def _open_classes(self) -> None:
        popover = ClassPopover(self._session, self)
        popover.adjustSize()
        popover.move(self._classes.mapToGlobal(QPoint(self._classes.width() - popover.width(), self._classes.height() + 4)))
        popover.show()


class ClassPopover(QFrame):
    """The class list in place, with a button that shows all again."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("popover")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        classes = session.class_set
        title = QLabel(f"{classes.space.replace('_', ' ').capitalize()}, {len(classes)} classes" if classes else "")
        title.setObjectName("muted")
        every = QToolButton()
        every.setText("Show all")
        every.clicked.connect(lambda: session.hide_only(frozenset()))
        head = QHBoxLayout()
        head.addWidget(title, 1)
        head.addWidget(every)
        names = ClassList(session)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setWidget(names)
        scroll.setMinimumHeight(min(names.sizeHint().height() + 4, 420))
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 10)
        column.addLayout(head)
        column.addWidget(scroll)
        self.setFixedWidth(280)
        names.setFocus()


def _button(icon: str, text: str, tooltip: str, menu: QMenu | None = None) -> QToolButton:
    button = QToolButton()
    button.setIcon(theme.icon(icon))
    button.setText(text)
    button.setProperty("words", text)
    button.setToolTip(tooltip)
    button.setAccessibleName(tooltip)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon if text else Qt.ToolButtonStyle.ToolButtonIconOnly)
    if menu is not None:
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    return button
