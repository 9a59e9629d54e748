"""UNet with residual blocks in its decoder, after Z. Zhang et al., Road Extraction by Deep Residual U-Net (GRSL 2018)."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F

from engine.config import ModelConfig
from engine.models import _encoders
from engine.models._network import Network
from engine.models.unet import Ladder, convolution


def build(config: ModelConfig, class_count: int) -> Network:
    """Logits come at full size."""
    encoder = _encoders.build(config.encoder)
    return Network(encoder, Ladder(encoder.channels, class_count, block=_Residual, dropout=config.dropout))


class _Residual(nn.Module):
    """Two 3×3 convolutions beside a 1×1 shortcut that fits the width."""

    def __init__(self, width_in: int, width: int) -> None:
        super().__init__()
        self.first = convolution(width_in, width)
        self.second = convolution(width, width)
        self.shortcut = convolution(width_in, width, kernel=1)

    def forward(self, maps: Tensor) -> Tensor:
        inner = F.relu(self.first(maps), inplace=True)
        return F.relu(self.second(inner) + self.shortcut(maps), inplace=True)
