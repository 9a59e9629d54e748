"""The job `inspect`: what a path is, how much of it there is, what its masks hold, and everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from engine import events
from engine.datasets import Problem
from engine.errors import DataError
from engine.events import Event, ShouldStop, never
from engine.inspection import looking, looking_at_drives
from engine.inspection.finding import IMAGES, SCAN, VIDEO, Thing, find
from engine.inspection.looking import Tally
from engine.inspection.opening import TITLES
from engine.inspection.report import COLLECTION, Report


def inspect(path: Path, *, most_masks: int = 0, should_stop: ShouldStop = never) -> Iterator[Event]:
    """Looks through everything at, around or below `path`; ends with Finished(summary=the report as plain values, see `report.py`).

    Of more than `most_masks` masks an even selection is counted, and the report says so; 0 counts all. Stopped early, the report speaks
    of what was seen. Raises DataError where the path is nothing known, or a single thing that can't be opened.
    """
    path = Path(path).expanduser().absolute()
    things = find(path)
    reports: list[Report] = []
    for group in _groups(things):
        tally = Tally()
        for thing in group:
            try:
                yield from _look(thing, tally, most_masks, should_stop)
            except DataError as error:
                if thing.path == path:
                    raise
                tally.problems.append(Problem(thing.path, f"unreadable {TITLES[thing.kind]}", str(error)))
            if tally.stopped or should_stop():
                tally.stopped = tally.stopped or thing is not group[-1]
                break
        reports.append(_report(path if len(group) == len(things) else _common(group), group, tally))
        if tally.stopped or should_stop():
            break
    whole = reports[0] if len(reports) == 1 else Report(str(path), COLLECTION, _collected(reports), below=tuple(reports))
    stopped = should_stop() or any(report.stopped for report in reports)
    yield events.Finished(stopped, whole.to_dict())


def _groups(things: tuple[Thing, ...]) -> list[list[Thing]]:
    """Drives of one kind are told together, datasets each by itself."""
    groups: dict[object, list[Thing]] = {}
    for thing in things:
        groups.setdefault(thing.path if thing.layout else thing.kind, []).append(thing)
    return list(groups.values())


def _look(thing: Thing, tally: Tally, most_masks: int, should_stop: ShouldStop) -> Iterator[Event]:
    if thing.layout:
        yield from looking.look_through_dataset(thing.path, thing.layout, tally, most_masks=most_masks, should_stop=should_stop)
    if thing.drive and not tally.stopped:
        yield from looking_at_drives.look_through_drive(thing.path, tally, should_stop)
    if thing.kind == SCAN:
        looking_at_drives.look_at_scan(thing.path, tally)


def _report(path: Path, group: list[Thing], tally: Tally) -> Report:
    kind = group[0].kind
    spaces = ", ".join(space.name for space in tally.pixels) or None
    return Report(
        str(path),
        kind,
        _title(kind, tally),
        tuple(tally.parts),
        tally.facts,
        spaces,
        tally.classes(),
        tally.masks_counted,
        tally.masks,
        tuple(dict.fromkeys(tally.problems)),
        stopped=tally.stopped,
    )


def _title(kind: str, tally: Tally) -> str:
    frames = sum(part.frames for part in tally.parts)
    scans = sum(part.scans for part in tally.parts)
    if kind == SCAN:
        return "one lidar scan"
    counted = f"{frames:,} frame{'s' if frames != 1 else ''}"
    if kind in (VIDEO, IMAGES):
        if kind == IMAGES and frames == 1:
            height, width = tally.parts[0].size or (0, 0)
            return f"one image, {width} × {height}"
        one = "images without masks" if kind == IMAGES else TITLES[kind] if len(tally.parts) < 2 else f"{len(tally.parts)} videos"
        return f"{one}, {counted}"
    return f"{TITLES[kind]}, {counted}" + (f", {scans:,} with scans" if scans and scans != frames else ", each with a scan" if scans else "")


def _collected(reports: list[Report]) -> str:
    return f"{len(reports)} different things, {sum(report.frames for report in reports):,} frames"


def _common(group: list[Thing]) -> Path:
    """The folder that holds all of a group."""
    if len(group) == 1:
        return group[0].path
    first = group[0].path.parent
    while not all(thing.path.is_relative_to(first) for thing in group):
        first = first.parent
    return first
