"""Looking through one drive: images, scans, truth, calibration and poses."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from engine import images, listing
from engine.datasets import Problem
from engine.drives import Drive, Frame, open_drive
from engine.errors import DataError
from engine.events import Event, ShouldStop
from engine.inspection.facts import FileFacts, Remembered, count, image_facts, in_threads, mask_facts
from engine.inspection.looking import UNREADABLE_CALIBRATION, UNREADABLE_IMAGE, Meter, Tally
from engine.inspection.report import Part
from engine.lidar.scan import read_labels, read_scan

READ_SCANS = 200
"""Of more scans than this an even selection is read; of the others only the length is asked."""
FARTHEST = 10_000.0
"""Metres; a coordinate beyond is no measurement of a lidar."""
_COUNTED = re.compile(r"^\d+ of \d+ frames have no ")
"""A drive counts its gaps; here they are named file by file instead."""


def look_through_drive(path: Path, tally: Tally, should_stop: ShouldStop) -> Iterator[Event]:
    """Adds all that a drive holds to `tally`. Raises DataError where it can't be opened at all."""
    drive = open_drive(path)
    try:
        tally.problems += [Problem(drive.path, "note", note) for note in drive.notes if not _COUNTED.match(note)]
        if drive.kind == "video":
            yield from _video(drive, tally, should_stop)
        else:
            yield from _frames(drive, tally, should_stop)
        _length(drive, tally)
    finally:
        drive.close()


def look_at_scan(path: Path, tally: Tally) -> None:
    """Adds one scan file to `tally`. Raises DataError where it can't be read."""
    scan = read_scan(path)
    tally.problems += [problem] if (problem := _scan_problem(path, read=True)) else []
    nearest, farthest = np.percentile(np.linalg.norm(scan.points, axis=1), (0, 100))
    tally.facts["points"] = f"{len(scan):,}, {nearest:.1f} to {farthest:.1f} m away"
    tally.parts.append(Part(path.name, 1, 0, 1))


