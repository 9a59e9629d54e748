"""What every architecture has in common: an encoder, a decoder, and room for any picture size."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F

from engine.models._encoders import STRIDE, Encoder
from engine.models._padding import cropped, padded


class Network(nn.Module):
    """Images (N, 3, H, W), normalised, to logits (N, K, H, W) for any H and W."""

    def __init__(self, encoder: Encoder, decoder: nn.Module) -> None:
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder

    def forward(self, images: Tensor) -> Tensor:
        height, width = images.shape[-2:]
        logits = self.coarse(images)
        whole = (-(-height // STRIDE) * STRIDE, -(-width // STRIDE) * STRIDE)
        if logits.shape[-2:] != whole:
            # Few planes in bf16 with channels last are the slowest to enlarge: 4 times slower than float32 planes.
            logits = F.interpolate(logits.float().contiguous(), size=whole, mode="bilinear", align_corners=False)
        return cropped(logits, (height, width))

    def coarse(self, images: Tensor) -> Tensor:
        """Logits at the decoder's own stride, (N, K, ⌈H/32⌉·32/stride, ⌈W/32⌉·32/stride): what `forward` enlarges and crops.

        For those who need another size than the input's, and so can save one resampling.
        """
        logits: Tensor = self.decoder(self.encoder(padded(images, STRIDE)))
        return logits
