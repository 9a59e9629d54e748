"""Every stand-in the tests use."""

from __future__ import annotations

from pathlib import Path

from engine import checkpoints, labels
from engine.checkpoints import Card, Recipe
from engine.config import ModelConfig
from engine.labels import ClassSet


def tiny_checkpoint(folder: Path, class_set: ClassSet | None = None, *, name: str = "tiny.safetensors", size: tuple[int, int] = (64, 96), seed: int = 0) -> Path:
    """A checkpoint of the smallest network there is, with random weights: it predicts at once, though nothing that is true."""
    import torch

    from engine import models
    from engine.models import _weights

    torch.manual_seed(seed)
    class_set = class_set or labels.class_set(labels.space("camvid"))
    config = ModelConfig(architecture="fpn", encoder="mobilenet_v3_small")
    checkpoints.write(folder / name, Card(config, class_set, Recipe(size), {"run": "tiny"}), _weights.taken(models.build(config, class_set)))
    return folder / name
