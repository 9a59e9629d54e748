"""What the curves of a run are drawn from: plain lists that grow with its events, and the arithmetic of drawing them."""

from __future__ import annotations

import csv
import io
import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import events

Numbers = NDArray[np.float64]
_BLOCK = 256


@dataclass(slots=True)
class Samples:
    """The frames drawn at one validation, in the order of their index."""

    step: int
    shown: list[events.SampleShown] = field(default_factory=list)


@dataclass(slots=True)
class RunCurves:
    """One run's numbers by optimiser step. The lists only ever grow, but for a resumed run: see `add`."""

    classes: tuple[str, ...] = ()
    steps_total: int = 0
    steps: list[int] = field(default_factory=list)
    epochs: list[int] = field(default_factory=list)
    loss: list[float] = field(default_factory=list)
    learning_rate: list[float] = field(default_factory=list)
    terms: dict[str, list[float]] = field(default_factory=dict)
    """The loss's parts by name, each with a number a step: NaN where a step had no such part."""
    validated: list[events.Validated] = field(default_factory=list)
    samples: list[Samples] = field(default_factory=list)
    resumed_at: list[int] = field(default_factory=list)
    stages: list[events.StageBegan] = field(default_factory=list)
    last: events.Event | None = None
    latest: events.StepDone | None = None
    begun: bool = False
    """Whether a step was done since it was last started."""
    cuts: int = 0
    """How often the end of the lists was taken away: until it changes, what was there before is still there."""

    @classmethod
    def of(cls, said: Iterable[events.Event]) -> RunCurves:
        """The curves of a history."""
        curves = cls()
        for event in said:
            curves.add(event)
        return curves

    def add(self, event: events.Event) -> bool:
        """Takes in one event; True when something to be seen changes. A run that resumes from an earlier step loses what came after it."""
        self.last = event
        match event:
            case events.Started():
                self._start(event)
            case events.StageBegan():
                self.stages[:] = [one for one in self.stages if one.step < event.step] + [event]
            case events.StepDone():
                if self.steps and event.step <= self.steps[-1]:
                    self._cut(event.step - 1)
                self.latest, self.steps_total, self.begun = event, event.steps_total, True
                self._take_terms(event.terms)
                self.steps.append(event.step)
                self.epochs.append(event.epoch)
                self.loss.append(event.loss)
                self.learning_rate.append(event.learning_rate)
            case events.Validated():
                self.validated.append(event)
                self.classes = self.classes or tuple(event.iou)
            case events.SampleShown():
                if not self.samples or self.samples[-1].step != event.step:
                    self.samples.append(Samples(event.step))
                self.samples[-1].shown.append(event)
            case _:
                return False
        return True

    @property
    def parted(self) -> bool:
        """Whether the loss has several parts, so that they say more than their sum."""
        return len(self.terms) > 1

    @property
    def marks(self) -> list[tuple[int, str]]:
        """Steps to be marked, each with its word: where a stage began, by its size, and where the run was resumed."""
        sizes = [(one.step, "{}×{}".format(*one.size)) for one in self.stages]
        return sorted(sizes + [(step, "resumed") for step in self.resumed_at])

    @property
    def best(self) -> events.Validated | None:
        """The last stage's validation with the highest mean IoU: an earlier one's scores are of another size."""
        begun = self.stages[-1].step if self.stages else 0
        scored = [one for one in self.validated if not math.isnan(one.mean_iou) and (one.step > begun or not begun)]
        return max(scored, key=lambda one: one.mean_iou, default=None)

    def at(self, step: float) -> int | None:
        """The index of the optimiser step nearest to `step`; None when there is none yet."""
        return nearest(self.steps, step)

    def table(self) -> str:
        """The numbers as CSV: a row a step, validation columns filled where there was one; the loss's parts where there are several."""
        scores = {one.step: one for one in self.validated}
        parts = self.terms if self.parted else {}
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["step", "epoch", "loss", *(f"loss_{name}" for name in parts), "learning_rate", "validation_loss", "mean_iou", *self.classes])
        for step, epoch, loss, rate, *each in zip(self.steps, self.epochs, self.loss, self.learning_rate, *parts.values()):
            writer.writerow([step, epoch, loss, *_filled(each), rate, *self._scores(scores.pop(step, None))])
        for step, score in sorted(scores.items()):
            writer.writerow([step, score.epoch, "", *("" for _ in parts), "", *self._scores(score)])
        return text.getvalue()

    def _scores(self, score: events.Validated | None) -> list[Any]:
        if score is None:
            return [""] * (2 + len(self.classes))
        return _filled([score.loss, score.mean_iou, *(score.iou.get(name, math.nan) for name in self.classes)])

    def _take_terms(self, terms: dict[str, float]) -> None:
        for name in terms:
            if name not in self.terms:
                self.terms[name] = [math.nan] * len(self.steps)
        for name, values in self.terms.items():
            values.append(terms.get(name, math.nan))

    def _start(self, event: events.Started) -> None:
        self.classes, self.steps_total, self.begun = event.classes or self.classes, event.steps_total, False
        if event.step:
            self.resumed_at.append(event.step)
        self._cut(event.step)

    def _cut(self, step: int) -> None:
        keep = bisect_left(self.steps, step + 1)
        lists: list[list[Any]] = [self.steps, self.epochs, self.loss, self.learning_rate, *self.terms.values()]
        for values in lists:
            del values[keep:]
        self.terms = {name: values for name, values in self.terms.items() if not all(map(math.isnan, values))}
        self.cuts += 1
        self.validated[:] = [one for one in self.validated if one.step <= step]
        self.stages[:] = [one for one in self.stages if one.step <= step]
        self.samples[:] = [one for one in self.samples if one.step <= step]


