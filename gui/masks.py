"""Predictions for the frame that is looked at: from memory, from the cache on the disk, or from the network, on one thread.

The newest wish wins. When nothing is wished for, the frames ahead are predicted, so that playing catches up with the clock.
"""

from __future__ import annotations

import threading
import traceback
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from engine.errors import DataError, RoadscopeError
from gui.frames import Frames
from gui.latest import Latest

if TYPE_CHECKING:
    from engine.drives.mask_cache import MaskCache
    from engine.inference.predictor import Predictor
    from engine.labels import ClassSet
    from engine.sample import Prediction

AHEAD = 64
"""Frames that are predicted in advance while nothing else is asked."""
SLOWEST = 0.5
"""Seconds a mask may take for playing to wait for it; a slower network shows its masks when paused, or once they are predicted."""
_IN_MEMORY = 128 << 20


@dataclass(frozen=True, eq=False)
class Sensed:
    """What a checkpoint says of each class: `planes` (K, h, w) float32 in 0…1, at the network's own output size."""

    planes: NDArray[np.float32]
    classes: ClassSet
    checkpoint: Path


class MaskFeed(QObject):
    """`ready(frame, prediction)` for what was asked or predicted ahead, `covered_changed` when more frames have theirs, `failed(sentence, details)`.

    `sensed(frame, Sensed)` for the one frame whose probabilities were asked for.
    """

    ready = Signal(int, object)
    sensed = Signal(int, object)
    covered_changed = Signal()
    failed = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context: _Context | None = None
        self._asked = -1
        self._ahead = False
        self._needed = 0.0
        self._sense = -1
        self._under_way: _Request | None = None
        self._predictor: tuple[Path, Predictor] | None = None
        self._latest = Latest(self._work, self)
        self._latest.done.connect(self._on_done)
        self._latest.failed.connect(self._on_failed)

    @property
    def active(self) -> bool:
        """Whether there is a drive with images and a checkpoint."""
        return self._context is not None

    @property
    def checkpoint(self) -> Path | None:
        """What predicts."""
        return self._context.checkpoint if self._context else None

    @property
    def patience(self) -> float:
        """Seconds that a mask is worth waiting for while playing: 0 until the network has shown what it needs, and where that is too much."""
        return max(0.5, 3 * self._needed) if 0 < self._needed <= SLOWEST else 0.0

    @property
    def needed(self) -> float:
        """Seconds the network took for the last mask; 0 until there was one."""
        return self._needed

    @property
    def covered(self) -> NDArray[np.bool_] | None:
        """(frames,) whose masks are at hand; None without a checkpoint."""
        return self._context.covered if self._context else None

    def open(self, frames: Frames | None, checkpoint: Path | None) -> None:
        """Predicts another drive or with another checkpoint from now on."""
        self._latest.forget()
        self._under_way = None
        self._asked, self._sense, self._needed = -1, -1, 0.0
        self._context = _Context(frames, checkpoint) if frames is not None and frames.drive.has_images and checkpoint is not None else None
        self.covered_changed.emit()
        if self._context:
            self._ask(_LIST)

    def at_hand(self, frame: int) -> Prediction | None:
        """The frame's prediction if it needs no network; any thread may ask."""
        context = self._context
        return context.at_hand(frame) if context else None

    def ask(self, frame: int) -> None:
        """Wishes for a frame's prediction; a wish before it that waits is dropped."""
        if self._context:
            self._asked = frame
            self._ask(frame)

    def sense(self, frame: int) -> None:
        """Wishes for the probabilities of a frame's classes; they come after what is worked on, in place of those wished for before."""
        if self._context:
            self._sense = frame
            self._go_on()

    def stand_at(self, frame: int) -> None:
        """The frame is looked at and needs nothing: what is predicted in advance is what comes after it."""
        self._asked = frame
        self._go_on()

    def predict_ahead(self, wanted: bool) -> None:
        """Whether the frames ahead are predicted while nothing is asked."""
        self._ahead = wanted
        if wanted:
            self._go_on()

    def close(self) -> None:
        """Ends the thread."""
        self._latest.close()

    def _work(self, request: _Request) -> Any:
        context, frame = request.context, request.frame
        context.list_cached()
        if frame == _LIST:
            return None
        if not request.sense and (known := context.at_hand(frame)) is not None:
            return known
        image = context.frames.image(frame)
        assert image is not None
        predictor = self._loaded(context.checkpoint)
        if request.sense:
            return Sensed(predictor.probabilities(image), predictor.card.classes, context.checkpoint)
        prediction = predictor.predict(image)
        context.keep(frame, prediction)
        return prediction

    def _loaded(self, checkpoint: Path) -> Predictor:
        if self._predictor is None or self._predictor[0] != checkpoint:
            from gui import preload

            preload.torch()
            from engine.inference.predictor import Predictor

            self._predictor = None
            self._predictor = (checkpoint, Predictor(checkpoint))
        return self._predictor[1]

    def _on_done(self, request: _Request, found: Prediction | Sensed | None) -> None:
        if request is self._under_way:
            self._under_way = None
        if request.context is not self._context:
            return
        if isinstance(found, Sensed):
            if request.frame == self._sense:
                self._sense = -1
            self.sensed.emit(request.frame, found)
        else:
            self.covered_changed.emit()
            if found is not None:
                self._needed = found.milliseconds / 1000 or self._needed
                self.ready.emit(request.frame, found)
        self._go_on()

    def _on_failed(self, request: _Request, error: Exception) -> None:
        if request is self._under_way:
            self._under_way = None
        context, frame = request.context, request.frame
        if context is not self._context:
            return
        if request.sense:
            self._sense = -1
        told = isinstance(error, RoadscopeError)
        context.given_up[frame if isinstance(error, DataError) and frame >= 0 else slice(None)] = True
        if frame != self._asked and isinstance(error, DataError):
            self._go_on()  # a frame ahead that can't be read is told when somebody looks at it
            return
        self.failed.emit(str(error) if told else f"{type(error).__name__}: {error}", "".join(traceback.format_exception(error)))

    def _go_on(self) -> None:
        if self._context is None or self._under_way is not None:
            return
        if self._sense >= 0:
            self._ask(self._sense, sense=True)
            return
        if not self._ahead:
            return
        start = max(0, self._asked)
        missing = np.flatnonzero(~(self._context.covered | self._context.given_up)[start : start + AHEAD])
        if len(missing):
            self._ask(start + int(missing[0]))

    def _ask(self, frame: int, *, sense: bool = False) -> None:
        assert self._context is not None
        self._under_way = _Request(self._context, frame, sense)
        self._latest.ask(self._under_way)


