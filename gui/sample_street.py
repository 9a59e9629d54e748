"""The sample street: a short procedural drive, made once on this machine and kept in the user's folder."""

from __future__ import annotations

from pathlib import Path

from engine import events, places

TITLE = "Making the sample street"


def folder() -> Path:
    """Where the sample street lies, or will."""
    return places.home() / "sample_street" / "drive"


def ready() -> bool:
    """Whether it is there; it appears whole or not at all."""
    return folder().is_dir()


def make(should_stop: events.ShouldStop) -> events.Events:
    """Writes the street in some seconds. Raises OutputError where the user's folder can't be written."""
    from engine import world

    yield events.Progress(0, 0, "building the street")
    yield from world.sample_drive(folder().parent, should_stop=should_stop)
