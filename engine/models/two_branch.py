"""A student for real time: a branch that keeps the detail at stride 8 beside one that sees the whole scene at stride 32.

In the spirit of C. Yu et al., BiSeNet V2 (IJCV 2021), and Y. Hong et al., Deep Dual-resolution Networks (2021), of re-parameterised
convolutions (`_reparameterised`). It has no backbone of torchvision: `model.encoder` and `model.pretrained` mean nothing to it.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F

from engine.config import ModelConfig
from engine.models._encoders import Encoder
from engine.models._network import Network
from engine.models._reparameterised import Reparameterised
from engine.models._widths import scaled

WIDTHS = (32, 48, 96, 128, 192)
"""Of the stages at strides 2 … 32."""
BLOCKS = (1, 2, 2, 3, 2)
_DETAIL = 96
_POOLS = (1, 2, 4)


def build(config: ModelConfig, class_count: int) -> Network:
    """Logits come at stride 8 and are enlarged once; `width` multiplies the channels, `depth` the blocks of each stage."""
    widths = [scaled(width, config.width) for width in WIDTHS]
    blocks = [max(1, round(count * config.depth)) for count in BLOCKS]
    stages, before = [], 3
    for width, count in zip(widths, blocks):
        stages.append(nn.Sequential(Reparameterised(before, width, stride=2), *(Reparameterised(width, width) for _ in range(count - 1))))
        before = width
    encoder = Encoder(stages, widths)
    joined = scaled(_DETAIL, config.width)
    return Network(encoder, TwoBranch(widths, class_count, detail=joined, blocks=blocks[2], dropout=config.dropout))


class TwoBranch(nn.Module):
    """Features at strides 2 … 32 to logits at stride 8: the detail goes on from the third stage, the context comes from the last."""

    def __init__(self, channels: list[int], class_count: int, *, detail: int, blocks: int, dropout: float) -> None:
        super().__init__()
        self.detail = nn.Sequential(Reparameterised(channels[2], detail), *(Reparameterised(detail, detail) for _ in range(blocks - 1)))
        self.context = _Pooled(channels[4], detail)
        self.between = _normed(channels[3], detail)
        self.gate = _normed(detail, detail)
        self.head = Reparameterised(detail, detail)
        self.dropout = nn.Dropout2d(dropout)
        self.last = nn.Conv2d(detail, class_count, 1)

    def forward(self, features: list[Tensor]) -> Tensor:
        detail = self.detail(features[2])
        scene = self.context(features[4])
        scene = _to(scene, features[3]) + self.between(features[3])
        # The scene says where the detail is worth listening to, and speaks for itself beside it.
        scene = _to(scene, detail)
        merged = detail * self.gate(scene).sigmoid() + scene
        logits: Tensor = self.last(self.dropout(self.head(merged)))
        return logits


class _Pooled(nn.Module):
    """The deepest features with their means over the whole picture, its halves and its quarters."""

    def __init__(self, width_in: int, width: int) -> None:
        super().__init__()
        self.own = _normed(width_in, width)
        self.pooled = nn.ModuleList(nn.Sequential(nn.Conv2d(width_in, width, 1), nn.ReLU(inplace=True)) for _ in _POOLS)
        self.mixed = Reparameterised(width, width)

    def forward(self, maps: Tensor) -> Tensor:
        found = self.own(maps)
        for cells, one in zip(_POOLS, self.pooled):
            found = found + _to(one(F.adaptive_avg_pool2d(maps, cells)), maps)
        mixed: Tensor = self.mixed(F.relu(found))
        return mixed


def _normed(width_in: int, width: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(width_in, width, 1, bias=False), nn.BatchNorm2d(width))


def _to(maps: Tensor, like: Tensor) -> Tensor:
    return F.interpolate(maps, size=like.shape[-2:], mode="bilinear", align_corners=False)

