"""A drive's frame under its overlay: the canvas, the legend, and a line about what is under the pointer."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QLabel, QMenu, QVBoxLayout, QWidget

from gui import theme
from gui.clouds import Cloud, CloudFeed, Look
from gui.jobs import Jobs
from gui.overlay import Overlay, overlay
from gui.player import Picture, Player
from gui.session import Session
from gui.settings import Settings
from gui.widgets import layers, picture_menu
from gui.widgets.image_canvas import ImageCanvas
from gui.widgets.legend import Legend
from gui.widgets.overlay_controls import OverlayControls

_MET = 0.0005
"""Share of a picture's pixels from which on a class stands in the legend."""


class DriveView(QWidget):
    """Shows what it is given; `shares_changed` brings the classes' shares of the picture, `said` something harmless, `failed` a problem."""

    shares_changed = Signal(object)
    said = Signal(str)
    failed = Signal(str)

    def __init__(self, session: Session, player: Player, controls: OverlayControls, settings: Settings, jobs: Jobs) -> None:
        super().__init__()
        self._session, self._player, self._controls, self._settings, self._jobs = session, player, controls, settings, jobs
        self._overlay = Overlay(None, None)
        self._cloud: Cloud | None = None
        self._met: set[str] = set()
        self._clouds = CloudFeed(self)
        self.canvas = ImageCanvas()
        self._legend = Legend(self.canvas)
        self._status = QLabel()
        self._status.setObjectName("statusLine")
        self._shares = QTimer(self)
        self._shares.setSingleShot(True)
        self._shares.setInterval(200)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.canvas, 1)
        column.addWidget(self._status)
        self._connect()

    @property
    def overlay(self) -> Overlay:
        """What lies over the picture."""
        return self._overlay

    def show_picture(self, picture: Picture) -> None:
        """Another frame, with what is known of it."""
        self._make_overlay(picture)
        self.canvas.show_image(picture.levels, mask=self._mask)
        self.recolour()
        if not self._player.playback.playing:
            self._ask_distances(picture)
        elif picture.prediction is None and self._player.too_slow:
            self._status.setText(f"A mask takes {self._player.masks.needed:.1f} s here: masks are shown when paused, and where the timeline is green")

    def show_overlay(self, picture: Picture) -> None:
        """The frame that is shown, with more (or other things) known of it."""
        self._make_overlay(picture)
        self.canvas.show_mask(self._mask)
        self.recolour()

    def recolour(self) -> None:
        """Opacity, hidden classes or outlines are others."""
        shown, hidden = self._overlay, self._overlay.hidden(self._session.hidden)
        self.canvas.set_colours(layers.table(shown.palette(), self._session.opacity, hidden), outlines=self._controls.outlines)
        self._show_legend()

    def clear(self) -> None:
        """Shows nothing."""
        self._overlay, self._cloud = Overlay(None, None), None
        self._met.clear()
        self.canvas.show_image(None)
        self._show_legend()
        self._status.clear()

    def close_feed(self) -> None:
        """Ends the thread."""
        self._clouds.close()

    def _connect(self) -> None:
        self._shares.timeout.connect(self._on_shares)
        self._clouds.ready.connect(self._on_cloud)
        self._clouds.failed.connect(lambda text, details: self.failed.emit(text))
        self.canvas.hovered.connect(self._on_hover)
        self.canvas.tapped.connect(self._player.playback.toggle)
        self.canvas.menu_opening.connect(self._on_menu)
        self.canvas.resized.connect(self._legend.place)

    @property
    def _mask(self) -> layers.Picture | None:
        return self._overlay.mask if self._controls.shown else None

    def _make_overlay(self, picture: Picture) -> None:
        drive, card = self._session.drive, self._session.card
        self._overlay = overlay(picture, self._controls.mode, drive.space if drive else None, card.classes if card else None)
        if not self._shares.isActive():
            self._shares.start()

    def _show_legend(self) -> None:
        """Names what was met in this drive so far: shorter than all there is, and steadier than what is in this frame."""
        shown = self._overlay
        if not self._controls.legend or self._mask is None:
            self._legend.show_classes([])
        elif shown.classes is None:
            self._legend.show_classes(shown.entries())
        else:
            self._legend.show_classes([entry for entry in shown.entries() if entry[0] in self._met and entry[0] not in self._session.hidden])

    def _on_shares(self) -> None:
        shares = self._overlay.shares()
        met = {name for name, share in shares.items() if share > _MET}
        if not met <= self._met:
            self._met |= met
            self._show_legend()
        self.shares_changed.emit(shares)

    def _ask_distances(self, picture: Picture) -> None:
        self._cloud = None
        if self._player.frames is not None and self._player.frames.drive.has_scans:
            self._clouds.ask(self._player.frames, picture, Look("depth"))

    def _on_cloud(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def _at(self, spot: tuple[float, float]) -> tuple[str, float | None] | None:
        return self._overlay.at(*spot, (self.canvas.view.height, self.canvas.view.width))

    def _on_hover(self, spot: tuple[float, float] | None) -> None:
        if spot is None or self.canvas.empty:
            self._status.clear()
            return
        words = [f"x {int(spot[0])}  y {int(spot[1])}"]
        if (found := self._at(spot)) is not None:
            words.append(found[0] if found[1] is None else f"{found[0]}  {found[1]:.0%}".replace("%", " %"))
        if self._cloud is not None and self._cloud.frame == self._session.frame and (metres := self._cloud.distance_at(*spot)) is not None:
            words.append(f"{metres:.1f} m")
        self._status.setText("   ·   ".join(words))

    def _on_menu(self, menu: QMenu, spot: tuple[float, float] | None) -> None:
        picture_menu.add_picture(menu, self, self.canvas.picture, self._save, self.said.emit)
        found = self._at(spot) if spot else None
        known = found is not None and self._overlay.classes is not None and found[0] in self._overlay.classes.names
        picture_menu.add_class(menu, self._session, found[0] if known and found else None)
        menu.addSeparator()
        menu.addAction(theme.icon("fit"), "Fit the picture", self.canvas.fit)

    def _save(self) -> None:
        drive = self._session.drive
        if drive is not None:
            name = f"{drive.path.stem}_{drive.frames[self._session.frame].number:06d}"
            picture_menu.save(self, self.canvas.picture(), name, self._settings, self._jobs, self.said.emit, self.failed.emit)
