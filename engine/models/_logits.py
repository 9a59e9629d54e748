"""Two ways of putting out two classes, made one."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.labels import ClassSet


def class_logits(raw: Tensor, classes: ClassSet) -> Tensor:
    """Logits (N, len(classes), …) of what a network of this class set puts out, (N, output_channels, …).

    "A class and the rest" has one channel: the rest's logit is then 0, and softmax over both is the sigmoid of the one.
    """
    if classes.output_channels == len(classes):
        return raw
    return torch.cat([torch.zeros_like(raw), raw], dim=1)
