"""Fusing a drive: every scan's points get the class the camera sees at them, from a checkpoint's masks or from given ones."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import images, labels
from engine.drives import Drive, open_drive
from engine.errors import DataError
from engine.events import Events, Finished, Message, Progress, Saved, ShouldStop, never, seconds_left
from engine.labels import VOID, ClassSet, LabelSpace, Mask, TrainedClass
from engine.lidar import cloud_files, colouring, picture
from engine.lidar.fusion import FusedCloud
from engine.lidar.fusion import fuse as fuse_scan

Seen = tuple[Mask, NDArray[np.float32] | None]
"""A mask of train ids and its confidence, None for certain."""


@dataclass(slots=True)
class _Tally:
    """What the job has done so far, over all frames."""

    frames: int = 0
    points: int = 0
    in_image: int = 0
    visible: int = 0
    labelled: int = 0
    seconds: list[float] = field(default_factory=list)
    of_class: NDArray[np.int64] = field(default_factory=lambda: np.zeros(256, np.int64))

    def add(self, cloud: FusedCloud, seconds: float) -> None:
        self.frames += 1
        self.points += len(cloud)
        self.in_image += int(cloud.in_image.sum())
        self.visible += int(cloud.seen.sum())
        self.labelled += int((cloud.train_id != VOID).sum())
        self.seconds.append(seconds)
        self.of_class += np.bincount(cloud.train_id, minlength=256)

    def summary(self, class_set: ClassSet, out: Path) -> dict[str, Any]:
        return {
            "out": str(out),
            "frames": self.frames,
            "points": self.points,
            "points_in_image": self.in_image,
            "points_seen": self.visible,
            "points_labelled": self.labelled,
            "milliseconds_a_scan": round(1000 * float(np.median(self.seconds or [0])), 2),
            "classes": {name: int(self.of_class[train_id]) for train_id, name in enumerate(class_set.names)},
        }


def fuse(
    path: Path,
    out: Path,
    *,
    checkpoint: Path | None = None,
    masks: Path | None = None,
    space: str = "cityscapes",
    formats: Iterable[str] = cloud_files.DEFAULT,
    occlusion: bool = True,
    pictures: bool = False,
    device: str = "auto",
    should_stop: ShouldStop = never,
) -> Events:
    """Writes one fused cloud a scan of the drive at `path` into `out`, named as the scan, in every one of `formats`.

    The classes come from `checkpoint`, or from the id masks in the folder `masks`, which are named as the frames and hold ids
    of the label `space`. With `pictures` there are PNGs as well: the points over the image, and the cloud from above.
    Frames without a scan are left out, with a word. Raises RoadscopeError; what is in `out` is always complete.
    """
    formats = cloud_files.checked(formats)
    if (checkpoint is None) == (masks is None):
        raise DataError("fusion needs either a checkpoint or a folder of masks; give one of the two")
    drive = open_drive(path)
    try:
        chosen, notes = _with_scans(drive)
        yield from notes
        if checkpoint is not None:
            class_set, look = _network(drive, Path(checkpoint), device)
        else:
            class_set, look = _given(drive, Path(masks or ""), labels.space(space))
        tally, stopped, begun = _Tally(), False, time.perf_counter()
        yield Progress(0, len(chosen), "fusing scans")
        for done, index in enumerate(chosen, 1):
            if stopped := should_stop():
                break
            cloud = _fused(drive, index, look, occlusion, tally)
            for written in _write(cloud, drive, index, Path(out), formats, class_set, pictures):
                yield Saved(str(written), "cloud" if written.suffix != ".png" else "picture of a cloud")
            yield Progress(done, len(chosen), "fusing scans", seconds_left(begun, done, len(chosen)))
        yield Finished(stopped, tally.summary(class_set, Path(out)))
    finally:
        drive.close()


def every_class(space: LabelSpace) -> ClassSet:
    """All of a label space's ids as a class set, so that nothing a given mask says is lost; what means nothing is void."""
    kept = [label for label in space.labels if 0 <= label.id < VOID and not (label.category == "void" and not label.semantic_kitti)]
    lut = [VOID] * 256
    for train_id, label in enumerate(kept):
        lut[label.id] = train_id
    return ClassSet(space.name, tuple(TrainedClass(one.name, one.colour, one.semantic_kitti, (one.name,)) for one in kept), tuple(lut))


