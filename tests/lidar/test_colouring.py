from __future__ import annotations

import numpy as np
import pytest

from engine import labels
from engine.errors import ConfigError
from engine.lidar import colouring
from engine.lidar.calibration import Calibration
from engine.lidar.fusion import FusedCloud, bare, fuse
from engine.lidar.scan import Scan

PALETTE = labels.class_set(labels.space("cityscapes")).palette


@pytest.fixture
def cloud(calibration: Calibration, street: Scan) -> FusedCloud:
    mask = np.zeros((120, 400), np.uint8)
    mask[:, 200:] = 13
    return fuse(street, calibration, mask, np.full((120, 400), 0.5, np.float32))


@pytest.mark.parametrize("name", colouring.names())
def test_every_colouring_gives_each_point_a_colour(name: str, cloud: FusedCloud) -> None:
    colours = colouring.colour(name, cloud, PALETTE)
    assert colours.shape == (len(cloud), 3) and colours.dtype == np.uint8 and colours.max() > 60


@pytest.mark.parametrize("name", colouring.names())
def test_odd_points_and_empty_clouds_have_colours_too(name: str) -> None:
    odd = Scan(np.array([[np.nan] * 3, [np.inf, 0, 0], [0, 0, 0], [1e6, -1e6, 1e6]], np.float32), np.array([np.nan, -1, 2, 9], np.float32))
    assert colouring.colour(name, bare(odd), PALETTE).shape == (4, 3)
    none = Scan(np.zeros((0, 3), np.float32), np.zeros(0, np.float32))
    assert colouring.colour(name, bare(none), PALETTE).shape == (0, 3)


def test_the_five_colourings_are_offered_by_name() -> None:
    assert colouring.names() == ("class", "height", "intensity", "depth", "confidence")
    with pytest.raises(ConfigError, match="no colouring 'mood'; choose one of: class, height"):
        colouring.colour("mood", bare(Scan(np.zeros((1, 3), np.float32), np.zeros(1, np.float32))), PALETTE)


def test_classes_keep_the_datasets_own_colours(cloud: FusedCloud) -> None:
    colours = colouring.class_(cloud, PALETTE)
    assert (colours[cloud.train_id == 13] == (0, 0, 142)).all() and (colours[cloud.train_id == 0] == (128, 64, 128)).all()


def test_a_hidden_class_is_grey_or_dropped(cloud: FusedCloud) -> None:
    colours = colouring.colour("height", cloud, PALETTE, hidden={13})
    plain = colouring.colour("height", cloud, PALETTE)
    cars = cloud.train_id == 13
    assert (colours[cars] == colouring.GREY).all() and (colours[~cars] == plain[~cars]).all()
    assert (colouring.shown(cloud, {13}) == ~cars).all() and colouring.shown(cloud).all()


def test_higher_nearer_and_brighter_points_are_lighter_or_warmer() -> None:
    rise = Scan(np.array([[5, 0, -1.7], [5, 0, 2]], np.float32), np.array([0.1, 0.9], np.float32))
    low, high = colouring.height(bare(rise)).astype(int).sum(axis=1)
    dull, bright = colouring.intensity(bare(rise)).astype(int).sum(axis=1)
    near, far = colouring.depth(bare(Scan(np.array([[3, 0, 0], [50, 0, 0]], np.float32), np.zeros(2, np.float32)))).astype(int)
    assert high > low and bright > dull and near[0] > near[2] and far[2] > far[0]
