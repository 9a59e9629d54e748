"""Hard weather: what each effect does to a picture, and which of them falls."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from engine.config import AugmentConfig, WeatherConfig
from engine.sample import Image
from engine.training import weather
from engine.training.augment import view


@pytest.fixture
def street() -> Image:
    """Bright sky over a mid-grey road, with some texture."""
    rows = np.linspace(200, 70, 128)[:, None, None] * np.ones((1, 256, 3))
    return np.clip(rows + np.random.default_rng(0).normal(0, 12, (128, 256, 3)), 0, 255).astype(np.uint8)


def _drawn(name: str, image: Image, strength: float = 0.6, seed: int = 3) -> Image:
    return weather.EFFECTS[name](image, strength, np.random.default_rng(seed))


@pytest.mark.parametrize("name", weather.EFFECTS)
@pytest.mark.parametrize("size", [(128, 256), (33, 47)])
def test_an_effect_keeps_the_size_and_leaves_the_picture_it_was_given_alone(name: str, size: tuple[int, int], street: Image) -> None:
    image = np.ascontiguousarray(street[: size[0], : size[1]])
    before = image.copy()
    made = _drawn(name, image)
    assert made.shape == image.shape and made.dtype == np.uint8 and (image == before).all() and (made != image).any()


@pytest.mark.parametrize("name", weather.EFFECTS)
def test_the_same_draws_make_the_same_picture(name: str, street: Image) -> None:
    assert (_drawn(name, street) == _drawn(name, street)).all()
    assert (_drawn(name, street) != _drawn(name, street, seed=4)).any()


@pytest.mark.parametrize("name", weather.EFFECTS)
def test_more_strength_changes_more(name: str, street: Image) -> None:
    def change(strength: float) -> float:
        return float(np.mean([np.abs(_drawn(name, street, strength, seed).astype(int) - street).mean() for seed in range(8)]))

    assert change(0.1) < change(0.5) < change(1.0)


def test_fog_takes_the_contrast_most_where_the_street_is_far(street: Image) -> None:
    made = np.mean([_drawn("fog", street, 0.8, seed).astype(float) for seed in range(8)], axis=0)
    contrast = [np.std(made[rows] - cv2.blur(made[rows], (9, 9))) for rows in (slice(44, 64), slice(104, 124))]
    assert contrast[0] < 0.5 * contrast[1]


def test_shadows_and_night_darken_and_a_flare_brightens(street: Image) -> None:
    mean = street.mean()
    assert _drawn("shadow", street).mean() < mean and _drawn("dark", street).mean() < 0.7 * mean and _drawn("flare", street).mean() > mean
    assert (_drawn("shadow", street)[:30] == street[:30]).mean() > 0.9, "shadows lie on the ground, not on the sky"


def test_at_most_one_effect_falls_by_its_probability(street: Image, monkeypatch: pytest.MonkeyPatch) -> None:
    fell = _counting(monkeypatch)
    config = WeatherConfig(snow=(0.2, 0.5), fog=(0.1, 0.3))
    counts = []
    for seed in range(2000):
        fell.clear()
        weather.fallen(street, config=config, rng=np.random.default_rng(seed))
        counts.append(tuple(fell))
    share = {which: counts.count(which) / len(counts) for which in set(counts)}
    assert share.keys() == {(), (("snow", 0.5),), (("fog", 0.3),)}
    assert share[(("snow", 0.5),)] == pytest.approx(0.2, abs=0.03) and share[(("fog", 0.3),)] == pytest.approx(0.1, abs=0.025)


def test_probabilities_above_one_are_shared_out_and_together_several_fall(street: Image, monkeypatch: pytest.MonkeyPatch) -> None:
    fell = _counting(monkeypatch)
    both = WeatherConfig(rain=(1.0, 0.5), dark=(1.0, 0.5))
    for seed in range(40):
        weather.fallen(street, config=both, rng=np.random.default_rng(seed))
    assert len(fell) == 40 and {name for name, _ in fell} == {"rain", "dark"}
    fell.clear()
    weather.fallen(street, config=WeatherConfig(rain=(1.0, 0.5), dark=(1.0, 0.5), together=True), rng=np.random.default_rng(0))
    assert [name for name, _ in fell] == ["rain", "dark"]


def test_fair_weather_changes_no_draw_of_an_older_run(street: Image) -> None:
    rng = np.random.default_rng(1)
    assert weather.fallen(street, config=WeatherConfig(), rng=rng) is street
    assert rng.random() == np.random.default_rng(1).random()


def test_a_view_has_weather_on_its_image_and_none_on_its_mask(street: Image) -> None:
    mask = np.zeros(street.shape[:2], np.uint8)
    mask[64:] = 1
    plain = AugmentConfig(scale=(1.0, 1.0), flip=0.0, photometric=0.0)
    image, seen = view(
        (street, mask), size=(128, 256), config=plain, rarity=np.ones(2), rng=np.random.default_rng(0), weather=WeatherConfig(fog=(1.0, 1.0))
    )
    assert (image != street).any() and (seen == mask).all()


def _counting(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, float]]:
    fell: list[tuple[str, float]] = []

    def noted(name: str) -> weather.Effect:
        def effect(image: Image, strength: float, rng: np.random.Generator) -> Image:
            fell.append((name, strength))
            return image

        return effect

    monkeypatch.setattr(weather, "EFFECTS", {name: noted(name) for name in weather.EFFECTS})
    return fell