def _filled(values: Iterable[float]) -> list[Any]:
    return ["" if math.isnan(value) else value for value in values]


def nearest(steps: Sequence[int], step: float) -> int | None:
    """The index in the sorted `steps` of the one nearest to `step`; None for no steps."""
    if not steps:
        return None
    if step >= steps[-1]:
        return len(steps) - 1
    right = min(bisect_left(steps, step), len(steps) - 1)
    return right - 1 if right and abs(steps[right - 1] - step) <= abs(steps[right] - step) else right


def smooth(values: Numbers, weight: float) -> Numbers:
    """The exponential moving average of `values` (n,), `weight` in 0…1 on the past, corrected for its start as TensorBoard does.

    Non-finite values are left out of the average. 100 000 values take about a millisecond.
    """
    return smooth_on(values, weight, (0.0, 0.0))[0]


def smooth_on(values: Numbers, weight: float, carried: tuple[float, float]) -> tuple[Numbers, tuple[float, float]]:
    """`smooth` of values that follow others: `carried` is what it gave beside the others' average, (0, 0) where there are none."""
    if weight <= 0 or not len(values):
        return values.astype(np.float64), carried
    finite = np.isfinite(values)
    total = _decayed(np.where(finite, values, 0.0), weight, carried[0])
    share = _decayed(finite.astype(np.float64), weight, carried[1])
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(share > 0, total / share, np.nan), (float(total[-1]), float(share[-1]))


def _decayed(values: Numbers, weight: float, carried: float) -> Numbers:
    """y[i] = weight · y[i-1] + (1 - weight) · values[i] from y[-1] = `carried` on, a block of rows at a time by one matrix product."""
    powers = weight ** np.arange(_BLOCK + 1)
    lag = np.arange(_BLOCK)[:, None] - np.arange(_BLOCK)[None, :]
    blocks = np.zeros((-(-len(values) // _BLOCK), _BLOCK))
    blocks.ravel()[: len(values)] = values
    inside = blocks @ np.where(lag >= 0, powers[np.clip(lag, 0, None)], 0.0).T * (1 - weight)
    for row in inside:
        row += carried * powers[1:]
        carried = row[-1]
    return inside.ravel()[: len(values)]


def thin(x: Numbers, y: Numbers, buckets: int) -> tuple[Numbers, Numbers]:
    """About 2 · `buckets` of the points (x ascending): the lowest and the highest of each bucket, so that no spike is lost, and both ends."""
    if len(x) <= 2 * buckets:
        return x, y
    size = -(-len(x) // buckets)
    padded = np.full(-(-len(x) // size) * size, np.nan)
    padded[: len(x)] = y
    rows = padded.reshape(-1, size)
    finite = np.isfinite(rows)
    lowest = np.where(finite, rows, np.inf).argmin(1)
    highest = np.where(finite, rows, -np.inf).argmax(1)
    chosen = np.concatenate([lowest, highest]) + np.tile(np.arange(len(rows)) * size, 2)
    index = np.unique(np.concatenate([[0], chosen, [len(x) - 1]]))
    return x[index], y[index]


def visible(x: Numbers, low: float, high: float) -> slice:
    """The part of the ascending `x` between `low` and `high`, with one point beyond each end so that lines leave the view."""
    return slice(max(0, int(np.searchsorted(x, low)) - 1), int(np.searchsorted(x, high, "right")) + 1)
