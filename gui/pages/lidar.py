"""The Lidar page: the frame's scan in 3-D, coloured by what the camera sees, and its points on the camera's image."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QStackedWidget, QVBoxLayout, QWidget

from gui import theme, transport
from gui.actions import Action
from gui.cloud_export import CloudExports
from gui.clouds import Cloud, CloudFeed, Look
from gui.jobs import Jobs
from gui.pages._page import Page
from gui.player import Picture, Player
from gui.session import Session
from gui.settings import Settings
from gui.widgets.class_list import ClassList
from gui.widgets.cloud_controls import CloudControls
from gui.widgets.cloud_facts import CloudFacts
from gui.widgets.empty_state import EmptyState
from gui.widgets.inspector import Inspector
from gui.widgets.lidar_view import LidarView
from gui.widgets.timeline import Timeline


class LidarPage(Page):
    """Same frame, hidden classes and checkpoint as the Drive page."""

    title, icon = "Lidar", "lidar"
    opening_wanted = Signal(object)

    def __init__(self, session: Session, jobs: Jobs, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(session, jobs, settings, parent)
        self._player = Player.of(session)
        self._clouds = CloudFeed(self)
        self._exports = CloudExports(session, jobs, settings, self)
        self._picture: Picture | None = None
        self._visible = False
        self._make()
        self._lay_out()
        self._connect()
        self._on_source()

    def actions(self) -> list[Action]:  # type: ignore[override]  # rows of ours, not Qt's QActions
        def can() -> bool:
            return self.session.drive is not None and self.session.drive.has_scans

        def row(id: str, text: str, keys: str | tuple[str, ...], icon: str, call, help: str = "", checked=None) -> Action:  # type: ignore[no-untyped-def]
            return Action(f"lidar.{id}", text, keys, "lidar", icon, call, can, checked, help, "View")

        cloud, controls, exports = self.view.cloud, self._controls, self._exports
        return [
            *transport.rows("lidar", self.session, self._player, self._timeline, home=False),
            *self.view.rows,
            row("smaller", "Smaller points", "-", "", lambda: setattr(cloud, "point_size", cloud.point_size - 0.5)),
            row("larger", "Larger points", ("=", "+"), "point-size", lambda: setattr(cloud, "point_size", cloud.point_size + 0.5)),
            row("only_seen", "Only what the camera sees", "X", "eye", lambda: controls.toggle("only_seen"), checked=lambda: controls.only_seen),
            row("grid", "Rings and camera", "G", "", lambda: controls.toggle("grid"), checked=lambda: controls.grid),
            row("fit", "Fit the image", "Ctrl+F", "fit", self.view.image.fit),
            row("full", "Image at 100 %", "Ctrl+0", "zoom-in", lambda: self.view.image.zoom(1.0)),
            row("fix", "Fix this frame's labels", "F", "edit", self._fix, "On the Annotate page, at the place of the point under the pointer"),
            row("export", "Export this frame's cloud…", "Ctrl+E", "export", lambda: exports.this_frame(self.view.shown), "As .label, .ply and .npz"),
            row("export_all", "Export all frames' clouds…", "Ctrl+Shift+E", "", exports.all_frames, "As .label, .ply and .npz"),
        ]

    def activate(self) -> None:
        self._visible = True
        self._watch()
        self.view.cloud.setFocus()

    def deactivate(self) -> None:
        self._visible = False
        self._player.leave(self)

    def _fix(self) -> None:
        if self.session.drive is not None and self.session.drive.has_images:
            self._player.playback.pause()
            self.fix(self.view.view)
        else:
            self.toast.emit("This drive has scans alone: there is no picture to label")

    def shutdown(self) -> None:
        self.settings.set("lidar/splitter", self.view.state())
        self._player.leave(self)
        self._clouds.close()
        self.view.cloud.link.close()
        self._player.close()

    def _make(self) -> None:
        self.view = LidarView(self.session, self.settings, self.jobs)
        self._controls = CloudControls(self.session, self.settings, self.view.cloud)
        self._classes = ClassList(self.session)
        self._facts = CloudFacts()
        self._export = QPushButton(theme.icon("export"), "Export this frame's cloud…")
        self._export_every = QPushButton("Export all frames' clouds…")
        self._timeline = Timeline(self.session, self._player)
        open_folder = Action("lidar.open", "Open…", "Ctrl+O", "lidar", "open", lambda: self.opening_wanted.emit("folder"))
        sample = Action("lidar.sample", "Look at the sample street", "", "lidar", "street", lambda: self.opening_wanted.emit("sample"))
        self._nothing = EmptyState("lidar", "No drive open", "Open a KITTI drive, or look at the sample street.", (open_folder, sample))
        self._no_scans = EmptyState("lidar", "No scans here", "What is open has images alone. Open a KITTI drive, or look at the sample street.", (open_folder, sample))

    def _lay_out(self) -> None:
        self._stack = QStackedWidget()
        for widget in (self._nothing, self._no_scans, self.view):
            self._stack.addWidget(widget)
        self.body.addWidget(self._stack, 1)
        exports = QWidget()
        buttons = QVBoxLayout(exports)
        buttons.setContentsMargins(0, 0, 0, 0)
        buttons.addWidget(self._export)
        buttons.addWidget(self._export_every)
        self.inspector = Inspector(self.settings, "lidar")
        self.inspector.add("Points", self._controls)
        self.inspector.add("Classes", self._classes)
        self.inspector.add("Scan", self._facts)
        self.inspector.add("Export", exports)
        self.footer = self._timeline

    def _connect(self) -> None:
        session, player, view = self.session, self._player, self.view
        session.source_changed.connect(lambda _: self._on_source())
        for changed in (session.colouring_changed, session.hidden_changed, session.class_set_changed):
            changed.connect(lambda _: self._on_look())
        self._controls.changed.connect(self._on_look)
        player.shown.connect(self._on_shown)
        player.masked.connect(lambda frame, prediction: self._on_shown(player.picture) if player.picture else None)
        player.failed.connect(lambda text, details: self.report(text, details=details) if self._visible else None)
        self._clouds.ready.connect(self._on_cloud)
        self._clouds.failed.connect(lambda text, details: self.report(text, details=details))
        view.said.connect(self.toast)
        view.failed.connect(self.report)
        view.image.tapped.connect(player.playback.toggle)
        view.cloud.link.restarted.connect(lambda: self.toast.emit("The 3-D view ended unexpectedly and was started again"))
        view.cloud.link.failed.connect(lambda text: self.report(text, cure=("Try again", view.cloud.link.start_again)))
        self._timeline.refused.connect(self.report)
        self._timeline.typed.connect(view.cloud.setFocus)
        self._exports.said.connect(self.toast)
        self._exports.failed.connect(lambda text, details: self.report(text, details=details))
        self._export.clicked.connect(lambda: self._exports.this_frame(view.shown))
        self._export_every.clicked.connect(self._exports.all_frames)

    def _on_source(self) -> None:
        drive = self.session.drive
        self._picture = None
        self.view.clear(with_image=drive is not None and drive.has_images)
        self._stack.setCurrentIndex(0 if drive is None else 2 if drive.has_scans else 1)
        self._controls.offer_truth(drive is not None and any(frame.labels for frame in drive.frames))
        self.messages.dismiss()
        self._watch()
        if self._visible:
            self.view.cloud.setFocus()

    def _watch(self) -> None:
        if self._visible:
            self._player.watch(self, masks=self.session.colouring in ("class", "confidence") and not self._controls.truth)

    def _on_look(self) -> None:
        self._watch()
        if self._picture is not None and self._visible:
            self._ask(self._picture)

    def _on_shown(self, picture: Picture) -> None:
        self._picture = picture
        if self._visible:
            self._ask(picture)

    def _ask(self, picture: Picture) -> None:
        frames, card = self._player.frames, self.session.card
        if frames is not None and frames.drive.has_scans:
            classes = card.classes if card else None
            self._clouds.ask(frames, picture, Look(self.session.colouring, classes, self.session.hidden, self._controls.only_seen, self._controls.truth))

    def _on_cloud(self, cloud: Cloud) -> None:
        picture = self._picture
        if picture is None or cloud.frame != picture.frame:
            return
        self.view.show_frame(picture, cloud, grid=self._controls.grid)
        self._facts.show_cloud(cloud)
        self._classes.show_classes(cloud.classes or self.session.class_set)
        self._classes.set_shares(cloud.shares())
        self._controls.say(self._why(cloud, picture))

    def _why(self, cloud: Cloud, picture: Picture) -> str:
        """What keeps the cloud from being coloured as chosen."""
        wanted = self.session.colouring
        if cloud.fused is None or cloud.colouring == wanted:
            return ""
        if picture.image is None:
            return f"No {wanted} here: this drive has no images. Coloured by {cloud.colouring}."
        if cloud.calibration is None:
            return f"No {wanted} here: this drive has no calibration. Coloured by {cloud.colouring}."
        if self.session.checkpoint is None:
            return f"No {wanted} without a checkpoint. Coloured by {cloud.colouring}."
        return f"Predicting. Coloured by {cloud.colouring} meanwhile."
