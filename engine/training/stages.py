"""The stages of a run: each a config of its own, with the steps that it takes of the whole."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

from engine.config import Stage, TrainConfig
from engine.errors import ConfigError
from engine.labels import VOID
from engine.training import views
from engine.training.augment import OUTSIDE
from engine.training.frames import Frames, Size

_SEEDS_APART = 7919


@dataclass(frozen=True, slots=True)
class Leg:
    """One stage at work: the steps `first` up to, not including, `last` of the run, on `frames`.

    `config` is the run's with this stage's size, crop, epochs and batch (all the frames of one step: `batch` times
    `optimiser.accumulate`), and a seed of its own, so that no two stages draw the same views in the same order.
    """

    number: int
    config: TrainConfig
    frames: Frames
    first: int
    last: int
    epochs_before: int
    fill_void: bool

    @property
    def outside(self) -> int:
        """What a mask says beyond the frame: no teacher may label that."""
        return OUTSIDE if self.fill_void else VOID

    def epoch(self, step: int) -> int:
        """The run's pass over the frames, from 0, that step number `step` of the run belongs to."""
        return self.epochs_before + views.epoch(step - self.first, len(self.frames), self.config)

    def epoch_ends(self, step: int) -> bool:
        """Whether a pass over the frames ends with the run's step `step`, the first step being 1."""
        count, done = len(self.frames), step - self.first
        return done * self.config.batch // count > (done - 1) * self.config.batch // count

    def progress(self, step: int) -> float:
        """0 … 1: how much of this stage is done after `step` steps of the run."""
        return (step - self.first) / (self.last - self.first)


def stages(config: TrainConfig) -> tuple[Stage, ...]:
    """The stages that `config` asks for: one of its own size, epochs and batch where it names none. Raises ConfigError."""
    if not config.stages:
        return (Stage(config.data.size, config.epochs, config.batch),)
    if config.stages[-1].size != config.data.size:
        last, size = config.stages[-1].size, config.data.size
        raise ConfigError(f"stages end at {last[0]}×{last[1]}, but data.size, at which is scored, is {size[0]}×{size[1]}; make them the same")
    if config.max_minutes:
        raise ConfigError("max_minutes can't be kept with stages; give each stage its epochs instead, and set max_minutes to 0")
    if any(stage.fill_void for stage in config.stages) and not config.distill.teacher:
        raise ConfigError("a stage has fill_void, but there is no teacher to label the void; give distill.teacher, or leave fill_void out")
    return config.stages


def legs(config: TrainConfig, frames: Callable[[Stage], Frames]) -> tuple[Leg, ...]:
    """The stages one after the other; `frames` gives what each learns from. Raises ConfigError."""
    made: list[Leg] = []
    first = epochs = 0
    for number, stage in enumerate(stages(config)):
        own, its = config_of(config, stage, number), frames(stage)
        last = first + views.steps(len(its), own)
        made.append(Leg(number, own, its, first, last, epochs, stage.fill_void))
        first, epochs = last, epochs + stage.epochs
    return tuple(made)


def config_of(config: TrainConfig, stage: Stage, number: int) -> TrainConfig:
    """The run's config as the stage `number`, from 0, has it."""
    return dataclasses.replace(
        config,
        data=dataclasses.replace(config.data, size=stage.size),
        augment=dataclasses.replace(config.augment, crop=crop_at(config.augment.crop, config.data.size, stage.size)),
        epochs=stage.epochs,
        batch=stage.batch * config.optimiser.accumulate,
        seed=config.seed + _SEEDS_APART * number,
    )


def crop_at(crop: Size, given: Size, now: Size) -> Size:
    """A crop that was given for frames of the size `given`, for frames of the size `now`: shrunk or grown with them, to no less than 32."""
    if given == now:
        return crop
    height, width = (max(32, round(side * to / was / 32) * 32) if side else 0 for side, to, was in zip(crop, now, given))
    return height, width
