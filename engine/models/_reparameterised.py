"""A 3×3 convolution with a 1×1 and an identity beside it while it learns, and one 3×3 convolution when it works.

X. Ding et al., RepVGG: Making VGG-style ConvNets Great Again (CVPR 2021): all three are linear, so they add up to one kernel.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Reparameterised(nn.Module):
    """Width in to width out at `stride`, with ReLU at the end. `fuse` makes it one convolution, in place and for good."""

    def __init__(self, width_in: int, width: int, *, stride: int = 1) -> None:
        super().__init__()
        self.wide = _normed(width_in, width, 3, stride)
        self.narrow = _normed(width_in, width, 1, stride)
        self.same = nn.BatchNorm2d(width) if width_in == width and stride == 1 else None
        self.fused: nn.Conv2d | None = None
        self._stride = stride

    def forward(self, maps: Tensor) -> Tensor:
        if self.fused is not None:
            return F.relu(self.fused(maps), inplace=True)
        learnt = self.wide(maps) + self.narrow(maps)
        return F.relu(learnt if self.same is None else learnt + self.same(maps), inplace=True)

    @torch.no_grad()
    def fuse(self) -> None:
        """For evaluation only: the three branches are gone afterwards."""
        if self.fused is not None:
            return
        kernel, bias = _folded(self.wide)
        one, more = _folded(self.narrow)
        kernel, bias = kernel + F.pad(one, (1, 1, 1, 1)), bias + more
        if self.same is not None:
            scale, shift = _scale_and_shift(self.same)
            middle = torch.zeros_like(kernel)
            middle[torch.arange(len(scale)), torch.arange(len(scale)), 1, 1] = scale
            kernel, bias = kernel + middle, bias + shift
        fused = nn.Conv2d(kernel.shape[1], kernel.shape[0], 3, stride=self._stride, padding=1).to(kernel.device)
        fused.weight.copy_(kernel)
        assert fused.bias is not None
        fused.bias.copy_(bias)
        self.fused = fused.requires_grad_(False)
        del self.wide, self.narrow
        self.same = None


def fuse(network: nn.Module) -> None:
    """Fuses every such block of a network that will only predict from now on."""
    for module in network.modules():
        if isinstance(module, Reparameterised):
            module.fuse()


def _normed(width_in: int, width: int, kernel: int, stride: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(width_in, width, kernel, stride=stride, padding=kernel // 2, bias=False), nn.BatchNorm2d(width))


def _folded(branch: nn.Module) -> tuple[Tensor, Tensor]:
    """Kernel and bias of a convolution with the norm behind it."""
    assert isinstance(branch, nn.Sequential)
    convolution, norm = branch
    assert isinstance(convolution, nn.Conv2d)
    scale, shift = _scale_and_shift(norm)
    return convolution.weight * scale.view(-1, 1, 1, 1), shift


def _scale_and_shift(norm: nn.Module) -> tuple[Tensor, Tensor]:
    assert isinstance(norm, nn.BatchNorm2d) and norm.running_mean is not None and norm.running_var is not None
    scale = norm.weight / (norm.running_var + norm.eps).sqrt()
    return scale, norm.bias - norm.running_mean * scale
