"""UNet with residual blocks in its decoder, after Z. Zhang et al., Road Extraction by Deep Residual U-Net (GRSL 2018)."""

from __future__ import annotations

from functools import partial

from torch import Tensor, nn
from torch.nn import functional as F

from engine.config import ModelConfig
from engine.models import _encoders
from engine.models._network import Network
from engine.models.unet import Ladder, convolution, count_of


def build(config: ModelConfig, class_count: int) -> Network:
    """Logits come at full size; `width` multiplies the decoder's channels, `depth` the residual blocks' convolutions."""
    encoder = _encoders.build(config.encoder)
    return Network(encoder, Ladder(encoder.channels, class_count, block=partial(_Residual, count=count_of(config)), config=config))


class _Residual(nn.Module):
    """Two 3×3 convolutions, or `count`, beside a 1×1 shortcut that fits the width."""

    def __init__(self, width_in: int, width: int, *, count: int) -> None:
        super().__init__()
        self.first = convolution(width_in, width)
        self.second = convolution(width, width) if count > 1 else nn.Identity()
        self.more = nn.ModuleList(convolution(width, width) for _ in range(count - 2))
        self.shortcut = convolution(width_in, width, kernel=1)

    def forward(self, maps: Tensor) -> Tensor:
        inner = self.first(maps)
        for convolution_ in self.more:
            inner = convolution_(F.relu(inner, inplace=True))
        inner = F.relu(inner, inplace=True) if not isinstance(self.second, nn.Identity) else inner
        return F.relu(self.second(inner) + self.shortcut(maps), inplace=True)