def _with_scans(drive: Drive) -> tuple[list[int], list[Message]]:
    """The positions of the frames to fuse, and what to say of the others."""
    chosen = [index for index, frame in enumerate(drive.frames) if frame.scan is not None]
    if not chosen:
        raise DataError(f"{drive.path} has no scans; fuse a KITTI drive with a velodyne folder beside its images")
    if drive.calibration(chosen[0]) is None:
        raise DataError(f"{drive.path} has no calibration of its camera and lidar; put the calibration files of the recording there")
    lacking = [str(frame.number) for frame in drive.frames if frame.scan is None]
    if not lacking:
        return chosen, []
    named = ", ".join(lacking[:8]) + (" …" if len(lacking) > 8 else "")
    return chosen, [Message(f"{len(lacking)} of {len(drive.frames)} frames have no scan and are left out: {named}", "warning")]


def _fused(drive: Drive, index: int, look: Callable[[int], Seen], occlusion: bool, tally: _Tally) -> FusedCloud:
    frame = drive.frames[index]
    scan, calibration = drive.scan(index), drive.calibration(index)
    if scan is None or calibration is None:
        raise DataError(f"{frame.scan} has no calibration; put the frame's calibration file beside it")
    mask, confidence = look(index)
    begun = time.perf_counter()
    try:
        cloud = fuse_scan(scan, calibration, mask, confidence, occlusion=occlusion)
    except DataError as error:
        raise DataError(f"frame {frame.number} of {drive.name}: {error}") from error
    tally.add(cloud, time.perf_counter() - begun)
    return cloud


def _network(drive: Drive, checkpoint: Path, device: str) -> tuple[ClassSet, Callable[[int], Seen]]:
    from engine.inference.predictor import Predictor  # torch takes seconds to import, and given masks don't need it

    predictor = Predictor(checkpoint, device=device)

    def look(index: int) -> Seen:
        prediction = predictor.predict(drive.image(index))
        return prediction.mask, prediction.confidence

    return predictor.card.classes, look


def _given(drive: Drive, folder: Path, space: LabelSpace) -> tuple[ClassSet, Callable[[int], Seen]]:
    if not folder.is_dir():
        raise DataError(f"{folder} is no folder; give the folder that holds one id mask a frame")
    files = {file.stem: file for file in sorted(folder.glob("*.png"))}
    class_set = every_class(space)
    known, table = space.known_ids, class_set.table

    def look(index: int) -> Seen:
        frame = drive.frames[index]
        stems = [one.stem for one in (frame.image, frame.scan) if one is not None]
        file = next((files[stem] for stem in stems if stem in files), None)
        if file is None:
            raise DataError(f"{folder} has no mask of frame {frame.number}; it must be named {stems[0]}.png")
        return table[_checked_ids(file, known, space, _size(drive, index))], None

    return class_set, look


def _checked_ids(file: Path, known: NDArray[np.bool_], space: LabelSpace, size: tuple[int, int] | None) -> Mask:
    ids = images.read_ids(file)
    if size is not None and ids.shape != size:
        raise DataError(f"{file} is {ids.shape[1]}×{ids.shape[0]}, its image {size[1]}×{size[0]}; export masks at full size")
    present = np.unique(ids)
    if unknown := [int(one) for one in present if one > 255 or not known[one]]:
        raise DataError(f"{file} holds the id {unknown[0]}, which {space.title} doesn't have; name the masks' label space with --labels")
    return ids.astype(np.uint8)


def _size(drive: Drive, index: int) -> tuple[int, int] | None:
    image = drive.frames[index].image
    return images.size(image) if image is not None else None


def _write(
    cloud: FusedCloud, drive: Drive, index: int, out: Path, formats: tuple[str, ...], class_set: ClassSet, pictures: bool
) -> Iterator[Path]:
    frame = drive.frames[index]
    stem = (frame.scan or Path(frame.stem)).stem
    yield from cloud_files.write(cloud, out / stem, formats, class_set)
    if not pictures:
        return
    colours = colouring.class_(cloud, class_set.palette)
    if frame.image is not None:
        over = picture.overlay_points(drive.image(index), cloud.pixel[cloud.seen], colours[cloud.seen], cloud.depth[cloud.seen])
        images.write_png(path := out / f"{stem}_image.png", over)
        yield path
    images.write_png(path := out / f"{stem}_above.png", picture.birds_eye(cloud.points, colours))
    yield path
