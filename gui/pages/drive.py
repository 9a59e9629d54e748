"""The Drive page: plays a drive under the masks of a checkpoint."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QStackedWidget, QWidget

from engine import places
from gui import theme, transport
from gui.actions import Action
from gui.jobs import Job, Jobs
from gui.overlay import why_not
from gui.pages._page import Page
from gui.player import Picture, Player
from gui.session import Session
from gui.settings import Settings
from gui.widgets.class_list import ClassList
from gui.widgets.drive_facts import DriveFacts
from gui.widgets.drive_view import DriveView
from gui.widgets.empty_state import EmptyState
from gui.widgets.inspector import Inspector
from gui.widgets.message_bar import Cure
from gui.widgets.overlay_controls import OverlayControls
from gui.widgets.timeline import Timeline
from gui.widgets.viewport import Viewport

_NO_CHECKPOINT = "No checkpoint chosen. Use the bundled student or train one"


class DrivePage(Page):
    """The session's frame as a picture with its overlay; the timeline below is the one that every page of a drive has."""

    title, icon = "Drive", "drive"
    opening_wanted = Signal(object)

    def __init__(self, session: Session, jobs: Jobs, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(session, jobs, settings, parent)
        self._player = Player.of(session)
        self._visible = False
        self._make()
        self._lay_out()
        self._connect()
        self._on_source()

    def actions(self) -> list[Action]:  # type: ignore[override]  # rows of ours, not Qt's QActions
        def can() -> bool:
            return self.session.drive is not None and self.session.drive.has_images

        def row(id: str, text: str, keys: str | tuple[str, ...], icon: str, call, help: str = "", checked=None) -> Action:  # type: ignore[no-untyped-def]
            return Action(f"drive.{id}", text, keys, "drive", icon, call, can, checked, help, "Picture")

        return [
            *transport.rows("drive", self.session, self._player, self._timeline),
            row("fit", "Fit the picture", "Ctrl+F", "fit", self.view.canvas.fit),
            row("full", "100 %", "Ctrl+0", "zoom-in", lambda: self.view.canvas.zoom(1.0), "One pixel of the picture on one of the screen"),
            row("masks", "Masks on or off", "H", "overlay", self._controls.toggle_shown, checked=lambda: self._controls.shown),
            row("more", "More opaque", ("+", "="), "opacity", lambda: self.session.set_opacity(self.session.opacity + 0.1)),
            row("less", "Less opaque", ("-",), "", lambda: self.session.set_opacity(self.session.opacity - 0.1)),
            row("fix", "Fix this frame's labels", "F", "edit", self._fix, "On the Annotate page, at the same place"),
            row("export", "Export movie…", "Ctrl+E", "movie", self._export, "The drive under its masks, as an H.264 file"),
        ]

    def activate(self) -> None:
        self._visible = True
        self._watch()
        if isinstance(self.session.view, Viewport):
            self.view.canvas.look_as(self.session.view)
            self.session.view = None
        self.view.canvas.setFocus()

    def deactivate(self) -> None:
        self._visible = False
        self._player.leave(self)

    def shutdown(self) -> None:
        self._player.leave(self)
        self.view.close_feed()
        self._player.close()

    def _fix(self) -> None:
        self._player.playback.pause()
        self.fix(self.view.canvas.view)

    def _make(self) -> None:
        self._controls = OverlayControls(self.session, self.settings)
        self.view = DriveView(self.session, self._player, self._controls, self.settings, self.jobs)
        self._classes = ClassList(self.session)
        self._facts = DriveFacts(self.session)
        self._export_button = QPushButton(theme.icon("movie"), "Export movie…")
        self._export_button.setToolTip("The drive under its masks, as an H.264 file (Ctrl+E)")
        self._timeline = Timeline(self.session, self._player)
        open_folder = Action("drive.open", "Open…", "Ctrl+O", "drive", "open", lambda: self.opening_wanted.emit("folder"))
        sample = Action("drive.sample", "Look at the sample street", "", "drive", "street", lambda: self.opening_wanted.emit("sample"))
        to_lidar = Action("drive.lidar", "Go to Lidar", "", "drive", "lidar", lambda: self.wants_page.emit("lidar"))
        self._nothing = EmptyState("drive", "No drive open", "Open a video, a folder of images or a KITTI drive, or look at the sample street.", (open_folder, sample))
        self._no_images = EmptyState("lidar", "Only scans here", "This drive has scans without images. They are on the Lidar page.", (to_lidar,))

    def _lay_out(self) -> None:
        self._stack = QStackedWidget()
        for widget in (self._nothing, self._no_images, self.view):
            self._stack.addWidget(widget)
        self.body.addWidget(self._stack, 1)
        self.inspector = Inspector(self.settings, "drive")
        self.inspector.add("Masks", self._controls)
        self.inspector.add("Classes", self._classes)
        self.inspector.add("Drive", self._facts)
        self.inspector.add("Export", self._export_button)
        self.footer = self._timeline

    def _connect(self) -> None:
        session, player = self.session, self._player
        session.source_changed.connect(lambda _: self._on_source())
        session.checkpoint_changed.connect(lambda _: self._on_checkpoint())
        session.class_set_changed.connect(lambda _: self._refresh_overlay())
        session.space_changed.connect(lambda _: self._refresh_overlay())
        session.opacity_changed.connect(lambda _: self.view.recolour())
        session.hidden_changed.connect(lambda _: self.view.recolour())
        player.shown.connect(self._on_shown)
        player.masked.connect(lambda frame, prediction: self._refresh_overlay())
        player.failed.connect(lambda text, details: self.report(text, details=details) if self._visible else None)
        self.view.shares_changed.connect(self._on_shares)
        self.view.said.connect(self.toast)
        self.view.failed.connect(self.report)
        self._controls.changed.connect(self._on_controls)
        self._timeline.refused.connect(self.report)
        self._timeline.typed.connect(self.view.canvas.setFocus)
        self._export_button.clicked.connect(self._export)

    def _on_source(self) -> None:
        drive = self.session.drive
        self.view.clear()
        self._stack.setCurrentIndex(0 if drive is None else 2 if drive.has_images else 1)
        self._export_button.setEnabled(drive is not None and drive.has_images)
        self.messages.dismiss()
        self._on_checkpoint()
        if self._visible:
            self.view.canvas.setFocus()

    def _on_checkpoint(self) -> None:
        drive = self.session.drive
        self._offer()
        if drive is not None and drive.has_images and self.session.checkpoint is None and drive.space is None:
            cure: Cure = ("Use the student", lambda: self.session.choose_checkpoint(places.STUDENT))
            if not places.STUDENT.exists():
                cure = ("Train one", lambda: self.wants_page.emit("train"))
            self.messages.show_problem(_NO_CHECKPOINT, cure=cure, level="info")
        elif self.messages.text.startswith(_NO_CHECKPOINT):
            self.messages.dismiss()
        self._watch()

    def _offer(self) -> None:
        drive, card = self.session.drive, self.session.card
        self._controls.offer(why_not(drive.space if drive else None, card.classes if card else None))

    def _on_controls(self) -> None:
        self._watch()
        self._refresh_overlay()

    def _watch(self) -> None:
        if self._visible:
            shown, mode = self._controls.shown, self._controls.mode
            self._player.watch(self, masks=shown and mode != "truth", truth=shown and mode != "prediction")

    def _on_shown(self, picture: Picture) -> None:
        if self._visible and picture.image is not None:
            self.view.show_picture(picture)

    def _refresh_overlay(self) -> None:
        self._offer()
        if self._player.picture is not None and self._visible and self._player.picture.image is not None:
            self.view.show_overlay(self._player.picture)

    def _on_shares(self, shares: dict[str, float]) -> None:
        self._classes.show_classes(self.view.overlay.classes or self.session.class_set)
        self._classes.set_shares(shares)

    def _export(self) -> None:
        from gui.widgets.export_dialog import ExportDialog

        drive = self.session.drive
        if drive is None or not drive.has_images:
            return
        if self.session.checkpoint is None:
            self._on_checkpoint()
            return
        dialog = ExportDialog(self.session, self._player, self.jobs, self.settings, self)
        dialog.started.connect(lambda job, out: job.ended.connect(lambda: self._on_exported(job, out)))
        dialog.open()

    def _on_exported(self, job: Job, out: Path) -> None:
        if job.failure:
            self.report(job.failure.reason, details=job.failure.details)
        else:
            self.toast.emit(f"Export of {out.name} stopped" if job.stopping else f"Saved {out.name}")
