"""Cityscapes' protocol with instances at 1024×2048: ours against the official script, the same files in one process."""

from __future__ import annotations

import importlib
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np

from engine import images
from engine.evaluation.protocols import cityscapes

FRAMES = 16
ROUNDS = 5
"""Of both, one after the other; medians, for neighbours on the machine come and go."""


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        predictions, truth = _written(Path(folder))
        *_, finished = cityscapes.score(predictions, truth)  # imports and tables are there, as the script's are once it is imported
        np.in1d = np.isin  # type: ignore[attr-defined]  # gone since numpy 2.4
        try:
            script = importlib.import_module("cityscapesscripts.evaluation.evalPixelLevelSemanticLabeling")
        except ImportError:
            print("cityscapesScripts is not installed; pip install cityscapesScripts to compare")
            return 0
        masks = sorted(truth.glob("*_labelIds.png"))
        said = [str(predictions / mask.name.replace("_gtFine_labelIds", "")) for mask in masks]
        script.args.quiet, script.args.JSONOutput = True, False
        ours, theirs = [], []
        for _ in range(ROUNDS):
            ours.append(_timed(lambda: list(cityscapes.score(predictions, truth))))
            theirs.append(_timed(lambda: script.evaluateImgLists(said, [str(path) for path in masks], script.args)))
        found = script.evaluateImgLists(said, [str(path) for path in masks], script.args)
        times = statistics.median(other / one for one, other in zip(ours, theirs))
        print(f"ours                {statistics.median(ours):7.1f} ms a frame")
        print(f"cityscapesScripts   {statistics.median(theirs):7.1f} ms a frame, {times:.1f} times ours")
        apart = abs(found["averageScoreInstClasses"] - finished.summary["mean_iiou"])  # type: ignore[union-attr]
        print(f"their mean iIoU is {apart:.1e} from ours")
    return 0


def _timed(work: Callable[[], object]) -> float:
    """Milliseconds a frame."""
    start = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - start) / FRAMES


def _written(folder: Path) -> tuple[Path, Path]:
    rng = np.random.default_rng(2)
    for number in range(FRAMES):
        truth = np.kron(rng.choice([7, 8, 11, 21, 23, 24, 26], (16, 32)), np.ones((64, 64), int)).astype(np.uint8)
        wrong = np.kron(rng.random((128, 256)) < 0.1, np.ones((8, 8), bool))  # in blotches, as networks err
        said = np.where(wrong, np.roll(truth, 64, axis=1), truth).astype(np.uint8)
        cell = np.kron(np.arange(512).reshape(16, 32), np.ones((64, 64), int))
        instances = np.where(np.isin(truth, [24, 26]) & (cell % 3 > 0), truth.astype(int) * 1000 + cell, truth).astype(np.uint16)
        name = f"city_{number:06d}_000019"
        images.write_png(folder / "pred" / f"{name}.png", said)
        images.write_png(folder / "truth" / f"{name}_gtFine_labelIds.png", truth)
        images.write_png(folder / "truth" / f"{name}_gtFine_instanceIds.png", instances)
    return folder / "pred", folder / "truth"


if __name__ == "__main__":
    sys.exit(main())
