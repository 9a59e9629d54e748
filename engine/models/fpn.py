"""Feature pyramid for segmentation: 1×1 laterals added top-down, a prediction head at every level, merged by sum.

After A. Kirillov et al., Panoptic Feature Pyramid Networks (CVPR 2019), with the widths of segmentation_models_pytorch:
pyramid 256, heads 128, GroupNorm of 32 groups.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd

from torch import Tensor, nn
from torch.nn import functional as F

from engine.config import ModelConfig
from engine.models import _encoders
from engine.models._network import Network

_GROUPS = 32


def build(config: ModelConfig, class_count: int) -> Network:
    """Logits come at stride 4 and are enlarged once."""
    encoder = _encoders.build(config.encoder)
    pyramid, heads = config.pyramid_channels, config.segmentation_channels
    return Network(encoder, Pyramid(encoder.channels[1:], class_count, pyramid=pyramid, heads=heads, dropout=config.dropout))


class Pyramid(nn.Module):
    """Features at strides 4, 8, 16, 32 to logits at stride 4."""

    def __init__(self, channels: Sequence[int], class_count: int, *, pyramid: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.laterals = nn.ModuleList(nn.Conv2d(width, pyramid, 1) for width in channels)
        self.heads = nn.ModuleList(_Head(pyramid, heads, max(1, level)) for level in range(len(channels)))
        self.dropout = nn.Dropout2d(dropout)
        self.last = nn.Conv2d(heads, class_count, 1)

    def forward(self, features: list[Tensor]) -> Tensor:
        """The encoder's five features; the one at stride 2 is not used."""
        level = None
        levels = []
        for lateral, feature in zip(reversed(self.laterals), reversed(features[1:])):
            level = lateral(feature) if level is None else lateral(feature) + F.interpolate(level, scale_factor=2.0, mode="nearest")
            levels.append(level)
        fine, *rest = [head(level) for head, level in zip(self.heads, reversed(levels))]
        half = sum(rest[1:], rest[0])
        # A 1×1 convolution and bilinear enlarging can change places: so few planes are enlarged instead of many.
        coarse = F.conv2d(self.dropout(half), self.last.weight)
        return self.last(self.dropout(fine)) + F.interpolate(coarse, scale_factor=2.0, mode="bilinear", align_corners=False)


class _Head(nn.Module):
    """3×3 convolutions with GroupNorm and ReLU, enlarging twofold between them: from the level's stride to 8 (the finest stays at 4)."""

    def __init__(self, width_in: int, width: int, count: int) -> None:
        super().__init__()
        self.convolutions = nn.ModuleList(nn.Conv2d(width if i else width_in, width, 3, padding=1, bias=False) for i in range(count))
        self.norms = nn.ModuleList(nn.GroupNorm(gcd(_GROUPS, width), width) for _ in range(count))

    def forward(self, maps: Tensor) -> Tensor:
        for i, (convolution, norm) in enumerate(zip(self.convolutions, self.norms)):
            if i:
                maps = F.interpolate(maps, scale_factor=2.0, mode="bilinear", align_corners=False)
            maps = F.relu(norm(convolution(maps)), inplace=True)
        return maps
