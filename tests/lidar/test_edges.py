from __future__ import annotations

import numpy as np

from engine.lidar.edges import settled

SIZE = (60, 90)
FOCAL = 300.0


def seen_at(columns: np.ndarray, rows: np.ndarray, depth: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Points whose camera looks along x from the origin, with their pixels and depths."""
    pixel = np.stack([columns, rows], 1).astype(np.int32)
    points = np.stack([depth, -(columns - 45) * depth / FOCAL, -(rows - 30) * depth / FOCAL], 1).astype(np.float32)
    return points, pixel, depth.astype(np.float32)


def scene(near_until: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A point every third pixel: left of column `near_until` at 5 m, else at 20 m."""
    columns, rows = (axis.ravel() for axis in np.meshgrid(np.arange(0, 90, 3), np.arange(0, 60, 3)))
    return seen_at(columns, rows, np.where(columns < near_until, 5.0, 20.0))


def test_a_point_beyond_a_masks_edge_goes_with_its_own_surface() -> None:
    """In every fourth row of points the mask ends a pixel too early, so that the near surface's last point has the far one's pixel."""
    mask = np.zeros(SIZE, np.uint8)
    mask[:, :43] = 1
    mask[0::12, 42] = 0
    points, pixel, depth = scene(near_until=45)
    assert (mask[pixel[:, 1], pixel[:, 0]] != (pixel[:, 0] < 45)).sum() == 5
    assert (settled(points, pixel, depth, mask) == np.where(pixel[:, 0] < 45, 1, 0)).all()


def test_where_both_classes_touch_the_pixel_decides() -> None:
    mask = np.zeros(SIZE, np.uint8)
    mask[:, :45] = 1
    columns, rows = (axis.ravel() for axis in np.meshgrid(np.arange(0, 90, 3), np.arange(0, 60, 3)))
    points, pixel, depth = seen_at(columns, rows, np.full(len(columns), 8.0))
    assert (settled(points, pixel, depth, mask) == mask[pixel[:, 1], pixel[:, 0]]).all()


def test_a_pole_that_is_all_edge_stays_a_pole() -> None:
    mask = np.zeros(SIZE, np.uint8)
    mask[:, 44:47] = 2
    points, pixel, depth = scene(near_until=0)
    pole = (pixel[:, 0] >= 44) & (pixel[:, 0] < 47)
    depth[pole] = 6
    points, pixel, depth = seen_at(pixel[:, 0], pixel[:, 1], depth)
    assert pole.any() and (settled(points, pixel, depth, mask) == np.where(pole, 2, 0)).all()


def test_away_from_edges_and_without_points_nothing_changes() -> None:
    points, pixel, depth = scene(near_until=45)
    assert (settled(points, pixel, depth, np.full(SIZE, 4, np.uint8)) == 4).all()
    assert settled(points[:0], pixel[:0], depth[:0], np.full(SIZE, 4, np.uint8)).shape == (0,)
