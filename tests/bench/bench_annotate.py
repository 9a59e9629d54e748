"""Annotate at 2048×1024 with 3 000 polygons, and at 8000×6000: what a movement of the mouse costs the window, from event to painted picture.

    python tests/bench/bench_annotate.py [--polygons 3000] [--moves 150]

In a real window of 1440×900 (Xvfb where there is no display and it is installed, else offscreen) real mouse events are sent to the
canvas, and each is timed until the picture is painted again: a vertex dragged, a brush stroke, undo, a class hidden; all that once the frame was
looked at for a moment, so that the next one is read, which goes on beside the window and slows it down. The next frame
is timed from the key to its picture with all labels: once it was read in advance, while the frame before was looked at, and in a hurry.
Then labelme 6 or newer, from PyPI in an environment of its own, opens the same frames on the same display and drags a vertex: see labelme_peer.py.
Fails where a goal is missed, or labelme is quicker.
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

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).resolve().parent)]
FRAMES = 8
GOALS_MS = {"vertex drag": 16, "brush stroke": 16, "undo": 16, "class hidden": 16, "next frame": 150, "next frame, in a hurry": 150, "brush stroke, 8000×6000": 25}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--polygons", type=int, default=3000)
    parser.add_argument("--moves", type=int, default=150)
    parser.add_argument("--no-peer", action="store_true", help="leave labelme out")
    wanted = parser.parse_args()
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")) and os.environ.get("QT_QPA_PLATFORM") != "offscreen":
        if shutil.which("xvfb-run"):
            return subprocess.run(["xvfb-run", "-a", "-s", "-screen 0 1440x900x24", sys.executable, *sys.argv], check=False).returncode
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"ROADSCOPE_HOME": f"{folder}/home", "ROADSCOPE_CACHE": f"{folder}/cache", "XDG_CONFIG_HOME": f"{folder}/config"}
        return measured(Path(folder), wanted)


def measured(folder: Path, wanted: argparse.Namespace) -> int:
    """Writes two folders of frames, opens them in turn, and says what everything took."""
    from PySide6.QtWidgets import QApplication

    from gui import app as window_app
    from gui.settings import Settings

    app = QApplication([])
    window = window_app.make(app, Settings(folder / "window.ini"))
    window.resize(1440, 900)
    window.show()
    window.start(None, "annotate")
    found: dict[str, list[float]] = {}
    for width, height, polygons, end in ((2048, 1024, wanted.polygons, ""), (8000, 6000, 300, ", 8000×6000")):
        root = written(folder / f"{width}", width, height, polygons)
        window.opening.open(root)
        page = window.host.pages["annotate"]
        _until(app, lambda: page.labelling.now is not None and page.labelling.committed.width == width)
        found |= {f"{what}{end}": times for what, times in worked(app, window, page, wanted.moves, frames=not end).items()}
    window.jobs.cancel_all()
    window.close()
    window_app.dispose(window)
    return int(told(found) | (not wanted.no_peer and compared(folder, found, min(wanted.moves, 20))))


def told(found: dict[str, list[float]]) -> bool:
    """Prints what everything took; whether a goal was missed."""
    missed = False
    for what, times in found.items():
        p95 = float(np.percentile(times, 95))
        goal = GOALS_MS.get(what)
        missed |= goal is not None and p95 > goal
        verdict = "" if goal is None else f"   goal {goal} ms: {'reached' if p95 <= goal else 'MISSED'}"
        print(f"{what:26} {len(times):4} times   p50 {np.percentile(times, 50):6.1f}   p95 {p95:6.1f}   max {max(times):6.1f} ms{verdict}")
    return missed


def compared(folder: Path, found: dict[str, list[float]], moves: int) -> bool:
    """Prints what labelme took for the same; whether it was quicker in anything."""
    import labelme_peer

    try:
        version, theirs = labelme_peer.times(folder / "2048", folder / "labelme", moves)
    except labelme_peer.Unavailable as reason:
        print(f"not compared with labelme: {reason}")
        return False
    quicker = False
    for what, ours in (("next frame", "next frame, in a hurry"), ("vertex drag", "vertex drag")):
        mine, other = (float(np.percentile(times, 50)) for times in (found[ours], theirs[what]))
        quicker |= other < mine
        print(f"{ours:26} labelme {version}: {len(theirs[what]):3} times   p50 {other:8.1f}   p95 {np.percentile(theirs[what], 95):8.1f} ms   ours p50 {mine:6.1f}: {other / mine:.0f} times as quick")
    return quicker


def worked(app, window, page, moves: int, *, frames: bool) -> dict[str, list[float]]:  # type: ignore[no-untyped-def]
    """Milliseconds of each movement, by what was done."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    from engine.annotation.document import Polygon

    canvas, labelling = page.canvas, page.labelling
    left = Qt.MouseButton.LeftButton
    found: dict[str, list[float]] = {"vertex drag": [], "brush stroke": [], "undo": [], "class hidden": []}

    def at(x: float, y: float):  # type: ignore[no-untyped-def]
        view, ratio = canvas.view, canvas.devicePixelRatioF()
        from PySide6.QtCore import QPoint

        return QPoint(round((view.scale * (x + 0.5) + view.left) / ratio), round((view.scale * (y + 0.5) + view.top) / ratio))

    def timed(what: str, do: Callable[[], object]) -> None:
        start = time.perf_counter()
        do()
        app.processEvents()
        found[what].append(1000 * (time.perf_counter() - start))

    width, height = labelling.committed.width, labelling.committed.height
    _until(app, lambda: page.reader.ahead is not None)  # the frame was looked at for a moment
    region = next(one for one in labelling.committed.regions[len(labelling.committed.regions) // 2 :] if isinstance(one.shape, Polygon))
    page.take("select")
    labelling.select([region.key])
    canvas.zoom(2.0 if frames else 1.0)
    x, y = region.shape.points[0]  # type: ignore[union-attr]
    canvas.view = canvas.view.moved(canvas.view.view_width / 2 - (canvas.view.scale * x + canvas.view.left), canvas.view.view_height / 2 - (canvas.view.scale * y + canvas.view.top))
    app.processEvents()
    QTest.mousePress(canvas, left, pos=at(x, y))
    for move in range(moves):
        timed("vertex drag", lambda: QTest.mouseMove(canvas, at(x + 30 * np.cos(move / 9), y + 30 * np.sin(move / 9))))
    timed("vertex drag", lambda: QTest.mouseRelease(canvas, left, pos=at(x, y)))
    page.take("brush")
    canvas.fit()
    app.processEvents()
    for stroke in range(4):
        QTest.mousePress(canvas, left, pos=at(width * 0.2, height * (0.2 + 0.15 * stroke)))
        for move in range(moves // 4):
            timed("brush stroke", lambda: QTest.mouseMove(canvas, at(width * (0.2 + 0.5 * move * 4 / moves), height * (0.2 + 0.15 * stroke + 0.03 * np.sin(move)))))
        timed("brush stroke", lambda: QTest.mouseRelease(canvas, left, pos=at(width * 0.7, height * (0.2 + 0.15 * stroke))))
    for _ in range(5):
        for step in (labelling.undo, labelling.redo):
            for _ in range(4):
                timed("undo", step)
    for _ in range(20):
        timed("class hidden", lambda: window.session.set_hidden("car", "car" not in window.session.hidden))
    if frames:
        for what, ready in (("next frame", lambda: page.reader.ahead is not None), ("next frame, in a hurry", lambda: True)):
            found[what] = []
            window.session.show_frame(0)
            _until(app, lambda: labelling.now is not None and labelling.now.frame == 0)
            for wanted in range(1, FRAMES - 1):
                _until(app, ready)  # it is read while the frame before it is looked at
                start = time.perf_counter()
                window.session.show_frame(wanted)
                _until(app, lambda: labelling.now is not None and labelling.now.frame == wanted)
                app.processEvents()
                found[what].append(1000 * (time.perf_counter() - start))
    return found


def written(root: Path, width: int, height: int, count: int) -> Path:
    """A Cityscapes folder of frames with so many polygons each."""
    from engine import images
    from engine.annotation import cityscapes_json
    from engine.annotation.document import Document, Polygon

    random = np.random.default_rng(7)
    names = ("road", "sidewalk", "building", "vegetation", "car", "person", "pole", "sky")
    picture = np.repeat(np.repeat(random.integers(0, 255, (height // 50 + 1, width // 50 + 1, 3), np.uint8), 50, 0), 50, 1)[:height, :width]
    for number in range(FRAMES):
        document = Document(width, height)
        regions = []
        for at in range(count):
            x, y, radius = random.uniform(0, width), random.uniform(0, height), random.uniform(6, 40)
            angles = np.sort(random.uniform(0, 2 * np.pi, 20))
            points = tuple((int(x + radius * np.cos(angle)), int(y + radius * np.sin(angle))) for angle in angles)
            regions.append((names[at % len(names)], Polygon(points)))
        from engine.annotation.document import Region

        document = document.with_regions(Region(key, name, shape) for key, (name, shape) in enumerate(regions))
        stem = f"bench_{number:06d}_000019"
        images.write_png(root / "leftImg8bit" / "train" / "bench" / f"{stem}_leftImg8bit.png", picture)
        folder = root / "gtFine" / "train" / "bench"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{stem}_gtFine_polygons.json").write_text(cityscapes_json.write(document), encoding="utf-8")
    return root


def _until(app, ready: Callable[[], bool], seconds: float = 60) -> None:  # type: ignore[no-untyped-def]
    end = time.perf_counter() + seconds
    while not ready():
        app.processEvents()
        if time.perf_counter() > end:
            sys.exit("the page did not answer in time")
        time.sleep(0.001)


if __name__ == "__main__":
    sys.exit(main())
