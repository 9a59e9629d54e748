"""UNet: the encoder's features joined again on the way up. After O. Ronneberger et al., U-Net (MICCAI 2015)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.config import ModelConfig
from engine.models import _encoders
from engine.models._network import Network
from engine.models._widths import scaled

WIDTHS = (256, 128, 64, 32, 16)
_CONVOLUTIONS = 2


def build(config: ModelConfig, class_count: int) -> Network:
    """Logits come at full size; `width` multiplies the decoder's channels, `depth` the convolutions of each rung."""
    encoder = _encoders.build(config.encoder)
    return Network(encoder, Ladder(encoder.channels, class_count, block=partial(convolutions, count=count_of(config)), config=config))


def count_of(config: ModelConfig) -> int:
    """Convolutions of each rung."""
    return max(1, round(_CONVOLUTIONS * config.depth))


class Ladder(nn.Module):
    """Features at strides 2 … 32 to logits at stride 1; `block(width_in, width)` makes each rung."""

    def __init__(self, channels: Sequence[int], class_count: int, *, block: Callable[[int, int], nn.Module], config: ModelConfig) -> None:
        super().__init__()
        widths = [scaled(width, config.width) for width in WIDTHS]
        *skips, deepest = channels
        joined = [*reversed(skips), 0]
        below = [deepest, *widths[:-1]]
        self.rungs = nn.ModuleList(block(below_width + skip, width) for below_width, skip, width in zip(below, joined, widths))
        self.dropout = nn.Dropout2d(config.dropout)
        self.last = nn.Conv2d(widths[-1], class_count, 3, padding=1)

    def forward(self, features: list[Tensor]) -> Tensor:
        *skips, maps = features
        for rung, skip in zip(self.rungs, [*reversed(skips), None]):
            maps = F.interpolate(maps, scale_factor=2.0, mode="nearest")
            maps = rung(maps if skip is None else torch.cat([maps, skip], dim=1))
        logits: Tensor = self.last(self.dropout(maps))
        return logits


def convolutions(width_in: int, width: int, *, count: int = _CONVOLUTIONS) -> nn.Module:
    """3×3 convolutions, each with BatchNorm and ReLU."""
    layers: list[nn.Module] = []
    for number in range(count):
        layers += [convolution(width if number else width_in, width), nn.ReLU(inplace=True)]
    return nn.Sequential(*layers)


def convolution(width_in: int, width: int, *, kernel: int = 3) -> nn.Sequential:
    """A convolution that keeps the size, and BatchNorm."""
    return nn.Sequential(nn.Conv2d(width_in, width, kernel, padding=kernel // 2, bias=False), nn.BatchNorm2d(width))
