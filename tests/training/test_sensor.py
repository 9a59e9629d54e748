"""The camera's faults as augmentation."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest


@pytest.fixture(scope="module")
def picture() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (48, 64, 3), np.uint8)


def test_the_same_generator_gives_the_same_picture_on_any_thread(picture: np.ndarray) -> None:
    from engine.training.sensor import worn

    def twelve(_: int) -> list[bytes]:
        return [worn(picture, strength=0.8, rng=np.random.default_rng(seed)).tobytes() for seed in range(12)]

    with ThreadPoolExecutor(3) as threads:
        first, *others = threads.map(twelve, range(3))
    assert all(other == first for other in others)
    assert len(set(first)) > 6


def test_a_stronger_fault_changes_the_picture_more(picture: np.ndarray) -> None:
    from engine.training.sensor import worn

    def change(strength: float) -> float:
        changes = [np.abs(worn(picture, strength=strength, rng=np.random.default_rng(seed)).astype(int) - picture).mean() for seed in range(24)]
        return float(np.mean(changes))

    assert 0 < change(0.1) < change(1.0)
