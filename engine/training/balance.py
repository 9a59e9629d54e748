"""How often each class occurs, and what that makes it worth."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.config import LossConfig
from engine.errors import ConfigError
from engine.labels import ClassSet

_MOST = 10.0
"""No class weighs more than this many times the mean pixel: a handful of pixels must not steer the run."""


def class_weights(config: LossConfig, classes: ClassSet, pixels: NDArray[np.int64]) -> NDArray[np.float32] | None:
    """(K,) the weight of each class given its `pixels` (K,) in the training frames; None where all weigh 1.

    The mean weight over the pixels is 1, so that the loss keeps its scale; `by_hand` is then put in its place as it stands.
    Raises ConfigError where `by_hand` names a class that isn't there.
    """
    if unknown := sorted(set(config.by_hand) - set(classes.names)):
        raise ConfigError(f"loss.by_hand names {unknown[0]!r}; the classes are: {', '.join(classes.names)}")
    if config.class_weights == "none" and not config.by_hand:
        return None
    weights = np.ones(len(classes))
    if config.class_weights != "none":
        share = pixels / max(1, pixels.sum())
        weights = _inverse_frequency(share) if config.class_weights == "inverse_frequency" else _effective_number(share)
        weights = np.minimum(weights / max(1e-12, (share * weights).sum()), _MOST)
    for name, weight in config.by_hand.items():
        weights[classes.names.index(name)] = weight
    return weights.astype(np.float32)


def rarity(pixels: NDArray[np.int64]) -> NDArray[np.float64]:
    """(K,) the chance of each class to be the one that a crop is placed on: the rarer, the greater; 0 where there is none of it."""
    share = pixels / max(1, pixels.sum())
    chance = np.where(pixels > 0, 1 / np.sqrt(np.maximum(share, 1e-6)), 0.0)
    return chance / max(1e-12, chance.sum())


def _inverse_frequency(share: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(share > 0, 1 / np.maximum(share, 1e-6), 0.0)


def _effective_number(share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Y. Cui et al., Class-Balanced Loss (CVPR 2019), with as many prototypes as an even share has pixels.

    Rare classes weigh nearly as their inverse frequency, frequent ones all the same.
    """
    even = 1 / len(share)
    return np.where(share > 0, 1 / np.maximum(1 - np.exp(-share / even), 1e-6), 0.0)
