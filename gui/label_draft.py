"""The network's prediction of the frame as a first draft: regions that are proposed, looked at, and kept under the labels that are there, or dropped."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from engine.annotation import drafts
from gui.actions import Action
from gui.draft_batch import DraftBatch
from gui.draft_maker import DraftMaker
from gui.draft_proposal import Proposal
from gui.draft_settings import BOX, ONE, DraftSettings
from gui.label_part import LabelDesk, LabelPart
from gui.labelling import Opened
from gui.tools.draft import DraftTool
from gui.widgets.draft_bar import DraftBar
from gui.widgets.draft_layer import DraftLayer
from gui.widgets.draft_options import DraftOptions


class Draft(LabelPart):
    """G proposes, Enter keeps, Esc drops: until then no label is touched."""

    title = "First draft"

    def __init__(self, desk: LabelDesk) -> None:
        super().__init__(desk)
        self.settings = DraftSettings(desk.settings, self)
        self.maker = DraftMaker(desk.session, desk.player, desk.labelling, self.settings, self)
        self.batch = DraftBatch(desk, self.settings, self)
        self.layer = DraftLayer(lambda: desk.session.opacity if desk.canvas.labels_shown else 0.0, lambda: desk.session.hidden)
        self.tool = DraftTool(desk.labelling, self.maker, settings=self.settings, keep=self.accept, drop=self.drop, hover=self._on_hovered)
        self.bar = DraftBar(self.settings, desk.canvas)
        self.options = DraftOptions(self.settings)
        self._before = "select"
        self._keep_then = ""
        self._connect()

    def widget(self) -> QWidget:
        return self.options

    def rows(self) -> list[Action]:
        propose = "Proposes the checkpoint's prediction under the labels; Enter keeps it, Esc drops it"
        return [
            self.row("draft", "First draft by the network", "G", "checkpoint", self.make, propose, need="edit"),
            self.row("draft.keep", "Keep the first draft", "Ctrl+G", "", self.accept, "As one edit, under the labels that are there; with its own tool in the hand Enter", need="edit"),
            self.row("draft.drop", "Drop the first draft", "Ctrl+Shift+G", "", self.drop, "The labels stay as they are; with its own tool in the hand Esc", need="edit"),
            self.row("draft.all", "Draft all frames…", "", "checkpoint", self.batch.ask, "First drafts of frames that have no labels yet, in the background", need="drive"),
        ]

    @property
    def proposal(self) -> Proposal | None:
        """What waits to be kept or dropped."""
        return self.maker.proposal

    @property
    def busy(self) -> bool:
        """Whether a proposal is still to come."""
        return self.maker.busy

    def make(self) -> None:
        """Asks the checkpoint for this frame; the proposal comes when it has answered."""
        if not self.desk.labelling.editable:
            return
        if not self.maker.possible:
            self.failed.emit("No checkpoint is chosen; choose one in the bar above, such as the bundled student", "")
            return
        self._take()
        if self.settings.where == BOX and self.proposal is None:
            self.said.emit("Drag a box: what the network sees in it is proposed")
        else:
            self.maker.ask()

    def accept(self) -> None:
        """Keeps what isn't left out, under the labels that are there: one edit. Where the network hasn't answered yet, once it has."""
        if self.busy:
            self._keep_then = self._keep_then or "first draft"
        elif self.proposal is not None and not self.proposal.drafts:
            self.said.emit("Nothing is left to keep: take regions in again, or drop the draft with Esc")
        elif self.proposal is not None and self._keep(self.proposal, "first draft"):
            count = _regions(len(self.proposal.drafts))
            self._end()
            self.said.emit(f"{count} kept, below what was there; Ctrl+Z takes them back")

    def drop(self) -> None:
        """Forgets the proposal: the labels are as they were."""
        if self.proposal is not None or self.busy or self.desk.canvas.tool is self.tool:
            self._end()

    def close(self) -> None:
        """Ends the thread."""
        self.maker.close()

    def busy_reason(self) -> str | None:
        return self.batch.busy_reason()

    def _connect(self) -> None:
        desk, maker, bar = self.desk, self.maker, self.bar
        maker.made.connect(self._on_made)
        maker.changed.connect(self._show)
        for gone in (maker.nothing, maker.failed):
            gone.connect(self._end)
        maker.nothing.connect(self.said)
        maker.failed.connect(self.failed)
        desk.labelling.opened.connect(self._on_opened)
        desk.labelling.edited.connect(self._on_edited)
        desk.labelling.settings.label_changed.connect(lambda _: maker.again() if self.settings.which == ONE else None)
        self.settings.changed.connect(maker.again)
        bar.accepted.connect(self.accept)
        bar.dropped.connect(self.drop)
        bar.all_wanted.connect(lambda wanted: maker.leave_out(range(len(self.proposal.regions)) if self.proposal is not None else (), not wanted))
        self.options.wanted.connect(self.make)
        self.options.all_wanted.connect(self.batch.ask)
        self.batch.said.connect(self.said)
        self.batch.failed.connect(self.failed)
        self.batch.changed.connect(self._on_edited)
        self.batch.here_wanted.connect(self._draft_here)
        desk.canvas.overlays.append(self.layer.paint)

    def _take(self) -> None:
        """The tool that leaves out and takes in comes into the hand."""
        canvas = self.desk.canvas
        if canvas.tool is not None and canvas.tool is not self.tool:
            self._before = canvas.tool.name
        canvas.take(self.tool)
        self.desk.page.bar.show_tool(self.tool.name)
        self.desk.page.options.show_tool(self.tool.name, self.tool.help)
        canvas.setFocus()

    def _draft_here(self, words: str) -> None:
        """As one of a batch: kept at once, as an edit that begins with these words, unless somebody drafts here already."""
        now = self.desk.labelling.now
        if now is not None and self.proposal is None and not self.busy:
            self._keep_then = words
            self.maker.ask(box=(0, 0, now.store.document.width, now.store.document.height))

    def _on_hovered(self, place: int | None) -> None:
        self.layer.hovered = place
        self.desk.canvas.update()

    def _on_made(self) -> None:
        words, self._keep_then = self._keep_then, ""
        if words == "first draft":
            self.accept()
        elif words and self.proposal is not None:
            self._keep(self.proposal, words)
            self._end()

    def _on_opened(self, opened: Opened | None) -> None:
        left = self.proposal
        if left is not None or self.busy:
            self._end()
        if left is not None:
            self.said.emit(f"The draft of frame {left.opened.frame + 1} was not kept; there, G brings it back")

    def _on_edited(self) -> None:
        self.options.say(self.batch.words(self.desk.labelling.now))
        if self.proposal is not None:
            self.maker.again()

    def _keep(self, proposal: Proposal, what: str) -> bool:
        found, labelling = proposal.drafts, self.desk.labelling
        return proposal.opened is labelling.now and labelling.commit(drafts.below(labelling.committed, found), f"{what}, {_regions(len(found))}", select=())

    def _end(self) -> None:
        self._keep_then = ""
        self.maker.forget()
        if self.desk.canvas.tool is self.tool:
            self.desk.page.take(self._before)

    def _show(self) -> None:
        proposal = self.proposal
        if proposal is not self.layer.proposal:
            self.layer.proposal, self.layer.hovered = proposal, None
            self.tool.refresh()
        if proposal is None and not self.busy:
            self.bar.hide()
        else:
            out = len(proposal.left_out) if proposal is not None else 0
            self.bar.show_count(len(proposal.regions) - out if proposal is not None else 0, out, busy=self.busy)
        self.desk.canvas.update()


def _regions(count: int) -> str:
    return f"{count} region{'s' if count != 1 else ''}"
