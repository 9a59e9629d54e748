"""Does playing keep its pace, and does the 3-D view follow the hand? Frames shown a second under masks, the event loop's longest gap, pose → painted.

    python tests/bench/bench_playback.py [--seconds 10]

Plays a 960×540 video (a procedural street where it is not at hand) in the real window: without masks, with masks from the network, and with masks from
the cache. Then turns the cloud of one scan of 120 000 points and measures how long each pose takes to be on the screen: a sketch of
the same design took 26 ms median, 36 ms p95 with an otherwise idle child. Runs in a real window (Xvfb where there is no display and it is installed), else offscreen.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
SHARED = ROOT.parent / "shared" / "data"
VIDEO = SHARED / "video" / "solidWhiteRight.mp4"
KITTI = SHARED / "kitti_raw" / "2011_09_26" / "2011_09_26_drive_0005_sync"


def main() -> int:
    wanted = parsed()
    if not os.environ.get("DISPLAY") and not os.environ.get("QT_QPA_PLATFORM"):
        if shutil.which("xvfb-run"):
            return subprocess.call(["xvfb-run", "-a", "-s", "-screen 0 1440x900x24", sys.executable, *sys.argv])
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"ROADSCOPE_HOME": home, "ROADSCOPE_CACHE": f"{home}/cache", "ROADSCOPE_CONFIG": f"{home}/window.ini"}
        video, scans = (VIDEO, KITTI) if VIDEO.is_file() else [street(Path(home))] * 2
        return measured(wanted.seconds, video, scans, network(Path(home)))


def measured(seconds: float, video: Path, scans: Path, checkpoint: Path) -> int:
    from PySide6.QtWidgets import QApplication

    from gui import app as application
    from gui.settings import Settings

    app = QApplication(sys.argv[:1])
    window = application.make(app, Settings())
    window.resize(1440, 900)
    window.painted.connect(lambda: window.start(video, "drive"))
    window.show()
    until(lambda: window.session.drive is not None and window.host.current == "drive", 60)
    print(f"{app.platformName()}, {os.cpu_count()} cores, {checkpoint.stem}", flush=True)
    playing(window, checkpoint, seconds)
    window.opening.open(scans)
    until(lambda: window.session.drive is not None and window.session.drive.has_scans, 60)
    window.show_page("lidar")
    turning(window)
    window.close()
    return 0


def playing(window: Any, checkpoint: Path, seconds: float) -> None:
    """Three ways to play the same frames."""
    from gui.player import Player

    session, player = window.session, Player.of(window.session)
    drive = session.drive
    session.choose_checkpoint(None)
    until(lambda: player.picture is not None, 30)
    last = min(len(drive.frames) - 1, 60)
    print(f"{drive.name}: {drive.size[1]}×{drive.size[0]}, {drive.fps:.4g} frames a second, frames 1 to {last + 1} over and over")
    play(window, "without masks", seconds, last)
    session.choose_checkpoint(checkpoint)
    player.masks.predict_ahead(False)
    until(lambda: player.picture.prediction is not None, 120)
    player.masks.predict_ahead(False)
    play(window, "masks from the network", seconds, len(drive.frames) - 1, start=last + 1)
    player.masks.predict_ahead(True)
    session.show_frame(0)
    until(lambda: bool(player.masks.covered[: last + 1].all()), 300)
    play(window, "masks from the cache", seconds, last)


def play(window: Any, title: str, seconds: float, last: int, *, start: int = 0) -> None:
    from gui.player import Player

    player, shown = Player.of(window.session), [0, 0]

    def count(picture: Any) -> None:
        shown[0] += 1
        shown[1] += picture.prediction is not None

    window.session.show_frame(start)
    settle(1.0)
    player.playback.set_loop((start, last))
    player.shown.connect(count)
    player.playback.play()
    gaps = during(seconds)
    player.playback.pause()
    player.shown.disconnect(count)
    player.playback.set_loop(None)
    print(f"{title:24} {shown[0] / seconds:5.1f} frames/s, {shown[1] / max(1, shown[0]):4.0%} with mask   event loop {said(gaps)}", flush=True)


def turning(window: Any) -> None:
    """A pose every time the last one is painted, as a hand that drags gives them."""
    view = window.host.page.view.cloud
    until(lambda: window.host.page.view.shown is not None and view.picture is not None, 90)
    settle(2.0)
    waits: list[float] = []
    asked = [0.0]

    def painted(ticket: int) -> None:
        if ticket == view.ticket:
            waits.append(1000 * (time.perf_counter() - asked[0]))
            turn()

    def turn() -> None:
        asked[0] = time.perf_counter()
        view.orbit = view.orbit.turned(0.02, 0.0)

    view.painted.connect(painted)
    turn()
    gaps = during(6.0)
    view.painted.disconnect(painted)
    waits.sort()
    points = len(window.host.page.view.shown.points)
    print(
        f"3-D view {view.width()}×{view.height()}, {points} points: pose → painted median {waits[len(waits) // 2]:.0f} ms, "
        f"p95 {waits[int(0.95 * len(waits))]:.0f} ms, {len(waits) / 6:.0f} a second   event loop {said(gaps)}"
    )


def during(seconds: float) -> list[float]:
    """Milliseconds between the ticks of a 16 ms timer, ascending."""
    from PySide6.QtCore import Qt, QTimer

    found: list[float] = []
    last = [time.perf_counter()]

    def tick() -> None:
        now = time.perf_counter()
        found.append(1000 * (now - last[0]))
        last[0] = now

    timer = QTimer(interval=16)
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(tick)
    timer.start()
    settle(seconds)
    timer.stop()
    return sorted(found)


def said(gaps: list[float]) -> str:
    return f"p50 {gaps[len(gaps) // 2]:.0f}, p99 {gaps[int(0.99 * len(gaps))]:.0f}, longest {gaps[-1]:.0f} ms"


def settle(seconds: float) -> None:
    start = time.perf_counter()
    until(lambda: time.perf_counter() - start > seconds, seconds + 10)


def until(done: Callable[[], bool], seconds: float) -> None:
    """Runs the event loop until `done` says so."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    end = time.perf_counter() + seconds
    timer = QTimer(interval=20)
    timer.timeout.connect(lambda: loop.quit() if done() or time.perf_counter() > end else None)
    timer.start()
    loop.exec()
    if not done():
        raise SystemExit(f"gave up after {seconds:.0f} s")


def network(home: Path) -> Path:
    """The bundled student, else an FPN-MobileNetV2 of random weights at 256×512: as fast, only wrong."""
    from engine import checkpoints, labels, models, places
    from engine.checkpoints import Card, Recipe
    from engine.config import ModelConfig
    from engine.models import _weights

    if places.STUDENT.is_file():
        return places.STUDENT
    config, classes = ModelConfig(architecture="fpn", encoder="mobilenet_v2"), labels.class_set(labels.space("cityscapes"))
    path = home / "fpn-mobilenet_v2-untrained.safetensors"
    checkpoints.write(path, Card(config, classes, Recipe((256, 512))), _weights.taken(models.build(config, classes)))
    return path


def street(home: Path) -> Path:
    from engine import events, world

    for event in world.write(home / "street", frames=60, seed=1):
        if isinstance(event, events.Failed):
            raise SystemExit(event.reason)
    return home / "street"


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10.0, help="how long each way of playing is measured")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
