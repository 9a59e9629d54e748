"""Looking through one dataset or one drive: every file is asked, every fault becomes a problem, and none ends the look."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np

from engine import datasets, events, listing
from engine import labels as label_spaces
from engine.datasets import FileDataset, Problem
from engine.datasets._base import UNKNOWN_ID, unknown_ids, wrong_size
from engine.errors import DataError
from engine.events import Event, ShouldStop
from engine.inspection.facts import FileFacts, Remembered, image_facts, in_threads, mask_facts
from engine.inspection.report import ClassShare, Part
from engine.labels import VOID, LabelSpace
from engine.lidar.calibration import read_object
from engine.sample import Sample

UNREADABLE_IMAGE = "unreadable image"
UNREADABLE_CALIBRATION = "unreadable calibration"
UNREADABLE_MASK = "unreadable mask"
EMPTY_SPLIT = "empty split"
POINTS = "semantic_kitti"
"""The label space of .label files."""
PROGRESS_EVERY = 0.1
"""Seconds between two words on how far it is."""


@dataclass
class Tally:
    """What was seen so far in one thing."""

    parts: list[Part] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    pixels: dict[LabelSpace, Counter[int]] = field(default_factory=dict)
    holding: dict[LabelSpace, Counter[int]] = field(default_factory=dict)
    masks: int = 0
    masks_counted: int = 0
    stopped: bool = False

    def add_mask(self, space: LabelSpace, mask: Path, facts: FileFacts, image: tuple[int, int] | None) -> None:
        """Counts a mask; what is wrong with it becomes a problem."""
        self.masks_counted += 1
        if facts.error:
            kind = UNKNOWN_ID if "unknown colour" in facts.error else UNREADABLE_MASK
            self.problems.append(Problem(mask, kind, facts.error))
            return
        assert facts.size
        wrong = [wrong_size(mask, facts.size, image) if image else None, unknown_ids(mask, np.array(sorted(facts.counts), np.int64), space)]
        self.problems += [problem for problem in wrong if problem]
        self.pixels.setdefault(space, Counter()).update(facts.counts)
        self.holding.setdefault(space, Counter()).update(facts.counts.keys())

    def add_points(self, labels: Path, counts: dict[int, int]) -> None:
        """Counts the SemanticKITTI ids of one scan."""
        space = label_spaces.space(POINTS)
        known = {label.id for label in space.labels}
        if strange := sorted(counts.keys() - known):
            said = ", ".join(map(str, strange[:5])) + (" …" if len(strange) > 5 else "")
            text = f"{labels} holds the unknown class {said}; SemanticKITTI has no such class: correct the file or take it from the release again"
            self.problems.append(Problem(labels, UNKNOWN_ID, text))
        self.pixels.setdefault(space, Counter()).update(counts)
        self.holding.setdefault(space, Counter()).update(counts.keys())

    def classes(self) -> tuple[ClassShare, ...]:
        """Every class of the label spaces that were met, in their order; shares are of the pixels that are not void."""
        return tuple(share for space, pixels in self.pixels.items() for share in _shares(space, pixels, self.holding[space]))


class Meter:
    """Progress at most ten times a second."""

    def __init__(self, total: int, what: str) -> None:
        self._total, self._what = total, what
        self._begun = self._said = time.perf_counter()

    def said(self, done: int) -> Iterator[Event]:
        now = time.perf_counter()
        if now - self._said >= PROGRESS_EVERY or done == self._total:
            self._said = now
            yield events.Progress(done, self._total, self._what, events.seconds_left(self._begun, done, self._total))


def look_through_dataset(path: Path, layout: str, tally: Tally, *, most_masks: int, should_stop: ShouldStop) -> Iterator[Event]:
    """Adds all that a dataset's splits hold to `tally`. Raises DataError where it can't be opened at all."""
    whole = datasets.open_dataset(path, layout=layout)
    opened = list(_opened(path, layout, whole, tally))
    if whole.note:
        tally.facts["note"] = whole.note
    remembered = Remembered(f"{whole.root}\n{layout}\n{[one.space for one in opened]}")
    tally.masks = sum(sample.mask is not None for one in opened for sample in one.samples)
    try:
        for dataset in opened:
            share = 1.0 if not most_masks or tally.masks <= most_masks else most_masks / tally.masks
            yield from _split(dataset, tally, remembered, share, should_stop)
            if tally.stopped:
                return
    finally:
        remembered.save()


def _opened(path: Path, layout: str, whole: FileDataset, tally: Tally) -> Iterator[FileDataset]:
    """A dataset's splits one by one; those without frames become problems."""
    if not whole.covered:
        yield whole
    for split in whole.covered:
        try:
            yield datasets.open_dataset(path, layout=layout, split=split)
        except DataError as error:  # the whole could be opened: nothing is damaged, this split holds nothing
            tally.problems.append(Problem(whole.root, EMPTY_SPLIT, str(error)))


