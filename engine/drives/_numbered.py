"""Files named by a number, and lines that belong to a number."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from engine.errors import DataError

USUAL_INTERVAL = 0.1
"""Seconds between the turns of KITTI's lidar, where no time was written down."""


def files(folder: Path, suffixes: Iterable[str]) -> dict[int, Path]:
    """number → file of the files in `folder` whose stem is a whole number, in the order of their numbers; {} without the folder."""
    wanted = tuple(suffixes)
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in entries]
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise DataError(f"{folder} can't be listed ({error.strerror}); check that it is a folder that may be read") from error
    found = {}
    for name in names:
        stem, dot, suffix = name.rpartition(".")
        if stem.isascii() and stem.isdecimal() and f"{dot}{suffix.lower()}" in wanted:
            found[int(stem)] = folder / name
    return dict(sorted(found.items()))


def folders(path: Path) -> list[Path]:
    """The folders in `path` by name, without hidden ones; [] where it can't be listed."""
    try:
        with os.scandir(path) as entries:
            return [path / name for name in sorted(entry.name for entry in entries if not entry.name.startswith(".") and entry.is_dir())]
    except OSError:
        return []


def up_or_down(path: Path, is_one: Callable[[Path], bool], *, up: int, down: Sequence[str]) -> tuple[Path, ...]:
    """The folders for which `is_one` holds: `path` or one of its `up` next parents, else those that the patterns `down` lead to."""
    if not path.is_dir():
        return ()
    for folder in (path, *path.parents[:up]):
        if is_one(folder):
            return (folder,)
    for pattern in down:
        if found := tuple(folder for folder in _matching(path, pattern.split("/")) if is_one(folder)):
            return found
    return ()


def numbers_in(file: Path, per_line: int) -> np.ndarray:
    """(N, per_line) float64 of a text file with so many finite numbers a line. Raises DataError that names the line."""
    rows = []
    for number, line in enumerate(lines(file), 1):
        try:
            row = [float(word) for word in line.split()]
        except ValueError as error:
            raise DataError(f"{file}, line {number}, holds something that is no number; copy the file again") from error
        if len(row) != per_line or not np.isfinite(row).all():
            raise DataError(f"{file}, line {number}, must hold {per_line} finite numbers; copy the file again")
        rows.append(row)
    return np.array(rows, np.float64).reshape(-1, per_line)


def lines(file: Path) -> list[str]:
    """The lines of a text file without blank ones at its end. Raises DataError for what is no text."""
    try:
        return file.read_text(encoding="utf-8").rstrip().splitlines()
    except OSError as error:
        raise DataError(f"{file} can't be read ({error.strerror}); check that it exists and may be read") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{file} is no text file; copy it again from the dataset") from error


def times(seconds_by_number: Sequence[float], numbers: Sequence[int]) -> list[float]:
    """Seconds from the first frame for the frames `numbers`, looked up by number; a frame without a line goes on at the usual pace."""
    known = {number: seconds_by_number[number] for number in numbers if number < len(seconds_by_number) and np.isfinite(seconds_by_number[number])}
    if not known:
        return [(number - numbers[0]) * USUAL_INTERVAL for number in numbers]
    reference = min(known)
    start = known.get(numbers[0], known[reference] + (numbers[0] - reference) * USUAL_INTERVAL)
    result: list[float] = []
    before = numbers[0]
    for number in numbers:
        after_last = result[-1] + (number - before) * USUAL_INTERVAL if result else 0.0
        result.append(known[number] - start if number in known else after_last)
        before = number
    return result


def pace(seconds: Sequence[float]) -> float:
    """Frames per second of frames at these times: one over the median interval."""
    intervals = np.diff(seconds)
    intervals = intervals[intervals > 0]
    return round(float(1 / np.median(intervals)), 2) if len(intervals) else 1 / USUAL_INTERVAL


def paired(pictures: Mapping[int, Path], scans: Mapping[int, Path]) -> tuple[list[int], list[str]]:
    """The numbers of a drive's frames, those of its images where it has any, and a sentence for images and scans without the other."""
    numbers = list(pictures or scans)
    notes = []
    if scans and (lacking := [number for number in numbers if number not in scans]):
        notes.append(missing("scan", lacking, len(numbers)))
    if pictures and (lone := [number for number in scans if number not in pictures]):
        notes.append(missing("image, only a scan, and are left out", lone, len(numbers) + len(lone)))
    return numbers, notes


def missing(what: str, numbers: Sequence[int], of: int) -> str:
    """A sentence that names up to eight of the frames that lack `what`."""
    shown = ", ".join(str(number) for number in numbers[:8]) + (", …" if len(numbers) > 8 else "")
    return f"{len(numbers)} of {of} frames have no {what}: {shown}"


def _matching(path: Path, parts: list[str]) -> list[Path]:
    if not parts:
        return [path]
    head, *rest = parts
    below = folders(path) if head == "*" else [path / head]
    return [found for folder in below for found in _matching(folder, rest)]
