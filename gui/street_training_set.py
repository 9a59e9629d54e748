"""The procedural street's training set: something to train on for those who have no data at hand."""

from __future__ import annotations

from pathlib import Path

from engine import events, places

SCENES = 120
SEED = 11


def folder() -> Path:
    """Where the dataset lies, in the Cityscapes layout, or will."""
    return places.home() / "street_training" / "cityscapes"


def ready() -> bool:
    """Whether it was written; it appears whole or not at all."""
    return folder().is_dir()


def make(should_stop: events.ShouldStop) -> events.Events:
    """Writes it."""
    from engine import world

    yield from world.write(folder().parent, frames=1, seed=SEED, drive=False, scenes=SCENES, should_stop=should_stop)
