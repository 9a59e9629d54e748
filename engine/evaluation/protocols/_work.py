"""What the protocols share: pairs of files counted two at a time, and predictions found by name."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from engine import events
from engine.errors import DataError
from engine.events import ShouldStop

Counted = TypeVar("Counted")
_AHEAD = 4


def counted(
    pairs: Sequence[tuple[Path, ...]], count: Callable[..., Counted], take: Callable[[Counted], None], *, should_stop: ShouldStop
) -> Generator[events.Progress, None, int]:
    """Gives `take` what `count` makes of each pair, in order; returns how many there were when it ended or was stopped."""
    start, done = time.perf_counter(), 0
    with ThreadPoolExecutor(2, thread_name_prefix="score") as pool:
        coming: list[Future[Counted]] = [pool.submit(count, *pair) for pair in pairs[:_AHEAD]]
        for number in range(len(pairs)):
            if should_stop():
                break
            take(coming.pop(0).result())
            if number + _AHEAD < len(pairs):
                coming.append(pool.submit(count, *pairs[number + _AHEAD]))
            done += 1
            yield events.Progress(done, len(pairs), "scoring", events.seconds_left(start, done, len(pairs)))
        for one in coming:
            one.cancel()
    return done


def check_folders(*folders: Path) -> None:
    """Raises DataError for what is no folder."""
    for folder in folders:
        if not folder.is_dir():
            raise DataError(f"{folder} is no folder; give the folder of the predictions and that of the truth")


def found_by(name: Callable[[Path], str], paths: Sequence[Path]) -> dict[str, list[Path]]:
    """The paths by the frame that `name` reads from each."""
    found: dict[str, list[Path]] = {}
    for path in sorted(paths):
        found.setdefault(name(path), []).append(path)
    return found


def the_one(frame: str, found: dict[str, list[Path]], folder: Path) -> Path:
    """The only prediction of `frame`. Raises DataError where it has none or several."""
    paths = found.get(frame, [])
    if len(paths) != 1:
        many = f"has {len(paths)} predictions, such as {paths[0].name} and {paths[1].name}" if paths else f"has no prediction in {folder}"
        raise DataError(f"the frame {frame} {many}; there must be one whose name begins with it")
    return paths[0]
