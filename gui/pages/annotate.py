"""The Annotate page: ground truth drawn over the drive's frames, saved as it is made."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from engine.errors import RoadscopeError
from gui import label_actions, label_conflicts, label_parts, tools
from gui.actions import Action
from gui.jobs import Jobs
from gui.label_feed import LabelFeed, Wanted
from gui.label_part import LabelDesk
from gui.labelling import Labelling, Opened
from gui.pages._page import Page
from gui.player import Player
from gui.session import Session
from gui.settings import Settings
from gui.tools._tool import Tool
from gui.widgets import layers
from gui.widgets.empty_state import EmptyState
from gui.widgets.inspector import Inspector
from gui.widgets.label_canvas import LabelCanvas
from gui.widgets.label_list import LabelList
from gui.widgets.label_status import LabelStatus
from gui.widgets.layer_list import LayerList
from gui.widgets.message_bar import Cure
from gui.widgets.timeline import Timeline
from gui.widgets.tone_controls import ToneControls
from gui.widgets.tool_bar import ToolBar
from gui.widgets.tool_options import ToolOptions
from gui.widgets.viewport import Viewport


class AnnotatePage(Page):
    """The session's frame with its labels; the timeline below is the one that every page of a drive has."""

    title, icon = "Annotate", "edit"
    opening_wanted = Signal(object)

    def __init__(self, session: Session, jobs: Jobs, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(session, jobs, settings, parent)
        self.labelling = Labelling(self)
        self.player = Player.of(session)
        self.tools: dict[str, Tool] = {tool.name: tool for tool in tools.made(self.labelling, self.player)}
        self._last_drawn = "polygon"
        self._visible = self._labels_off = self.peeking = False
        self.reader = LabelFeed(self)
        self._make()
        self.desk = LabelDesk(self, session, jobs, settings, self.player, self.labelling, self.canvas)
        self.parts = label_parts.made(self.desk)
        self._lay_out()
        self._connect()
        self.take("select")
        self._on_source()

    def actions(self) -> list[Action]:  # type: ignore[override]  # rows of ours, not Qt's QActions
        return label_actions.rows(self)

    def activate(self) -> None:
        self._visible = True
        if self.labelling.now is not None and isinstance(self.session.view, Viewport) and self.labelling.now.frame == self.session.frame:
            self.canvas.look_as(self.session.view)
            self.session.view = None
        self.read()
        self.canvas.setFocus()

    def deactivate(self) -> None:
        self._visible = False
        self.labelling.saving.now()
        self.player.leave(self)

    def shutdown(self) -> None:
        for tool in self.tools.values():
            tool.close()
        self.reader.close()
        for part in self.parts:
            part.close()
        self.labelling.saving.close()
        self.player.close()

    def busy_reason(self) -> str | None:
        reasons = [*(part.busy_reason() for part in self.parts), *(tool.unfinished for tool in self.tools.values())]
        return next(filter(None, reasons), None)

    def take(self, name: str) -> None:
        """Takes a tool in the hand."""
        if name != "select":
            self._last_drawn = name
        self.canvas.take(self.tools[name])
        self.bar.show_tool(name)
        self.options.show_tool(name, self.tools[name].help)

    def take_last(self) -> None:
        """The last tool that draws, with the class it had."""
        self.take(self._last_drawn)

    def read(self) -> None:
        """Reads the session's frame, unless it is what is shown."""
        frames, now = self.player.frames, self.labelling.now
        if not self._visible or frames is None or not frames.drive.has_images:
            return
        if now is None or now.frame != self.session.frame or self._frames is not frames:
            for tool in self.tools.values():
                tool.put_away()
            self.reader.ask(Wanted(frames, self.session.frame))

    def _make(self) -> None:
        self._frames: object = None
        self.canvas = LabelCanvas(self.labelling)
        self.bar = ToolBar(list(self.tools.values()))
        self.options = ToolOptions(self.labelling.settings)
        self.classes = LabelList(self.session, self.labelling)
        self.layers = LayerList(self.labelling)
        self.tone = ToneControls()
        self._status = LabelStatus(self.labelling, self.canvas)
        self._timeline = Timeline(self.session, self.player)
        open_folder = Action("annotate.open", "Open…", "Ctrl+O", "annotate", "open", lambda: self.opening_wanted.emit("folder"))
        sample = Action("annotate.sample", "Look at the sample street", "", "annotate", "street", lambda: self.opening_wanted.emit("sample"))
        self._nothing = EmptyState("edit", "Nothing to label", "Open a folder of images, a dataset, a drive or a video, or look at the sample street.", (open_folder, sample))
        self._no_images = EmptyState("lidar", "Only scans here", "This drive has scans without images: there is no picture to draw on.", ())

    def _lay_out(self) -> None:
        view = QWidget()
        column = QVBoxLayout(view)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.bar)
        row.addWidget(self.canvas, 1)
        column.addLayout(row, 1)
        column.addWidget(self._status)
        self._stack = QStackedWidget()
        for widget in (self._nothing, self._no_images, view):
            self._stack.addWidget(widget)
        self.body.addWidget(self._stack, 1)
        self.inspector = Inspector(self.settings, "annotate")
        self.inspector.add("Tool", self.options)
        self.inspector.add("Classes", self.classes, stretch=True)
        self.inspector.add("Regions", self.layers)
        for part in self.parts:
            if part.title:
                self.inspector.add(part.title, part.widget(), open=part.unfolded)
        self.inspector.add("Picture", self.tone, open=False)
        self.footer = self._timeline

    def _connect(self) -> None:
        session = self.session
        session.source_changed.connect(lambda _: self._on_source())
        session.frame_changed.connect(lambda _: self.read())
        session.opacity_changed.connect(lambda _: self.recolour())
        session.hidden_changed.connect(lambda _: self.recolour())
        self.player.opened.connect(lambda _: self.read())
        self.reader.done.connect(self._on_read)
        self.reader.failed.connect(self._on_unreadable)
        self.labelling.failed.connect(lambda text, details: self.report(text, details=details, cure=self._cure()))
        for part in self.parts:
            part.failed.connect(lambda text, details: self.report(text, details=details))
            part.said.connect(self.toast)
        self.labelling.saving.saved.connect(self._on_saved)
        self.tone.changed.connect(self.canvas.set_tone)
        self.classes.chosen.connect(lambda _: self.canvas.setFocus())
        self.bar.chosen.connect(self.take)
        self.bar.chosen.connect(lambda _: self.canvas.setFocus())
        self._timeline.refused.connect(self.report)
        self._timeline.typed.connect(self.canvas.setFocus)

    def recolour(self) -> None:
        """Opacity or hidden classes are others."""
        now = self.labelling.now
        if now is not None:
            hidden = np.array([label.name in self.session.hidden for label in now.picture.space.labels] + [False] * (256 - len(now.picture.space.labels)))
            self.canvas.set_colours(layers.table(now.picture.palette, 0.0 if self._labels_off or self.peeking else self.session.opacity, hidden))

    def toggle_labels(self) -> None:
        """Shows the picture alone, or its labels again."""
        self._labels_off = not self._labels_off
        self.recolour()
        self._status.show_labels_off(self._labels_off)
        if self._labels_off:
            self.toast.emit("Labels are off the picture; H shows them again")

    def _on_source(self) -> None:
        drive = self.session.drive
        self.reader.forget()
        self.labelling.show_opened(None)
        self.canvas.show_image(None)
        self._frames = None
        self._stack.setCurrentIndex(0 if drive is None else 2 if drive.has_images else 1)
        self.set_bare(drive is None or not drive.has_images)
        self.messages.dismiss()
        self.read()

    def _on_read(self, wanted: Wanted, opened: Opened) -> None:
        if wanted.frames is not self.player.frames or wanted.frame != self.session.frame:
            opened.store.close()
            return
        same = self._frames is wanted.frames
        self._frames = wanted.frames
        self.labelling.show_opened(opened)
        self.canvas.show_image(opened.levels, mask=opened.picture.index)
        if isinstance(self.session.view, Viewport):
            self.canvas.look_as(self.session.view)
        elif not same:
            self.canvas.fit()
        self.session.view = None
        self.messages.dismiss()
        self._tell(opened)

    def _tell(self, opened: Opened) -> None:
        """What there is to say of a document that was opened."""
        store = opened.store
        if store.blocked:
            self.report(store.blocked, cure=self._cure())
        elif opened.note:
            self.messages.show_problem(opened.note, level="info")
        elif store.recovered:
            self.toast.emit(f"{store.recovered} edit{'s' if store.recovered > 1 else ''} recovered that had not reached the file")
            self.labelling.saving.soon()

    def _cure(self) -> Cure | None:
        return label_conflicts.cure(self.labelling, self, self.messages.dismiss)

    def _on_unreadable(self, wanted: Wanted, error: Exception) -> None:
        if wanted.frames is self.player.frames and wanted.frame == self.session.frame:
            self.labelling.show_opened(None)
            self.canvas.show_image(None)
            self.report(str(error) if isinstance(error, RoadscopeError) else f"this frame can't be labelled: {error}")

    def _on_saved(self, opened: Opened) -> None:
        if self.player.frames is not None and self.player.frames is self._frames and opened.masks:
            self.player.frames.forget_truth(opened.frame)
