"""The scan of the frame that is looked at, fused with its mask and coloured, on one thread; the newest wish wins."""

from __future__ import annotations

import traceback
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from engine.errors import RoadscopeError
from gui.frames import Frames
from gui.latest import Latest
from gui.player import Picture

if TYPE_CHECKING:
    from engine.labels import ClassSet
    from engine.lidar.calibration import Calibration
    from engine.lidar.fusion import FusedCloud
    from gui.widgets.layers import Points

TRUTH_SPACE = "semantic_kitti"
"""What `.label` files beside scans hold."""


@dataclass(frozen=True, eq=False)
class Look:
    """How a cloud should look. `truth` takes the classes of the scan's own `.label` file instead of the mask's."""

    colouring: str = "class"
    class_set: ClassSet | None = None
    hidden: Collection[str] = ()
    only_seen: bool = False
    truth: bool = False


@dataclass(frozen=True, eq=False)
class Cloud:
    """One frame's scan. `fused` is None where the frame has no scan; `points` and `colours` are what is drawn of it.

    `dots` lie over the camera's image; `colouring` is what was possible: without classes "class" becomes "height".
    """

    frame: int
    fused: FusedCloud | None
    rows: NDArray[np.intp]
    """(M,) the rows of `fused` that are drawn."""
    points: NDArray[np.float32]
    colours: NDArray[np.uint8]
    dots: Points | None
    colouring: str
    classes: ClassSet | None
    calibration: Calibration | None

    def distance_at(self, x: float, y: float, *, within: float = 6.0) -> float | None:
        """Metres from the lidar of the seen point nearest to the image's pixel (x, y); None where there is none near."""
        if self.fused is None or not self.fused.seen.any():
            return None
        seen = np.flatnonzero(self.fused.seen)
        away = np.hypot(*(self.fused.pixel[seen] - (x - 0.5, y - 0.5)).T)
        nearest = int(np.argmin(away))
        return float(np.linalg.norm(self.fused.points[seen[nearest]])) if away[nearest] <= within else None

    def class_of(self, row: int) -> str | None:
        """The name of the class of the fused cloud's row; None where it has none."""
        if self.fused is None or self.classes is None:
            return None
        train_id = int(self.fused.train_id[row])
        return self.classes.names[train_id] if train_id < len(self.classes) else None

    def words(self, row: int) -> str:
        """What is to say of the point in the fused cloud's row: class, confidence, distance, height and place."""
        assert self.fused is not None
        x, y, z = self.fused.points[row]
        words = [name] if (name := self.class_of(row)) else [] if self.fused.seen[row] else ["not seen by the camera"]
        if name and 0 < self.fused.confidence[row] < 1:
            words.append(f"{self.fused.confidence[row]:.0%}".replace("%", " %"))
        words += [f"{np.linalg.norm(self.fused.points[row]):.1f} m", f"intensity {self.fused.reflectance[row]:.2f}", f"x {x:.1f}  y {y:.1f}  z {z:.1f} m"]
        return "   ·   ".join(words)

    def shares(self) -> dict[str, float]:
        """Of the points that have a class, by class."""
        if self.fused is None or self.classes is None:
            return {}
        counts = np.bincount(self.fused.train_id, minlength=256)[: len(self.classes)]
        return dict(zip(self.classes.names, (counts / counts.sum()).tolist(), strict=True)) if counts.any() else {}


