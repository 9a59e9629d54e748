from __future__ import annotations

import cv2
import numpy as np
import pytest

from engine.errors import DataError
from engine.labels import VOID
from engine.lidar.calibration import Calibration
from engine.lidar.fusion import bare, fuse
from engine.lidar.scan import Scan

SIZE = (120, 400)


def test_a_point_behind_the_camera_gets_no_label(calibration: Calibration) -> None:
    scan = Scan(np.array([[-5, 0, 0], [8, 0, 0]], np.float32), np.ones(2, np.float32))
    cloud = fuse(scan, calibration, np.full(SIZE, 3, np.uint8))
    assert cloud.train_id.tolist() == [VOID, 3] and cloud.seen.tolist() == [False, True]
    assert np.isnan(cloud.depth[0]) and cloud.pixel[0].tolist() == [-1, -1] and cloud.confidence.tolist() == [0, 1]


def test_every_point_takes_class_and_confidence_of_its_own_pixel(calibration: Calibration, street: Scan) -> None:
    mask, confidence = np.zeros(SIZE, np.uint8), np.random.default_rng(0).random(SIZE, np.float32)
    mask[60:, 100:], mask[20:60] = 3, 7
    cloud = fuse(street, calibration, mask, confidence)
    x, y = cloud.pixel[cloud.seen].T
    edge = cv2.erode(mask, np.ones((3, 3))) != cv2.dilate(mask, np.ones((3, 3)))
    same = cloud.train_id[cloud.seen] == mask[y, x]
    assert same[~edge[y, x]].all() and (cloud.confidence[cloud.seen] == confidence[y, x]).all()
    assert (cloud.train_id[~cloud.seen] == VOID).all() and len(cloud) == len(street)


def test_without_the_depth_test_hidden_points_take_the_class_before_them(calibration: Calibration, street: Scan) -> None:
    mask = np.zeros(SIZE, np.uint8)
    with_test = fuse(street, calibration, mask)
    without = fuse(street, calibration, mask, occlusion=False)
    assert without.seen.sum() > with_test.seen.sum() and (without.in_image == with_test.in_image).all()
    assert (without.seen == without.in_image).all()


def test_void_in_the_mask_stays_void_though_seen(calibration: Calibration, street: Scan) -> None:
    cloud = fuse(street, calibration, np.full(SIZE, VOID, np.uint8))
    assert cloud.seen.any() and (cloud.train_id == VOID).all()


def test_a_mask_of_another_size_is_refused_with_both_sizes(calibration: Calibration, street: Scan) -> None:
    with pytest.raises(DataError, match="the mask is 200×60, its camera's pictures are 400×120; export masks at full size"):
        fuse(street, calibration, np.zeros((60, 200), np.uint8))


def test_a_scan_alone_has_no_classes(street: Scan) -> None:
    cloud = bare(street)
    assert not cloud.seen.any() and not cloud.in_image.any() and (cloud.train_id == VOID).all()