def _split(dataset: FileDataset, tally: Tally, remembered: Remembered, share: float, should_stop: ShouldStop) -> Iterator[Event]:
    samples = dataset.samples
    tally.problems += dataset.problems
    counted = {int(i / share) for i in range(round(len(samples) * share))} if share < 1 else range(len(samples))
    sizes: Counter[tuple[int, int]] = Counter()
    meter = Meter(len(samples), f"{dataset.root.name} {dataset.split}")

    def look(index: int) -> tuple[FileFacts, FileFacts | None]:
        sample = samples[index]
        image = remembered.get(sample.image, image_facts)
        mask = remembered.get(sample.mask, partial(mask_facts, read=dataset.read_mask)) if sample.mask and index in counted else None
        return image, mask

    done = 0
    for index, (image, mask) in in_threads(look, range(len(samples)), should_stop):
        _add(samples[index], image, mask, dataset.space, tally, sizes)
        done += 1
        yield from meter.said(done)
    tally.stopped = done < len(samples)
    tally.problems += _calibrations(samples)
    first = next(iter(sizes), None)
    labelled = sum(sample.mask is not None for sample in samples)
    tally.parts.append(Part(dataset.split, len(samples), labelled, 0, first, len(sizes)))


def _add(sample: Sample, image: FileFacts, mask: FileFacts | None, space: LabelSpace, tally: Tally, sizes: Counter[tuple[int, int]]) -> None:
    if image.error:
        tally.problems.append(Problem(sample.image, UNREADABLE_IMAGE, image.error))
    if image.size:
        sizes[image.size] += 1
    if mask is not None and sample.mask is not None:
        tally.add_mask(space, sample.mask, mask, image.size)


def _calibrations(samples: tuple[Sample, ...]) -> list[Problem]:
    """KITTI road has a calibration a frame, in `calib` beside its images."""
    problems = []
    for folder in {sample.image.parent.parent / "calib" for sample in samples}:
        there = set(listing.folder(folder).files) if folder.is_dir() else set()
        for sample in samples:
            file = folder / f"{sample.image.stem}.txt"
            if file.name in there and sample.image.parent.parent == folder.parent:
                try:
                    read_object(file)
                except DataError as error:
                    problems.append(Problem(file, UNREADABLE_CALIBRATION, str(error)))
    return problems


def _shares(space: LabelSpace, pixels: Counter[int], holding: Counter[int]) -> list[ClassShare]:
    trained = {label.id for label in space.labels if label.train_id != VOID}
    total = sum(number for id_, number in pixels.items() if id_ in trained)
    unit = "points" if space.name == POINTS else "pixels"
    shares = []
    for label in space.labels:
        void = label.id not in trained
        if label.id >= 0 and (not void or pixels[label.id]):
            share = pixels[label.id] / total if total and not void else 0.0
            shares.append(ClassShare(label.id, label.name, label.colour, pixels[label.id], share, holding[label.id], void, space.name, unit))
    if pixels[VOID] and all(label.id != VOID for label in space.labels):
        shares.append(ClassShare(VOID, "void", (0, 0, 0), pixels[VOID], 0.0, holding[VOID], True, space.name, unit))
    return shares
