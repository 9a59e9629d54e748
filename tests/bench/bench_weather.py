"""Hard weather on 512×1024 pictures: ours against albumentations, both drawing at random, in one process."""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")

import albumentations
import cv2
import numpy as np

from engine.training import weather

REPEATS = 15
STRENGTH = 0.6
PEERS = {"snow": "RandomSnow", "rain": "RandomRain", "fog": "RandomFog", "flare": "RandomSunFlare", "shadow": "RandomShadow"}


def main() -> int:
    noise = np.random.default_rng(0).integers(0, 256, (64, 128, 3), np.uint8)
    image = cv2.resize(noise, (1024, 512), interpolation=cv2.INTER_CUBIC)
    print(f"{'effect':<8} {'ours ms':>8} {'albumentations ms':>18} {'ratio':>6}")
    for name, effect in weather.EFFECTS.items():
        rng = np.random.default_rng(1)
        ours = _median(lambda: effect(image, STRENGTH, rng))
        if name not in PEERS:
            print(f"{name:<8} {ours:8.1f}")
            continue
        peer = getattr(albumentations, PEERS[name])(p=1)
        theirs = _median(lambda: peer(image=image))
        print(f"{name:<8} {ours:8.1f} {theirs:18.1f} {theirs / ours:6.1f}")
    return 0


def _median(call: Callable[[], object]) -> float:
    call()
    spent = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        call()
        spent.append(time.perf_counter() - start)
    return 1000 * statistics.median(spent)


if __name__ == "__main__":
    sys.exit(main())
