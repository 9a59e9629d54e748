"""Prediction, FPN on MobileNetV2, 19 classes: the network, the mask of an image, and the plain way to both."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import cv2
import numpy as np
import torch
from torch.nn import functional as F

from engine import checkpoints, labels, models
from engine.checkpoints import Card, Recipe
from engine.config import ModelConfig
from engine.drives import overlay
from engine.inference._decide import decide
from engine.inference.predictor import Predictor
from engine.models import _weights

REPEATS = 15


def main() -> None:
    torch.manual_seed(0)
    classes = labels.class_set(labels.space("cityscapes"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "street.safetensors"
        checkpoints.write(path, Card(ModelConfig(), classes, Recipe((256, 512))), _weights.taken(models.build(ModelConfig(), classes)))
        predictor = Predictor(path)
        plain = models.from_checkpoint(path)[1].to(predictor.device)
    print(f"on {predictor.device}, {torch.get_num_threads()} threads, {'bf16' if predictor._bf16 else 'fp32'}; times are medians of {REPEATS}")
    network(predictor, plain)
    for height, width in ((256, 512), (375, 1242), (1024, 2048)):
        image(predictor, plain, height, width)


@torch.inference_mode()
def network(predictor: Predictor, plain: torch.nn.Module) -> None:
    small = picture(256, 512)
    pixels = normalised(small, predictor)
    against("network alone, 256×512", lambda: predictor._logits(small), lambda: plain(pixels))


@torch.inference_mode()
def image(predictor: Predictor, plain: torch.nn.Module, height: int, width: int) -> None:
    seen = picture(height, width)
    logits = predictor._logits(cv2.resize(seen, (512, 256)))[0]

    def usual() -> np.ndarray:
        enlarged = F.interpolate(logits[None], (height, width), mode="bilinear", align_corners=False)
        return enlarged.argmax(1)[0].to(torch.uint8).cpu().numpy()

    def whole() -> np.ndarray:
        enlarged = F.interpolate(plain(normalised(cv2.resize(seen, (512, 256)), predictor)), (height, width), mode="bilinear", align_corners=False)
        return enlarged.argmax(1)[0].to(torch.uint8).cpu().numpy()

    mask, _ = decide(logits, (height, width))
    same = (mask == usual()).mean()
    against(f"logits to a mask of {height}×{width}", lambda: decide(logits, (height, width)), usual, f"{100 * same:.2f} % the same")
    against(f"image to mask, {height}×{width}", lambda: predictor.predict(seen), whole)
    palette = predictor.card.classes.palette
    print(f"  {'laid over the image':<34} {milliseconds(lambda: overlay.blend(seen, mask, palette, 0.5, {3}, outlines=True)):7.1f} ms")


def against(what: str, ours: Callable[[], object], usual: Callable[[], object], note: str = "") -> None:
    one, other = milliseconds(ours), milliseconds(usual)
    print(f"  {what:<34} {one:7.1f} ms   plain torch fp32 {other:7.1f} ms   {other / one:.1f}×  {note}")


def milliseconds(work: Callable[[], object]) -> float:
    times = []
    for _ in range(REPEATS + 2):
        started = time.perf_counter()
        work()
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        times.append(1000 * (time.perf_counter() - started))
    return statistics.median(times[2:])


def picture(height: int, width: int) -> np.ndarray:
    return cv2.resize(np.random.default_rng(0).integers(0, 255, (24, 48, 3), np.uint8), (width, height), interpolation=cv2.INTER_CUBIC)


def normalised(small: np.ndarray, predictor: Predictor) -> torch.Tensor:
    pixels = torch.from_numpy(small).to(predictor.device).permute(2, 0, 1)[None].float()
    return pixels * predictor._scale.view(1, 3, 1, 1) + predictor._shift.view(1, 3, 1, 1)


if __name__ == "__main__":
    main()
