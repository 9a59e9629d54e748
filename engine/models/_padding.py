"""Any picture size in a network that halves it five times."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F


def padded(images: Tensor, multiple: int) -> Tensor:
    """(N, C, H, W) with H and W grown to multiples of `multiple`, by repeating the lower and the right border."""
    height, width = images.shape[-2:]
    below, right = -height % multiple, -width % multiple
    return F.pad(images, (0, right, 0, below), mode="replicate") if below or right else images


def cropped(maps: Tensor, size: tuple[int, int]) -> Tensor:
    """The upper left (height, width) of maps (N, C, H, W): undoes `padded`."""
    height, width = size
    return maps if maps.shape[-2:] == (height, width) else maps[..., :height, :width]
