"""The Open3D child: one is started for the whole file, since importing Open3D takes it a second."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from multiprocessing import connection
from pathlib import Path

import numpy as np
import pytest

from engine.lidar import orbit
from engine.lidar.orbit import preset
from engine.lidar.render_process import BACKGROUND, CloudRenderer, Picture, wait_for_picture

ROOT = Path(__file__).resolve().parents[2]
RED, GREEN = (255, 0, 0), (0, 255, 0)
SHARED = Path("/dev/shm")
USED: set[str] = set()
"""Every name of shared memory the renderer has used."""


def wall(colour: tuple[int, int, int], count: int = 40_000) -> tuple[np.ndarray, np.ndarray]:
    """Points on a 10 m square 10 m ahead, which fill the middle of the picture."""
    side = np.linspace(-5, 5, round(count**0.5))
    y, z = np.meshgrid(side, side)
    points = np.stack([np.full_like(y, 10), y, z], -1).reshape(-1, 3).astype(np.float32)
    return points, np.full((len(points), 3), colour, np.uint8)


@pytest.fixture(scope="module")
def renderer() -> Iterator[CloudRenderer]:
    one = CloudRenderer((200, 300), point_size=5)
    yield one
    one.close()
    assert USED and not [name for name in USED if (SHARED / name).exists()], "shared memory is left behind"


@pytest.fixture(autouse=True)
def ahead(renderer: CloudRenderer) -> Iterator[None]:
    if not renderer.alive:
        renderer.restart()
    renderer.resize(300, 200)
    renderer.set_extras([])
    renderer.set_background(BACKGROUND)
    look(renderer, 1)
    yield
    USED.update(renderer.memory)


def look(renderer: CloudRenderer, ticket: int, fov: float = 40.0) -> None:
    renderer.set_pose(ticket, preset("camera").camera_from_lidar, fov)


def painted(renderer: CloudRenderer) -> Picture:
    picture = wait_for_picture(renderer)
    assert picture is not None, renderer.failure
    return picture


def test_the_cloud_is_drawn_in_its_colours_without_a_display(renderer: CloudRenderer) -> None:
    renderer.set_cloud(*wall(RED))
    picture = painted(renderer)
    assert picture.ticket == 1 and picture.pixels.shape == (200, 300, 3) and picture.pixels.dtype == np.uint8
    assert (picture.pixels[60:140, 110:190] == RED).all(axis=-1).mean() > 0.99


def test_recolouring_keeps_the_points(renderer: CloudRenderer) -> None:
    points, colours = wall(RED)
    renderer.set_cloud(points, colours)
    painted(renderer)
    colours[:] = GREEN
    renderer.set_colours(colours)
    assert painted(renderer).pixels[100, 150].tolist() == list(GREEN)


def test_the_newest_pose_wins_and_no_call_waits(renderer: CloudRenderer) -> None:
    renderer.set_cloud(*wall(RED, 120_000))
    painted(renderer)
    longest = 0.0
    for ticket in range(100, 400):
        start = time.perf_counter()
        look(renderer, ticket, 30 + ticket / 20)
        longest = max(longest, time.perf_counter() - start)
    tickets = []
    while renderer.behind:
        connection.wait([renderer], timeout=30)
        if (picture := renderer.poll()) is not None:
            tickets.append(picture.ticket)
    assert tickets[-1] == 399 and len(tickets) <= 3, "of 300 poses only the first and the last are painted"
    assert longest < 0.05


def test_pictures_take_the_size_they_were_asked_for(renderer: CloudRenderer) -> None:
    renderer.set_cloud(*wall(GREEN))
    for width, height in ((301, 199), (129, 257), (640, 360)):
        renderer.resize(width, height)
        pixels = painted(renderer).pixels
        assert pixels.shape == (height, width, 3) and pixels[height // 2, width // 2].tolist() == list(GREEN)


def test_a_point_stands_where_the_pose_projects_it(renderer: CloudRenderer) -> None:
    """What is picked with numpy is what is drawn, in sizes that are and are not a step of the window's."""
    view = orbit.Orbit(yaw=0.2, pitch=0.3)
    point = np.array([[14.0, 2.0, 0.5]], np.float32)
    for size in ((200, 300), (256, 384), (333, 517)):
        renderer.resize(size[1], size[0])
        renderer.set_cloud(point, np.full((1, 3), 255, np.uint8))
        renderer.set_pose(7, view.camera_from_lidar, view.fov)
        rows, columns = np.nonzero((painted(renderer).pixels > 200).all(axis=-1))
        assert orbit.pick(point, (columns.mean(), rows.mean()), view.camera_from_lidar, orbit.intrinsics(view.fov, size), radius=1.5) == 0


def test_lines_and_background_can_be_set(renderer: CloudRenderer) -> None:
    renderer.set_cloud(np.zeros((0, 3), np.float32), np.zeros((0, 3), np.uint8))
    renderer.set_background((10, 20, 30))
    renderer.set_extras(orbit.axes(length=3))
    renderer.set_pose(1, orbit.Orbit(target=(0, 0, 0), distance=10).camera_from_lidar, 40)
    pixels = painted(renderer).pixels
    assert np.abs(pixels[0, 0].astype(int) - (10, 20, 30)).max() <= 1
    assert (np.abs(pixels.astype(int) - (10, 20, 30)).max(axis=-1) > 40).sum() > 50


def test_points_that_are_not_finite_are_left_out(renderer: CloudRenderer) -> None:
    points, colours = wall(RED)
    points[::2] = np.nan
    renderer.set_cloud(points, colours)
    painted(renderer)
    renderer.set_colours(np.full_like(colours, GREEN))
    assert painted(renderer).pixels[100, 150].tolist() == list(GREEN)


def test_colours_of_another_number_are_refused(renderer: CloudRenderer) -> None:
    renderer.set_cloud(*wall(RED))
    with pytest.raises(ValueError, match="set the cloud anew"):
        renderer.set_colours(np.zeros((3, 3), np.uint8))


def test_a_crash_is_told_and_a_restart_shows_the_last_view(renderer: CloudRenderer) -> None:
    renderer.set_cloud(*wall(GREEN))
    look(renderer, 42)
    before = painted(renderer)
    os.kill(renderer.pid, signal.SIGSEGV)
    connection.wait([renderer], timeout=10)
    assert renderer.poll() is None and not renderer.alive and "SIGSEGV" in renderer.failure
    look(renderer, 43)  # a dead child is no error for who moves the mouse
    renderer.restart()
    after = painted(renderer)
    assert after.ticket == 43 and (after.pixels == before.pixels).all() and renderer.failure == ""


def test_the_child_ends_with_its_parent_and_leaves_no_memory(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        "import sys, time\n"
        f"sys.path.insert(0, {str(ROOT)!r})\n"
        "if __name__ == '__main__':\n"
        "    import numpy as np\n"
        "    from engine.lidar.render_process import CloudRenderer, wait_for_picture\n"
        "    r = CloudRenderer((64, 64)); r.set_cloud(np.zeros((5, 3), np.float32), np.zeros((5, 3), np.uint8))\n"
        "    assert wait_for_picture(r) is not None\n"
        "    print(r.pid, *r.memory, flush=True); time.sleep(60)\n",
        encoding="utf-8",
    )
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child, *names = parent.stdout.readline().split()
        assert names and all((SHARED / name).exists() for name in names)
        parent.kill()
    end = time.monotonic() + 15
    while time.monotonic() < end and (running(int(child)) or any((SHARED / name).exists() for name in names)):
        os.sched_yield()
    assert not running(int(child)) and not any((SHARED / name).exists() for name in names)


def running(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
