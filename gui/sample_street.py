"""The sample street: a short procedural drive, made once on this machine and kept in the user's folder."""

from __future__ import annotations

import shutil
from pathlib import Path

from engine import events, places
from engine.errors import DataError

FRAMES = 48
SEED = 7


def folder() -> Path:
    """Where the sample street lies, or will."""
    return places.home() / "sample_street"


def ready() -> bool:
    """Whether it was written whole."""
    return (folder() / "complete").is_file()


def make(should_stop: events.ShouldStop) -> events.Events:
    """Writes the street; what an interrupted attempt left is made anew. Stopped, it leaves nothing."""
    from engine import atomic, world

    target = folder()
    with atomic.told(target):
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True, exist_ok=True)
    last: events.Event = events.Finished()
    for event in world.write(target, frames=FRAMES, seed=SEED, **_only_the_drive(world.write, should_stop)):
        last = event
        if isinstance(event, (events.Progress, events.Failed)):
            yield event
        if should_stop():
            break
    if should_stop():
        shutil.rmtree(target, ignore_errors=True)
        yield events.Finished(stopped=True)
        return
    if isinstance(last, events.Failed):
        raise DataError(last.reason)
    atomic.write_text(target / "complete", "")
    yield events.Finished(summary={"path": str(target)})


def _only_the_drive(write, should_stop):  # type: ignore[no-untyped-def]
    import inspect

    known = inspect.signature(write).parameters
    return {name: value for name, value in {"should_stop": should_stop}.items() if name in known}
