"""The comments of the frame that is open, as tool, picture and list share them: which stands out, and whether they are painted."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, Signal

from engine.annotation.review import Comment
from gui.review_records import Reviewed
from gui.reviewing import Reviewing

if TYPE_CHECKING:
    from engine.annotation.document import Box
    from gui.labelling import Labelling


class Comments(QObject):
    """`changed` when something is to be shown otherwise; `editing(comment)` asks for the words of one, new where its id is 0."""

    changed = Signal()
    editing = Signal(object)

    def __init__(self, labelling: Labelling) -> None:
        super().__init__(labelling)
        self._reviewing = Reviewing.of(labelling)
        self._removed: tuple[Comment, Reviewed] | None = None
        self.shown = True
        """Whether they are painted."""
        self.chosen = 0
        """The id of the one that stands out; 0 for none."""
        self.pending: Comment | None = None
        """A new one whose words are being typed."""
        labelling.opened.connect(self._on_opened)
        self._reviewing.changed.connect(self.changed)

    @staticmethod
    def of(labelling: Labelling) -> Comments:
        """The ones there are, made when they are first asked for."""
        known = labelling.findChild(Comments)
        return cast(Comments, known) if known is not None else Comments(labelling)

    @property
    def frame(self) -> Reviewed | None:
        """The frame they are of; None until its review was read."""
        return self._reviewing.now

    @property
    def all(self) -> tuple[Comment, ...]:
        """The oldest first."""
        return self._reviewing.comments

    @property
    def removed(self) -> bool:
        """Whether one of this frame was taken away that can be brought back."""
        return self._removed is not None

    def at(self, x: float, y: float) -> Comment | None:
        """The one with the smallest box around a point of the picture."""
        around = [one for one in self.all if one.box[0] <= x < one.box[2] and one.box[1] <= y < one.box[3]]
        return min(around, key=lambda one: (one.box[2] - one.box[0]) * (one.box[3] - one.box[1]), default=None)

    def ask_words(self, of: Comment | Box) -> None:
        """Lets the user say what there is to say of a box, or of a comment again."""
        if self.frame is not None:
            self.show(True)
            self.editing.emit(of if isinstance(of, Comment) else Comment(of))

    def wait_for(self, comment: Comment | None) -> None:
        """The words of this new one are being typed, or of none any more."""
        if comment is not self.pending:
            self.pending = comment
            self.changed.emit()

    def write(self, comment: Comment, of: Reviewed | None = None) -> None:
        """Keeps a new one or another wording, by default of the frame that is open."""
        frame = of or self.frame
        kept = self._reviewing.write(comment, frame) if frame is not None else None
        if kept is not None and self.frame is not None and frame is not None and frame.opened is self.frame.opened:
            self.choose(kept)

    def remove(self, comment: Comment) -> None:
        """Takes one away; `bring_back` undoes it."""
        frame = self.frame
        if frame is not None and self._reviewing.remove(comment, frame):
            self._removed = comment, frame
            self.changed.emit()

    def bring_back(self) -> None:
        """The one that was taken away last is there again."""
        if self._removed is not None and self._reviewing.remove(*self._removed, removed=False):
            comment, self._removed = self._removed[0], None
            self.choose(comment)
            self.changed.emit()

    def choose(self, comment: Comment | None) -> None:
        """Makes one stand out."""
        id_ = comment.id if comment is not None else 0
        if id_ != self.chosen:
            self.chosen = id_
            self.changed.emit()

    def show(self, shown: bool) -> None:
        """Whether they are painted."""
        if shown != self.shown:
            self.shown = shown
            self.changed.emit()

    def _on_opened(self, _: object) -> None:
        self._removed, self.chosen = None, 0
        self.changed.emit()
