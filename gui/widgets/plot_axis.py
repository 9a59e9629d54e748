"""The axes of a plot: numbers as people write them, and values by powers of ten on both sides of zero."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QFont

from gui.widgets.curve_data import Numbers

_TINY = 1e-3
_LEAST = 0.01
_TICK_EVERY = 14


def folded(values: Numbers) -> Numbers:
    """`values` on an axis of powers of ten: one unit each from 0.01 on, straight through zero below, so that negative ones have their place."""
    return np.arcsinh(np.asarray(values, float) / (2 * _TINY)) / math.log(10)


def unfolded(places: Numbers) -> Numbers:
    """The values at `places` of such an axis."""
    return 2 * _TINY * np.sinh(np.asarray(places, float) * math.log(10))


class Axis(pg.AxisItem):
    """12 000 steps, a rate of 2e-3; where `folded` is set, the powers of ten and what lies between them."""

    folded = False

    def __init__(self, side: str) -> None:
        super().__init__(side)
        self.enableAutoSIPrefix(False)
        font = QFont()
        font.setPointSizeF(8.25)
        self.setTickFont(font)
        self.setStyle(tickLength=-4, maxTickLevel=0 if side == "bottom" else 1)

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        if not self.folded:
            return super().tickValues(low, high, size)  # type: ignore[no-any-return]
        return [(1.0, folded_ticks(low, high, (high - low) * _TICK_EVERY / size))]

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        if self.orientation == "bottom":
            return [f"{value:,.0f}".replace(",", "\u202f") if value >= 0 else "" for value in values]
        return [f"{value:.4g}" for value in (unfolded(np.asarray(values)).round(9) if self.folded else values)]


def folded_ticks(low: float, high: float, apart: float) -> list[float]:
    """Places between `low` and `high` of a folded axis, at least `apart`: zero, powers of ten, and what lies between them where there is room."""
    first, last = (float(value) for value in unfolded(np.array([low, high])))
    slack = 1e-9 * max(abs(first), abs(last))
    top = math.floor(math.log10(max(abs(first), abs(last), _LEAST)) + 1e-9)
    finer = [_around_zero([step * 10.0**power for power in range(-2, top + 1) for step in steps]) for steps in ((1, 2, 3, 5), (1, 3))]
    coarser = [_around_zero([10.0**power for power in range(top, -3, -stride)]) for stride in range(1, top + 4)]
    for values in finer + coarser:
        places = folded(np.array([one for one in values if first - slack <= one <= last + slack]))
        if len(places) < 2 or float(np.diff(places).min()) >= apart:
            break
    if len(places) < 2:  # less than a power of ten is seen: even steps
        step = _even_step((last - first) * apart / (high - low))
        places = folded(np.array([step * count for count in range(math.ceil(first / step), math.floor(last / step) + 1)]))
    return [float(place) for place in places]


def _around_zero(values: list[float]) -> list[float]:
    return sorted([*(-value for value in values), 0.0, *values])


def _even_step(least: float) -> float:
    """1, 2 or 5 times a power of ten: the lowest from `least` on."""
    power = 10.0 ** math.floor(math.log10(max(least, 1e-9)))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least)
