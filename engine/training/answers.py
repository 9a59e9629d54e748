"""A teacher's answers on disk, one file a picture, found again by the picture's content: for views that come back every epoch."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import atomic, places
from engine.errors import OutputError

FOLDER = "teacher"


class Answers:
    """Logits (K, h, w) float16 of pictures (H, W, 3) uint8, as the teacher named `teacher` gave them; `room` bytes at most.

    Nothing is lost where the disk refuses: the teacher is then asked again.
    """

    def __init__(self, teacher: str, *, room: int, folder: Path | None = None) -> None:
        self._folder = (folder or places.cache() / FOLDER) / teacher
        self._room = room - sum(path.stat().st_size for path in self._folder.glob("*.npy"))

    def found(self, picture: NDArray[np.uint8]) -> NDArray[Any] | None:
        """None where it was never kept, or what is there is damaged."""
        path = self._path(picture)
        try:
            answer: NDArray[Any] = np.load(path)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, EOFError):
            path.unlink(missing_ok=True)
            return None
        return answer

    def keep(self, picture: NDArray[np.uint8], answer: NDArray[Any]) -> None:
        """Keeps the answer, if there is room."""
        if answer.nbytes > self._room:
            return
        try:
            with atomic.replacing(self._path(picture)) as temporary, temporary.open("wb") as stream:
                np.save(stream, answer)
        except OutputError:
            self._room = 0  # a full or read-only disk: no more is tried in this run
            return
        self._room -= answer.nbytes

    def _path(self, picture: NDArray[np.uint8]) -> Path:
        shape = "x".join(map(str, picture.shape))
        return self._folder / f"{hashlib.blake2b(np.ascontiguousarray(picture).data, digest_size=16).hexdigest()}-{shape}.npy"
