"""Cityscapes' protocol with instances at 1024×2048: ours against the official script, the same files in one process."""

from __future__ import annotations

import importlib
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np

from engine import images
from engine.evaluation.protocols import cityscapes

FRAMES = 16


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        predictions, truth = _written(Path(folder))
        start = time.perf_counter()
        *_, finished = cityscapes.score(predictions, truth)
        ours = (time.perf_counter() - start) / FRAMES
        print(f"ours                {1000 * ours:7.0f} ms a frame")
        np.in1d = np.isin  # type: ignore[attr-defined]  # gone since numpy 2.4
        try:
            script = importlib.import_module("cityscapesscripts.evaluation.evalPixelLevelSemanticLabeling")
        except ImportError:
            print("cityscapesScripts is not installed; pip install cityscapesScripts to compare")
            return 0
        masks = sorted(truth.glob("*_labelIds.png"))
        said = [predictions / mask.name.replace("_gtFine_labelIds", "") for mask in masks]
        script.args.quiet, script.args.JSONOutput = True, False
        start = time.perf_counter()
        found = script.evaluateImgLists([str(path) for path in said], [str(path) for path in masks], script.args)
        theirs = (time.perf_counter() - start) / FRAMES
        print(f"cityscapesScripts   {1000 * theirs:7.0f} ms a frame, {theirs / ours:.1f} times ours")
        apart = abs(found["averageScoreInstClasses"] - finished.summary["mean_iiou"])  # type: ignore[union-attr]
        print(f"their mean iIoU is {apart:.1e} from ours")
    return 0


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
