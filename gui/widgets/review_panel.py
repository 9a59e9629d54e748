"""The section of the Annotate page in which labels are looked at again: this frame's state, the frames that wait, and its comments."""

from __future__ import annotations

import time

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from engine.annotation.queue import Queue, State
from gui import theme
from gui.comments import Comments
from gui.need_finding import WORDS, NeedFinding
from gui.review_queue import ReviewQueue
from gui.reviewing import Reviewing
from gui.widgets.comment_rows import CommentRows
from gui.widgets.job_chips import duration, grouped
from gui.widgets.queue_list import QueueList

QUEUES = {Queue.UNLABELLED: "Unlabelled", Queue.UNCHECKED: "Unchecked", Queue.COMMENTS: "With comments", Queue.NEED: "By need"}
_DONE = {
    Queue.UNLABELLED: "Every frame has labels.",
    Queue.UNCHECKED: "No frame with labels waits for a check.",
    Queue.COMMENTS: "No comment is open.",
    Queue.NEED: "Every frame was checked.",
}


class CheckedState(QWidget):
    """Whether the frame was checked, and the switch of it."""

    toggled = Signal(bool)
    on_wanted = Signal()

    def __init__(self, reviewing: Reviewing, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reviewing = reviewing
        self._icon = QToolButton()
        self._icon.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._icon.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._words = QLabel()
        self._words.setWordWrap(True)
        self.switch = QToolButton()
        self.switch.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.go_on = QPushButton(theme.icon("check", "on_accent"), "Check, go on")
        self.go_on.setProperty("primary", True)
        self.go_on.setToolTip("These labels are right: on to the next frame that waits (Ctrl+Return)")
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self._icon)
        row.addWidget(self._words, 1)
        row.addWidget(self.switch)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(row)
        column.addWidget(self.go_on)
        self.switch.clicked.connect(lambda: self.toggled.emit(reviewing.state != State.CHECKED))
        self.go_on.clicked.connect(self.on_wanted)
        reviewing.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Says what is so now."""
        state, known = self._reviewing.state, self._reviewing.now
        icon, token = {State.CHECKED: ("check", "ok"), State.CHANGED: ("warning", "warning"), State.NEVER: ("unknown", "muted")}[state]
        self._icon.setIcon(theme.icon(icon, token))
        when = _when(known.review.check.time) if known is not None and known.review.check is not None else ""
        words = {State.CHECKED: f"Checked {when}", State.CHANGED: f"Changed since its check {when}", State.NEVER: "Not checked yet"}[state]
        self._words.setText(words if known is not None else "")
        self.switch.setText("Uncheck" if state == State.CHECKED else "Check")
        self.switch.setToolTip("Takes the check back" if state == State.CHECKED else "These labels are right; stays at this frame")
        self._icon.setVisible(known is not None)
        self.switch.setEnabled(known is not None)
        self.go_on.setEnabled(known is not None)


class QueueView(QWidget):
    """Which frames wait, how many of all, and the list of them; by need also what finds them."""

    picked = Signal(int)
    step_wanted = Signal(int)
    rival_chosen = Signal(object)

    def __init__(self, queue: ReviewQueue, needs: NeedFinding, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._queue, self._needs = queue, needs
        self.kind = QComboBox()
        for kind, words in QUEUES.items():
            self.kind.addItem(words, kind)
        self.kind.setToolTip("What the frames wait for")
        self.kind.setAccessibleName("Queue")
        self.kind.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.kind.setMinimumContentsLength(8)
        self.count = _muted()
        self.count.setWordWrap(False)
        self.back, self.on = _step("left", "Previous frame that waits (,)"), _step("right", "Next frame that waits (.)")
        self.list = QueueList(queue)
        self.nothing = _muted()
        self.search = QPushButton("Find them")
        self.rival = QComboBox()
        self.rival.setToolTip("Another checkpoint of the same classes: frames in which the two differ need a look")
        self.rival.setAccessibleName("Compare with")
        self.rival.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.measure = QComboBox()
        self.measure.setToolTip("What the need is told by")
        self.measure.setAccessibleName("Need by")
        self.progress = _muted()
        self._lay_out()
        self._connect()
        self.show_rivals([])
        self.refresh()

    def show_rivals(self, choices: list[tuple[str, object]]) -> None:
        """The checkpoints that can be compared with: words and path each; what was chosen stays where it can."""
        before = self.rival.currentData()
        with QSignalBlocker(self.rival):
            self.rival.clear()
            self.rival.addItem("one checkpoint alone", None)
            for words, path in choices:
                self.rival.addItem(f"against {words}", path)
            at = self.rival.findData(before) if before is not None else 0
            self.rival.setCurrentIndex(max(0, at))
        if at < 0:
            self.rival_chosen.emit(None)
        self.refresh()

    def refresh(self) -> None:
        """Shows what waits now."""
        queue, need = self._queue, self._queue.kind == Queue.NEED
        with QSignalBlocker(self.kind):
            self.kind.setCurrentIndex(self.kind.findData(queue.kind))
        order = queue.order
        self.count.setText(f"{grouped(len(order))} of {grouped(queue.count)}" if queue.known else "looking…")
        self.list.show_order(order)
        self.list.setVisible(bool(order))
        self.nothing.setText(_DONE[queue.kind] if queue.known else "")
        self.nothing.setVisible(not order)
        for button in (self.back, self.on):
            button.setEnabled(bool(order))
        self.rival.setVisible(need and self.rival.count() > 1)
        self.progress.setVisible(need)
        self._show_finding()

    def _show_finding(self) -> None:
        needs, count = self._needs, self._queue.count
        self.search.setText("Stop" if needs.running else "Go on" if 0 < needs.known < count else "Find them")
        need = self._queue.kind == Queue.NEED
        self.search.setEnabled(needs.possible)
        self.search.setVisible(need and (needs.running or not needs.complete))
        self._show_measures(needs.measures if need else [])
        if not needs.possible:
            said = "Choose a checkpoint in the bar above: frames it is unsure of need a look first."
        elif needs.running:
            progress = needs.progress
            left = duration(progress.seconds_left) if progress is not None else ""
            done = f"{grouped(progress.done)} of {grouped(progress.total)} frames" if progress is not None and progress.total else "Loading the network…"
            said = f"{done}, {left} left" if left else done
        elif needs.known:
            said = f"{grouped(needs.known)} of {grouped(count)} frames scored" if needs.known < count else "All frames are scored."
        else:
            said = "The checkpoint looks through all frames in the background. First come those it is unsure of, that flicker, or whose labels differ from what it sees."
        self.progress.setText(said)

    def _show_measures(self, measures: list[str]) -> None:
        self.measure.setVisible(len(measures) > 1)
        if measures and measures != [self.measure.itemData(at) for at in range(1, self.measure.count())]:
            before = self.measure.currentData()
            self.measure.clear()
            self.measure.addItem("all measures together", "")
            for name in measures:
                self.measure.addItem(f"by: {WORDS.get(name, name)}", name)
            self.measure.setCurrentIndex(max(0, self.measure.findData(before)))

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(4)
        head.addWidget(self.kind, 1)
        for beside in (self.count, self.back, self.on):
            head.addWidget(beside)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(head)
        for widget in (self.rival, self.search, self.progress, self.measure, self.nothing, self.list):
            column.addWidget(widget)

    def _connect(self) -> None:
        self.kind.activated.connect(lambda _: self._queue.set_kind(self.kind.currentData()))
        self.list.picked.connect(self.picked)
        self.back.clicked.connect(lambda: self.step_wanted.emit(-1))
        self.on.clicked.connect(lambda: self.step_wanted.emit(1))
        self.search.clicked.connect(lambda: self._needs.stop() if self._needs.running else self._needs.start())
        self.measure.activated.connect(lambda _: self._needs.rank_by(self.measure.currentData()))
        self.rival.activated.connect(lambda _: self.rival_chosen.emit(self.rival.currentData()))
        self._queue.changed.connect(self.refresh)
        self._needs.changed.connect(self._show_finding)


class ReviewPanel(QWidget):
    """All three, one below the other."""

    shown = Signal()
    """The section was unfolded, or its page is shown again."""

    def __init__(self, reviewing: Reviewing, comments: Comments, queue: ReviewQueue, needs: NeedFinding, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.state = CheckedState(reviewing)
        self.comments = CommentRows(comments)
        self.queue = QueueView(queue, needs)
        self.eye = QToolButton()
        self.eye.setCheckable(True)
        head = QHBoxLayout()
        head.addWidget(_heading("Comments"), 1)
        head.addWidget(self.eye)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.state)
        column.addWidget(_heading("Waiting frames"))
        column.addWidget(self.queue)
        column.addLayout(head)
        column.addWidget(self.comments)
        self._comments = comments
        self.eye.clicked.connect(lambda: comments.show(not comments.shown))
        comments.changed.connect(self._show_eye)
        self._show_eye()

    def showEvent(self, event) -> None:  # type: ignore[no-untyped-def, override]
        super().showEvent(event)
        self.shown.emit()

    def _show_eye(self) -> None:
        shown = self._comments.shown
        self.eye.setIcon(theme.icon("eye" if shown else "eye-off"))
        self.eye.setChecked(shown)
        self.eye.setToolTip("Comments on the picture (Shift+M)")
        self.eye.setAccessibleName("Comments on the picture")


def _when(seconds: float) -> str:
    then, now = time.localtime(seconds), time.localtime()
    return time.strftime("%H:%M" if then[:3] == now[:3] else "%d %b %H:%M" if then[0] == now[0] else "%d %b %Y", then)


def _heading(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("strong", True)
    return label


def _muted() -> QLabel:
    label = QLabel()
    label.setObjectName("muted")
    label.setWordWrap(True)
    return label


def _step(icon: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setIcon(theme.icon(icon))
    button.setToolTip(tip)
    button.setAccessibleName(tip.partition(" (")[0])
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
