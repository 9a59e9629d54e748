"""A scan in 3-D below the camera's image with its points, and a line about what is under the pointer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QByteArray, Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel, QMenu, QSplitter, QVBoxLayout, QWidget

from engine.lidar import orbit
from gui import theme
from gui.actions import Action
from gui.clouds import Cloud
from gui.jobs import Jobs
from gui.player import Picture
from gui.session import Session
from gui.settings import Settings
from gui.widgets import picture_menu
from gui.widgets.cloud_view import CloudView
from gui.widgets.legend import Legend, scale_of
from gui.widgets.points_view import PointsView
from gui.widgets.view_buttons import ViewButtons
from gui.widgets.viewport import Viewport

_VIEWS = (
    ("home", "Home view", "Home", "home"),
    ("top", "From above", "T", "top"),
    ("front", "From the front", "Shift+F", "front"),
    ("left", "From the left", "L", "side"),
    ("camera", "From the camera", "C", "camera"),
)

_CLOSE = 2.0
"""Device pixels a pixel at which a point's place in the image is looked at."""


class LidarView(QWidget):
    """Shows what it is given; `said` something harmless, `failed` a problem."""

    said = Signal(str)
    failed = Signal(str)

    def __init__(self, session: Session, settings: Settings, jobs: Jobs) -> None:
        super().__init__()
        self._session, self._settings, self._jobs = session, settings, jobs
        self._picture: Picture | None = None
        self._cloud: Cloud | None = None
        self._row: int | None = None
        self.cloud, self.image = CloudView(), PointsView()
        self.rows: Sequence[Action] = [
            Action(f"lidar.{name}", text, key, "lidar", icon, lambda name=name: self.look_from(name), lambda: session.drive is not None, menu="View")  # type: ignore[misc]
            for name, text, key, icon in _VIEWS
        ]
        self._buttons = ViewButtons(self.rows, self.cloud)
        self._legend = Legend(self.cloud, bottom=True)
        self._status = QLabel()
        self._status.setObjectName("statusLine")
        self._lay_out()
        self._connect()

    @property
    def shown(self) -> Cloud | None:
        """The cloud that is shown."""
        return self._cloud

    def show_frame(self, picture: Picture, cloud: Cloud, *, grid: bool) -> None:
        """A frame; `grid` draws rings on the ground and what the camera looks at."""
        self._picture, self._cloud = picture, cloud
        self.cloud.show_cloud(cloud.points, cloud.colours)
        self.image.show_frame(picture, cloud)
        self._legend.show_scale(scale_of(cloud.colouring) if cloud.fused is not None else None)
        extras = [orbit.rings()] if grid else []
        if grid and cloud.calibration is not None and picture.image is not None:
            extras.append(orbit.frustum(cloud.calibration, picture.image.shape[:2]))
        self.cloud.show_extras(extras)
        self._status.setText("This frame has no scan" if cloud.fused is None else "")

    def clear(self, *, with_image: bool) -> None:
        """Shows nothing, and of a drive of scans alone no room for an image."""
        self._picture = self._cloud = None
        self.image.clear()
        self.image.setVisible(with_image)
        self.cloud.show_cloud(np.zeros((0, 3), np.float32), np.zeros((0, 3), np.uint8))
        self._legend.show_scale(None)
        self._status.clear()

    def look_from(self, name: str) -> None:
        """One of the named views."""
        calibration = self._cloud.calibration if self._cloud is not None else None
        size = self._picture.image.shape[:2] if self._picture is not None and self._picture.image is not None else None
        self.cloud.orbit = orbit.preset(name, calibration, size)

    @property
    def view(self) -> Viewport:
        """How the image is looked at; while the pointer is over a point of the cloud that the camera sees, with that point in the middle."""
        view, fused = self.image.view, self._cloud.fused if self._cloud is not None else None
        if fused is None or self._row is None or not fused.seen[self._row]:
            return view
        (x, y), scale = fused.pixel[self._row], max(view.scale, _CLOSE)
        return replace(view, scale=scale, left=view.view_width / 2 - scale * x, top=view.view_height / 2 - scale * y, fits=False)

    def state(self) -> QByteArray:
        """Where the splitter stands."""
        return self._split.saveState()

    def _lay_out(self) -> None:
        self._split = QSplitter(Qt.Orientation.Vertical)
        self._split.addWidget(self.image)
        self._split.addWidget(self.cloud)
        self._split.setStretchFactor(0, 2)
        self._split.setStretchFactor(1, 5)
        self._split.setSizes([230, 520])
        self._split.setHandleWidth(5)
        self._split.setCollapsible(1, False)
        if not (state := self._settings.blob("lidar/splitter")).isEmpty():
            self._split.restoreState(state)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._split, 1)
        column.addWidget(self._status)

    def _connect(self) -> None:
        self.cloud.hovered.connect(self._on_cloud_hover)
        self.cloud.menu_opening.connect(self._on_cloud_menu)
        self.cloud.resized.connect(self._buttons.place)
        self.cloud.resized.connect(self._legend.place)
        self.image.hovered.connect(lambda spot: self._say(self.image.row_at(spot)))
        self.image.picked.connect(self._on_picked)
        self.image.menu_opening.connect(self._on_image_menu)

    def _on_cloud_hover(self, row: int | None) -> None:
        self._say(None if row is None or self._cloud is None or row >= len(self._cloud.rows) else int(self._cloud.rows[row]))

    def _say(self, row: int | None) -> None:
        self._row = row
        if self._cloud is not None and self._cloud.fused is not None:
            self._status.setText(self._cloud.words(row) if row is not None else "")

    def _on_picked(self, row: int) -> None:
        if self._cloud is not None and self._cloud.fused is not None:
            x, y, z = (float(value) for value in self._cloud.fused.points[row])
            self.cloud.aim((x, y, z))

    def _on_cloud_menu(self, menu: QMenu, row: int | None) -> None:
        cloud = self._cloud
        if cloud is None:
            return
        shown = self.cloud.picture or QImage()
        picture_menu.add_picture(menu, self, lambda: shown, lambda: self._save(shown, "cloud"), self.said.emit)
        if row is not None:
            x, y, z = (float(value) for value in cloud.points[row])
            menu.addAction(theme.icon("reset"), "Turn around this point", lambda: self.cloud.aim((x, y, z)))
        picture_menu.add_class(menu, self._session, cloud.class_of(int(cloud.rows[row])) if row is not None else None)
        menu.addSeparator()
        for action in self.rows:
            menu.addAction(theme.icon(action.icon), action.text, action.call)

    def _on_image_menu(self, menu: QMenu, spot: tuple[float, float] | None) -> None:
        picture_menu.add_picture(menu, self, self.image.picture, lambda: self._save(self.image.picture(), "points"), self.said.emit)
        row = self.image.row_at(spot)
        picture_menu.add_class(menu, self._session, self._cloud.class_of(row) if row is not None and self._cloud is not None else None)
        menu.addSeparator()
        menu.addAction(theme.icon("fit"), "Fit the image", self.image.fit)

    def _save(self, picture: QImage, what: str) -> None:
        drive = self._session.drive
        if drive is not None and not picture.isNull():
            name = f"{drive.path.stem}_{drive.frames[self._session.frame].number:06d}_{what}"
            picture_menu.save(self, picture, name, self._settings, self._jobs, self.said.emit, self.failed.emit)
