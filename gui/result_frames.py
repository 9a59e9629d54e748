"""A frame of a kept result for the eye: the picture, its truth, what was predicted, and where the two differ. Read on a thread."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from gui.latest import Latest
from gui.overlay import RIGHT, VOID, WRONG

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.datasets import FileDataset
    from engine.evaluation.results import Kept


@dataclass(frozen=True, eq=False)
class ResultFrame:
    """`levels` is the picture as a pyramid; the masks (h, w) are of the size that was scored: train ids, and RIGHT, WRONG or VOID."""

    result: Kept
    index: int
    path: Path
    levels: list[NDArray[np.uint8]]
    truth: NDArray[np.uint8]
    prediction: NDArray[np.uint8]
    errors: NDArray[np.uint8]


class ResultFrames(QObject):
    """`ready(frame)` or `failed(sentence)` for the last one asked; the dataset stays open between frames of one result."""

    ready = Signal(object)
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._scored: tuple[Path, FileDataset, tuple[str, ...], dict[str, int]] | None = None
        self._asked: tuple[Kept, int] | None = None
        self._latest = Latest(self._read, self)
        self._latest.done.connect(lambda asked, frame: self.ready.emit(frame) if asked == self._asked else None)
        self._latest.failed.connect(lambda asked, error: self.failed.emit(str(error)) if asked == self._asked else None)

    def ask(self, result: Kept, index: int) -> None:
        """Wants frame `index` of `result`."""
        self._asked = (result, index)
        self._latest.ask(self._asked)

    def close(self) -> None:
        """Ends the thread."""
        self._latest.close()

    def _read(self, asked: tuple[Kept, int]) -> ResultFrame:
        import cv2
        import numpy as np

        from gui.widgets import layers

        result, index = asked
        dataset, place = self._found(result, index)
        prediction = result.mask(index)
        truth = cv2.LUT(dataset.mask(place), result.classes.table)
        if truth.shape != prediction.shape:
            truth = cv2.resize(truth, prediction.shape[::-1], interpolation=cv2.INTER_NEAREST_EXACT)
        errors = np.where(truth >= len(result.classes), VOID, np.where(truth == prediction, RIGHT, WRONG)).astype(np.uint8)
        return ResultFrame(result, index, dataset.samples[place].image, layers.pyramid(dataset.image(place)), truth, prediction, errors)  # type: ignore[arg-type]

    def _found(self, result: Kept, index: int) -> tuple[FileDataset, int]:
        """The dataset that was scored, and where in it the frame stands now: others may have got labels since, or lost them. Raises DataError."""
        from engine import datasets
        from engine.errors import DataError

        if self._scored is None or self._scored[0] != result.path:
            report = result.report
            dataset = datasets.open_dataset(Path(report["data"]), layout=report.get("layout", "auto"), split=report["split"])
            self._scored = result.path, dataset, result.frames().names, {sample.name: place for place, sample in enumerate(dataset.samples)}
        _, dataset, names, places = self._scored
        if index >= len(names) or names[index] not in places:
            raise DataError(f"{dataset.root} lacks a frame that was scored; evaluate again")
        return dataset, places[names[index]]
