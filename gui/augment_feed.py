"""What a training would see of a frame, made ready for the eye on a thread: pictures as pyramids, masks beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from engine.errors import RoadscopeError
from gui.latest import Latest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.config import TrainConfig
    from engine.training.frames import Pair
    from engine.training.preview import Preview, Shown

UNKNOWN = 254
"""In the masks: void in the frame, and what lies beyond it."""
_CLEAR = 255
_COLUMNS = 3


@dataclass(frozen=True)
class Choice:
    """`count` views of the frame `index` from the draw `draw` on; `effect` and `like` as the engine's `Wanted` has them."""

    index: int = 0
    draw: int = 0
    count: int = 1
    effect: str = ""
    strength: float = 0.5
    like: TrainConfig | None = None


@dataclass(frozen=True, eq=False)
class Asked:
    """What the feed is asked: the form's experiment, and what is looked at."""

    config: TrainConfig
    choice: Choice


@dataclass(frozen=True, eq=False)
class Sight:
    """`before` and `after` are pyramids of pictures, their masks (h, w) hold train ids and UNKNOWN; several views stand in one picture, `columns` side by side."""

    asked: Asked
    shown: Shown
    before: list[NDArray[np.uint8]]
    before_mask: NDArray[np.uint8]
    after: list[NDArray[np.uint8]]
    after_mask: NDArray[np.uint8]
    columns: int

    def cell(self, x: float, y: float) -> int:
        """Which of the views lies at the pixel (x, y) of `after`."""
        height, width = self.after_mask.shape
        rows = -(-len(self.shown.after) // self.columns)
        return min(len(self.shown.after) - 1, int(y * rows / height) * self.columns + int(x * self.columns / width))

    def words_at(self, x: float, y: float, *, after: bool) -> str:
        """What the mask says at the pixel (x, y) of the picture before or after, and in which of several draws."""
        value, names = int((self.after_mask if after else self.before_mask)[int(y), int(x)]), self.shown.classes.names
        words = names[value] if value < len(names) else "void or beyond the frame: nothing is learnt here" if value == UNKNOWN else ""
        return f"draw {self.asked.choice.draw + self.cell(x, y)}: {words}" if after and self.columns > 1 else words


class AugmentFeed(QObject):
    """`ready(sight)` for what was asked, or `failed(sentence)`; while the user drags, every sight that was made in between comes too."""

    ready = Signal(object)
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._preview: Preview | None = None
        self._asked: Asked | None = None
        self._before: tuple[Pair, list[NDArray[np.uint8]], NDArray[np.uint8]] | None = None
        self._latest = Latest(self._made, self)
        self._latest.done.connect(lambda _, sight: self.ready.emit(sight) if self._asked is not None else None)
        self._latest.failed.connect(self._on_failed)

    @property
    def busy(self) -> bool:
        """Whether something that was asked isn't there yet."""
        return self._latest.busy

    def ask(self, config: TrainConfig, choice: Choice) -> None:
        """Wants these views in place of any that were asked before."""
        self._asked = Asked(config, choice)
        self._latest.ask(self._asked)

    def forget(self) -> None:
        """Nothing is wanted any more."""
        self._asked = None
        self._latest.forget()

    def reopen(self) -> None:
        """The dataset is opened anew for the next question: its files may be others by now."""
        self._preview = None

    def close(self) -> None:
        """Ends the thread."""
        self._latest.close()

    def _made(self, asked: Asked) -> Sight:
        from engine.training.preview import Preview, Wanted
        from gui.widgets import layers

        preview = self._preview or Preview()
        self._preview = preview
        one = asked.choice
        shown = preview.shown(Wanted(asked.config, one.index, one.draw, one.count, one.effect, one.strength, one.like))
        columns = min(_COLUMNS, len(shown.after))
        gap = 0 if columns == 1 else max(2, shown.after[0][1].shape[1] // 60)
        picture = _tiled([image for image, _ in shown.after], columns, gap, fill=18)
        mask = _tiled([_known(mask) for _, mask in shown.after], columns, gap, fill=_CLEAR)
        if self._before is None or self._before[0] is not shown.before:
            self._before = shown.before, layers.pyramid(shown.before[0]), _known(shown.before[1])
        return Sight(asked, shown, *self._before[1:], layers.pyramid(picture), mask, columns)

    def _on_failed(self, asked: Asked, error: Exception) -> None:
        if asked is self._asked:
            self.failed.emit(str(error) if isinstance(error, RoadscopeError) else f"this frame can't be shown: {error}")


def _known(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    import numpy as np

    return np.minimum(mask, UNKNOWN)


def _tiled(tiles: Sequence[NDArray[np.uint8]], columns: int, gap: int, *, fill: int) -> NDArray[np.uint8]:
    """Tiles of one size row by row, with `gap` pixels of `fill` between them."""
    import numpy as np

    height, width = tiles[0].shape[:2]
    rows = -(-len(tiles) // columns)
    whole = np.full((rows * (height + gap) - gap, columns * (width + gap) - gap, *tiles[0].shape[2:]), fill, np.uint8)
    for at, tile in enumerate(tiles):
        row, column = divmod(at, columns)
        whole[row * (height + gap) :, column * (width + gap) :][:height, :width] = tile
    return whole
