"""A teacher's answers on disk, one file a picture, found again by the picture's content: for views that come back every epoch."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import places
from engine.training.array_store import ArrayStore

FOLDER = "teacher"


class Answers:
    """Logits (K, h, w) float16 of pictures (H, W, 3) uint8, as the teacher named `teacher` gave them; the answers of all teachers
    take `room` bytes at most."""

    def __init__(self, teacher: str, *, room: int, folder: Path | None = None) -> None:
        self._teacher = teacher
        self._store = ArrayStore(folder or places.cache() / FOLDER, room=room)

    def found(self, picture: NDArray[np.uint8]) -> NDArray[Any] | None:
        """None where it was never kept."""
        return self._store.found(self._name(picture))

    def keep(self, picture: NDArray[np.uint8], answer: NDArray[Any]) -> None:
        """Keeps the answer, if there is room."""
        self._store.keep(self._name(picture), answer)

    def _name(self, picture: NDArray[np.uint8]) -> str:
        shape = "x".join(map(str, picture.shape))
        return f"{self._teacher}/{hashlib.blake2b(np.ascontiguousarray(picture).data, digest_size=16).hexdigest()}-{shape}"
