"""Which frames wait to be looked at, and in which order; told for thousands of them without opening one document."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.annotation import cityscapes_json, review
from engine.annotation.review_store import Place, ReviewStore, Seen
from engine.errors import DataError


class Queue(StrEnum):
    """What frames wait for."""

    UNLABELLED = "unlabelled"
    UNCHECKED = "unchecked"
    COMMENTS = "comments"
    NEED = "need"
    """All that aren't checked, those that need a look most before the others."""


class State(StrEnum):
    """Whether a frame was checked."""

    NEVER = "never"
    CHANGED = "changed"
    """Its labels are others since."""
    CHECKED = "checked"


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a frame has come."""

    labelled: bool = False
    state: State = State.NEVER
    to_correct: int = 0
    questions: int = 0

    def waits(self, queue: Queue) -> bool:
        """Whether it stands in this queue. A frame that was checked is done, also where it has no labels."""
        match queue:
            case Queue.UNLABELLED:
                return not self.labelled and self.state != State.CHECKED
            case Queue.UNCHECKED:
                return self.labelled and self.state != State.CHECKED
            case Queue.COMMENTS:
                return bool(self.to_correct or self.questions)
            case Queue.NEED:
                return self.state != State.CHECKED


_NOTHING, _LABELLED = Standing(), Standing(labelled=True)


def survey(documents: Sequence[Path], masks: Sequence[bool], store: ReviewStore) -> list[Standing]:
    """How far each frame has come: `documents` are where their labels are kept, `masks` whether they have a mask of the data's own.

    Lists each folder once, and asks the disk for the status of those files alone that were checked.
    """
    by_folder: dict[Path, set[str]] = {}
    folders: dict[Path, str] = {}
    for document in documents:
        if document.parent not in by_folder:
            by_folder[document.parent] = _names(document.parent)
            folders[document.parent] = str(document.parent.resolve())
    known = store.seen(dict.fromkeys(folders.values()))
    found = []
    for document, mask in zip(documents, masks, strict=True):
        labelled = mask or document.name in by_folder[document.parent]
        place = Place(folders[document.parent], document.name)
        if (seen := known.get(place)) is None:
            found.append(_LABELLED if labelled else _NOTHING)
        else:
            found.append(Standing(labelled, _state(document, place, seen, store), seen.to_correct, seen.questions))
    return found


def ordered(standings: Sequence[Standing], queue: Queue, needs: NDArray[np.float64] | None = None) -> list[int]:
    """The positions of those that wait, in their order; by `needs` (N,) the largest first, and NaN, which is not known yet, last."""
    told = {id(one): one for one in standings}  # most frames share one of a few
    some = {id_ for id_, one in told.items() if one.waits(queue)}
    waiting = [at for at, one in enumerate(standings) if id(one) in some]
    if queue != Queue.NEED or needs is None:
        return waiting
    here = np.array(waiting, np.int64)
    known = np.nan_to_num(needs[here], nan=-1.0)
    return here[np.argsort(-known, kind="stable")].tolist()


def following(order: Sequence[int], frame: int, *, step: int = 1, by_rank: bool = False) -> int | None:
    """The frame to go to from `frame`, which may wait itself or not: past the end it begins anew; None where no other waits.

    `by_rank` for orders that aren't the frames' own: from a frame that doesn't wait one goes to the first.
    """
    others = [one for one in order if one != frame]
    if not others:
        return None
    if by_rank:
        at = list(order).index(frame) if frame in order else None
        if at is None:
            return others[0]
        return order[(at + step) % len(order)]
    ahead = [one for one in others if (one > frame if step > 0 else one < frame)] or others
    return ahead[0] if step > 0 else ahead[-1]


def _state(document: Path, place: Place, seen: Seen, store: ReviewStore) -> State:
    if seen.checked is None:
        return State.NEVER
    stamp = review.stamp(document)
    if seen.checked == review.PENDING and stamp != review.GONE and _digest(document) == seen.digest:
        store.settle(place, seen.digest, stamp)  # the program ended between the check and what it is of
        return State.CHECKED
    return State.CHECKED if seen.checked == stamp else State.CHANGED


def _digest(document: Path) -> str:
    try:
        return review.digest(cityscapes_json.read_file(document))
    except DataError:
        return ""  # told when the frame is opened


def _names(folder: Path) -> set[str]:
    try:
        return set(os.listdir(folder))
    except OSError:
        return set()  # a folder that isn't there yet holds nothing; one that can't be listed is told when a frame of it is opened
