"""How a training begins, and a test of learning rates just so: what is checked, counted and built, and how a failure is told."""

from __future__ import annotations

import traceback
from collections.abc import Generator

import numpy as np
import torch
from numpy.typing import NDArray

from engine import events, models
from engine.config import TrainConfig
from engine.errors import ConfigError, RoadscopeError
from engine.events import Events
from engine.models._network import Network
from engine.training import balance, material, stages
from engine.training.distributed import Group
from engine.training.learner import Learner
from engine.training.material import Material

Said = Generator[events.Event, None, None]
Rarity = NDArray[np.float64]


def told(said: Events) -> Said:
    """What a training says; what breaks it becomes the last of it, a Failed in one sentence."""
    try:
        yield from said
    except RoadscopeError as error:
        yield events.Failed(str(error))
    except (torch.OutOfMemoryError, MemoryError) as error:
        yield events.Failed("the memory is not enough for this run; lower batch, augment.crop or data.size", f"{error}")
    except Exception as error:
        if isinstance(error, RuntimeError) and "alloc" in str(error).lower():
            yield events.Failed("the memory is not enough for this run; lower batch, augment.crop or data.size", f"{error}")
            return
        yield events.Failed(
            f"training broke off by a fault of the program ({type(error).__name__}: {error}); please report it", traceback.format_exc()
        )


def check(config: TrainConfig, group: Group) -> None:
    """What no single record can check about itself. Raises ConfigError."""
    if (smallest := min(stage.batch for stage in stages.stages(config))) < group.world:
        raise ConfigError(f"batch is {smallest}, but {group.world} processes train; give each at least one frame of a step")
    low, high = config.augment.scale
    if low > high:
        raise ConfigError(f"augment.scale is {low:g} to {high:g}; the first is the smaller factor")
    if any(config.augment.crop) and min(config.augment.crop) < 32:
        raise ConfigError(f"augment.crop is {config.augment.crop}; give both height and width, at least 32, or 0 0 for the whole frame")


def learner(config: TrainConfig, found: Material, group: Group) -> Generator[events.Event, None, tuple[Learner, Rarity]]:
    """The untrained network with its loss, and the rarity (K,) of each class; says how the counting goes where that takes any."""
    pixels = np.zeros(len(found.classes), np.int64)
    if config.loss.class_weights != "none" or config.augment.rare:
        yield from material.counted(found.train, found.classes, pixels)
    weights = balance.class_weights(config.loss, found.classes, pixels)
    return Learner(config, found.classes, class_weights=weights, group=group), balance.rarity(pixels)


def pretrain(network: Network, config: TrainConfig) -> Events:
    """Gives the encoder its ImageNet weights where they are wanted, and says whether they could be had."""
    if config.model.pretrained:
        why_not = models.pretrain(network, config.model)
        yield events.Message(why_not, "warning") if why_not else events.Message(f"{config.model.encoder} starts from ImageNet weights")
