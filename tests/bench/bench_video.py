"""Reading a video: jumps, steps back and playing, against cv2.VideoCapture, and how many frames each gets wrong."""

from __future__ import annotations

import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import av
import cv2
import numpy as np

from engine.drives import open_drive

COUNT, GROUP, HEIGHT, WIDTH = 500, 250, 720, 960
JUMPS, BACK = 40, 100


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["ROADSCOPE_CACHE"] = folder
        path = write(Path(folder) / "long.mp4")
        print(f"H.264 {WIDTH}×{HEIGHT}, {COUNT} frames, a key frame every {GROUP}, B-frames")
        started = time.perf_counter()
        drive = open_drive(path)
        print(f"  open and index               {1000 * (time.perf_counter() - started):6.0f} ms")
        capture = cv2.VideoCapture(str(path))
        numbers = random.Random(1).choices(range(COUNT), k=JUMPS)

        def fresh(number: int) -> np.ndarray:
            drive._decoder._kept.clear()  # type: ignore[attr-defined]
            return drive.image(number)

        compare("a jump, nothing kept", *(measured(read, numbers) for read in (fresh, lambda n: seek(capture, n))))
        compare("a jump to any frame", *(measured(read, numbers) for read in (drive.image, lambda n: seek(capture, n))))
        back = list(range(COUNT - 1, COUNT - 1 - BACK, -1))
        compare("a step back", *(measured(read, back) for read in (drive.image, lambda n: seek(capture, n))))
        scrub = [max(0, min(COUNT - 1, 250 + int(90 * np.sin(i / 4)))) for i in range(60)]
        compare("scrubbing to and fro", *(measured(read, scrub) for read in (drive.image, lambda n: seek(capture, n))))
        drive.close()
        capture.set(cv2.CAP_PROP_POS_FRAMES, 0)
        compare("playing, a frame", *(measured(read, list(range(COUNT))) for read in (drive.image, lambda n: capture.read()[1][..., ::-1])))


def write(path: Path) -> Path:
    """Frames that carry their number as ten blocks, black or white, over a moving texture."""
    texture = cv2.resize(np.random.default_rng(0).integers(40, 200, (90, 120, 3), np.uint8), (WIDTH, HEIGHT))
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"preset": "fast", "bf": "3", "g": str(GROUP), "x264-params": "scenecut=0"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for number in range(COUNT):
            picture = np.roll(texture, 3 * number, axis=1)
            for bit in range(10):
                picture[:40, bit * 90 : bit * 90 + 90] = 255 * (number >> bit & 1)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    return path


def seek(capture: cv2.VideoCapture, number: int) -> np.ndarray:
    capture.set(cv2.CAP_PROP_POS_FRAMES, number)
    return capture.read()[1][..., ::-1]


def measured(read: Callable[[int], np.ndarray], numbers: list[int]) -> tuple[list[float], int]:
    """Milliseconds of each read, and how many gave another frame than was asked for."""
    times, wrong = [], 0
    for number in numbers:
        started = time.perf_counter()
        picture = read(number)
        times.append(1000 * (time.perf_counter() - started))
        wrong += sum((1 << bit) * int(picture[8:32, bit * 90 + 10 : bit * 90 + 80].mean() > 128) for bit in range(10)) != number
    return times, wrong


def compare(what: str, ours: tuple[list[float], int], theirs: tuple[list[float], int]) -> None:
    (times, wrong), (their_times, their_wrong) = ours, theirs
    print(
        f"  {what:<24} Roadscope {statistics.median(times):6.1f} ms (95 % {np.percentile(times, 95):6.1f}, {wrong} wrong)"
        f"   OpenCV {statistics.median(their_times):6.1f} ms (95 % {np.percentile(their_times, 95):6.1f}, {their_wrong} wrong)"
        f"   mean {statistics.mean(their_times) / statistics.mean(times):.1f}× as fast"
    )


if __name__ == "__main__":
    main()
