"""Which lines the runs on the plot make, and what is to be read at a step."""

from __future__ import annotations

import itertools
import math
import time
from dataclasses import dataclass

import numpy as np

from gui.widgets.curve_arrays import CurveArrays
from gui.widgets.curve_data import Numbers, RunCurves, nearest

Reading = tuple[str, str, str]
"""A word, its number and a colour."""
TERM_COLOURS = ("#7bc8f6", "#f7b267", "#8bd48a", "#f28482", "#c3a6ff", "#6ee7d8", "#ffd166", "#f4a6cd", "#a3b18a", "#e0c3a0")


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


class CurveLines:
    """The runs that are shown, how much they are smoothed, which classes of the first get a line and which of its loss's parts get none."""

    def __init__(self) -> None:
        self.runs: list[Shown] = []
        self.classes: dict[str, str] = {}
        self.hidden: frozenset[str] = frozenset()
        self.smoothing = 0.9
        self._arrays: dict[str, CurveArrays] = {}

    @property
    def first(self) -> RunCurves | None:
        return self.runs[0].curves if self.runs else None

    @property
    def parted(self) -> bool | None:
        """Whether the first run's loss has several parts; None before its first step, when that isn't known."""
        return self.first.parted if self.first is not None and self.first.steps else None

    def show(self, runs: list[Shown]) -> None:
        self.runs = runs
        self._arrays = {run.name: self._of(run) for run in runs}

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
            lines.append(Line(f"{run.name}/smooth", arrays.steps, arrays.smoothed_loss(self.smoothing), run.colour))
        return lines

    def terms(self) -> list[Line]:
        """The parts of the first run's loss that are not hidden, smoothed."""
        if self.first is None or not self.first.parted:
            return []
        arrays = self._of(self.runs[0])
        return [
            Line(f"term {name}", arrays.steps, arrays.smoothed_term(name, self.smoothing), colour, width=1.4)
            for name, colour in self._term_colours().items()
            if name not in self.hidden
        ]

    def prepare_terms(self, until: float) -> bool:
        """Smooths the parts until the clock `time.perf_counter` says `until`; whether `terms` would be quick now."""
        for name in self._term_colours():
            if time.perf_counter() >= until:
                return False
            if name not in self.hidden:
                self._of(self.runs[0]).smoothed_term(name, self.smoothing)
        return True

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

    def read(self, step: float | None) -> tuple[list[Reading], list[Reading], list[Reading], list[Reading]]:
        """Loss, scores, learning rate and the loss's terms at `step`, or for None at the end of each run."""
        at = math.inf if step is None else step
        loss, score, rate = [], [], []
        for run in self.runs:
            word = _short(run.name) if len(self.runs) > 1 else ""
            arrays, curves = self._of(run), run.curves
            index = nearest(curves.steps, at)
            if index is not None and (step is None or step <= curves.steps[-1]):
                place = f"step {curves.steps[index]:,} · epoch {curves.epochs[index] + 1}".replace(",", "\u202f")
                raw = f"{curves.loss[index]:.4g}"
                smoothed = f"{arrays.smoothed_loss(self.smoothing)[index]:.4g}"
                loss.append((word, f"{raw} · smoothed {smoothed}" if self.smoothing else raw, run.colour))
                if run is self.runs[0]:
                    loss.append((place, "", "#8b93a1"))
                rate.append((word, f"{curves.learning_rate[index]:.3g}", run.colour))
            when = nearest([one.step for one in curves.validated], at)
            if when is not None:
                score.append((word, spoken(curves.validated[when].mean_iou), run.colour))
        return loss, score, rate, self._read_terms(step)

    def class_scores(self, step: float | None) -> dict[str, float]:
        """The IoU by class of the first run at the validation nearest to `step`, or for None at the last."""
        validated = self.first.validated if self.first else []
        index = nearest([one.step for one in validated], math.inf if step is None else step)
        return {} if index is None else validated[index].iou

    def _read_terms(self, step: float | None) -> list[Reading]:
        """The parts of the first run's loss; those that are hidden without a number."""
        curves = self.first
        index = None if curves is None else nearest(curves.steps, math.inf if step is None else step)
        if curves is None or index is None or not curves.parted:
            return []
        return [(name, "" if name in self.hidden else _figure(curves.terms[name][index]), colour) for name, colour in self._term_colours().items()]

    def _of(self, run: Shown) -> CurveArrays:
        kept = self._arrays.get(run.name)
        if kept is None or kept.curves is not run.curves:
            kept = self._arrays[run.name] = CurveArrays(run.curves)
        return kept

    def _term_colours(self) -> dict[str, str]:
        return dict(zip(self.first.terms, itertools.cycle(TERM_COLOURS))) if self.first is not None else {}


def spoken(score: float) -> str:
    """An IoU for people: three decimals, a dash where the class doesn't occur."""
    return "–" if math.isnan(score) else f"{score:.3f}"


def _figure(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.3g}"


def _short(name: str) -> str:
    """2026-11-22_18-30-05_fpn-mobilenet_v2 as 11-22 18:30 fpn-mobilenet_v2: enough to tell runs apart."""
    day, _, rest = name.partition("_")
    time, _, words = rest.partition("_")
    return f"{day[5:]} {time[:5].replace('-', ':')} {words}" if words and len(day) == 10 else name
