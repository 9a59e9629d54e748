"""Runs in labelme's own environment, see labelme_peer.py: opens its window on a folder and times opening a frame and dragging a vertex, from event to painted.

    python labelme_child.py FOLDER MOVES      one JSON object on standard output
"""

from __future__ import annotations

import json
import math
import sys
import time
from pathlib import Path


def main(folder: Path, moves: int) -> int:
    import labelme
    from labelme.app import MainWindow
    from PyQt5 import QtCore, QtGui, QtWidgets

    app = QtWidgets.QApplication([])
    QtCore.QSettings.setDefaultFormat(QtCore.QSettings.IniFormat)
    QtCore.QSettings.setPath(QtCore.QSettings.IniFormat, QtCore.QSettings.UserScope, str(folder / "settings"))
    window = MainWindow(file_or_dir=str(folder))
    window.resize(1440, 900)
    window.show()
    settle(app)
    canvas = next(one for one in window.findChildren(QtWidgets.QWidget) if type(one).__name__ == "Canvas")
    pictures = sorted(str(path) for path in folder.glob("*.png"))
    found: dict[str, list[float]] = {"next frame": [], "vertex drag": []}
    window._load_file(pictures[0])
    settle(app)
    for _ in pictures[1:4]:
        before = canvas.shapes
        start = time.perf_counter()
        window._open_next_image()
        app.processEvents()
        found["next frame"].append(1000 * (time.perf_counter() - start))
        assert canvas.shapes is not before and len(canvas.shapes) > 0
    shape = canvas.shapes[len(canvas.shapes) // 2]
    window._zoom_mode = type(window._zoom_mode).MANUAL_ZOOM
    window._set_zoom(200)
    settle(app)
    corner = shape.points[0]
    middle = QtCore.QPointF(corner.x(), corner.y())
    area = next(one for one in window.findChildren(QtWidgets.QScrollArea) if one.widget() is not None and canvas in (one.widget(), *one.widget().findChildren(type(canvas))))
    area.ensureVisible(int(middle.x() * canvas.scale), int(middle.y() * canvas.scale), 200, 200)
    settle(app)

    def at(x: float, y: float):  # type: ignore[no-untyped-def]
        origin = canvas._compute_image_origin_offset()
        return QtCore.QPointF((x + origin.x()) * canvas.scale, (y + origin.y()) * canvas.scale)

    def send(kind, x: float, y: float, held) -> None:  # type: ignore[no-untyped-def]
        button = QtCore.Qt.NoButton if kind == QtCore.QEvent.MouseMove else QtCore.Qt.LeftButton
        place = at(x, y)
        QtWidgets.QApplication.sendEvent(canvas, QtGui.QMouseEvent(kind, place, QtCore.QPointF(canvas.mapToGlobal(place.toPoint())), button, held, QtCore.Qt.NoModifier))

    window._switch_canvas_mode(edit=True)
    left, none = QtCore.Qt.LeftButton, QtCore.Qt.NoButton
    send(QtCore.QEvent.MouseMove, middle.x(), middle.y(), none)
    settle(app)
    send(QtCore.QEvent.MouseButtonPress, middle.x(), middle.y(), left)
    settle(app)
    before = outlines(canvas)
    for move in range(moves):
        start = time.perf_counter()
        send(QtCore.QEvent.MouseMove, middle.x() + 30 * math.cos(move / 9), middle.y() + 30 * math.sin(move / 9), left)
        app.processEvents()
        found["vertex drag"].append(1000 * (time.perf_counter() - start))
    moved = sum(one != other for one, other in zip(before, outlines(canvas)))
    send(QtCore.QEvent.MouseButtonRelease, middle.x(), middle.y(), none)
    settle(app)
    json.dump({"version": labelme.__version__, "shapes": len(canvas.shapes), "moved": moved, "times": found}, sys.stdout)
    sys.stdout.flush()
    import os

    os._exit(0)  # it would ask whether to save


def outlines(canvas) -> list[list[tuple[float, float]]]:  # type: ignore[no-untyped-def]
    return [[(point.x(), point.y()) for point in shape.points] for shape in canvas.shapes]


def settle(app) -> None:  # type: ignore[no-untyped-def]
    for _ in range(20):
        app.processEvents()
        time.sleep(0.01)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2])))
