"""Networks for segmentation: one architecture a file, each on any of the encoders.

The names are known without importing torch, so that a form can offer them before anything heavy is loaded.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine import catalogue
from engine.config import ModelConfig
from engine.errors import ConfigError
from engine.labels import ClassSet

if TYPE_CHECKING:
    from engine.checkpoints import Card
    from engine.models._network import Network

ENCODERS = (
    "mobilenet_v2",
    "mobilenet_v3_large",
    "mobilenet_v3_small",
    "resnet18",
    "resnet34",
    "resnet50",
    "resnext50_32x4d",
    "resnext101_32x8d",
)


def architectures() -> tuple[str, ...]:
    """The names of every architecture there is a file for."""
    import engine.models as package

    return catalogue.names(package)


def build(config: ModelConfig, classes: ClassSet | int) -> Network:
    """The network of `config` with random weights: images (N, 3, H, W) to logits (N, K, H, W) of any size H × W.

    `classes` is a class set or the number K of outputs. Never asks the network for weights: see `pretrain`.
    Raises ConfigError for a name that isn't known.
    """
    import engine.models as package

    if config.encoder not in ENCODERS:
        raise ConfigError(f"model.encoder is {config.encoder!r}; choose one of: {', '.join(ENCODERS)}")
    if config.architecture not in architectures():
        raise ConfigError(f"model.architecture is {config.architecture!r}; choose one of: {', '.join(architectures())}")
    count = classes if isinstance(classes, int) else classes.output_channels
    network: Network = catalogue.load(package, config.architecture).build(config, count)
    return network


def pretrain(network: Network, config: ModelConfig) -> str:
    """Gives the network's encoder its ImageNet weights; the empty string, or one sentence why that can't be.

    The network keeps its own weights then, and can be trained from those.
    """
    from engine.models import _pretrained

    if not config.has_backbone:
        return f"{config.architecture} has no backbone that was trained on ImageNet; training starts from random weights"
    return _pretrained.load(network.encoder, config.encoder)


def from_checkpoint(path: Path) -> tuple[Card, Network]:
    """The card and the network, in evaluation mode on the CPU, of a checkpoint file or run folder. Raises CheckpointError."""
    from engine import checkpoints
    from engine.models import _weights

    card, weights = checkpoints.read(path)
    network = build(card.model, card.classes)
    _weights.restore(network, weights, str(path))
    return card, network.eval()

