"""The render process's own side: Open3D's window without a display, fed by a pipe, painting into shared memory.

Only ever run in a child process: a missing GL driver is a segmentation fault there, not an exception, and must end
nothing but the child.
"""

from __future__ import annotations

import os
import signal
from multiprocessing import connection, parent_process, shared_memory
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

Changes = dict[str, Any]
"""What one "show" changes: any of memory, cloud, colours, picture, pose, point_size, background, extras; always slot and ticket."""
_STEP = 64
_NEAR, _FAR = 0.2, 600.0
_CORNERS = ((-101.37, -99.13, -98.71), (100.0, 100.0, 100.0))
"""Metres; not symmetric, since Open3D draws nothing when the eye is level with the exact middle."""
_STEEPEST = np.tan(np.radians(44.9))
"""Open3D refuses windows with a field of view of 90° and more; half of it, as a slope."""


def serve(commands: Connection) -> None:
    """The child's whole life: answers each show with a picture's slot, until the pipe or the parent ends."""
    _quiet()
    parent = os.getppid()
    try:
        view = _View()
        commands.send(("ready",))
        while (changes := _next(commands, parent)) is not None:
            view.show(changes)
            commands.send(("picture", changes["ticket"], changes["slot"]))
    except (EOFError, BrokenPipeError, ConnectionResetError, FileNotFoundError):
        pass  # the parent is gone, or has closed and taken its memory with it
    except Exception as error:
        commands.send(("failed", f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"))
    os._exit(0)  # Open3D's own clean-up may crash without a display; the system frees the same


def _quiet() -> None:
    """No display, no interrupt from the terminal, and nothing printed among the parent's lines."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        os.environ.pop(name, None)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


def _next(commands: Connection, parent: int) -> Changes | None:
    """The next changes; None when the parent has ended, even where another process still holds its end of the pipe."""
    process = parent_process()
    watched: list[Any] = [commands] if process is None else [commands, process.sentinel]
    while commands not in (ready := connection.wait(watched, timeout=1.0)):
        if ready or os.getppid() != parent:
            return None
    return commands.recv()


class _View:
    """Open3D's visualizer with one cloud and a few lines."""

    def __init__(self) -> None:
        import open3d

        self._open3d = open3d
        open3d.utility.set_verbosity_level(open3d.utility.VerbosityLevel.Error)
        self._window: Any = None
        self._window_size = (0, 0)
        self._cloud = open3d.geometry.PointCloud()
        self._bounds = _bounds(open3d)
        self._extras: list[Any] = []
        self._memory: dict[str, shared_memory.SharedMemory] = {}
        self._size = (0, 0)
        self._pose: tuple[Any, float] = (np.eye(4), 50.0)
        self._point_size, self._background = 2.0, (0.0, 0.0, 0.0)

    def show(self, changes: Changes) -> None:
        """Applies the changes and paints the picture into its slot."""
        if "picture" in changes:
            name, *size = changes["picture"]
            self._attach("picture", name)
            self._size = (size[0], size[1])
        self._fit_window()
        if "cloud" in changes:
            self._take_cloud(*changes["cloud"])
        if "colours" in changes:
            self._take_colours(*changes["colours"])
        if "extras" in changes:
            self._take_extras(changes["extras"])
        self._pose = changes.get("pose", self._pose)
        self._point_size = changes.get("point_size", self._point_size)
        self._background = changes.get("background", self._background)
        self._paint(changes["slot"])

    def _attach(self, role: str, name: str) -> None:
        """Opens the memory `name` unless it is open already."""
        if role not in self._memory or self._memory[role].name != name:
            if role in self._memory:
                self._memory.pop(role).close()
            self._memory[role] = shared_memory.SharedMemory(name=name)

    def _fit_window(self) -> None:
        """The window's size goes in steps and the picture is its middle, so that dragging a border seldom needs a new window."""
        height, width = (-(-side // _STEP) * _STEP for side in self._size)
        if (height, width) == self._window_size:
            return
        if self._window is not None:
            self._window.destroy_window()
        self._window = self._open3d.visualization.Visualizer()
        if not self._window.create_window(width=width, height=height, visible=False):
            raise RuntimeError("Open3D can't draw here; install libegl1 and libgl1")
        self._window_size = (height, width)
        self._window.add_geometry(self._bounds)
        for geometry in (self._cloud, *self._extras):
            self._window.add_geometry(geometry, False)
        view = self._window.get_view_control()
        view.set_constant_z_near(_NEAR)
        view.set_constant_z_far(_FAR)

    def _take_cloud(self, name: str, count: int) -> None:
        self._attach("cloud", name)
        points = np.ndarray((count, 3), np.float32, buffer=self._memory["cloud"].buf)
        self._window.remove_geometry(self._cloud, False)  # an empty cloud that was added once never shows
        self._cloud.points = self._open3d.utility.Vector3dVector(points.astype(np.float64))
        self._take_colours(name, count)
        self._window.add_geometry(self._cloud, False)

    def _take_colours(self, name: str, count: int) -> None:
        self._attach("cloud", name)
        colours = np.ndarray((count, 3), np.uint8, buffer=self._memory["cloud"].buf, offset=12 * count)
        self._cloud.colors = self._open3d.utility.Vector3dVector(colours * (1 / 255))
        self._window.update_geometry(self._cloud)

    def _take_extras(self, extras: list[tuple[Any, Any, tuple[int, int, int]]]) -> None:
        for geometry in self._extras:
            self._window.remove_geometry(geometry, False)
        utility = self._open3d.utility
        self._extras = []
        for points, segments, colour in extras:
            lines = self._open3d.geometry.LineSet(utility.Vector3dVector(points), utility.Vector2iVector(segments))
            lines.paint_uniform_color(np.array(colour) / 255)
            self._extras.append(lines)
            self._window.add_geometry(lines, False)

    def _paint(self, slot: int) -> None:
        height, width = self._size
        options = self._window.get_render_option()
        options.point_size, options.background_color = self._point_size, np.array(self._background)
        pose, fov = self._pose
        self._aim(pose, max(height / 2 / np.tan(np.radians(fov) / 2), self._window_size[0] / 2 / _STEEPEST))
        shown = np.asarray(self._window.capture_screen_float_buffer(True))
        top, left = (shown.shape[0] - height) // 2, (shown.shape[1] - width) // 2
        picture = np.ndarray((height, width, 3), np.uint8, buffer=self._memory["picture"].buf, offset=slot * height * width * 3)
        np.multiply(shown[top : top + height, left : left + width], 255, out=picture, casting="unsafe")

    def _aim(self, pose: Any, focal: float) -> None:
        camera = self._open3d.camera.PinholeCameraParameters()
        height, width = self._window_size
        camera.intrinsic.set_intrinsics(width, height, focal, focal, width / 2 - 0.5, height / 2 - 0.5)
        camera.extrinsic = pose
        if not self._window.get_view_control().convert_from_pinhole_camera_parameters(camera, True):
            raise RuntimeError(f"Open3D refuses the camera: window {width}×{height}, focal length {focal:.1f}")


def _bounds(open3d: Any) -> Any:
    """Two corners without a visible line: Open3D's camera needs bounds, and a cloud may be empty or one point."""
    corners = open3d.utility.Vector3dVector(np.array(_CORNERS))
    return open3d.geometry.LineSet(corners, open3d.utility.Vector2iVector(np.zeros((1, 2), np.int32)))
