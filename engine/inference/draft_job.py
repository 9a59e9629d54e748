"""First drafts of the labels of a whole drive, written as label documents that people go on with."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from engine import checkpoints, own_spaces
from engine import labels as label_spaces
from engine.annotation import drafts, finding, frame_labels
from engine.annotation.changes import difference
from engine.annotation.document import Document
from engine.annotation.drafts import DRAFTED_BY, Options
from engine.annotation.raster import Rasteriser
from engine.annotation.store import Store
from engine.drives import Drive
from engine.errors import ConfigError, DataError
from engine.events import Event, Events, Finished, Message, Progress, Saved, ShouldStop, never, seconds_left
from engine.inference._stream import Predicted, predicted
from engine.labels import ClassSet, LabelSpace
from engine.sample import Image, Prediction

_PATIENCE_S = 3.0
"""How long a document that the window has just left may take to be closed."""


def draft(
    checkpoint: Path,
    drive: Drive,
    *,
    frames: Iterable[int] | None = None,
    existing: bool = False,
    options: Options | None = None,
    space: LabelSpace | None = None,
    device: str = "auto",
    should_stop: ShouldStop = never,
) -> Events:
    """Writes a document, and the masks that belong to it, for each frame that has no labels yet: of all, or of those at the positions `frames`.

    With `existing` the others too get drafts, below what they have. Each is one edit that can be undone and starts with the words `drafted by`.
    Labels are those of `space`, by default the drive's own. `Saved` says each document. A document that is open elsewhere is tried again at the end, then left out with a word. A kill leaves each
    document whole, drafted or not. Raises RoadscopeError.
    """
    if not drive.has_images:
        raise DataError(f"{drive.path} has scans but no images; choose a drive with images")
    yield from (Message(note, "warning") for note in drive.notes)
    card = checkpoints.card(checkpoint)  # before torch, which takes seconds to import
    space = space or own_spaces.used_for(drive.path, drive.space or label_spaces.space("cityscapes"))
    writer = _Writer(drive, card.classes, _name(checkpoint), space, options or Options(), existing)
    wanted = range(len(drive.frames)) if frames is None else sorted({index for index in frames if 0 <= index < len(drive.frames)})
    chosen = [index for index in wanted if writer.wants(index)]
    writer.count["labelled"] = len(wanted) - len(chosen)
    total, stopped, started = len(chosen), False, time.perf_counter()
    yield Progress(0, total, "drafting")
    if chosen:
        from engine.inference.predictor import Predictor

        predictor, started = Predictor(checkpoint, device=device), time.perf_counter()
        with closing(predicted(drive, [predictor], indices=chosen)) as results:
            for done, frame in enumerate(results, 1):
                if stopped := should_stop():
                    break
                yield from writer.take(frame)
                yield Progress(done, total, "drafting", seconds_left(started, done, total))
        if not stopped:
            yield from writer.take_held(should_stop)
    yield Finished(stopped, writer.summary(time.perf_counter() - started))


def _name(checkpoint: Path) -> str:
    path = Path(checkpoint)
    return path.stem if path.suffix else path.name


class _Held(Exception):
    """Somebody has the document open; the text says who."""


@dataclass
class _Writer:
    """Turns predictions into documents."""

    drive: Drive
    classes: ClassSet
    checkpoint: str
    space: LabelSpace
    options: Options
    existing: bool
    count: Counter[str] = field(default_factory=Counter)
    _held: list[tuple[int, Image, Prediction]] = field(default_factory=list)
    _rasteriser: Rasteriser | None = None

    def __post_init__(self) -> None:
        names = {name for one in self.classes.classes if (name := drafts.name_in(one, self.space))}
        if not names:
            raise ConfigError(f"the label space {self.space.name} has none of the classes of {self.checkpoint}; choose another checkpoint")
        known = names.union(*((one.name, *one.members) for one in self.classes.classes))
        if self.options.only is not None and self.options.only not in known:
            raise ConfigError(f"{self.checkpoint} knows no class {self.options.only}; choose one of: {', '.join(sorted(known))}")

    def path(self, index: int) -> Path:
        """Where the frame's document is kept."""
        frame = self.drive.frames[index]
        return finding.document_path(self.drive.path, stem=frame.stem, image=frame.image, mask=frame.mask)

    def wants(self, index: int) -> bool:
        """Whether the frame is to be drafted; also where a kill came between the document and its masks."""
        frame, path = self.drive.frames[index], self.path(index)
        return self.existing or not frame_labels.labelled(path, image=frame.image, truth=frame.mask) or (path.exists() and not frame_labels.has_masks(path))

    def take(self, frame: Predicted) -> Iterator[Event]:
        """Writes one document, or keeps it for later where it is open elsewhere."""
        if frame.image is None:
            self.count["unreadable"] += 1
            yield Message(f"left out: {frame.problem}", "warning")
            return
        try:
            yield from self._written(frame.index, frame.image, frame.predictions[0], 0.0)
        except _Held:
            self._held.append((frame.index, frame.image, frame.predictions[0]))

    def take_held(self, should_stop: ShouldStop) -> Iterator[Event]:
        """Tries once more what was open elsewhere."""
        for index, image, prediction in self._held:
            try:
                yield from self._written(index, image, prediction, 0.0 if should_stop() else _PATIENCE_S)
            except _Held as held:
                self.count["open"] += 1
                yield Message(f"left out: {held}", "warning")

    def summary(self, seconds: float) -> dict[str, object]:
        """What became of the frames: `drafted`, `regions` in them, `labelled` before, `empty`, `open` elsewhere, `unreadable`."""
        kinds = ("drafted", "regions", "labelled", "empty", "open", "unreadable")
        return {kind: self.count[kind] for kind in kinds} | {"seconds": round(seconds, 2), "frames_per_second": round(self.count["drafted"] / max(seconds, 1e-6), 2)}

    def _written(self, index: int, image: Image, prediction: Prediction, patience: float) -> Iterator[Event]:
        """A frame whose labels are damaged, or can't be drawn, keeps no other from its draft."""
        try:
            yield from self._write(index, image, prediction, patience)
        except DataError as error:
            self.count["unreadable"] += 1
            yield Message(f"left out: {error}", "warning")

    def _write(self, index: int, image: Image, prediction: Prediction, patience: float) -> Iterator[Event]:
        height, width = image.shape[:2]
        frame, path = self.drive.frames[index], self.path(index)
        store = Store.open(
            path,
            new=lambda: frame_labels.begun((width, height), self.space, image=frame.image, truth=lambda: self.drive.truth(index))[0],
            patience=patience,
        )
        with closing(store):
            if store.blocked:
                raise _Held(store.blocked)
            document = store.document
            if (document.width, document.height) != (width, height):
                self.count["unreadable"] += 1
                yield Message(f"left out: {path.name} is of {document.width}×{document.height}, its frame {width}×{height}; export the labels at full size", "warning")
                return
            changed = self._commit(store, prediction, path)
            if changed or store.unsaved or (path.exists() and not frame_labels.has_masks(path)):  # a mask without a document would hide the data's own
                frame_labels.save(store, frame_labels.masks_of(path), space=self.space, rasteriser=self._of(width, height))
            if changed:
                yield Saved(str(path), "labels")

    def _commit(self, store: Store, prediction: Prediction, path: Path) -> bool:
        """Puts drafts below what the document has; whether there were any."""
        document = store.document
        if document.regions and not self.existing:
            self.count["labelled"] += 1
            return False
        found = drafts.drafted(prediction, self.classes, self.space, options=self.options, labelled=self._labelled(document))
        if not found:
            self.count["empty"] += 1
            return False
        store.commit(difference(document, drafts.below(document, found), f"{DRAFTED_BY}{self.checkpoint}, {len(found)} regions"))
        self.count.update(drafted=1, regions=len(found))
        return True

    def _labelled(self, document: Document) -> np.ndarray | None:
        """(H, W) the pixels that have a label; None where there are no regions."""
        if not document.regions:
            return None
        labelled = np.zeros((document.height, document.width), bool)
        self._of(document.width, document.height).paint(document, labelled, lambda region: True)
        return labelled

    def _of(self, width: int, height: int) -> Rasteriser:
        if self._rasteriser is None or (self._rasteriser.width, self._rasteriser.height) != (width, height):
            self._rasteriser = Rasteriser(width, height)
        return self._rasteriser
