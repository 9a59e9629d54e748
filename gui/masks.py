"""Predictions for the frame that is looked at: from memory, from the cache on the disk, or from the network, on one thread.

The newest wish wins. When nothing is wished for, the frames ahead are predicted, so that playing catches up with the clock.
"""

from __future__ import annotations

import threading
import traceback
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from engine.errors import RoadscopeError
from gui.frames import Frames
from gui.latest import Latest

if TYPE_CHECKING:
    from engine.drives.mask_cache import MaskCache
    from engine.inference.predictor import Predictor
    from engine.sample import Prediction

AHEAD = 64
"""Frames that are predicted in advance while nothing else is asked."""
_IN_MEMORY = 128 << 20


class MaskFeed(QObject):
    """`ready(frame, prediction)` for what was asked or predicted ahead, `covered_changed` when more frames have theirs, `failed(sentence, details)`."""

    ready = Signal(int, object)
    covered_changed = Signal()
    failed = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context: _Context | None = None
        self._asked = -1
        self._ahead = False
        self._predictor: tuple[Path, Predictor] | None = None
        self._latest = Latest(self._work, self)
        self._latest.done.connect(self._on_done)
        self._latest.failed.connect(self._on_failed)

    @property
    def active(self) -> bool:
        """Whether there is a drive with images and a checkpoint."""
        return self._context is not None

    @property
    def covered(self) -> NDArray[np.bool_] | None:
        """(frames,) whose masks are at hand; None without a checkpoint."""
        return self._context.covered if self._context else None

    def open(self, frames: Frames | None, checkpoint: Path | None) -> None:
        """Predicts another drive or with another checkpoint from now on."""
        self._latest.forget()
        self._asked = -1
        self._context = _Context(frames, checkpoint) if frames is not None and frames.drive.has_images and checkpoint is not None else None
        self.covered_changed.emit()
        if self._context:
            self._latest.ask((self._context, _LIST))

    def at_hand(self, frame: int) -> Prediction | None:
        """The frame's prediction if it needs no network; any thread may ask."""
        context = self._context
        return context.at_hand(frame) if context else None

    def ask(self, frame: int) -> None:
        """Wishes for a frame's prediction; a wish before it that waits is dropped."""
        if self._context:
            self._asked = frame
            self._latest.ask((self._context, frame))

    def predict_ahead(self, wanted: bool) -> None:
        """Whether the frames ahead are predicted while nothing is asked."""
        self._ahead = wanted
        if wanted:
            self._go_on()

    def close(self) -> None:
        """Ends the thread."""
        self._latest.close()

    def _work(self, request: tuple[_Context, int]) -> Any:
        context, frame = request
        from gui import preload

        preload.background_priority()
        if frame == _LIST:
            context.list_cached()
            return None
        if (known := context.at_hand(frame)) is not None:
            return known
        image = context.frames.image(frame)
        assert image is not None
        if self._predictor is None or self._predictor[0] != context.checkpoint:
            preload.torch()
            from engine.inference.predictor import Predictor

            self._predictor = None
            self._predictor = (context.checkpoint, Predictor(context.checkpoint))
        prediction = self._predictor[1].predict(image)
        context.keep(frame, prediction)
        return prediction

    def _on_done(self, request: tuple[_Context, int], prediction: Prediction | None) -> None:
        context, frame = request
        if context is not self._context:
            return
        self.covered_changed.emit()
        if prediction is not None:
            self.ready.emit(frame, prediction)
        self._go_on()

    def _on_failed(self, request: tuple[_Context, int], error: Exception) -> None:
        if request[0] is not self._context:
            return
        told = isinstance(error, RoadscopeError)
        self._ahead = False
        self.failed.emit(str(error) if told else f"{type(error).__name__}: {error}", "".join(traceback.format_exception(error)))

    def _go_on(self) -> None:
        if not self._ahead or self._context is None or self._latest.busy:
            return
        start = max(0, self._asked)
        missing = np.flatnonzero(~self._context.covered[start : start + AHEAD])
        if len(missing):
            self._latest.ask((self._context, start + int(missing[0])))


_LIST = -1


class _Context:
    """One drive predicted with one checkpoint."""

    def __init__(self, frames: Frames, checkpoint: Path) -> None:
        self.frames, self.checkpoint = frames, checkpoint
        self.covered = np.zeros(len(frames), bool)
        self._memory: OrderedDict[int, Prediction] = OrderedDict()
        self._used = 0
        self._lock = threading.Lock()
        self._disk: MaskCache | None = None

    def list_cached(self) -> None:
        """Learns which frames are on the disk."""
        from engine.drives.mask_cache import MaskCache

        self._disk = MaskCache(self.frames.drive, self.checkpoint)
        for frame in self._disk.frames():
            self.covered[frame] = True

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
