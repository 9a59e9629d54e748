"""The lists of a run as arrays for drawing: kept, and only brought up to date where they have grown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from gui.widgets.curve_data import Numbers, RunCurves, smooth_on

_NONE: Numbers = np.empty(0)


@dataclass(slots=True)
class _Smoothed:
    """A moving average as far as it has come, and what it goes on from."""

    weight: float
    values: Numbers = field(default_factory=lambda: _NONE)
    carried: tuple[float, float] = (0.0, 0.0)


class CurveArrays:
    """`RunCurves` as arrays, all as long as there are steps. Of a list that has grown only the end is converted and smoothed."""

    def __init__(self, curves: RunCurves) -> None:
        self.curves = curves
        self._cuts = curves.cuts
        self._columns: dict[str, Numbers] = {}
        self._smoothed: dict[str, _Smoothed] = {}

    @property
    def steps(self) -> Numbers:
        return self._column("steps", lambda: self.curves.steps)

    @property
    def loss(self) -> Numbers:
        return self._column("loss", lambda: self.curves.loss)

    @property
    def rate(self) -> Numbers:
        """The learning rate."""
        return self._column("rate", lambda: self.curves.learning_rate)

    def smoothed_loss(self, weight: float) -> Numbers:
        """The moving average with `weight` on the past, see `smooth`."""
        return self._smooth("loss", self.loss, weight)

    def smoothed_term(self, name: str, weight: float) -> Numbers:
        """The same of the loss's part `name`; NaN stays where a step had no such part."""
        values = self._column(f"term {name}", lambda: self.curves.terms[name])
        return np.where(np.isfinite(values), self._smooth(f"term {name}", values, weight), np.nan)

    def _column(self, key: str, values: Callable[[], list[float] | list[int]]) -> Numbers:
        if self._cuts != self.curves.cuts:
            self._cuts, self._columns, self._smoothed = self.curves.cuts, {}, {}
        kept, now = self._columns.get(key, _NONE), values()
        if len(kept) < len(now):
            kept = self._columns[key] = np.concatenate([kept, np.asarray(now[len(kept) :], float)])
        return kept

    def _smooth(self, key: str, values: Numbers, weight: float) -> Numbers:
        known = self._smoothed.get(key)
        if known is None or known.weight != weight:
            known = self._smoothed[key] = _Smoothed(weight)
        if len(known.values) < len(values):
            more, known.carried = smooth_on(values[len(known.values) :], weight, known.carried)
            known.values = np.concatenate([known.values, more])
        return known.values
