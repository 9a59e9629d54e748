from __future__ import annotations

import numpy as np

from engine.lidar import picture
from engine.lidar.orbit import preset


def test_points_stand_at_their_pixels_and_near_ones_in_front() -> None:
    image = np.full((100, 200, 3), 200, np.uint8)
    pixel = np.array([[50, 40], [50, 40], [0, 0], [500, 40]])
    colours = np.array([[255, 0, 0], [0, 255, 0], [0, 0, 255], [9, 9, 9]], np.uint8)
    drawn = picture.overlay_points(image, pixel, colours, np.array([40.0, 5.0, 60.0, 3.0]))
    assert drawn[40, 50].tolist() == [0, 255, 0] and drawn[0, 0].tolist() == [0, 0, 255]
    assert drawn[80, 150].tolist() == [110, 110, 110] and (image == 200).all()


def test_a_point_ahead_and_left_is_up_and_left_from_above() -> None:
    points, colours = np.array([[20, 10, 0], [20, 10, -1]], np.float32), np.array([[250, 1, 2], [3, 4, 250]], np.uint8)
    seen = picture.birds_eye(points, colours, pixels_a_metre=10)
    assert seen.shape == (700, 600, 3) and seen[350, 200].tolist() == [250, 1, 2], "the higher point is on top"


def test_a_cloud_can_be_drawn_with_numpy_alone() -> None:
    points = np.array([[12, 0, -1.7], [13, 1, -1.7]], np.float32)
    drawn = picture.splatted(points, np.full((2, 3), 255, np.uint8), view=preset("top"), size=(120, 160))
    assert drawn[60, 80].tolist() == [255, 255, 255]


def test_no_points_at_all_is_a_picture_too() -> None:
    none, colours = np.zeros((0, 3), np.float32), np.zeros((0, 3), np.uint8)
    assert picture.birds_eye(none, colours).any()
    assert picture.splatted(none, colours, view=preset("home"), size=(60, 80)).shape == (60, 80, 3)
    image = np.zeros((10, 10, 3), np.uint8)
    assert (picture.overlay_points(image, np.zeros((0, 2), int), colours, np.zeros(0)) == image).all()
