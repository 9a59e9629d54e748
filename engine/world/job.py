"""The jobs that write a street: a drive, training pictures, or both."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np

from engine import atomic, events
from engine.errors import ConfigError, OutputError
from engine.events import Event, ShouldStop, never
from engine.world import files

MARK = "street.json"
Size = tuple[int, int]
_WORKERS = 2


def write(
    folder: Path,
    *,
    frames: int,
    seed: int,
    size: Size = (512, 1024),
    drive: bool = True,
    training: bool = True,
    scenes: int = 120,
    training_size: Size = (256, 512),
    weather: str = "",
    should_stop: ShouldStop = never,
) -> Iterator[Event]:
    """Writes `<folder>/drive` (KITTI raw, `frames` frames of `size`) and `<folder>/cityscapes` (`scenes` scenes of `training_size`,
    an eighth as many for validation and a fifth for the test).

    Each of the two appears whole or not at all; what an earlier call wrote there is replaced, anything else is refused with an
    OutputError. `weather` names the drive's (see `weather.KINDS`); by default the seed decides. Raises ConfigError for impossible numbers.
    """
    _check(frames, seed, (size, training_size), scenes)
    settings = {
        "seed": seed,
        "frames": frames,
        "size": list(size),
        "scenes": scenes,
        "training_size": list(training_size),
        "weather": weather,
    }
    written: dict[str, str] = {}
    for name, wanted, job in (
        ("drive", drive, lambda root: _drive(root, frames, seed, size, weather, should_stop)),
        ("cityscapes", training, lambda root: _training(root, scenes, seed, training_size, should_stop)),
    ):
        if not wanted:
            continue
        target = Path(folder) / name
        with _whole(target, settings) as staged:
            yield from job(staged.path)
            staged.keep = not should_stop()
        if should_stop():
            yield events.Finished(stopped=True, summary=written)
            return
        written[name] = str(target)
        yield events.Saved(str(target), name)
    yield events.Finished(summary=written)


def sample_drive(folder: Path, *, frames: int = 40, size: Size = (320, 640), should_stop: ShouldStop = never) -> Iterator[Event]:
    """A short sunny drive for the window's first start, some seconds of work; the same files as `write(…, training=False)`."""
    return write(folder, frames=frames, seed=SAMPLE_SEED, size=size, training=False, weather="clouds", should_stop=should_stop)


SAMPLE_SEED = 5


def _check(frames: int, seed: int, sizes: Iterable[Size], scenes: int) -> None:
    if frames < 1 or scenes < 1:
        raise ConfigError(f"a street of {frames} frames and {scenes} scenes can't be written; ask for at least one of each")
    if seed < 0:
        raise ConfigError(f"the seed is {seed}; it must be 0 or above")
    for height, width in sizes:
        if not (32 <= height <= 4096 and 32 <= width <= 8192):
            raise ConfigError(f"a picture of {height}×{width} can't be drawn; choose a height of 32…4096 and a width of 32…8192")


class _whole:  # noqa: N801  (reads as a word: `with _whole(target)`)
    """A folder that takes the place of `target` when the block ends well and `keep` is set, and is gone when not."""

    def __init__(self, target: Path, settings: dict[str, object]) -> None:
        self._target, self._settings = target, settings
        self.keep = False
        self.path = target

    def __enter__(self) -> _whole:
        target = self._target
        with atomic.told(target):
            if target.exists() and not (target / MARK).is_file() and (not target.is_dir() or any(target.iterdir())):
                raise OutputError(f"{target} holds something else than a street; choose another folder or move it away")
            target.parent.mkdir(parents=True, exist_ok=True)
            self.path = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
            self.path.chmod(0o755)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        try:
            with atomic.told(self._target):
                if kind is None and self.keep:
                    (self.path / MARK).write_text(json.dumps(self._settings, indent=1) + "\n", encoding="utf-8")
                    shutil.rmtree(self._target, ignore_errors=True)
                    os.replace(self.path, self._target)
                elif isinstance(error, OSError):
                    raise error
        finally:
            shutil.rmtree(self.path, ignore_errors=True)


def _in_order(tasks: Iterable[Callable[[], None]], total: int, what: str, should_stop: ShouldStop) -> Iterator[Event]:
    """Runs tasks on a few threads, a short way ahead of the progress that is told; each task must depend on nothing but itself."""
    started = time.perf_counter()
    waiting: deque[Future[None]] = deque()
    done = 0
    with ThreadPoolExecutor(_WORKERS, thread_name_prefix="street") as pool:
        try:
            queue = iter(tasks)
            while True:
                while len(waiting) < 2 * _WORKERS and (task := next(queue, None)) is not None:
                    waiting.append(pool.submit(task))
                if not waiting or should_stop():
                    return
                waiting.popleft().result()
                done += 1
                yield events.Progress(done, total, what, events.seconds_left(started, done, total))
        finally:
            for future in waiting:
                future.cancel()


def _drive(root: Path, frames: int, seed: int, size: Size, weather: str, should_stop: ShouldStop) -> Iterator[Event]:
    from engine.world.shoot import Drive

    yield events.Progress(0, frames, "frames of the drive")
    ride = Drive.prepared(frames, seed, size, weather)
    folder = files.drive_folders(root)
    for name, text in ride.rig.files().items():
        (root / files.DATE / name).write_text(text, encoding="utf-8")
    files.drive_times(folder, frames, ride.rate)

    def task(number: int) -> Callable[[], None]:
        def run() -> None:
            shot, scan, point_labels = ride.frame(number)
            files.drive_frame(folder, number, shot, scan, point_labels, ride.reading(number))

        return run

    yield from _in_order((task(number) for number in range(frames)), frames, "frames of the drive", should_stop)


def _training(root: Path, scenes: int, seed: int, size: Size, should_stop: ShouldStop) -> Iterator[Event]:
    from engine.world.shoot import single

    counts = {"train": scenes, "val": max(2, scenes // 8), "test": max(2, scenes // 5)}
    files.city_folders(root, tuple(counts))
    total = sum(counts.values())

    def task(split: str, number: int) -> Callable[[], None]:
        def run() -> None:
            rng = np.random.default_rng([seed, list(counts).index(split) + 1, number])
            files.city_frame(root, split, number, single(rng, size))

        return run

    todo = (task(split, number) for split, count in counts.items() for number in range(count))
    yield from _in_order(todo, total, "training scenes", should_stop)