class CloudFeed(QObject):
    """`ready(cloud)` for the newest picture and look that were asked for, `failed(sentence, details)`."""

    ready = Signal(object)
    failed = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._last: tuple[object, FusedCloud | None, Calibration | None] = (None, None, None)
        self._latest = Latest(self._work, self)
        self._latest.done.connect(lambda request, cloud: self.ready.emit(cloud))
        self._latest.failed.connect(self._on_failed)

    def ask(self, frames: Frames, picture: Picture, look: Look) -> None:
        """Wishes for the cloud of a picture's frame."""
        self._latest.ask((frames, picture, look))

    def close(self) -> None:
        """Ends the thread."""
        self._latest.close()

    def _work(self, request: tuple[Frames, Picture, Look]) -> Cloud:
        frames, picture, look = request
        key = (frames, picture.frame, None if look.truth else picture.prediction, look.truth)
        if self._last[0] != key:
            self._last = (key, *_fused(frames, picture, look.truth))
        _, fused, calibration = self._last
        return coloured(picture.frame, fused, calibration, look)

    def _on_failed(self, request: object, error: Exception) -> None:
        told = isinstance(error, RoadscopeError)
        self.failed.emit(str(error) if told else f"{type(error).__name__}: {error}", "".join(traceback.format_exception(error)))


def coloured(frame: int, fused: FusedCloud | None, calibration: Calibration | None, look: Look) -> Cloud:
    """The cloud as `look` wants it: hidden classes and, if asked, unseen points are left out."""
    from engine.drives.overlay import hidden_ids
    from engine.lidar import colouring
    from gui.widgets.layers import Points

    if fused is None:
        nothing = np.zeros((0, 3))
        return Cloud(frame, None, np.zeros(0, np.intp), nothing.astype(np.float32), nothing.astype(np.uint8), None, look.colouring, None, calibration)
    classes = _truth_classes() if look.truth else look.class_set
    name = look.colouring
    if (name == "class" and not (fused.train_id != 255).any()) or (name == "confidence" and not fused.confidence.any()):
        name = "height"
    hidden = hidden_ids(classes, look.hidden) if classes is not None else frozenset()
    palette = classes.palette if classes is not None else np.zeros((256, 3), np.uint8)
    colours = colouring.colour(name, fused, palette)
    shown = colouring.shown(fused, hidden)
    rows = np.flatnonzero(shown & fused.seen if look.only_seen else shown)
    over = np.flatnonzero(shown & fused.seen)
    over = over[np.argsort(-fused.depth[over], kind="stable")]
    dots = Points(fused.pixel[over], colours[over]) if len(over) else None
    return Cloud(frame, fused, rows, fused.points[rows], colours[rows], dots, name, classes, calibration)


def _fused(frames: Frames, picture: Picture, truth: bool) -> tuple[FusedCloud | None, Calibration | None]:
    from engine.lidar import fusion

    index = picture.frame
    scan = frames.scan(index)
    if scan is None:
        return None, None
    calibration = frames.calibration(index) if picture.image is not None else None
    if picture.image is None or calibration is None:
        fused = fusion.bare(scan)
    elif picture.prediction is None or truth:
        fused = fusion.locate(scan, calibration, picture.image.shape[:2])
    else:
        mask, confidence = picture.prediction.mask, picture.prediction.confidence
        fused = fusion.fuse(scan, calibration, _full(mask, picture), _full(confidence, picture))
    file = frames.drive.frames[index].labels
    if truth and file is not None:
        from engine.lidar.scan import read_labels

        classes = _truth_classes()
        fused = replace(fused, train_id=_table(classes)[read_labels(file, len(scan)) & 0xFFFF])
    return fused, calibration


def _full(values, picture: Picture):  # type: ignore[no-untyped-def]  # (H, W) of any kind at the picture's size
    import cv2

    assert picture.image is not None
    height, width = picture.image.shape[:2]
    return values if values.shape == (height, width) else cv2.resize(values, (width, height), interpolation=cv2.INTER_NEAREST)


def _truth_classes() -> ClassSet:
    from engine import labels

    return labels.class_set(labels.space(TRUTH_SPACE))


def _table(classes: ClassSet) -> NDArray[np.uint8]:
    """(65536,) train id of a SemanticKITTI id; moving things count as what they are."""
    from engine import labels

    table = np.full(1 << 16, labels.VOID, np.uint8)
    table[:256] = classes.table
    for label in labels.space(TRUTH_SPACE).labels:
        if label.id > 255:  # a class set's own table ends there
            table[label.id] = label.train_id
    return table
