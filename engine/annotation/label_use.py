"""Which classes the label documents of a drive or a dataset use, and under which names."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.annotation.document import Document
from engine.errors import DataError
from engine.label_space import GROUP, LabelSpace, Mask


@dataclass(frozen=True)
class Uses:
    """`regions` by the label that stands in documents, `masks` by the ids they hold."""

    regions: Counter[str]
    masks: Counter[int]


def held(masks: Iterable[Callable[[], Mask | None]], *, should_stop: Callable[[], bool] = lambda: False) -> Counter[int]:
    """How many of these masks hold each id; what can't be read counts nothing: it is told where the frame itself is shown."""
    found: Counter[int] = Counter()
    for read in masks:
        if should_stop():
            break
        try:
            mask = read()
        except DataError:
            continue
        if mask is not None:
            found.update(np.flatnonzero(np.bincount(mask.ravel(), minlength=256)).tolist())
    return found


def counted(documents: Iterable[Path], *, should_stop: Callable[[], bool] = lambda: False) -> Counter[str]:
    """Regions by the label that stands in the files; those that are marked as deleted don't count.

    A file that is missing or damaged counts nothing: it is told where the frame itself is opened.
    """
    found: Counter[str] = Counter()
    for path in documents:
        if should_stop():
            break
        found.update(_labels(path))
    return found


def named_as(document: Document, space: LabelSpace, wanted: LabelSpace) -> Document:
    """A document of `space` under the names that `wanted` has for the same ids; what it lacks has its current name."""
    names = {label.id: label.name for label in wanted.labels}

    def name(label: str) -> str:
        current = space.current(label)
        found = space.find(current)
        single = found or space.find(current.removesuffix(GROUP))
        now = names.get(single.id, single.name) if single is not None else current
        return now if single is None or found is not None else now + GROUP

    others = [region.changed(label=now) for region in document.regions if (now := name(region.label)) != region.label]
    return document.replaced(*others) if others else document


def _labels(path: Path) -> list[str]:
    try:
        things = json.loads(path.read_bytes())["objects"]
        return [str(thing["label"]) for thing in things if not thing.get("deleted")]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return []