def _video(drive: Drive, tally: Tally, should_stop: ShouldStop) -> Iterator[Event]:
    """A few frames are decoded from end to end: the index alone doesn't show damage."""
    last = len(drive.frames) - 1
    places = sorted({0, last // 4, last // 2, last * 3 // 4, last})
    meter = Meter(len(places), drive.name)
    for done, index in enumerate(places, 1):
        tally.stopped = should_stop()
        if tally.stopped:
            break
        try:
            drive.image(index)
        except DataError as error:
            tally.problems.append(Problem(drive.path, "damaged video", str(error)))
        yield from meter.said(done)
    tally.parts.append(Part(drive.name, len(drive.frames), 0, 0, drive.size, 1))


def _frames(drive: Drive, tally: Tally, should_stop: ShouldStop) -> Iterator[Event]:
    frames = drive.frames
    remembered = Remembered(f"{drive.path}\n{drive.kind}")
    stride = max(1, -(-len(frames) // READ_SCANS))
    sizes: Counter[tuple[int, int]] = Counter()
    meter = Meter(len(frames), drive.name)
    done = 0
    try:
        for index, found in in_threads(partial(_look, drive, remembered, stride), range(len(frames)), should_stop):
            _add(drive, frames[index], found, tally, sizes)
            done += 1
            yield from meter.said(done)
    finally:
        remembered.save()
    tally.stopped = done < len(frames)
    tally.masks += sum(frame.mask is not None for frame in frames)
    tally.problems += _strays(drive)
    _calibration(drive, tally)
    _poses(drive, tally)
    scans = sum(frame.scan is not None for frame in frames)
    if scans:
        _points(frames, tally)
        if stride > 1:
            tally.facts["scans read through"] = f"{len(range(0, len(frames), stride))} of {scans}, evenly chosen; of the others only the length"
    if not drive.has_images:
        tally.facts["images"] = "none"
    if drive.kind in ("kitti_raw", "kitti_odometry"):
        _gaps(frames, tally)
    labelled = sum(frame.mask is not None or frame.labels is not None for frame in frames)
    tally.parts.append(Part(drive.name, len(frames), labelled, scans, next(iter(sizes), None), len(sizes)))


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was found of one frame's files."""

    image: FileFacts | None
    mask: FileFacts | None
    problems: tuple[Problem | None, ...]
    points: FileFacts | None


def _look(drive: Drive, remembered: Remembered, stride: int, index: int) -> _Seen:
    frame = drive.frames[index]
    image = remembered.get(frame.image, image_facts) if frame.image else None
    mask = remembered.get(frame.mask, partial(mask_facts, read=images.read_ids)) if frame.mask and drive.space else None
    scan = _scan_problem(frame.scan, read=index % stride == 0) if frame.scan else None
    points = remembered.get(frame.labels, _label_facts) if frame.labels else None
    return _Seen(image, mask, (scan, _labels_problem(frame)), points)


def _label_facts(path: Path) -> FileFacts:
    try:
        classes = read_labels(path) & 0xFFFF
    except DataError as error:
        return FileFacts(error=str(error))
    return FileFacts((1, len(classes)), count(classes))


def _add(drive: Drive, frame: Frame, seen: _Seen, tally: Tally, sizes: Counter[tuple[int, int]]) -> None:
    image = seen.image
    if image and image.error and frame.image:
        tally.problems.append(Problem(frame.image, UNREADABLE_IMAGE, image.error))
    if image and image.size:
        sizes[image.size] += 1
    if seen.mask and frame.mask and drive.space:
        tally.add_mask(drive.space, frame.mask, seen.mask, image.size if image else None)
    tally.problems += [problem for problem in seen.problems if problem]
    if seen.points and frame.labels:
        if seen.points.error:
            tally.problems.append(Problem(frame.labels, "unreadable labels", seen.points.error))
        else:
            tally.add_points(frame.labels, seen.points.counts)
    if drive.has_scans and frame.image and not frame.scan:
        tally.problems.append(Problem(frame.image, "image without scan", f"{frame.image} has no scan of its number; it plays, but can't be fused"))
    if frame.scan and not frame.labels and any(other.labels for other in drive.frames):
        tally.problems.append(Problem(frame.scan, "scan without labels", f"{frame.scan} has no .label of its number, where other scans have; it isn't scored"))


def _scan_problem(path: Path, *, read: bool) -> Problem | None:
    try:
        if read:
            points = read_scan(path).points
            if not np.isfinite(points).all() or np.abs(points).max() > FARTHEST:
                return Problem(path, "damaged scan", f"{path} holds coordinates that are no distances; copy the scan again or leave its frame out")
        elif not (length := path.stat().st_size) or length % 16:
            return Problem(path, "truncated scan", f"{path} is a truncated scan: {length} bytes are no whole number of points; copy it again")
    except (DataError, OSError) as error:
        return Problem(path, "truncated scan", str(error))
    return None


def _labels_problem(frame: Frame) -> Problem | None:
    if not frame.labels or not frame.scan:
        return None
    labels, points = frame.labels.stat().st_size / 4, frame.scan.stat().st_size // 16
    if labels == points or labels % 1:  # a cut file is told where it is read
        return None
    return Problem(frame.labels, "wrong label count", f"{frame.labels} labels {labels:.0f} points, its scan has {points}; take both from the same release")


def _strays(drive: Drive) -> list[Problem]:
    """Scans and truth that belong to no frame."""
    problems = []
    for kind, what, field in (("scan without image", "image", "scan"), ("labels without scan", "scan", "labels"), ("mask without image", "image", "mask")):
        paths = {path for frame in drive.frames if (path := getattr(frame, field))}
        for folder in {path.parent for path in paths}:
            suffix = next(path.suffix for path in paths if path.parent == folder)
            there = (folder / name for name in listing.folder(folder).files if name.endswith(suffix))
            problems += [Problem(path, kind, f"{path} has no {what} of its number and is left out; add the {what}, or ignore it") for path in there if path not in paths]
    return problems if drive.has_images or drive.has_scans else []


def _calibration(drive: Drive, tally: Tally) -> None:
    said: set[str] = set()
    calibrated = 0
    for index, frame in enumerate(drive.frames):
        try:
            calibration = drive.calibration(index)
        except DataError as error:
            if str(error) not in said:
                said.add(str(error))
                tally.problems.append(Problem(_named_in(str(error), drive.path), UNREADABLE_CALIBRATION, str(error)))
            continue
        calibrated += calibration is not None
        if calibration is None and drive.kind == "kitti_object":
            file = frame.image or frame.scan or drive.path
            tally.problems.append(Problem(file, "missing calibration", f"{file} has no calibration of its number in calib; its scan can't be fused"))
    if drive.has_scans:
        every = calibrated == len(drive.frames)
        tally.facts["calibration"] = "yes" if every else f"of {calibrated} of {len(drive.frames)} frames" if calibrated else "none that can be used"


def _poses(drive: Drive, tally: Tally) -> None:
    if not drive.has_scans:
        return
    try:
        lacking = [frame for index, frame in enumerate(drive.frames) if drive.pose(index) is None]
    except DataError as error:
        tally.problems.append(Problem(_named_in(str(error), drive.path), "unreadable pose", str(error)))
        return
    if len(lacking) < len(drive.frames):
        tally.facts["poses"] = f"{len(drive.frames) - len(lacking)} of {len(drive.frames)} frames"
        for frame in lacking:
            file = frame.image or frame.scan or drive.path
            tally.problems.append(Problem(file, "missing pose", f"{file} has no pose of its number; scans can't be joined there"))


def _points(frames: tuple[Frame, ...], tally: Tally) -> None:
    counts = [frame.scan.stat().st_size // 16 for frame in frames if frame.scan]
    low, high = min(counts), max(counts)
    tally.facts["points a scan"] = f"{low:,} to {high:,}" if low != high else f"{low:,}"


def _length(drive: Drive, tally: Tally) -> None:
    if drive.kind not in ("images", "kitti_object") and len(drive.frames) > 1:
        tally.facts["length"] = f"{drive.frames[-1].time:.1f} s at {drive.fps:g} frames/s"


def _gaps(frames: tuple[Frame, ...], tally: Tally) -> None:
    numbers = [frame.number for frame in frames]
    missing = numbers[-1] - numbers[0] + 1 - len(numbers)
    tally.facts["frame numbers"] = f"{numbers[0]} to {numbers[-1]}" + (f", {missing:,} of them missing" if missing else "")


def _named_in(sentence: str, otherwise: Path) -> Path:
    """The file a sentence begins with."""
    ends = [found.start() for found in re.finditer(r"[ ,:;]", sentence)]
    return next((Path(sentence[:end]) for end in reversed(ends) if os.path.isabs(sentence[:end]) and os.path.exists(sentence[:end])), otherwise)
