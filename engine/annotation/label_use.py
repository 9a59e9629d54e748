"""How often each class is used in the label documents of a drive or a dataset."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path


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


def _labels(path: Path) -> list[str]:
    try:
        things = json.loads(path.read_bytes())["objects"]
        return [str(thing["label"]) for thing in things if not thing.get("deleted")]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return []
