"""The 3-D view in a window: pictures from the child process, gestures, and what happens when the child dies."""

from __future__ import annotations

import os
import signal
from multiprocessing import shared_memory
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from gui.widgets.cloud_view import CloudView

START = 60_000


@pytest.fixture
def view(qtbot):
    view = CloudView()
    qtbot.addWidget(view)
    view.resize(320, 240)
    yield view
    view.link.close()


def plate() -> tuple[np.ndarray, np.ndarray]:
    """A red wall ten metres ahead."""
    y, z = np.meshgrid(np.linspace(-4, 4, 160), np.linspace(-4, 4, 160))
    points = np.stack([np.full(y.size, 10.0), y.ravel(), z.ravel()], axis=1).astype(np.float32)
    return points, np.tile(np.array([[230, 30, 30]], np.uint8), (len(points), 1))


def shown(view: CloudView, qtbot) -> None:
    view.show()
    view.show_cloud(*plate())
    qtbot.waitUntil(lambda: view.picture is not None and reddish(view) > 0.02, timeout=START)


def reddish(view: CloudView) -> float:
    """Share of the picture's pixels that are the wall's."""
    picture = view.picture
    assert picture is not None
    pixels = np.frombuffer(picture.constBits(), np.uint8).reshape(picture.height(), picture.width(), 4)
    return float((pixels[..., 2] > 150).mean())


def test_the_view_paints_the_cloud_and_survives_the_end_of_its_process(view, qtbot) -> None:
    shown(view, qtbot)
    restarted: list[bool] = []
    view.link.restarted.connect(lambda: restarted.append(True))
    before = view.picture
    os.kill(view.link.renderer._child._process.pid, signal.SIGKILL)
    qtbot.waitUntil(lambda: bool(restarted), timeout=10_000)
    qtbot.waitUntil(lambda: view.picture is not before, timeout=START)
    qtbot.waitUntil(lambda: reddish(view) > 0.02, timeout=START)
    assert restarted == [True]


def test_gestures_move_the_camera(view, qtbot) -> None:
    view.show()
    before = view.orbit
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    QTest.mouseMove(view, QPoint(140, 110))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(140, 110))
    assert view.orbit.yaw != before.yaw and view.orbit.target == before.target
    turned = view.orbit
    QTest.keyClick(view, Qt.Key.Key_PageUp, Qt.KeyboardModifier.AltModifier)
    assert view.orbit.distance < turned.distance
    assert view.ticket >= 2


def test_a_double_click_aims_at_the_point_under_it(view, qtbot) -> None:
    points, colours = plate()
    view.show_cloud(points, colours)
    row = view.point_at(QPointF(160, 120))
    assert row is not None
    view.show()
    QTest.mouseDClick(view, Qt.MouseButton.LeftButton, pos=QPoint(160, 120))
    assert view.orbit.target[0] == pytest.approx(10.0, abs=1e-3)


def test_points_have_a_smallest_and_a_largest_size(view) -> None:
    view.point_size = 100
    assert view.point_size == 12
    view.point_size = 0
    assert view.point_size == 1


def test_pictures_are_bounded_on_large_screens(view) -> None:
    view.resize(5000, 3000)
    height, width = view._size()
    assert height * width <= 2_700_000 and width / height == pytest.approx(5 / 3, abs=0.01)


def test_no_shared_memory_is_left(view, qtbot) -> None:
    shown(view, qtbot)
    names = [block.name for block in view.link.renderer._memory._blocks.values()]
    view.link.close()
    assert names
    for name in names:
        with pytest.raises(FileNotFoundError):
            shared_memory.SharedMemory(name=name)
        assert not Path("/dev/shm", name).exists()
