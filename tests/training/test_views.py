"""Random views, batches and what counts for them."""

from __future__ import annotations

import numpy as np
import pytest

from engine import config, labels
from engine.config import AugmentConfig, LossConfig, TrainConfig
from engine.errors import ConfigError
from engine.training import balance, batches, material, schedules, views
from engine.training.augment import relit, view
from engine.training.frames import resized, spread

FLAT = np.full(3, 1 / 3)


def _frame() -> tuple[np.ndarray, np.ndarray]:
    """An image that shows its mask in red, so that both can be compared after any view."""
    mask = np.zeros((60, 90), np.uint8)
    mask[30:] = 1
    mask[:8, :8] = 2
    return np.dstack([mask * 100, np.full_like(mask, 7), np.full_like(mask, 9)]), mask


@pytest.mark.parametrize("scale", [(0.5, 0.8), (1.0, 1.0), (1.2, 2.5)])
@pytest.mark.parametrize("crop", [(0, 0), (32, 48), (64, 128)])
def test_image_and_mask_stay_together_and_what_is_outside_is_void(scale: tuple[float, float], crop: tuple[int, int]) -> None:
    settings = AugmentConfig(crop=crop, scale=scale, photometric=0, rare=0.3)
    for seed in range(20):
        image, mask = view(_frame(), size=(40, 60), config=settings, rarity=FLAT, rng=np.random.default_rng(seed))
        assert mask.shape == image.shape[:2] == (crop if any(crop) else (40, 60))
        inside = mask != 255
        assert (image[~inside] == (124, 116, 104)).all()
        apart = np.abs(image[..., 0].astype(int) - 100 * mask.astype(int))[inside] > 30
        assert inside.any() and apart.mean() < 0.06, "but for the resampled edges"


def test_a_view_is_the_same_for_the_same_numbers_and_another_for_others() -> None:
    settings = AugmentConfig(crop=(32, 32))
    one, same, other = (view(_frame(), size=(60, 90), config=settings, rarity=FLAT, rng=np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(one, same))
    assert not np.array_equal(one[0], other[0])


def test_mirroring_mirrors_both() -> None:
    settings = AugmentConfig(scale=(1.0, 1.0), flip=1.0, photometric=0)
    image, mask = view(_frame(), size=(60, 90), config=settings, rarity=FLAT, rng=np.random.default_rng(0))
    assert np.array_equal(mask, _frame()[1][:, ::-1]) and np.array_equal(image, _frame()[0][:, ::-1])


def test_a_crop_that_seeks_a_rare_class_shows_it_more_often() -> None:
    def seen(rare: float) -> int:
        settings = AugmentConfig(crop=(32, 32), scale=(1.0, 1.0), rare=rare)
        rarity = balance.rarity(np.array([2600, 2700, 64]))
        return sum(
            (view(_frame(), size=(60, 90), config=settings, rarity=rarity, rng=np.random.default_rng(seed))[1] == 2).any()
            for seed in range(60)
        )

    assert seen(1.0) > 1.5 * seen(0.0)


def test_light_changes_colours_but_no_shapes_and_nothing_at_strength_zero() -> None:
    image = np.random.default_rng(0).integers(0, 255, (20, 30, 3), np.uint8)
    assert np.array_equal(relit(image, strength=0, rng=np.random.default_rng(0)), image)
    grey = np.full((4, 4, 3), 128, np.uint8)
    changed = relit(grey, strength=1, rng=np.random.default_rng(1)).astype(int)
    assert np.ptp(changed) <= 1, "grey stays grey"


def test_masks_are_sampled_never_mixed() -> None:
    mask = np.zeros((10, 10), np.uint8)
    mask[:, 5:] = 200
    assert set(np.unique(resized(mask, (7, 13)))) == {0, 200}


def test_every_frame_is_seen_once_a_pass_whatever_the_batch(small: TrainConfig) -> None:
    given = material.opened(small)
    order = [int(views.order(0, 0, 6)[i]) for i in range(6)]
    assert sorted(order) == list(range(6)) and order != [int(views.order(0, 1, 6)[i]) for i in range(6)]
    whole = list(batches.made(given.train, small, rarity=np.full(11, 1 / 11), first=0, last=3))
    later = list(batches.made(given.train, small, rarity=np.full(11, 1 / 11), first=2, last=3))
    assert np.array_equal(whole[2][0], later[0][0]) and np.array_equal(whole[2][1], later[0][1])


def test_ids_become_train_ids_and_void_stays_void(small: TrainConfig) -> None:
    grouped = config.replace(small, "classes.group", {"way": ("road", "pavement"), "car": ("car",)})
    _, mask = material.opened(grouped).train[0]
    assert set(np.unique(mask)) == {0, 1, 255}


@pytest.mark.parametrize(("count", "wanted", "found"), [(5, 0, (0, 1, 2, 3, 4)), (100, 3, (16, 50, 83)), (2, 3, (0, 1))])
def test_a_selection_is_spread_evenly(count: int, wanted: int, found: tuple[int, ...]) -> None:
    assert spread(count, wanted) == found


def test_a_plateau_rises_and_stays() -> None:
    values = [schedules.factor("plateau", step / 100, warm_up=0.3) for step in range(101)]
    assert values[:31] == sorted(values[:31]) and values[0] < 0.1 and set(values[30:]) == {1.0}
    assert schedules.factor("plateau", 0.0, warm_up=0.0) == 1.0


@pytest.mark.parametrize("name", ["one_cycle", "poly"])
def test_schedules_rise_in_the_warm_up_and_fall_to_almost_nothing(name: str) -> None:
    values = [schedules.factor(name, step / 100, warm_up=0.3) for step in range(101)]
    assert max(values) == pytest.approx(values[30]) == pytest.approx(1.0)
    assert values[:31] == sorted(values[:31]) and values[30:] == sorted(values[30:], reverse=True)
    assert 0 <= values[-1] < 1e-3 < values[0]
    assert schedules.factor(name, 0.0, warm_up=0.0) == pytest.approx(1.0)


def test_an_unknown_schedule_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="choose one of: one_cycle, poly"):
        schedules.factor("cosine", 0.1, warm_up=0)


@pytest.mark.parametrize("how", ["inverse_frequency", "effective_number"])
def test_rare_classes_weigh_more_absent_ones_nothing_and_the_mean_pixel_one(how: str) -> None:
    classes = labels.class_set(labels.space("camvid"))
    pixels = np.array([4000, 5000, 300, 9000, 900, 2000, 50, 400, 1500, 100, 0])
    weights = balance.class_weights(config.build(LossConfig, {"class_weights": how}), classes, pixels)
    assert weights is not None and weights[10] == 0 and weights[6] >= weights[2] > weights[3] > 0 and weights.max() <= 10
    assert (weights * pixels).sum() / pixels.sum() == pytest.approx(1, rel=0.25), "but for the cap"


def test_weights_by_hand_take_precedence() -> None:
    classes = labels.class_set(labels.space("camvid"))
    weights = balance.class_weights(LossConfig(by_hand={"pole": 4.0}), classes, np.ones(11, np.int64))
    assert weights is not None and weights.tolist() == [1, 1, 4] + [1] * 8
    assert balance.class_weights(LossConfig(), classes, np.ones(11, np.int64)) is None
