"""How fast a run goes, how far it is, and when it will be done."""

from __future__ import annotations

import time
from collections import deque

_WINDOW = 20


class Clock:
    """Counts the run's seconds, those of earlier sessions (`before`) included; pauses between steps count for speed in none."""

    def __init__(self, *, steps: int, minutes: float, before: float = 0.0) -> None:
        self._steps, self._limit = steps, minutes * 60
        self._batch = 0
        self._start = time.perf_counter() - before
        self._durations: deque[float] = deque(maxlen=_WINDOW)
        self._last = time.perf_counter()
        self._validation = 0.0

    @property
    def elapsed(self) -> float:
        """Seconds of training so far."""
        return time.perf_counter() - self._start

    def resume(self) -> None:
        """A step begins after something else took place: what went before isn't the step's time."""
        self._last = time.perf_counter()

    def stepped(self, images: int) -> None:
        """A step of so many images is done."""
        if images != self._batch:
            self._durations.clear()
            self._batch = images
        now = time.perf_counter()
        self._durations.append(now - self._last)
        self._last = now

    def validated(self, seconds: float) -> None:
        """A validation took so long; the next is expected to take as long."""
        self._validation = seconds

    def progress(self, step: int) -> float:
        """0 … 1: the share of the steps or, where a time limit is nearer, of the time; the last validation is kept free."""
        by_steps = step / self._steps
        if not self._limit:
            return min(1.0, by_steps)
        return min(1.0, max(by_steps, self.elapsed / max(1e-6, self._limit - self._validation)))

    def steps_total(self, step: int) -> int:
        """The steps of the whole run, as far as one can tell."""
        progress = self.progress(step)
        return self._steps if not self._limit or not step or not progress else min(self._steps, max(step, round(step / progress)))

    @property
    def images_per_second(self) -> float:
        """Mean over the last steps."""
        return self._batch * len(self._durations) / max(1e-9, sum(self._durations))

    def seconds_left(self, step: int, validations: int) -> float:
        """Until the end, with so many validations on the way."""
        each = sum(self._durations) / max(1, len(self._durations))
        left = max(0, self.steps_total(step) - step) * each + validations * self._validation
        return min(left, max(0.0, self._limit - self.elapsed)) if self._limit else left
