"""Lidar: fusing a scan of 120 000 points against plain numpy, and how soon the 3-D view shows a new pose.

The peer does the same in the obvious way: float64 points times one matrix, boolean masks, fancy indexing; its depth buffer
is a sort and a first-come image. Ours does more with its depth buffer (the beams' spacing, grazing road; see engine/lidar/projection.py).
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from engine.lidar import colouring, orbit  # noqa: E402
from engine.lidar.calibration import Calibration  # noqa: E402
from engine.lidar.fusion import fuse  # noqa: E402
from engine.lidar.projection import inside, visible  # noqa: E402
from engine.lidar.render_process import CloudRenderer, wait_for_picture  # noqa: E402
from engine.lidar.scan import Scan  # noqa: E402

SIZE = (375, 1242)
ROUNDS = 40


def scan() -> Scan:
    """64 beams, 1875 steps: road, house fronts 9 m to both sides, a row of posts and boxes."""
    azimuth, elevation = np.meshgrid(np.linspace(-np.pi, np.pi, 1875, endpoint=False), np.radians(np.linspace(2, -24.8, 64)))
    ray = np.stack([np.cos(elevation) * np.cos(azimuth), np.cos(elevation) * np.sin(azimuth), np.sin(elevation)], -1).reshape(-1, 3)
    with np.errstate(divide="ignore"):
        reach = np.minimum(np.where(ray[:, 2] < 0, -1.73 / ray[:, 2], np.inf), 9 / np.abs(ray[:, 1]))
        for x in range(8, 60, 6):
            there = x / ray[:, 0]
            hit = (there > 0) & (np.abs(np.abs(there * ray[:, 1]) - 3) < 0.8) & (there * ray[:, 2] < -0.2)
            reach = np.where(hit, np.minimum(reach, np.where(hit, there, np.inf)), reach)
    points = (ray * np.minimum(reach, 80)[:, None]).astype(np.float32)
    return Scan(points, np.linspace(0, 1, len(points), dtype=np.float32))


def calibration() -> Calibration:
    """KITTI's colour camera of 2011-09-26, without its small turns."""
    camera_from_lidar = np.array([[0, -1, 0, 0.06], [0, 0, -1, -0.08], [1, 0, 0, -0.27], [0, 0, 0, 1.0]])
    return Calibration(np.array([[721.5, 0, 609.6], [0, 721.5, 172.9], [0, 0, 1]]), camera_from_lidar, SIZE)


def plain(points: np.ndarray, matrix: np.ndarray, mask: np.ndarray, palette: np.ndarray, *, depth_buffer: bool) -> np.ndarray:
    """(N, 3) colours, black where not seen: numpy as one writes it down."""
    homogeneous = points @ matrix[:, :3].T + matrix[:, 3]
    depth = homogeneous[:, 2]
    with np.errstate(divide="ignore", invalid="ignore"):
        x, y = np.rint(homogeneous[:, 0] / depth), np.rint(homogeneous[:, 1] / depth)
    index = np.flatnonzero((depth > 0.1) & (x >= 0) & (x < SIZE[1]) & (y >= 0) & (y < SIZE[0]))
    x, y, depth = x[index].astype(int), y[index].astype(int), depth[index]
    if depth_buffer:
        order = np.argsort(-depth)
        nearest = np.full(SIZE, np.inf)
        nearest[y[order], x[order]] = depth[order]
        around = np.full(SIZE, np.inf)
        padded = np.pad(nearest, ((3, 3), (2, 2)), constant_values=np.inf)
        for dy in range(7):
            for dx in range(5):
                np.minimum(around, padded[dy : dy + SIZE[0], dx : dx + SIZE[1]], out=around)
        kept = depth <= around[y, x] * 1.08
        index, x, y = index[kept], x[kept], y[kept]
    colours = np.zeros((len(points), 3), np.uint8)
    colours[index] = palette[mask[y, x]]
    return colours


def ours(points: np.ndarray, matrix: np.ndarray, mask: np.ndarray, palette: np.ndarray, *, depth_buffer: bool) -> np.ndarray:
    found = (visible if depth_buffer else inside)(points, matrix, SIZE)
    colours = np.zeros((len(points), 3), np.uint8)
    colours[found.index] = np.take(palette, mask[found.pixel[:, 1], found.pixel[:, 0]], axis=0)
    return colours


def milliseconds(work: Callable[[], object]) -> float:
    """The best of some rounds: what the work costs where nothing else wants the cores."""
    work()
    taken = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - start))
    return min(taken)


def fusing() -> None:
    street, camera = scan(), calibration()
    mask = np.random.default_rng(0).integers(0, 19, (SIZE[0] // 25, SIZE[1] // 54)).astype(np.uint8).repeat(25, 0).repeat(54, 1)
    palette = np.random.default_rng(1).integers(0, 256, (256, 3)).astype(np.uint8)
    matrix = camera.image_from_lidar
    print(f"   {len(street):,} points, {len(inside(street.points, matrix, SIZE)):,} inside the image")
    for depth_buffer, about in ((False, "project, look up, colour"), (True, "the same with a depth buffer")):
        mine = milliseconds(lambda: ours(street.points, matrix, mask, palette, depth_buffer=depth_buffer))
        peer = milliseconds(lambda: plain(street.points, matrix, mask, palette, depth_buffer=depth_buffer))
        print(f"   {about:<42} {mine:6.2f} ms   plain numpy {peer:6.2f} ms   {peer / mine:.1f}×")
    cloud = fuse(street, camera, mask)
    print(f"   {'fusion whole (depth buffer, edges, all rows)':<42} {milliseconds(lambda: fuse(street, camera, mask)):6.2f} ms")
    for name in colouring.names():
        print(f"   {'colours by ' + name:<42} {milliseconds(lambda: colouring.colour(name, cloud, palette)):6.2f} ms")


def drawing() -> None:
    street = scan()
    start = time.perf_counter()
    renderer = CloudRenderer((600, 960))
    try:
        renderer.set_cloud(street.points, np.full((len(street), 3), 200, np.uint8))
        if wait_for_picture(renderer) is None:
            print(f"   the render process can't draw here: {renderer.failure}")
            return
        print(f"   {'render process: started and first picture':<42} {1000 * (time.perf_counter() - start):6.0f} ms")
        waits, blocked, view = [], [], orbit.preset("home")
        for ticket in range(ROUNDS):
            view = view.turned(0.03, 0.0)
            start = time.perf_counter()
            renderer.set_pose(ticket, view.camera_from_lidar, view.fov)
            blocked.append(1000 * (time.perf_counter() - start))
            wait_for_picture(renderer)
            waits.append(1000 * (time.perf_counter() - start))
        p95 = sorted(waits)[int(0.95 * len(waits))]
        held = f"the caller held for {statistics.median(blocked):.2f} ms, {max(blocked):.2f} at most"
        print(f"   {'pose → picture, 960×600':<42} {statistics.median(waits):6.1f} ms   p95 {p95:.1f} ms, {held}")
        colours = np.random.default_rng(0).integers(0, 256, (len(street), 3)).astype(np.uint8)
        recoloured = milliseconds(lambda: (renderer.set_colours(colours), wait_for_picture(renderer)))
        renewed = milliseconds(lambda: (renderer.set_cloud(street.points, colours), wait_for_picture(renderer)))
        print(f"   {'recolour → picture':<42} {recoloured:6.1f} ms")
        print(f"   {'another cloud → picture':<42} {renewed:6.1f} ms")
    finally:
        renderer.close()


if __name__ == "__main__":
    fusing()
    drawing()
