"""What an evaluation adds to the network: nineteen classes at full size, the mirrored image, small clusters; each against the plain way."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import cv2
import numpy as np
import torch
from torch.nn import functional as F

from engine import places
from engine.inference import clusters
from engine.inference._decide import decide
from engine.inference.predictor import Predictor

REPEATS = 11


def main() -> None:
    with torch.inference_mode():
        full_size()
    mirrored()
    for shape, smallest in (((255, 510), 64), ((510, 1020), 64)):
        small_clusters(shape, smallest)


def full_size() -> None:
    """What a network says of a street, smooth planes of which each wins somewhere, and the worst there is: nothing but noise."""
    street = cv2.cvtColor(cv2.imread(str(places.RESOURCES / "street.jpg")), cv2.COLOR_BGR2RGB)
    said = Predictor(places.STUDENT, device="cpu")._logits(cv2.resize(street, (2048, 1024), interpolation=cv2.INTER_LINEAR))[0].contiguous()  # type: ignore[arg-type]
    noise = torch.from_numpy(np.random.default_rng(0).normal(size=(19, 256, 512)).astype(np.float32))
    smooth = 4 * F.interpolate(noise[None, :, :8, :16], (256, 512), mode="bicubic")[0]
    for what, logits in (("the student's planes of a street", said), ("smooth planes", smooth), ("planes of noise", 4 * noise)):

        def usual() -> np.ndarray:
            return F.interpolate(logits[None], (1024, 2048), mode="bilinear", align_corners=False).argmax(1)[0].to(torch.uint8).numpy()

        mask, _ = decide(logits, (1024, 2048))
        same = 100 * (mask == usual()).mean()
        words = f"{what}, {'×'.join(map(str, logits.shape))}, to a mask of 1024×2048"
        against(words, lambda: decide(logits, (1024, 2048)), "torch's interpolate and argmax", usual, f", {same:.4f} % the same")


def mirrored() -> None:
    predictor = Predictor(places.STUDENT, device="cpu")
    image = cv2.resize(np.random.default_rng(0).integers(0, 255, (24, 48, 3), np.uint8), (1024, 512), interpolation=cv2.INTER_CUBIC)
    # One after the other, so that both sides see the same machine.
    pairs = [(timed(lambda: predictor.predict(image)), timed(lambda: predictor.predict(image, flip=True))) for _ in range(REPEATS)]
    plain, flip = (statistics.median(side) for side in zip(*pairs[1:]))
    print(f"one look at 512×1024 {plain:.1f} ms, with the mirrored image {flip:.1f} ms: {statistics.median(b / a for a, b in pairs[1:]):.2f} times")


def small_clusters(shape: tuple[int, int], smallest: int) -> None:
    """Coarse classes with specks, as an unsure network leaves them."""
    rng = np.random.default_rng(0)
    mask = np.kron(rng.integers(0, 7, (shape[0] // 15, shape[1] // 15)), np.ones((15, 15), int)).astype(np.uint8)
    specks = rng.random(mask.shape) < 0.05
    mask[specks] = rng.integers(0, 7, int(specks.sum()))
    count = sum(cv2.connectedComponents((mask == one).astype(np.uint8), connectivity=4)[0] - 1 for one in range(7))

    def usual() -> np.ndarray:
        """A component at a time: find it, measure it, empty it."""
        out = mask.copy()
        for one in np.unique(mask):
            number, marked = cv2.connectedComponents((mask == one).astype(np.uint8), connectivity=4)
            for component in range(1, number):
                where = marked == component
                if where.sum() < smallest:
                    out[where] = 255
        return out

    against(f"{count} clusters on {mask.shape[0]}×{mask.shape[1]}", lambda: clusters.dropped(mask, smallest), "a component at a time", usual, once=True)


def against(what: str, ours: Callable[[], object], name: str, usual: Callable[[], object], note: str = "", *, once: bool = False) -> None:
    one, other = milliseconds(ours), timed(usual) if once else milliseconds(usual)
    print(f"{what}: {one:.1f} ms, {name} {other:.1f} ms, {other / one:.1f} times{note}")


def milliseconds(work: Callable[[], object]) -> float:
    return statistics.median([timed(work) for _ in range(REPEATS)][1:])


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - start)


if __name__ == "__main__":
    main()
