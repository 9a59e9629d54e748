"""How fast frames come to a network: decoded every time, kept on disk and mapped, and torch's DataLoader with its processes as the peer."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ["NO_ALBUMENTATIONS_UPDATE"] = "1"

import cv2
import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

from engine import datasets, images, labels
from engine.config import AugmentConfig, DataConfig, TrainConfig
from engine.training import batches, material
from engine.world import job

SIZE, FRAMES, PASSES, BATCH = (512, 1024), 16, 4, 4


class Plain(Dataset):  # type: ignore[type-arg]
    """What one writes first: read, resize, flip, normalise."""

    def __init__(self, root: Path) -> None:
        self.samples = datasets.open_dataset(root, split="train").samples
        self.table = labels.class_set(labels.space("cityscapes")).table

    def __len__(self) -> int:
        return len(self.samples) * PASSES

    def __getitem__(self, index: int) -> tuple[torch.Tensor, torch.Tensor]:
        sample = self.samples[index % len(self.samples)]
        image = cv2.resize(cv2.cvtColor(cv2.imread(str(sample.image)), cv2.COLOR_BGR2RGB), SIZE[::-1], interpolation=cv2.INTER_AREA)
        mask = cv2.resize(cv2.imread(str(sample.mask), cv2.IMREAD_UNCHANGED), SIZE[::-1], interpolation=cv2.INTER_NEAREST)
        if np.random.random() < 0.5:
            image, mask = image[:, ::-1].copy(), mask[:, ::-1].copy()
        return torch.from_numpy(image).permute(2, 0, 1).float() / 255, torch.from_numpy(cv2.LUT(mask, self.table))


def _street(root: Path) -> Path:
    """Sixteen frames at Cityscapes' full size: a small street's, enlarged."""
    for _ in job.write(root, frames=1, seed=1, drive=False, scenes=FRAMES, training_size=(256, 512)):
        pass
    for path in (root / "cityscapes").rglob("*.png"):
        picture = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        large = cv2.resize(picture, (2048, 1024), interpolation=cv2.INTER_NEAREST if picture.ndim == 2 else cv2.INTER_CUBIC)
        images.write_png(path, large if large.ndim == 2 else cv2.cvtColor(large, cv2.COLOR_BGR2RGB))
    return root / "cityscapes"


def _ours(root: Path, cache: float) -> float:
    still = AugmentConfig(scale=(1.0, 1.0), photometric=0)
    settings = TrainConfig(data=DataConfig(root=root, size=SIZE, cache=cache), augment=still, batch=BATCH, epochs=PASSES)
    given = material.opened(settings)
    given.train._room = 0  # as of a dataset that is larger than the memory
    if cache:
        for index in range(len(given.train)):
            given.train[index]
    start, made = time.perf_counter(), 0
    for pictures, _ in batches.made(given.train, settings, rarity=np.full(19, 1 / 19), first=0, last=FRAMES * PASSES // BATCH):
        made += len(pictures)
    return made / (time.perf_counter() - start)


def _peer(root: Path, workers: int) -> float:
    loader = iter(DataLoader(Plain(root), batch_size=BATCH, shuffle=True, num_workers=workers, multiprocessing_context="spawn", prefetch_factor=4))
    next(loader)  # the workers have started
    start, made = time.perf_counter(), 0
    for pictures, _ in loader:
        made += len(pictures)
    return made / (time.perf_counter() - start)


def main() -> None:
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["ROADSCOPE_CACHE"] = f"{folder}/cache"
        root = _street(Path(folder))
        peer = _peer(root, 2)
        print(f"{FRAMES} frames of 1024×2048, views of {SIZE[0]}×{SIZE[1]}, {PASSES} passes, two threads or processes")
        print(f"torch's DataLoader, two spawned workers:  {peer:6.1f} images/s")
        for words, cache in (("ours, decoded every time:", 0.0), ("ours, kept on disk:", 1.0)):
            speed = _ours(root, cache)
            print(f"{words:41} {speed:6.1f} images/s  ({speed / peer:.1f}×)")


if __name__ == "__main__":
    main()