_LIST = -1


@dataclass(frozen=True, eq=False)
class _Request:
    context: _Context
    frame: int
    sense: bool = False


class _Context:
    """One drive predicted with one checkpoint."""

    def __init__(self, frames: Frames, checkpoint: Path) -> None:
        self.frames, self.checkpoint = frames, checkpoint
        self.covered = np.zeros(len(frames), bool)
        self.given_up = np.zeros(len(frames), bool)
        self._memory: OrderedDict[int, Prediction] = OrderedDict()
        self._used = 0
        self._lock = threading.Lock()
        self._disk: MaskCache | None = None

    def list_cached(self) -> None:
        """Learns, once, which frames are on the disk."""
        if self._disk is not None:
            return
        from engine.drives.mask_cache import MaskCache

        disk = MaskCache(self.frames.drive, self.checkpoint)
        self.covered[disk.frames()] = True
        self._disk = disk

    def at_hand(self, frame: int) -> Prediction | None:
        with self._lock:
            if frame in self._memory:
                self._memory.move_to_end(frame)
                return self._memory[frame]
        found = self._disk.read(frame) if self._disk and self.covered[frame] else None
        if found is None:
            self.covered[frame] = False
        else:
            self._remember(frame, found)
        return found

    def keep(self, frame: int, prediction: Prediction) -> None:
        self._remember(frame, prediction)
        if self._disk:
            self._disk.write(frame, prediction)

    def _remember(self, frame: int, prediction: Prediction) -> None:
        with self._lock:
            self._memory[frame] = prediction
            self.covered[frame] = True
            self._used += _size(prediction)
            while self._used > _IN_MEMORY and len(self._memory) > 1:
                dropped, old = self._memory.popitem(last=False)
                self._used -= _size(old)
                if self._disk is None:
                    self.covered[dropped] = False


def _size(prediction: Prediction) -> int:
    return prediction.mask.nbytes + prediction.confidence.nbytes
