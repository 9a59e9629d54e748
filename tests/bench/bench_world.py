"""How fast the street is written: `python tests/bench/bench_world.py` (pictures, scans, truth and files; two worker threads)."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from engine import events, world  # noqa: E402


def drive(frames: int = 30, size: tuple[int, int] = (512, 1024)) -> float:
    """Frames a second of a drive, once the first frame stands."""
    return _pace("frames of the drive", frames=frames, seed=1, size=size, training=False)


def training(scenes: int = 60, size: tuple[int, int] = (256, 512)) -> float:
    """Training scenes a second, each with its own street."""
    return _pace("training scenes", frames=1, seed=1, scenes=scenes, training_size=size, drive=False)


def _pace(what: str, **wanted: object) -> float:
    marks: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        for event in world.write(Path(folder), **wanted):  # type: ignore[arg-type]
            if isinstance(event, events.Progress) and event.what == what and event.done:
                marks.append(time.perf_counter())
    skipped = min(4, len(marks) - 2)
    return (len(marks) - 1 - skipped) / (marks[-1] - marks[skipped])


def main() -> None:
    print(f"drive, 512x1024 with scan and truth: {drive():.2f} frames/s")
    print(f"training scenes, 256x512: {training():.2f} scenes/s")


if __name__ == "__main__":
    main()
