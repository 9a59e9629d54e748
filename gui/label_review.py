"""Looking at labels again: frames are marked checked, comments say where they aren't right, and a queue tells which is next."""

from __future__ import annotations

import traceback
from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QWidget

from engine.annotation.queue import Queue, State
from engine.annotation.review import Comment
from gui import checkpoint_list, label_feed
from gui.actions import Action
from gui.comments import Comments
from gui.label_part import LabelDesk, LabelPart
from gui.latest import Latest
from gui.need_finding import NeedFinding
from gui.review_queue import ReviewQueue
from gui.reviewing import Reviewing
from gui.widgets.comment_editor import CommentEditor
from gui.widgets.comment_marks import CommentMarks, look_at
from gui.widgets.review_panel import ReviewPanel


class Review(LabelPart):
    """The frame's check and comments are `reviewing`'s, the frames that wait the `queue`'s."""

    title, unfolded = "Review", True

    def __init__(self, desk: LabelDesk) -> None:
        super().__init__(desk)
        self.reviewing = Reviewing.of(desk.labelling)
        self.comments = Comments.of(desk.labelling)
        self.needs = NeedFinding(desk.jobs, self)
        self.queue = ReviewQueue(self.reviewing, self.needs, self)
        self._rival: Path | None = None
        self._rivals = Latest(_rivals, self)
        self.panel = ReviewPanel(self.reviewing, self.comments, self.queue, self.needs)
        self.marks = CommentMarks(self.comments, desk.canvas)
        self.editor = CommentEditor(self.comments, desk.canvas)
        self.reviewing.find_by(self._path_of)
        self._connect()
        self._on_source()

    def widget(self) -> QWidget:
        return self.panel

    def rows(self) -> list[Action]:
        shown = self.row("comments", "Comments on or off", "Shift+M", "comment", lambda: self.comments.show(not self.comments.shown))
        checked = self.row("checked", "Checked", "", "check", lambda: self.check(self.reviewing.state != State.CHECKED), "Marks this frame checked, or takes that back; stays at it")
        return [
            self.row("check", "Mark checked, go on", ("Ctrl+Return", "Ctrl+Enter"), "check", self.check_and_go_on, "On to the next frame in the queue of the section Review"),
            replace(checked, checked=lambda: self.reviewing.state == State.CHECKED),
            self.row("queue_next", "Next frame that waits", (".", "Alt+Right"), "", lambda: self.go(1), "In the queue of the section Review", need="drive"),
            self.row("queue_previous", "Previous frame that waits", (",", "Alt+Left"), "", lambda: self.go(-1), need="drive"),
            replace(shown, checked=lambda: self.comments.shown),
        ]

    def close(self) -> None:
        """Ends the threads."""
        self.editor.keep()
        self.needs.close()
        self.queue.close()
        self._rivals.close()
        self.reviewing.close()

    def check(self, checked: bool = True) -> None:
        """Marks the frame that is open, or takes that back."""
        if self.reviewing.check(checked) and checked:
            still = self.reviewing.standing
            if still.to_correct or still.questions:
                count = still.to_correct + still.questions
                self.said.emit(f"Checked; {count} comment{'s are' if count > 1 else ' is'} still open")

    def check_and_go_on(self) -> None:
        """Marks the frame checked and shows the next one that waits."""
        if self.reviewing.now is None:
            return
        following = self.queue.next_from(self.desk.session.frame)
        self.check()
        if self.reviewing.state != State.CHECKED:
            return
        if following is None:
            self.said.emit("Checked; no other frame waits")
        else:
            self.desk.session.show_frame(following)

    def go(self, step: int) -> None:
        """To the next frame that waits, or back to the one before."""
        following = self.queue.next_from(self.desk.session.frame, step)
        if following is None:
            self.said.emit("No other frame waits")
        else:
            self.desk.session.show_frame(following)

    def _connect(self) -> None:
        session, panel = self.desk.session, self.panel
        self.desk.player.opened.connect(lambda _: self._on_source())
        session.checkpoint_changed.connect(lambda _: self._on_checkpoint())
        session.frame_changed.connect(panel.queue.list.show_frame)
        self.desk.jobs.ended.connect(lambda job: None if job.quiet else self.queue.refresh())
        panel.shown.connect(self._on_shown)
        panel.state.toggled.connect(self.check)
        panel.state.on_wanted.connect(self.check_and_go_on)
        panel.comments.looked.connect(self._on_looked)
        panel.queue.picked.connect(session.show_frame)
        panel.queue.step_wanted.connect(self.go)
        panel.queue.rival_chosen.connect(self._on_rival)
        self.queue.changed.connect(lambda: panel.queue.list.show_frame(session.frame))
        self.queue.kind_changed.connect(self._on_checkpoint)
        self._rivals.done.connect(self._on_rivals)
        self._rivals.failed.connect(lambda _, error: self.failed.emit(f"The checkpoints to compare with can't be listed: {error}", "".join(traceback.format_exception(error))))
        for part in (self.reviewing, self.queue, self.needs):
            part.failed.connect(self.failed)

    def _path_of(self, frame: int) -> Path | None:
        frames = self.desk.player.frames
        return label_feed.path_of(frames, frame) if frames is not None and frame < len(frames) else None

    def _on_source(self) -> None:
        self.queue.open(self.desk.player.frames)
        self._on_checkpoint()

    def _on_shown(self) -> None:
        self.queue.refresh()
        self._ask_rivals()

    def _on_checkpoint(self) -> None:
        frames, session = self.desk.player.frames, self.desk.session
        drive = frames.drive if frames is not None and frames.drive.has_images else None
        wanted = drive, session.checkpoint, self._rival
        self.needs.open(*wanted) if self.queue.kind == Queue.NEED else self.needs.leave(*wanted)
        self._ask_rivals()

    def _ask_rivals(self) -> None:
        if self.panel.isVisible() and self.desk.session.checkpoint is not None:
            self._rivals.ask(self.desk.session.checkpoint)

    def _on_rivals(self, checkpoint: Path, found: list[tuple[str, object]]) -> None:
        if checkpoint == self.desk.session.checkpoint:
            self.panel.queue.show_rivals(found)

    def _on_rival(self, path: Path | None) -> None:
        if path != self._rival:
            self._rival = path
            self._on_checkpoint()

    def _on_looked(self, comment: Comment) -> None:
        self.comments.show(True)
        look_at(self.desk.canvas, comment)


def _rivals(checkpoint: Path) -> list[tuple[str, object]]:
    """The other checkpoints that tell the same classes apart."""
    from engine import checkpoints

    wanted = checkpoints.card(checkpoint).classes.names
    return [(one.title, one.path) for one in checkpoint_list.listed() if one.path != checkpoint and checkpoints.card(one.path).classes.names == wanted]
