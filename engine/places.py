"""Where things are: what ships with the program, and what it keeps for the user."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
CONFIGS = PROJECT / "configs"
RESOURCES = PROJECT / "resources"
STUDENT = RESOURCES / "models" / "street_student.safetensors"


def home() -> Path:
    """The user's own folder of runs and sample data: `$ROADSCOPE_HOME`, else `roadscope` in the XDG data folder."""
    return _home(os.environ.get("ROADSCOPE_HOME"), os.environ.get("XDG_DATA_HOME"), os.path.expanduser("~"))


@lru_cache(maxsize=8)
def _home(named: str | None, data: str | None, user: str) -> Path:
    return Path(named) if named else Path(data or Path(user) / ".local" / "share") / "roadscope"


def runs() -> Path:
    """The folder that holds one folder a training run."""
    return home() / "runs"


def label_documents() -> Path:
    """The folder of label documents that have no place in their data, of the journal of all edits, and of who edits which."""
    return home() / "annotations"


def cache() -> Path:
    """What can be made again: indices, thumbnails, masks. `$ROADSCOPE_CACHE`, else `roadscope` in the XDG cache folder."""
    if named := os.environ.get("ROADSCOPE_CACHE"):
        return Path(named)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "roadscope"
