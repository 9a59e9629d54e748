"""Batch norms taken into the convolutions before them, for networks that only predict from now on.

A norm with fixed statistics is a scale and a shift, and a convolution can carry both. Left alone each is one more pass over
the maps: a sixth of the time of an FPN on MobileNetV2 without AVX-512.
"""

from __future__ import annotations

from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval


def fold(network: nn.Module) -> None:
    """In place and for good, wherever a norm hears nothing but the convolution before it. The network must be in evaluation mode."""
    for module in list(network.modules()):
        children = list(module.named_children())
        for (name, before), (following, norm) in zip(children, children[1:]):
            if isinstance(before, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d) and _heard(module, name, following):
                setattr(module, name, fuse_conv_bn_eval(before, norm))
                setattr(module, following, nn.Identity())


def _heard(module: nn.Module, convolution: str, norm: str) -> bool:
    """Whether the norm runs right behind the convolution: neighbours do in a sequence, and `conv1` and `bn1` in torchvision's ResNets."""
    return isinstance(module, nn.Sequential) or (convolution.startswith("conv") and norm == convolution.replace("conv", "bn"))
