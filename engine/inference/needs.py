"""Looking through a whole drive for the frames whose labels a person should look at first.

Each measure has a name and is in 0 … 1 (`engine.annotation.need`): how unsure the network is of a frame (`entropy`), how its mask changes from frame to
frame where the picture doesn't (`flicker`), where it and another network differ (`disagreement`), and where it and the frame's labels do (`labels`).
All are taken at the network's own output size. A frame is predicted only if a score of it is missing in the cache.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from engine import checkpoints, images, own_spaces
from engine import labels as label_spaces
from engine.ahead import ahead
from engine.annotation import finding, need
from engine.drives import Drive
from engine.errors import CheckpointError, DataError
from engine.events import Events, Finished, Message, NeedsFound, Progress, ShouldStop, never, seconds_left
from engine.inference import _need_cache
from engine.inference._need_cache import NeedCache
from engine.labels import VOID, ClassSet, Mask
from engine.sample import Image

if TYPE_CHECKING:
    from engine.inference.predictor import Predictor

MEASURES = ("entropy", "flicker", "disagreement", "labels")
_FOLLOWS = 0.4
"""The share of the picture that at least stays as it is where one frame follows the other: 0.7 to 0.95 at 10 to 25 frames a second, 0.1 to 0.3 between single frames of one town."""
_TOLD_EVERY_S = 0.3


def needs(drive: Drive, checkpoint: Path, *, other: Path | None = None, known_only: bool = False, device: str = "auto", should_stop: ShouldStop = never) -> Events:
    """Scores every frame: what is known already comes at once, then, unless it is to be `known_only`, the rest in the drive's order. Frames that can't be read are
    left out, with a word.

    `other` is the network that `disagreement` is measured against: one that tells the same classes apart. Raises CheckpointError, and OutputError where
    the cache can't be written. The drive stays open.
    """
    classes = checkpoints.card(checkpoint).classes
    if other is not None and checkpoints.card(other).classes.names != classes.names:
        raise CheckpointError(f"{other} tells other classes apart than {checkpoint}; compare checkpoints of the same classes")
    looking = _Looking(drive, _Plan.of(drive, checkpoint, classes, other), _Networks(checkpoint, other, device))
    yield Progress(0, 0, "reading what is known")
    yield from looking.known()
    indices, started, stopped = [] if known_only else looking.indices, time.perf_counter(), False
    with closing(ahead(looking.read, indices)) as frames:
        for done, seen in enumerate(frames):
            if looking.due or not done:
                yield from looking.news()
                yield Progress(done, len(indices), "frames", seconds_left(started, done, len(indices)))
            if stopped := should_stop():
                break
            if seen.image is None:
                yield Message(f"left out: {seen.problem}", "warning")
            else:
                looking.measure(seen, seen.image)
    yield from looking.news()
    yield Finished(stopped, {"frames": len(drive.frames), "looked_at": len(indices), "missing": len(looking.indices)})


_PAIR = "pair"
"""The flicker between a frame and the one before; that of a frame is the mean of both its sides."""
_Found = dict[tuple[str, int], float]


@dataclass(frozen=True)
class _Plan:
    """What is to be measured, each with the name it has in the cache."""

    network: str
    classes: ClassSet
    labels: tuple[Path | None, ...]
    names: dict[tuple[str, int], str] = field(repr=False)

    @staticmethod
    def of(drive: Drive, checkpoint: Path, classes: ClassSet, other: Path | None) -> _Plan:
        keys = _need_cache.frame_keys(drive)
        space = own_spaces.used_for(drive.path, drive.space or label_spaces.space("cityscapes"))
        files = tuple(_label_file(drive, index) if classes.fits(space) else None for index in range(len(keys)))
        names: dict[tuple[str, int], str] = {}
        against = checkpoints.fingerprint(other) if other is not None else ""
        for index, own in enumerate(keys):
            names["entropy", index] = _need_cache.key(own)
            if index:
                names[_PAIR, index] = _need_cache.key(own, keys[index - 1])
            if against:
                names["disagreement", index] = _need_cache.key(own, against)
            if labelled := _need_cache.file_key(files[index]):
                names["labels", index] = _need_cache.key(own, labelled)
        return _Plan(checkpoints.fingerprint(checkpoint), classes, files, names)


@dataclass
class _Networks:
    """Read when they are first needed: torch takes seconds to import."""

    checkpoint: Path
    other: Path | None
    device: str
    _made: list[Predictor] = field(default_factory=list)

    def masks(self, image: Image) -> tuple[NDArray[np.float32], Mask, Mask | None]:
        """Probabilities (K, h, w), their mask, and the other's of the same size."""
        if not self._made:
            from engine.inference.predictor import Predictor

            self._made = [Predictor(path, device=self.device) for path in (self.checkpoint, self.other) if path is not None]
        first, *others = self._made
        found = first.probabilities(image)
        mask = found.argmax(axis=0).astype(np.uint8)
        return found, mask, _resized_argmax(others[0].probabilities(image), mask.shape) if others else None


