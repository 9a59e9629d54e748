"""The 3-D picture of a cloud, drawn by Open3D in a child process of its own.

`CloudRenderer` never blocks its caller: it keeps what is wanted (cloud, colours, pose, size …), and whenever the child is
idle sends it everything that changed since, so a newer wish replaces an older one that was not yet begun. Points and
colours go through shared memory, and so do the pictures, which have two slots used in turn: while the child paints the
next picture, the one just announced is copied, so no picture can tear. The parent alone makes and removes the memory.

    renderer = CloudRenderer((600, 960))
    renderer.set_cloud(points, colours)
    renderer.set_pose(1, orbit.camera_from_lidar, orbit.fov)
    ...                                     # whenever renderer.fileno() is readable, or on a timer:
    if (picture := renderer.poll()) is not None: ...

The child is started by `spawn`, which imports the parent's main module again: that must be guarded by `if __name__ == "__main__"`.
"""

from __future__ import annotations

import multiprocessing
import signal
import time
import weakref
from collections.abc import Iterable
from dataclasses import dataclass
from multiprocessing import connection, shared_memory
from multiprocessing.process import BaseProcess
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.lidar import _render_child
from engine.lidar.orbit import Lines, Orbit
from engine.lidar.scan import Points

BACKGROUND = (18, 19, 22)
_SMALLEST, _LARGEST = 64, 8192
_FOV = (5.0, 80.0)


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """What the child painted for the pose that was set with `ticket`: (H, W, 3) uint8 RGB, the caller's own copy."""

    ticket: int
    pixels: NDArray[np.uint8]


class CloudRenderer:
    """The parent's handle on the render process. All calls from one thread; none of them waits for the child."""

    def __init__(
        self, size: tuple[int, int] = (600, 960), *, background: tuple[int, int, int] = BACKGROUND, point_size: float = 2.0
    ) -> None:
        """`size` is (height, width) of the pictures in device pixels."""
        home = Orbit()
        self._points: Points = np.zeros((0, 3), np.float32)
        self._colours: NDArray[np.uint8] = np.zeros((0, 3), np.uint8)
        self._drawn: NDArray[np.bool_] = np.zeros(0, bool)
        self._size, self._shown_size = _bounded(size), (0, 0)
        self._ticket, self._slot, self._idle = 0, 0, False
        self._wanted: dict[str, Any] = {
            "pose": (home.camera_from_lidar, home.fov),
            "point_size": float(point_size),
            "background": _fractions(background),
            "extras": [],
        }
        self._changed = {"cloud", "picture", *self._wanted}
        self._memory = _Memory()
        self._child = _Child()

    def set_cloud(self, points: Points, colours: NDArray[np.uint8]) -> None:
        """Another cloud: points (N, 3) in metres, colours (N, 3) uint8; points that are not finite are not drawn."""
        if points.shape != colours.shape or points.ndim != 2 or points.shape[1] != 3:
            raise ValueError(f"points are {points.shape}, colours {colours.shape}; both must be (N, 3)")
        finite = bool(np.isfinite(points).all())  # nearly always; picking rows costs more than the copy
        self._drawn = np.full(len(points), True) if finite else np.asarray(np.isfinite(points).all(axis=1))
        self._points = np.array(points if finite else points[self._drawn], np.float32)
        self._colours = np.array(colours if finite else colours[self._drawn], np.uint8)
        self._change("cloud")

    def set_colours(self, colours: NDArray[np.uint8]) -> None:
        """Other colours (N, 3) uint8 for the same points."""
        if colours.shape != (len(self._drawn), 3):
            raise ValueError(f"colours are {colours.shape} for {len(self._drawn)} points; set the cloud anew")
        self._colours = np.array(colours if len(self._points) == len(colours) else colours[self._drawn], np.uint8)
        self._change("colours")

    def set_pose(self, ticket: int, camera_from_lidar: NDArray[np.floating], fov: float) -> None:
        """The eye: (4, 4), camera space x right, y down, z forward; vertical field of view in degrees (5…80).

        `ticket` comes back with its picture.
        """
        self._ticket = ticket
        self._change("pose", (np.array(camera_from_lidar, np.float64), float(np.clip(fov, *_FOV))))

    def set_point_size(self, pixels: float) -> None:
        self._change("point_size", float(np.clip(pixels, 1, 20)))

    def set_background(self, colour: tuple[int, int, int]) -> None:
        self._change("background", _fractions(colour))

    def set_extras(self, extras: Iterable[Lines]) -> None:
        """Lines beside the points, such as the camera's frustum and rings on the ground."""
        self._change("extras", [(lines.points.astype(np.float64), lines.segments.astype(np.int32), lines.colour) for lines in extras])

    def resize(self, width: int, height: int) -> None:
        """Pictures of another size from the next on, in device pixels."""
        if (size := _bounded((height, width))) != self._size:
            self._size = size
            self._change("picture")

    def poll(self) -> Picture | None:
        """The newest picture, if one came since the last call; sends the child what it waits for. Never waits for the child.

        After it, `alive` tells whether the child still runs and `failure` why not.
        """
        match self._child.receive():
            case ("ready",):
                self._idle = True
                self._send()
            case ("picture", ticket, slot):
                height, width = self._shown_size
                painted = self._memory.array("picture", (2, height, width, 3))[slot]
                self._idle = True
                self._send()  # the child goes on with the other slot while this one is copied
                return Picture(ticket, painted.copy())
        return None

    @property
    def alive(self) -> bool:
        """Whether the child runs."""
        return self._child.alive

    @property
    def failure(self) -> str:
        """Why the child ended, one sentence; empty while it runs."""
        return self._child.failure

    @property
    def behind(self) -> bool:
        """Whether a picture is being painted, or something that was set is not yet painted."""
        return not self._idle or bool(self._changed)

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._child.pid

    @property
    def memory(self) -> tuple[str, ...]:
        """The names of the shared memory in use."""
        return self._memory.names

    def fileno(self) -> int:
        """Readable when `poll` has something to do; another one after `restart`, -1 once closed."""
        return self._child.fileno()

    def restart(self) -> None:
        """Starts a new child, which shows the last view again."""
        self._child.end()
        self._idle = False
        self._changed = {"cloud", "picture", *self._wanted}
        self._child = _Child()

    def close(self) -> None:
        """Ends the child and removes the shared memory; the handle is of no use afterwards."""
        self._child.end()
        self._memory.remove()

    def _change(self, key: str, value: Any = None) -> None:
        if key in self._wanted:
            self._wanted[key] = value
        self._changed.add(key)
        self._send()

    def _send(self) -> None:
        """Gives an idle child everything that changed."""
        if not (self._idle and self._changed and self._child.alive):
            return
        changes: dict[str, Any] = {key: self._wanted[key] for key in self._changed & self._wanted.keys()}
        if stale := self._changed & {"cloud", "colours"}:
            count = len(self._points)
            stored = self._memory.fitted("cloud", 15 * count)
            np.ndarray((count, 3), np.float32, buffer=stored.buf)[:] = self._points
            np.ndarray((count, 3), np.uint8, buffer=stored.buf, offset=12 * count)[:] = self._colours
            changes["cloud" if "cloud" in stale else "colours"] = (stored.name, count)
        if "picture" in self._changed:
            height, width = self._size
            changes["picture"] = (self._memory.fitted("picture", 6 * height * width, spare=True).name, height, width)
        self._slot = 1 - self._slot
        self._shown_size, self._idle, self._changed = self._size, False, set()
        self._child.send(changes | {"slot": self._slot, "ticket": self._ticket})


