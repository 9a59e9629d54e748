"""The clock of a drive: which frame is due now. It keeps time and drops frames; it never lags."""

from __future__ import annotations

import time
from bisect import bisect_right
from collections import deque
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer, Signal

SPEEDS = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0)


class Playback(QObject):
    """Plays the presentation times of a drive's frames. `due(frame)` says which to show; `changed` that anything else is different."""

    due = Signal(int)
    changed = Signal()

    def __init__(self, parent: QObject | None = None, *, clock: Callable[[], float] = time.perf_counter) -> None:
        super().__init__(parent)
        self._clock = clock
        self._times: list[float] = []
        self._frame = 0
        self._speed = 1.0
        self._loop: tuple[int, int] | None = None
        self._playing = False
        self._started = (0.0, 0.0)
        self._timer = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.tick)

    @property
    def times(self) -> list[float]:
        """Seconds of each frame from the start."""
        return self._times

    @property
    def playing(self) -> bool:
        return self._playing

    @property
    def speed(self) -> float:
        return self._speed

    @property
    def loop(self) -> tuple[int, int] | None:
        """First and last frame that are played over and over."""
        return self._loop

    def open(self, times: list[float]) -> None:
        """Plays another drive: the seconds of each of its frames from the start, rising."""
        self._times, self._loop, self._frame = times, None, 0
        self.pause()
        self.changed.emit()

    def play(self) -> None:
        """From where it stands; from the start again when it stands at the end."""
        if len(self._times) < 2 or self._playing:
            return
        first, last = self._range
        self._playing = True
        if not first <= self._frame < last:
            self._frame = first
            self.due.emit(first)
        self._restart()
        self.changed.emit()

    def pause(self) -> None:
        """Stays at the frame shown."""
        self._timer.stop()
        if self._playing:
            self._playing = False
            self.changed.emit()

    def toggle(self) -> None:
        """Plays, or pauses."""
        self.pause() if self._playing else self.play()

    def moved(self, frame: int) -> None:
        """Somebody went to `frame`: the clock goes on from there."""
        if frame != self._frame:
            self._frame = frame
            if self._playing:
                self._restart()

    def set_speed(self, speed: float) -> None:
        """Seconds of the drive a second."""
        if speed != self._speed:
            self._speed = speed
            if self._playing:
                self._restart()
            self.changed.emit()

    def faster(self, steps: int) -> None:
        """`steps` up (or, negative, down) the ladder of `SPEEDS`."""
        at = min(range(len(SPEEDS)), key=lambda i: abs(SPEEDS[i] - self._speed))
        self.set_speed(SPEEDS[max(0, min(len(SPEEDS) - 1, at + steps))])

    def set_loop(self, loop: tuple[int, int] | None) -> None:
        """Plays frames `loop[0]` … `loop[1]` over and over; None plays to the end."""
        if loop is not None:
            loop = max(0, loop[0]), min(len(self._times) - 1, loop[1])
            loop = loop if loop[0] < loop[1] else None
        if loop != self._loop:
            self._loop = loop
            self.changed.emit()

    def tick(self) -> None:
        """Looks at the clock: says which frame is due, if it is another one, and sets the alarm for the next."""
        first, last = self._range
        started_at, from_time = self._started
        now = from_time + (self._clock() - started_at) * self._speed
        end = self._times[last] + self._length(last)
        if now >= end:
            if self._loop is None:
                self._say(last)
                self.pause()
                return
            self._frame = -1
            self._say(first)
            self._restart()
            return
        frame = max(first, min(last, bisect_right(self._times, now) - 1))
        self._say(frame)
        if self._playing:
            upcoming = self._times[frame + 1] if frame < last else end
            self._timer.start(max(1, round((upcoming - now) / self._speed * 1000)))

    @property
    def _range(self) -> tuple[int, int]:
        return self._loop or (0, len(self._times) - 1)

    def _length(self, frame: int) -> float:
        """Seconds a frame is shown; the last as long as the one before."""
        here = min(frame, len(self._times) - 2)
        return self._times[here + 1] - self._times[here]

    def _say(self, frame: int) -> None:
        if frame != self._frame:
            self._frame = frame
            self.due.emit(frame)

    def _restart(self) -> None:
        self._started = (self._clock(), self._times[self._frame])
        self._timer.start(0)


class Pace:
    """Frames painted a second, over the last second."""

    def __init__(self, *, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._painted: deque[float] = deque()

    def count(self) -> None:
        """A frame was painted."""
        now = self._clock()
        self._painted.append(now)
        while now - self._painted[0] > 1.0:
            self._painted.popleft()

    def reset(self) -> None:
        """Begins anew."""
        self._painted.clear()

    @property
    def per_second(self) -> float:
        """0 until two frames were painted within the last second."""
        now = self._clock()
        recent = [one for one in self._painted if now - one <= 1.0]
        return (len(recent) - 1) / (recent[-1] - recent[0]) if len(recent) > 1 and recent[-1] > recent[0] else 0.0
