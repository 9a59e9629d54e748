"""torchvision's networks as encoders: features at strides 2, 4, 8, 16 and 32, without what only classification needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torchvision
from torch import Tensor, nn

from engine.models._depthwise import StridedDepthwise

STRIDE = 32
"""The input's sides are multiples of this."""

_MOBILE_STAGES = {
    "mobilenet_v2": (2, 4, 7, 14, 18),
    "mobilenet_v3_large": (2, 4, 7, 13, 16),
    "mobilenet_v3_small": (1, 2, 4, 9, 12),
}
"""Where each stage ends in torchvision's `features`; the last 1×1 convolution, which widens for classification, is left out."""

_MOMENTUM = 0.1
"""PyTorch's own, how fast the norms' statistics follow."""


class Encoder(nn.Module):
    """Five stages, each at half the size of the one before; `channels` are the widths of their outputs."""

    def __init__(self, stages: Sequence[nn.Module], channels: Sequence[int]) -> None:
        super().__init__()
        self.stages = nn.ModuleList(stages)
        self.channels = tuple(channels)

    def forward(self, images: Tensor) -> list[Tensor]:
        """Images (N, 3, H, W), H and W multiples of 32, to features at strides 2, 4, 8, 16, 32."""
        features = []
        for stage in self.stages:
            images = stage(images)
            features.append(images)
        return features


def build(name: str) -> Encoder:
    """The encoder of torchvision's model `name`, with random weights."""
    return of(torchvision.models.get_model(name, weights=None), name)


def of(model: Any, name: str) -> Encoder:
    """The encoder inside torchvision's `model`, sharing its parameters."""
    if name in _MOBILE_STAGES:
        ends = _MOBILE_STAGES[name]
        _set_momentum(model.features)
        _replace_strided(model.features)
        stages = [model.features[start:end] for start, end in zip((0, *ends), ends)]
    else:
        stem = nn.Sequential(model.conv1, model.bn1, model.relu)
        stages = [stem, nn.Sequential(model.maxpool, model.layer1), model.layer2, model.layer3, model.layer4]
    return Encoder(stages, [_width(stage) for stage in stages])


def _set_momentum(module: nn.Module) -> None:
    """torchvision's MobileNetV3 follows its statistics at 0.01 a step, for ImageNet's hundred thousands of steps.

    A run here has some hundreds of them: a student would be scored by statistics of weights it no longer has.
    """
    for norm in module.modules():
        if isinstance(norm, nn.BatchNorm2d):
            norm.momentum = _MOMENTUM


def _replace_strided(module: nn.Module) -> None:
    for name, child in module.named_children():
        if StridedDepthwise.fits(child):
            setattr(module, name, StridedDepthwise.instead_of(child))
        else:
            _replace_strided(child)


def _width(stage: nn.Module) -> int:
    """Channels that a stage puts out: of its last batch normalisation on the main path."""
    norms = [(label, module) for label, module in stage.named_modules() if isinstance(module, nn.BatchNorm2d) and "downsample" not in label]
    return int(norms[-1][1].num_features)
