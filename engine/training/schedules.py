"""How the learning rate moves: pure functions of how far the run is."""

from __future__ import annotations

import math
from collections.abc import Callable

from engine.errors import ConfigError

_START = 1 / 25
_END = 1e-4
_POWER = 0.9


def one_cycle(progress: float, warm_up: float) -> float:
    """Up along a cosine from 1/25 within `warm_up`, then down along one to nearly nothing. L. Smith, Super-Convergence (2018)."""
    if progress < warm_up:
        return _cosine(_START, 1.0, progress / warm_up)
    return _cosine(1.0, _START * _END, (progress - warm_up) / (1 - warm_up))


def poly(progress: float, warm_up: float) -> float:
    """Up in a straight line within `warm_up`, then (1 - t)^0.9, as DeepLab has it."""
    if progress < warm_up:
        return max(_START, progress / warm_up)
    return float((1 - (progress - warm_up) / (1 - warm_up)) ** _POWER)


def plateau(progress: float, warm_up: float) -> float:
    """Up in a straight line within `warm_up`, then level: what validations without a better score make of it is the loop's."""
    return max(_START, min(1.0, progress / warm_up)) if warm_up else 1.0


SCHEDULES: dict[str, Callable[[float, float], float]] = {"one_cycle": one_cycle, "poly": poly, "plateau": plateau}


def factor(name: str, progress: float, *, warm_up: float) -> float:
    """What the highest learning rate is multiplied by at `progress` 0 … 1 of the run. Raises ConfigError for an unknown name."""
    if name not in SCHEDULES:
        raise ConfigError(f"optimiser.schedule is {name!r}; choose one of: {', '.join(SCHEDULES)}")
    return SCHEDULES[name](min(1.0, max(0.0, progress)), warm_up)


def _cosine(start: float, end: float, progress: float) -> float:
    return end + (start - end) * (1 + math.cos(math.pi * progress)) / 2
