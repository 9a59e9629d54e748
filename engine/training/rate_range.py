"""The learning-rate range test: a network is trained while its rate rises from hopelessly small to hopelessly large.

L. Smith, Cyclical Learning Rates for Training Neural Networks (2017, arXiv 1506.01186). The loss stays, then falls, then
levels off and leaps up: a good rate lies where it has fallen and has not begun to leap.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any

import numpy as np
import torch

from engine import events
from engine.config import TrainConfig
from engine.errors import ConfigError, DivergedError
from engine.events import Events, RateTried, ShouldStop, never
from engine.training import batches, beginning, distributed, hardware, material, stages
from engine.training.batches import Batch
from engine.training.beginning import Said
from engine.training.distributed import Group
from engine.training.learner import Learner
from engine.training.stages import Leg

LOW, HIGH, STEPS = 1e-7, 1.0, 100
_MEMORY = 0.1
"""The share of the steps that the smoothed loss remembers: what is smoothed longer lags behind the rate by as much."""
_DIVERGED = 4.0
"""The test is over where the smoothed loss is so many times its smallest."""
_MADE = 0.9
_CLEARLY = 0.02
"""A fall by less than this share is noise."""


def find_rate(config: TrainConfig, *, low: float = LOW, high: float = HIGH, steps: int = STEPS, should_stop: ShouldStop = never) -> Said:
    """Says RateTried for each of up to `steps` optimiser steps while the rate rises from `low` to `high`, at last Finished or Failed.

    Material, network, loss, batches and optimiser are those of a training by `config`: of its last stage, where there are several.
    Left out is what would hide the rate, or is not worth its while for so few steps: schedule, warm-up, frozen encoder, averaged
    weights, compilation, kept answers of a teacher. The test ends early where the loss diverges or is no longer a number. No run
    folder is made, the network is thrown away. `should_stop` is asked before every step; a stopped test says what it has found so far.

    Finished's summary: `learning_rate`, the suggestion (see `suggested`); `steepest` and `lowest`, the rates where the smoothed loss falls most steeply
    and where it is smallest; None where there is none. `steps`, how many were done, and `diverged`, whether the loss ended the test.
    """
    return beginning.told(_test(config, low=low, high=high, steps=steps, should_stop=should_stop))


def ramp(low: float, high: float, steps: int) -> list[float]:
    """So many rates from `low` to `high`, each the same multiple of the one before. Raises ConfigError."""
    if not 0 < low < high or steps < 3:
        raise ConfigError(f"{steps} learning rates from {low:g} to {high:g} are no range; give at least 3, from one above 0 to a higher one")
    return [float(rate) for rate in np.geomspace(low, high, steps)]


class Smoothed:
    """The exponential moving average of a loss, corrected for its start; `steps` is how long the test is at most."""

    def __init__(self, steps: int) -> None:
        self._past = 1 - 1 / max(1.0, _MEMORY * steps)
        self._sum = self._share = 0.0

    def add(self, loss: float) -> float:
        """The average with one more value."""
        self._sum = self._past * self._sum + (1 - self._past) * loss
        self._share = self._past * self._share + (1 - self._past)
        return self._sum / self._share


def _test(config: TrainConfig, *, low: float, high: float, steps: int, should_stop: ShouldStop) -> Events:
    rates, config, group = ramp(low, high, steps), _bare(config), distributed.joined()
    torch.set_num_threads(hardware.threads(config.threads, processes=group.local_world))
    beginning.check(config, group)
    found = material.opened(config)
    with hardware.determinism(config.deterministic):
        learner, rarity = yield from beginning.learner(config, found, group)
        yield from beginning.pretrain(learner.network, config)
        group.align(learner.network)
        (leg,) = stages.legs(config, lambda _: found.train)
        device = hardware.words(learner.device, number_format=learner.number_format, config=config)
        yield events.Message(f"trying {steps} learning rates from {low:g} to {high:g} on {device}")
        made = batches.made(leg.frames, leg.config, rarity=rarity, first=0, last=steps, outside=leg.outside, group=group)
        with closing(made):
            yield from _tried(learner, leg, rates, made, lambda: group.any(should_stop()))


def _bare(config: TrainConfig) -> TrainConfig:
    """The last stage alone, with what the rate itself meets."""
    optimiser = dataclasses.replace(config.optimiser, freeze_encoder=0, ema=0.0)
    distill = dataclasses.replace(config.distill, cache=0.0)
    return dataclasses.replace(config, stages=config.stages[-1:], optimiser=optimiser, distill=distill, compile=False)


def _tried(learner: Learner, leg: Leg, rates: Sequence[float], made: Iterator[Batch], should_stop: ShouldStop) -> Events:
    """One step a rate, and what they say together."""
    begun, smoothed, curve = time.perf_counter(), Smoothed(len(rates)), list[float]()
    stopped = diverged = False
    for step, rate in enumerate(rates, 1):
        if stopped := should_stop():
            break
        try:
            loss = learner.step(next(made), number=step - 1, learning_rate=rate, fill_void=leg.fill_void).loss
        except DivergedError:
            diverged = True
            break
        curve.append(smoothed.add(loss))
        yield RateTried(step, len(rates), rate, loss, curve[-1], events.seconds_left(begun, step, len(rates)))
        if diverged := curve[-1] > _DIVERGED * min(curve):
            break
    yield events.Finished(stopped, summary(rates[: len(curve)], curve) | {"diverged": diverged})



def summary(rates: Sequence[float], smoothed: Sequence[float]) -> dict[str, Any]:
    """What the rates that were tried and their smoothed losses come to: see `find_rate`."""
    bottom = _bottom(smoothed)
    return {
        "learning_rate": suggested(rates, smoothed),
        "steepest": steepest(rates, smoothed),
        "lowest": None if bottom is None else rates[bottom],
        "steps": len(smoothed),
    }


def suggested(rates: Sequence[float], smoothed: Sequence[float]) -> float | None:
    """The lowest rate at which nine tenths of the fall of the smoothed loss are made; None where the loss doesn't fall.

    That is a good highest rate of a schedule: beyond it the loss hardly gets better, and a leap is nearer. The steepest descent is
    none for a young network under AdamW: there it learns no more than how often each class occurs. On CamVid (FPN on MobileNetV2) the
    descent is steepest at 7e-5 and 1.5e-3 is suggested; two short epochs at about these rates end at a loss of 1.76 and 1.54.
    """
    bottom = _bottom(smoothed)
    if bottom is None:
        return None
    top = max(smoothed[1:bottom])
    made = top - _MADE * (top - smoothed[bottom])
    return next(rate for rate, loss in zip(rates[1:], smoothed[1:]) if loss <= made)


def steepest(rates: Sequence[float], smoothed: Sequence[float]) -> float | None:
    """The rate where the smoothed loss falls most steeply over the logarithm of the rate, by a line through it and its neighbours.

    The first and the last points are left out: an average of few values jumps, and a line needs both its ends. None where there is none.
    """
    bottom, reach = _bottom(smoothed), max(1, len(smoothed) // 20)
    if bottom is None:
        return None
    logarithms, losses = np.log(rates), np.array(smoothed)
    slopes = {at: np.polyfit(logarithms[at - reach : at + reach + 1], losses[at - reach : at + reach + 1], 1)[0] for at in range(2 * reach, len(losses) - reach)}
    at = min(slopes, key=slopes.__getitem__, default=None)
    return None if at is None or slopes[at] >= 0 else rates[at]


def _bottom(smoothed: Sequence[float]) -> int | None:
    """Where the smoothed loss is smallest; None where it isn't clearly lower there than before."""
    at = int(np.argmin(smoothed)) if len(smoothed) > 2 else 0
    return at if at > 1 and smoothed[at] < (1 - _CLEARLY) * max(smoothed[1:at]) else None
