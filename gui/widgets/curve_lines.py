"""Which lines the runs on the plot make, and what is to be read at a step."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from gui.widgets.curve_data import Numbers, RunCurves, nearest, smooth

Reading = tuple[str, str, str]
"""A word, its number and a colour."""


@dataclass(frozen=True, slots=True)
class Line:
    """Points to join, x ascending. `faint` lines lie behind; `dots` mark each point."""

    key: str
    x: Numbers
    y: Numbers
    colour: str
    faint: bool = False
    dots: bool = False
    width: float = 2.0


@dataclass(slots=True)
class Shown:
    """A run on the plot: its numbers and the colour of its lines; the first one is the run that is looked at."""

    name: str
    curves: RunCurves
    colour: str


@dataclass(slots=True)
class _Arrays:
    """The lists of a run as arrays; made again only when they have grown or the smoothing has changed."""

    stamp: tuple[object, ...] = ()
    steps: Numbers = field(default_factory=lambda: np.empty(0))
    loss: Numbers = field(default_factory=lambda: np.empty(0))
    smoothed: Numbers = field(default_factory=lambda: np.empty(0))
    rate: Numbers = field(default_factory=lambda: np.empty(0))


class CurveLines:
    """The runs that are shown, how much they are smoothed and which classes of the first get a line."""

    def __init__(self) -> None:
        self.runs: list[Shown] = []
        self.classes: dict[str, str] = {}
        self.smoothing = 0.9
        self._arrays: dict[str, _Arrays] = {}

    @property
    def first(self) -> RunCurves | None:
        return self.runs[0].curves if self.runs else None

    def show(self, runs: list[Shown]) -> None:
        self.runs = runs
        self._arrays = {}

    def span(self) -> tuple[float, float]:
        """From step 0 to the last step of any run."""
        ends = [one.curves.steps[-1] for one in self.runs if one.curves.steps]
        ends += [one.curves.validated[-1].step for one in self.runs if one.curves.validated]
        return 0.0, float(max(ends, default=100) or 1)

    def loss(self) -> list[Line]:
        """Each run's loss, raw and faint behind its smoothed line."""
        lines = []
        for run in reversed(self.runs):
            arrays = self._of(run)
            if self.smoothing:
                lines.append(Line(f"{run.name}/raw", arrays.steps, arrays.loss, run.colour, faint=True))
            lines.append(Line(f"{run.name}/smooth", arrays.steps, arrays.smoothed, run.colour))
        return lines

    def rate(self) -> list[Line]:
        """Each run's learning rate."""
        return [Line(run.name, self._of(run).steps, self._of(run).rate, run.colour, width=1.5) for run in reversed(self.runs)]

    def score(self) -> list[Line]:
        """Each run's mean IoU, and the first run's chosen classes."""
        lines = []
        for run in reversed(self.runs):
            validated = run.curves.validated
            at = np.array([one.step for one in validated], float)
            if run is self.runs[0]:
                for name, colour in self.classes.items():
                    values = np.array([one.iou.get(name, math.nan) for one in validated], float)
                    lines.append(Line(f"class {name}", at, values, colour, dots=True, width=1.2))
            lines.append(Line(run.name, at, np.array([one.mean_iou for one in validated], float), run.colour, dots=True, width=2.5))
        return lines

    def read(self, step: float | None) -> tuple[list[Reading], list[Reading], list[Reading]]:
        """Loss, scores and learning rate at `step`, or for None at the end of each run."""
        at = math.inf if step is None else step
        loss, score, rate = [], [], []
        for run in self.runs:
            word = _short(run.name) if len(self.runs) > 1 else ""
            arrays, curves = self._of(run), run.curves
            index = nearest(curves.steps, at)
            if index is not None and (step is None or step <= curves.steps[-1]):
                place = f"step {curves.steps[index]:,} · epoch {curves.epochs[index] + 1}".replace(",", "\u202f")
                raw = f"{curves.loss[index]:.4g}"
                smoothed = f"{arrays.smoothed[index]:.4g}"
                loss.append((word, f"{raw} · smoothed {smoothed}" if self.smoothing else raw, run.colour))
                if run is self.runs[0]:
                    loss.append((place, "", "#8b93a1"))
                rate.append((word, f"{curves.learning_rate[index]:.3g}", run.colour))
            when = nearest([one.step for one in curves.validated], at)
            if when is not None:
                score.append((word, spoken(curves.validated[when].mean_iou), run.colour))
        return loss, score, rate

    def class_scores(self, step: float | None) -> dict[str, float]:
        """The IoU by class of the first run at the validation nearest to `step`, or for None at the last."""
        validated = self.first.validated if self.first else []
        index = nearest([one.step for one in validated], math.inf if step is None else step)
        return {} if index is None else validated[index].iou

    def _of(self, run: Shown) -> _Arrays:
        kept = self._arrays.setdefault(run.name, _Arrays())
        steps = run.curves.steps
        stamp = (id(run.curves), len(steps), steps[-1] if steps else 0, self.smoothing)
        if kept.stamp != stamp:
            kept.stamp, kept.steps = stamp, np.asarray(steps, float)
            kept.loss, kept.rate = np.asarray(run.curves.loss, float), np.asarray(run.curves.learning_rate, float)
            kept.smoothed = smooth(kept.loss, self.smoothing)
        return kept


def spoken(score: float) -> str:
    """An IoU for people: three decimals, a dash where the class doesn't occur."""
    return "–" if math.isnan(score) else f"{score:.3f}"


def _short(name: str) -> str:
    """2026-11-22_18-30-05_fpn-mobilenet_v2 as 11-22 18:30 fpn-mobilenet_v2: enough to tell runs apart."""
    day, _, rest = name.partition("_")
    time, _, words = rest.partition("_")
    return f"{day[5:]} {time[:5].replace('-', ':')} {words}" if words and len(day) == 10 else name
