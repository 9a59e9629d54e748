"""What was found in looking at a frame's labels again: that they are right, or where they aren't."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np

from engine.annotation.document import Box, Document, Painted, Shape

Stamp = tuple[int, int]
"""A file as it was at some time: when it was written (ns) and its bytes. (0, 0) where there was none."""
GONE: Stamp = (0, 0)
PENDING: Stamp = (-1, -1)
"""Stands for a file that was about to be written when its labels were checked."""


class Kind(StrEnum):
    """What a comment asks for."""

    CORRECT = "correct"
    QUESTION = "question"
    RESOLVED = "resolved"
    """Nothing any more: it was seen to."""


OPEN = (Kind.CORRECT, Kind.QUESTION)


@dataclass(frozen=True, slots=True)
class Comment:
    """A box of the picture with what there is to say of it. `id` is 0 until it is kept; `time` in seconds since 1970."""

    box: Box
    kind: Kind = Kind.CORRECT
    text: str = ""
    id: int = 0
    time: float = 0.0


@dataclass(frozen=True, slots=True)
class Check:
    """The labels with this `digest` were found right at `time`, in seconds since 1970."""

    time: float
    digest: str


@dataclass(frozen=True, slots=True)
class Review:
    """Of one frame: its last check, and its comments, the oldest first."""

    check: Check | None = None
    comments: tuple[Comment, ...] = ()

    def holds_for(self, document: Document) -> bool:
        """Whether these very labels were checked. An edit that is undone is none."""
        return self.check is not None and self.check.digest == digest(document)


def digest(document: Document) -> str:
    """Tells documents apart by what they label: size, and label, shape and whether it is deleted of each region in its place. The same before and after it is saved."""
    found = hashlib.blake2b(f"{document.width} {document.height}".encode(), digest_size=16)
    for region in document.regions:
        if (content := _content(region.shape)) is not None:
            label = region.label.encode("utf-8", "surrogatepass")
            found.update(b"%d %d %d " % (len(label), len(content), region.deleted))
            found.update(label)
            found.update(content)
    return found.hexdigest()


def stamp(path: Path) -> Stamp:
    """The file as it is now; GONE also where it can't be looked at."""
    try:
        status = os.stat(path)
    except OSError:
        return GONE
    return status.st_mtime_ns, status.st_size


def _content(shape: Shape) -> bytes | None:
    """None for what is written nowhere."""
    if not isinstance(shape, Painted):
        return b"p" + np.array(shape.points, np.float64).tobytes()
    tight = Painted.of(shape.mask, *shape.box[:2])
    return None if tight is None else b"m" + repr(tight.box).encode() + tight.bits
