"""The picture view: where things are drawn, what the mouse does, how fast it is."""

from __future__ import annotations

import time

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest

from gui.widgets import layers
from gui.widgets.image_canvas import ImageCanvas
from gui.widgets.layers import Points
from gui.widgets.viewport import LARGEST, Viewport


def picture(height: int = 40, width: int = 80) -> np.ndarray:
    image = np.zeros((height, width, 3), np.uint8)
    image[:, : width // 2] = (200, 40, 10)
    image[:, width // 2 :] = (10, 60, 220)
    return image


@pytest.fixture
def canvas(qtbot):
    canvas = ImageCanvas(empty="nothing")
    qtbot.addWidget(canvas)
    canvas.resize(400, 300)
    canvas.show()
    canvas.show_image(layers.pyramid(picture()))
    return canvas


def wheel(canvas: ImageCanvas, x: float, y: float, steps: int) -> None:
    at = QPointF(x, y)
    event = QWheelEvent(at, canvas.mapToGlobal(at), QPoint(), QPoint(0, 120 * steps), Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False)
    canvas.wheelEvent(event)


def colour(canvas: ImageCanvas, x: int, y: int) -> tuple[int, int, int]:
    return canvas.grab().toImage().pixelColor(x, y).getRgb()[:3]


def test_a_new_picture_is_fitted_into_the_middle(canvas: ImageCanvas) -> None:
    view = canvas.view
    assert view.scale == pytest.approx(5.0)
    assert (view.left, view.top) == pytest.approx((0, 50))
    assert colour(canvas, 100, 150) == (200, 40, 10)
    assert colour(canvas, 300, 150) == (10, 60, 220)


def test_the_wheel_keeps_the_point_under_the_cursor(canvas: ImageCanvas) -> None:
    before = canvas.view.picture_point(120, 140)
    wheel(canvas, 120, 140, 4)
    assert canvas.view.scale > 5
    assert canvas.view.picture_point(120, 140) == pytest.approx(before)


def test_zoom_ends_where_a_pixel_is_large_and_a_picture_small() -> None:
    view = Viewport(80, 40, 400, 300).fitted()
    for _ in range(100):
        view = view.zoomed(1.5, 10, 10)
    assert view.scale == LARGEST
    for _ in range(200):
        view = view.zoomed(0.5, 10, 10)
    assert view.scale == pytest.approx(1.0)


def test_a_picture_never_gets_out_of_sight() -> None:
    view = Viewport(80, 40, 400, 300).fitted().moved(10_000, -10_000)
    x, y = view.picture_point(399, 0)
    assert 0 <= x <= 80 and 0 <= y <= 40


def test_a_middle_drag_pans_by_the_pixels_dragged(canvas: ImageCanvas) -> None:
    wheel(canvas, 200, 150, 5)
    before = canvas.view
    QTest.mousePress(canvas, Qt.MouseButton.MiddleButton, pos=QPoint(200, 150))
    QTest.mouseMove(canvas, QPoint(230, 165))
    QTest.mouseRelease(canvas, Qt.MouseButton.MiddleButton, pos=QPoint(230, 165))
    assert (canvas.view.left - before.left, canvas.view.top - before.top) == pytest.approx((30, 15))


def test_fit_and_full_size(canvas: ImageCanvas) -> None:
    canvas.zoom(1.0)
    assert canvas.view.scale == 1.0
    canvas.fit()
    assert canvas.view.scale == pytest.approx(5.0)


def test_a_fitted_picture_follows_the_size_of_the_view(canvas: ImageCanvas, qtbot) -> None:
    canvas.resize(200, 300)
    qtbot.waitUntil(lambda: canvas.view.view_width == 200)
    assert canvas.view.scale == pytest.approx(2.5)


def test_the_view_stays_when_the_next_frame_has_the_same_size(canvas: ImageCanvas) -> None:
    wheel(canvas, 100, 100, 3)
    before = canvas.view
    canvas.show_image(layers.pyramid(picture() // 2))
    assert canvas.view == before
    canvas.show_image(layers.pyramid(picture(50, 50)))
    assert canvas.view.fits


def test_a_tapped_space_says_so_and_a_held_one_pans_only(canvas: ImageCanvas, qtbot) -> None:
    tapped: list[bool] = []
    canvas.tapped.connect(lambda: tapped.append(True))
    QTest.keyClick(canvas, Qt.Key.Key_Space)
    assert tapped == [True]
    wheel(canvas, 200, 150, 5)
    QTest.keyPress(canvas, Qt.Key.Key_Space)
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(200, 150))
    QTest.mouseMove(canvas, QPoint(240, 150))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(240, 150))
    QTest.keyRelease(canvas, Qt.Key.Key_Space)
    assert tapped == [True]


def test_hovering_tells_the_pixel_and_leaving_tells_none(canvas: ImageCanvas) -> None:
    spots: list[object] = []
    canvas.hovered.connect(spots.append)
    QTest.mouseMove(canvas, QPoint(100, 150))
    assert spots[-1] == pytest.approx((20, 20))
    QTest.mouseMove(canvas, QPoint(100, 10))
    assert spots[-1] is None


def test_the_overlay_has_the_opacity_asked_for_and_hidden_classes_let_the_picture_through(canvas: ImageCanvas) -> None:
    mask = np.zeros((40, 80), np.uint8)
    mask[:, 40:] = 1
    palette = np.zeros((256, 3), np.uint8)
    palette[0], palette[1] = (0, 200, 0), (250, 250, 0)
    hidden = np.zeros(256, bool)
    hidden[1] = True
    canvas.show_mask(mask)
    canvas.set_colours(layers.table(palette, 0.5, hidden))
    assert colour(canvas, 100, 150) == pytest.approx((100, 120, 5), abs=2)
    assert colour(canvas, 300, 150) == (10, 60, 220)


def test_void_is_never_drawn() -> None:
    table = layers.table(np.full((256, 3), 255, np.uint8), 1.0, np.zeros(256, bool))
    assert table[255] == 0 and table[0] == 0xFFFFFFFF


def test_a_smaller_mask_covers_the_whole_picture(canvas: ImageCanvas) -> None:
    canvas.show_mask(np.array([[0, 1]], np.uint8))
    palette = np.zeros((256, 3), np.uint8)
    palette[0], palette[1] = (255, 255, 255), (0, 255, 0)
    canvas.set_colours(layers.table(palette, 1.0, np.zeros(256, bool)))
    assert colour(canvas, 195, 60) == (255, 255, 255)
    assert colour(canvas, 205, 240) == (0, 255, 0)


def test_a_dot_lies_on_its_pixel_and_nearer_ones_lie_over_farther_ones(canvas: ImageCanvas) -> None:
    pixel = np.array([[10, 20], [10, 20], [79, 39]])
    canvas.show_points(Points(pixel, np.array([[1, 2, 3], [250, 240, 0], [0, 255, 0]], np.uint8)))
    assert colour(canvas, 52, 152) == (250, 240, 0)


def test_the_copied_picture_has_its_own_size_with_what_lies_over_it(canvas: ImageCanvas) -> None:
    canvas.show_mask(np.zeros((40, 80), np.uint8))
    palette = np.zeros((256, 3), np.uint8)
    palette[0] = (255, 255, 255)
    canvas.set_colours(layers.table(palette, 1.0, np.zeros(256, bool)))
    copied = canvas.picture()
    assert (copied.width(), copied.height()) == (80, 40)
    assert copied.pixelColor(5, 5).getRgb()[:3] == (255, 255, 255)


def test_without_a_picture_there_is_a_sentence_and_no_error(qtbot) -> None:
    canvas = ImageCanvas(empty="Nothing here")
    qtbot.addWidget(canvas)
    canvas.resize(200, 100)
    assert not canvas.grab().isNull()
    assert canvas.picture().isNull()


def test_drawing_costs_what_the_view_shows_not_what_the_picture_holds() -> None:
    levels = layers.pyramid(np.random.default_rng(0).integers(0, 255, (2160, 3840, 3), np.uint8))
    view = Viewport(3840, 2160, 1100, 700).fitted()
    layers.sampled(levels, view, (0, 0, 0))
    begun = time.perf_counter()
    for _ in range(5):
        layers.sampled(levels, view, (0, 0, 0))
    assert (time.perf_counter() - begun) / 5 < 0.05
