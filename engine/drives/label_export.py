"""The labels of a drive's frames as a dataset of its own, in a layout that other programs and training read."""

from __future__ import annotations

import os
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from engine import atomic, images, labels, own_spaces
from engine.annotation import cityscapes_json, export, finding, frame_labels, label_use, masks
from engine.annotation.document import Document
from engine.drives.drive import Drive
from engine.errors import ConfigError, DataError, OutputError
from engine.events import Events, Finished, Message, Progress, Saved, ShouldStop, never, seconds_left
from engine.labels import LabelSpace

_VAL_EVERY = 5
_SPLITS = ("train", "val", "test")
_CITYSCAPES_NAME = re.compile(r"[^_]+_\d{6}_\d{6}")
_KITTI_NAME = re.compile(r"\d{6}_\d{2}")
_ROAD_NAME = re.compile(r"(um|umm|uu)_\d{6}")


@dataclass(frozen=True, slots=True)
class At:
    """A frame's position in its drive, and how many were written before it."""

    index: int
    written: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a frame goes: its image, and its masks of `kinds` (see `engine.annotation.export`) as `stem` in `folder`."""

    image: Path
    folder: Path
    stem: str
    kinds: tuple[str, ...]


def _folder(out: Path, name: str, at: At, image: Path | None) -> Place:
    suffix = image.suffix if image is not None and image.suffix.lower() in images.SUFFIXES else ".png"
    return Place(out / "images" / f"{name}{suffix}", out / "masks", name, (export.PLAIN,))


def _cityscapes(out: Path, name: str, at: At, image: Path | None) -> Place:
    stem = name.removesuffix("_leftImg8bit")
    if not _CITYSCAPES_NAME.fullmatch(stem):
        stem = f"street_000000_{at.index:06d}"
    city, file = stem.split("_")[0], f"{stem}_leftImg8bit.png"
    before = next((one for one in _SPLITS if (out / "leftImg8bit" / one / city / file).exists()), None)
    own = next((one for one in _SPLITS if image is not None and image.parent.parent.name == one), None)
    split = before or own or ("val" if at.written % _VAL_EVERY == 0 else "train")
    return Place(out / "leftImg8bit" / split / city / file, out / "gtFine" / split / city, stem, export.CITYSCAPES)


def _kitti_semantics(out: Path, name: str, at: At, image: Path | None) -> Place:
    stem = name if _KITTI_NAME.fullmatch(name) else f"{at.index:06d}_10"
    return Place(out / "training" / "image_2" / f"{stem}.png", out / "training", stem, ("kitti_semantic", "kitti_semantic_rgb", "kitti_instance"))


def _kitti_road(out: Path, name: str, at: At, image: Path | None) -> Place:
    stem = name if _ROAD_NAME.fullmatch(name) else f"um_{at.index:06d}"
    return Place(out / "training" / "image_2" / f"{stem}.png", out / "training", stem, ("kitti_road",))


LAYOUTS: dict[str, tuple[str, Callable[[Path, str, At, Path | None], Place]]] = {
    "folder": ("Images with masks", _folder),
    "cityscapes": ("Cityscapes", _cityscapes),
    "kitti_semantics": ("KITTI semantics", _kitti_semantics),
    "kitti_road": ("KITTI road", _kitti_road),
}
"""By name: what people call it, and where a frame goes in it."""


def unfit(layout: str, space: LabelSpace) -> str:
    """Why labels of a space can't be written in a layout, as a sentence; "" where they can. Raises ConfigError for an unknown layout."""
    if layout not in LAYOUTS:
        raise ConfigError(f"there is no layout {layout!r} to export to; choose one of: {', '.join(LAYOUTS)}")
    if layout == "kitti_road":
        try:
            masks.road_label(space)
        except ConfigError as error:
            return str(error)
    elif layout != "folder":
        own = {label.id: label.train_id for label in space.labels}
        if any(own.get(label.id) != label.train_id for label in labels.space("cityscapes").labels if label.train_id != labels.VOID):
            return f"The layout of {LAYOUTS[layout][0]} has the classes of Cityscapes, and these labels those of {space.title}"
    return ""


