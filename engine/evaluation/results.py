"""Results that are kept: what an evaluation found, frame by frame, so that it can be compared and looked into later.

    <evaluations>/<id>/result.json      the report (`engine.evaluation.report`) with what was scored and how
                       frames.npz       names, and the confusion of each frame, (N, K, K + 1) with "no answer" as the last column
                       masks/000000.png what was predicted for each frame, train ids, at the size at which it was scored
"""

from __future__ import annotations

import io
import json
import math
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import atomic, images, places
from engine.errors import DataError
from engine.evaluation import report
from engine.evaluation.confusion import Confusion
from engine.evaluation.report import Report
from engine.labels import ClassSet, Mask

RESULT, FRAMES, MASKS = "result.json", "frames.npz", "masks"


def folder() -> Path:
    """Where results are kept, one folder each."""
    return places.home() / "evaluations"


@dataclass(frozen=True, slots=True)
class FrameScores:
    """Each frame's name and confusion; pixels whose truth is void are in none."""

    names: tuple[str, ...]
    counts: NDArray[np.int64]
    """(N, K, K + 1): truth, prediction; the last column is "no answer"."""

    @property
    def wrong(self) -> NDArray[np.float64]:
        """(N,) share of the scored pixels that are wrong; 0 for a frame without any."""
        total = self.counts.sum(axis=(1, 2))
        right = np.trace(self.counts[:, :, :-1], axis1=1, axis2=2)
        return 1 - np.divide(right, total, out=np.ones(len(total)), where=total > 0)

    def worst(self) -> NDArray[np.int64]:
        """The frames' indices, the most wrong first."""
        return np.argsort(-self.wrong, kind="stable")

    def behind(self, truth: int, prediction: int) -> NDArray[np.int64]:
        """The indices of the frames in which the class `truth` was taken for `prediction`, those with the most such pixels first."""
        pixels = self.counts[:, truth, prediction]
        order = np.argsort(-pixels, kind="stable")
        return order[pixels[order] > 0]


@dataclass(frozen=True, slots=True)
class Kept:
    """One result. `report` is its report with NaN for what means nothing; `classes` those that were told apart."""

    path: Path
    report: Report
    classes: ClassSet

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def when(self) -> datetime:
        return datetime.fromisoformat(self.report["when"])

    def frames(self) -> FrameScores:
        """Raises DataError."""
        path = self.path / FRAMES
        try:
            with np.load(path) as held:
                return FrameScores(tuple(str(name) for name in held["names"]), held["counts"])
        except (OSError, ValueError, KeyError, EOFError) as error:
            raise DataError(f"{path} is missing or damaged; evaluate again") from error

    def mask(self, index: int) -> Mask:
        """(H, W) uint8 train ids that were predicted for frame `index`. Raises DataError."""
        return images.read_ids(self.path / MASKS / f"{index:06}.png").astype(np.uint8)


def listed(root: Path | None = None) -> list[Kept]:
    """Every result below `root` (by default where they are kept), the newest first; damaged ones are left out."""
    root = root or folder()
    found = [path for path in root.iterdir() if (path / RESULT).is_file() and not path.name.startswith(".")] if root.is_dir() else []
    opened = (_opened(path) for path in sorted(found, key=lambda path: path.name, reverse=True))
    return [one for one in opened if one is not None]


def opened(path: Path) -> Kept:
    """The result in the folder `path`. Raises DataError."""
    if (found := _opened(path)) is None:
        raise DataError(f"{path} holds no result, or a damaged one; evaluate again")
    return found


def _opened(path: Path) -> Kept | None:
    try:
        values = json.loads((path / RESULT).read_text(encoding="utf-8"))
        classes = ClassSet.from_dict(values.pop("class_set"))
        for rates in values["classes"].values():
            rates.update({rate: math.nan for rate, value in rates.items() if value is None})
        values["mean_iou"] = math.nan if values["mean_iou"] is None else values["mean_iou"]
        datetime.fromisoformat(values["when"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return Kept(path, values, classes)


class Keeping:
    """A result that is being made, in a folder of its own that takes its name when all is there; `drop` leaves nothing."""

    def __init__(self, words: str, classes: ClassSet, *, root: Path | None = None) -> None:
        """Raises OutputError."""
        self._classes = classes
        self._when = datetime.now()
        self._path = (root or folder()) / f"{self._when:%Y-%m-%d_%H-%M-%S}-{self._when.microsecond:06}_{words}"
        self._part = self._path.with_name(f".{self._path.name}.part")
        self._names: list[str] = []
        self._counts: list[NDArray[np.int64]] = []
        with atomic.told(self._path):
            (self._part / MASKS).mkdir(parents=True)

    def add(self, name: str, confusion: Confusion, mask: Mask) -> None:
        """The next frame. Raises OutputError."""
        images.write_png(self._part / MASKS / f"{len(self._names):06}.png", mask)
        self._names.append(name)
        self._counts.append(confusion.counts)

    def finish(self, found: dict[str, Any]) -> Kept:
        """Writes the report and gives the folder its name. Raises OutputError."""
        count = len(self._classes)
        counts = np.stack(self._counts) if self._counts else np.zeros((0, count, count + 1), np.int64)
        packed = io.BytesIO()
        np.savez_compressed(packed, names=np.array(self._names, str), counts=counts)
        atomic.write_bytes(self._part / FRAMES, packed.getvalue())
        report.write_json({**found, "when": self._when.isoformat(), "class_set": self._classes.to_dict()}, self._part / RESULT)
        with atomic.told(self._path):
            self._part.rename(self._path)
        return opened(self._path)

    def drop(self) -> None:
        """Removes what there is of it; nothing once it is finished."""
        shutil.rmtree(self._part, ignore_errors=True)
