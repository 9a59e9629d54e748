"""What every architecture has in common: an encoder, a decoder, and room for any picture size."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor, nn
from torch.nn import functional as F

from engine.models._encoders import STRIDE, Encoder
from engine.models._padding import cropped, padded


class Seen(NamedTuple):
    """All that a forward pass comes by: for those who learn from more than its answer."""

    logits: Tensor
    """(N, K, H, W), what `forward` gives."""
    coarse: Tensor
    """(N, K, h, w) at the decoder's own stride: what `coarse` gives."""
    deepest: Tensor
    """(N, C, ⌈H/32⌉, ⌈W/32⌉), the encoder's last features."""


class Network(nn.Module):
    """Images (N, 3, H, W), normalised, to logits (N, K, H, W) for any H and W."""

    def __init__(self, encoder: Encoder, decoder: nn.Module) -> None:
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder

    def forward(self, images: Tensor) -> Tensor:
        return _enlarged(self.coarse(images), (images.shape[-2], images.shape[-1]))

    def seen(self, images: Tensor) -> Seen:
        """`forward` with what lies before its answer."""
        features = self.encoder(padded(images, STRIDE))
        coarse = self.decoder(features)
        return Seen(_enlarged(coarse, (images.shape[-2], images.shape[-1])), coarse, features[-1])

    def coarse(self, images: Tensor) -> Tensor:
        """Logits at the decoder's own stride, (N, K, ⌈H/32⌉·32/stride, ⌈W/32⌉·32/stride): what `forward` enlarges and crops.

        For those who need another size than the input's, and so can save one resampling.
        """
        logits: Tensor = self.decoder(self.encoder(padded(images, STRIDE)))
        return logits


def _enlarged(coarse: Tensor, size: tuple[int, int]) -> Tensor:
    height, width = size
    whole = (-(-height // STRIDE) * STRIDE, -(-width // STRIDE) * STRIDE)
    if coarse.shape[-2:] != whole:
        # Few planes in bf16 with channels last are the slowest to enlarge: 4 times slower than float32 planes.
        coarse = F.interpolate(coarse.float().contiguous(), size=whole, mode="bilinear", align_corners=False)
    return cropped(coarse, size)