def export_labels(drive: Drive, out: Path, *, layout: str = "folder", space: LabelSpace, only: Iterable[int] | None = None, drawn: bool = False, should_stop: ShouldStop = never) -> Events:
    """Writes image and masks of every frame that has labels (`only`: of these positions; `drawn`: only those with a document) below `out`.

    Files of the same names are replaced, but none that the drive is read from. Labels are those of the frame's document, else its mask. Each frame's files are whole. Images are copied as they are where the layout allows it.
    Raises ConfigError, DataError where no frame has labels or a label is unknown, OutputError.
    """
    if reason := unfit(layout, space):
        raise ConfigError(f"{reason}; choose another layout")
    chosen = list(range(len(drive.frames)) if only is None else only)
    official = labels.space("cityscapes") if layout == "cityscapes" else space
    names, taken, started, written, left, stopped = _names(drive), _Taken(drive), time.perf_counter(), 0, 0, False
    yield Progress(0, len(chosen), "writing")
    for done, index in enumerate(chosen, 1):
        if stopped := should_stop():
            break
        document = _labels(drive, index, space, drawn=drawn)
        if document is not None:
            place = LAYOUTS[layout][1](out, names[index], At(index, written), drive.frames[index].image)
            taken.check(out, place, space)
            _write(drive, index, place, label_use.named_as(document, space, official), space)
            written += 1
        else:
            left += 1
        yield Progress(done, len(chosen), "writing", seconds_left(started, done, len(chosen)))
    if written and layout == "folder":
        atomic.write_text(out / "classes.yaml", labels.space_text(space))
    elif written and space.base:
        own_spaces.choose(out, space.name)  # what the layout has no file for
    if not written and not stopped:
        raise DataError(f"no frame of {drive.name} has labels to export; draw some first" if only is None else "this frame has no labels to export; draw some first")
    if left:
        yield Message(f"{left} frame{'s have' if left != 1 else ' has'} no labels and {'are' if left != 1 else 'is'} left out", "info")
    yield Saved(str(out), "labels")
    yield Finished(stopped, {"frames": written, "out": str(out)})


def _names(drive: Drive) -> list[str]:
    """Each frame's own: its stem, with its position where two frames of different folders share one."""
    stems = [frame.stem for frame in drive.frames]
    frames = Counter(stems)
    return [f"{stem}_{index:06d}" if frames[stem] > 1 else stem for index, stem in enumerate(stems)]


class _Taken:
    """The files that must not be replaced: what the drive is read from, and what was written for another of its frames."""

    def __init__(self, drive: Drive) -> None:
        self._folders: dict[str, str] = {}
        self._sources: set[str] = set()
        for frame in drive.frames:
            document = finding.document_path(drive.path, stem=frame.stem, image=frame.image, mask=frame.mask)
            self._sources.update(self._real(path) for path in (frame.image, frame.mask, document) if path is not None)
        self._written: set[str] = set()

    def check(self, out: Path, place: Place, space: LabelSpace) -> None:
        """Takes the files of a place. Raises OutputError."""
        files = {self._real(path): path for path in (place.image, *(export.path_of(kind, space, stem=place.stem, folder=place.folder) for kind in place.kinds))}
        if not self._sources.isdisjoint(files):
            raise OutputError(f"{out} holds the frames themselves, or their labels; choose another folder, so that nothing of theirs is replaced")
        if twice := self._written.intersection(files):
            raise OutputError(f"two frames would be written as {files[twice.pop()]}; give them other names, or choose another layout")
        self._written.update(files)

    def _real(self, path: Path) -> str:
        """A name for the file, links of its folder followed, and its own where it is one."""
        if path.is_symlink():
            path = path.resolve()
        folder = os.path.dirname(path)
        if folder not in self._folders:
            self._folders[folder] = os.path.realpath(folder)
        return os.path.join(self._folders[folder], path.name)


def _labels(drive: Drive, index: int, space: LabelSpace, *, drawn: bool) -> Document | None:
    frame = drive.frames[index]
    path = finding.document_path(drive.path, stem=frame.stem, image=frame.image, mask=frame.mask)
    if path.exists():
        return cityscapes_json.read_file(path)
    if drawn:
        return None
    truth = drive.truth(index)
    if truth is None and frame.image is None:
        return None
    size = (truth.shape[1], truth.shape[0]) if truth is not None else images.size(frame.image)[::-1]  # type: ignore[arg-type]
    document, _ = frame_labels.begun(size, space, image=frame.image, truth=lambda: truth)
    return document if document.regions else None


def _write(drive: Drive, index: int, place: Place, document: Document, space: LabelSpace) -> None:
    source = drive.frames[index].image
    if source is not None and source.suffix.lower() == place.image.suffix.lower():
        try:
            content = source.read_bytes()
        except OSError as error:
            raise DataError(f"{source} can't be opened ({error.strerror}); check that it exists and may be read") from error
    else:
        image = drive.image(index)
        assert image is not None, "a frame with labels has an image"
        content = images.png(image)
    atomic.write_all({place.image: content})
    export.export(document, space, stem=place.stem, folder=place.folder, kinds=place.kinds)
