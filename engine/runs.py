"""Run folders: what a training leaves on the disk, and how it is read again.

    <runs>/<id>/config.yaml           the whole config
                events.jsonl          everything that was said, a line an event
                best.safetensors      the checkpoint with the highest validation score (weights, class set, recipe)
                last.safetensors      where the run stands; with last.state.safetensors it resumes to the bit
                samples/              the frames drawn at each validation
                board/                TensorBoard
                STOP                  somebody asked it to stop
                LOCK                  held by the process that trains it, for as long as it lives
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from engine import config, events
from engine.errors import DataError
from engine.events import Event

try:
    import fcntl
except ImportError:  # no such locks on this system: see Run.alive
    fcntl = None  # type: ignore[assignment]

STOP = "STOP"
LOCK = "LOCK"
_SILENCE_S = 120.0


@dataclass(frozen=True, slots=True)
class Run:
    """One run's folder."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def best(self) -> Path:
        return self.path / "best.safetensors"

    @property
    def last(self) -> Path:
        return self.path / "last.safetensors"

    @property
    def state(self) -> Path:
        return self.path / "last.state.safetensors"

    @property
    def events(self) -> Path:
        return self.path / "events.jsonl"

    @property
    def config(self) -> config.TrainConfig:
        """Raises ConfigError."""
        return config.load(self.path / "config.yaml")

    @property
    def resumable(self) -> bool:
        return self.last.exists() and self.state.exists()

    @property
    def alive(self) -> bool:
        """Whether a process trains it now. A process that was killed leaves no trace that would say yes."""
        try:
            with (self.path / LOCK).open("rb") as stream:
                if fcntl is None:
                    return time.time() - self.events.stat().st_mtime < _SILENCE_S
                fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Trains it alone: others see it as `alive` until the block ends or the process dies. Raises DataError when it is held."""
        with (self.path / LOCK).open("wb") as stream:
            if fcntl is not None:
                try:
                    fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError as error:
                    raise DataError(f"{self.path} is being trained already; wait for it to end, or stop it first") from error
            try:
                yield
            finally:
                if fcntl is None:
                    (self.path / LOCK).unlink(missing_ok=True)

    def history(self) -> list[Event]:
        """Everything the run has said so far; a line cut off by a crash is left out."""
        said, _ = self.follow(0)
        return said

    def follow(self, offset: int) -> tuple[list[Event], int]:
        """The events after byte `offset` of the history and the offset to go on from; a half-written last line waits."""
        try:
            with self.events.open("rb") as stream:
                stream.seek(offset)
                content = stream.read()
        except FileNotFoundError:
            return [], offset
        whole = content[: content.rfind(b"\n") + 1]
        said = []
        for line in whole.splitlines():
            try:
                said.append(events.from_line(line.decode("utf-8")))
            except (DataError, UnicodeDecodeError):
                continue  # a line cut by a crash in the middle of a write; the next run's lines follow it
        return said, offset + len(whole)


def new(root: Path, words: str) -> Run:
    """A new, empty run folder below `root`, named by the time and `words`, such as 2026-11-22_18-30-05_fpn-mobilenet_v2."""
    stem = f"{datetime.now():%Y-%m-%d_%H-%M-%S}_{words}"
    for attempt in range(1000):
        path = root / (stem if not attempt else f"{stem}_{attempt + 1}")
        try:
            os.makedirs(path)
        except FileExistsError:
            continue
        return Run(path)
    raise DataError(f"{root} has a thousand runs of this second; remove some")


def listed(root: Path) -> list[Run]:
    """Every run below `root`, the newest first; folders without a history are none."""
    if not root.is_dir():
        return []
    found = [Run(path) for path in root.iterdir() if (path / "events.jsonl").is_file()]
    return sorted(found, key=lambda run: run.name, reverse=True)


def checkpoint(path: Path) -> Path:
    """The checkpoint file that `path` means: itself, or the best (else the last) of a run folder. Raises DataError."""
    if path.is_dir():
        for name in ("best.safetensors", "last.safetensors"):
            if (path / name).is_file():
                return path / name
        raise DataError(f"{path} holds no checkpoint yet; give a run folder that has a best.safetensors, or a .safetensors file")
    if not path.is_file():
        raise DataError(f"{path} doesn't exist; give a .safetensors checkpoint or a run folder")
    return path