def wait_for_picture(renderer: CloudRenderer, timeout: float = 60.0) -> Picture | None:
    """The picture of everything set so far: for scripts, not for windows. None where the child fails or `timeout` seconds pass."""
    end = time.monotonic() + timeout
    newest = None
    while renderer.alive and renderer.behind and (left := end - time.monotonic()) > 0:
        connection.wait([renderer.fileno()], timeout=min(left, 1.0))
        newest = renderer.poll() or newest
    return newest if renderer.alive and not renderer.behind else None


class _Child:
    """The process and its pipe; whatever happens to them becomes one sentence in `failure`."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.failure = ""
        self._pipe, theirs = context.Pipe()
        self._process: BaseProcess = context.Process(target=_render_child.serve, args=(theirs,), name="cloud renderer", daemon=True)
        self._process.start()
        theirs.close()

    @property
    def alive(self) -> bool:
        return not self.failure and self._process.is_alive()

    @property
    def pid(self) -> int:
        return self._process.pid or -1

    def fileno(self) -> int:
        return -1 if self._pipe.closed else self._pipe.fileno()

    def send(self, message: dict[str, Any]) -> None:
        try:
            self._pipe.send(message)
        except OSError:
            self._lost()

    def receive(self) -> tuple[Any, ...] | None:
        """What the child says next, None when it says nothing."""
        if self.failure:
            return None
        try:
            message = self._pipe.recv() if self._pipe.poll() else None
        except (EOFError, OSError):
            self._lost()
            return None
        if message and message[0] == "failed":
            self.failure = f"the 3-D view can't be drawn ({message[1]}); `python main.py doctor` tells what is missing"
        return message

    def end(self) -> None:
        """Kills the process, which has nothing to lose, and closes the pipe."""
        self.failure = self.failure or "the 3-D view was closed; open it again"
        self._pipe.close()
        self._process.kill()
        self._process.join()

    def _lost(self) -> None:
        self._process.join(0.2)
        code = self._process.exitcode
        how = signal.Signals(-code).name if code is not None and code < 0 else f"exit code {code}"
        self.failure = f"the 3-D view's process ended by itself ({how}); start it again, and see `python main.py doctor` if that repeats"


class _Memory:
    """Shared memory by role, made and removed here alone; what is left at exit goes as well."""

    def __init__(self) -> None:
        self._blocks: dict[str, shared_memory.SharedMemory] = {}
        weakref.finalize(self, _removed, self._blocks)

    def fitted(self, role: str, size: int, *, spare: bool = False) -> shared_memory.SharedMemory:
        """A block of at least `size` bytes; a new one, under another name, where the old is too small."""
        block = self._blocks.get(role)
        if block is None or block.size < size:
            made = shared_memory.SharedMemory(create=True, size=max(1, size + size // 4 if spare else size))
            self._blocks[role] = made
            if block is not None:
                _removed({role: block})
        return self._blocks[role]

    def array(self, role: str, shape: tuple[int, ...]) -> NDArray[np.uint8]:
        """The head of a block as uint8 of `shape`; copy before the block may be replaced."""
        return np.ndarray(shape, np.uint8, buffer=self._blocks[role].buf)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(block.name for block in self._blocks.values())

    def remove(self) -> None:
        _removed(self._blocks)


def _removed(blocks: dict[str, shared_memory.SharedMemory]) -> None:
    while blocks:
        block = blocks.popitem()[1]
        block.unlink()
        block.close()


def _bounded(size: tuple[int, int]) -> tuple[int, int]:
    height, width = (int(np.clip(side, _SMALLEST, _LARGEST)) for side in size)
    return height, width


def _fractions(colour: tuple[int, int, int]) -> tuple[float, float, float]:
    red, green, blue = colour
    return red / 255, green / 255, blue / 255