@dataclass(frozen=True, eq=False)
class _Seen:
    index: int
    image: Image | None
    labels: Mask | None = None
    problem: str = ""


class _Looking:
    """What is known and what is missing of a drive. What is found is kept and told every now and then."""

    def __init__(self, drive: Drive, plan: _Plan, networks: _Networks) -> None:
        self._drive, self._plan, self._networks = drive, plan, networks
        self._cache = NeedCache(plan.network, _need_cache.key(str(drive.path.absolute())))
        self._missing: set[tuple[str, int]] = set()
        self._found: _Found = {}
        self._pairs: dict[int, float] = {}
        self._before: tuple[int, Image, Mask] | None = None
        self._told = time.perf_counter()

    def known(self) -> Iterator[NeedsFound]:
        """What the cache has."""
        kept = self._cache.read()
        yield from self._events({one: kept[one[0], name] for one, name in self._plan.names.items() if (one[0], name) in kept})
        self._missing = {one for one, name in self._plan.names.items() if (one[0], name) not in kept}

    @property
    def indices(self) -> list[int]:
        """The frames that have to be predicted."""
        return sorted({index for _, index in self._missing} | {index - 1 for measure, index in self._missing if measure == _PAIR})

    @property
    def due(self) -> bool:
        """Whether it is time to tell."""
        return time.perf_counter() - self._told > _TOLD_EVERY_S

    def read(self, index: int) -> _Seen:
        """A frame's picture, and its labels where they are asked for."""
        try:
            wanted = ("labels", index) in self._missing
            return _Seen(index, self._drive.image(index), _labels(self._drive, self._plan, index) if wanted else None)
        except DataError as error:
            return _Seen(index, None, problem=str(error))

    def measure(self, seen: _Seen, image: Image) -> None:
        """Finds what is missing of one frame."""
        probabilities, mask, other = self._networks.masks(image)
        index, before = seen.index, self._before
        small: Image = cv2.resize(image, mask.shape[::-1], interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
        self._before = index, small, mask
        found: dict[str, float] = {"entropy": need.entropy(probabilities)}
        if before is not None and before[0] == index - 1:
            found[_PAIR] = need.flicker(before[1:], (small, mask), least=_FOLLOWS) if before[2].shape == mask.shape else 0.0
        if other is not None:
            found["disagreement"] = need.disagreement(mask, other).share
        if seen.labels is not None:
            truth: Mask = cv2.resize(seen.labels, mask.shape[::-1], interpolation=cv2.INTER_NEAREST)  # type: ignore[assignment]
            found["labels"] = need.disagreement(mask, truth).share
        self._found |= {(measure, index): score for measure, score in found.items() if (measure, index) in self._missing}

    def news(self) -> Iterator[NeedsFound]:
        """Keeps what was found since the last time, and tells it."""
        found, self._found, self._told = self._found, {}, time.perf_counter()
        if found:
            self._missing -= found.keys()
            self._cache.write([(measure, self._plan.names[measure, index], score) for (measure, index), score in found.items()])
            yield from self._events(found)

    def _events(self, found: _Found) -> Iterator[NeedsFound]:
        pairs = {index: score for (measure, index), score in found.items() if measure == _PAIR}
        self._pairs |= pairs
        sides = {frame: [self._pairs[pair] for pair in (frame, frame + 1) if pair in self._pairs] for index in pairs for frame in (index - 1, index)}
        by_measure = {"flicker": {frame: sum(both) / len(both) for frame, both in sides.items()}} if pairs else {}
        for (measure, index), score in found.items():
            if measure != _PAIR:
                by_measure.setdefault(measure, {})[index] = score
        for measure, scores in by_measure.items():
            yield NeedsFound(measure, tuple(scores), tuple(scores.values()))


def _labels(drive: Drive, plan: _Plan, index: int) -> Mask | None:
    """(H, W) train ids of the frame's labels."""
    path = plan.labels[index]
    ids = images.read_ids(path) if path is not None and path != drive.frames[index].mask else drive.truth(index)
    return None if ids is None else plan.classes.table[np.where(ids < VOID, ids, VOID).astype(np.uint8)]


def _label_file(drive: Drive, index: int) -> Path | None:
    """The mask of a frame's labels: what was drawn here, else its own."""
    frame = drive.frames[index]
    document = finding.document_path(drive.path, stem=frame.stem, image=frame.image, mask=frame.mask)
    cityscapes = finding.in_cityscapes(document)
    own = document.with_name(f"{'_'.join(cityscapes)}_labelIds.png" if cityscapes else f"{frame.stem}.png")
    return own if own.is_file() else frame.mask


def _resized_argmax(probabilities: NDArray[np.float32], size: tuple[int, ...]) -> Mask:
    """The mask (h, w) of `size` of class probabilities (K, h', w')."""
    if probabilities.shape[1:] == size:
        return probabilities.argmax(axis=0).astype(np.uint8)
    planes = [cv2.resize(plane, (size[1], size[0]), interpolation=cv2.INTER_LINEAR) for plane in probabilities]
    return np.stack(planes).argmax(axis=0).astype(np.uint8)
