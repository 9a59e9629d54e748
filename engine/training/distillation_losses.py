"""What a student learns from its teacher: each function compares two networks' answers and gives a scalar.

Logits are (N, K, h, w) of any float type with K ≥ 2, both of one shape; `valid` (N, h, w) bool says which pixels count: void counts
nowhere, and a batch without any pixel that counts gives 0. Gradients flow into the student's side.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

_NEVER = -1e4
_TINY = 1e-8


def pixel_wise(student: Tensor, teacher: Tensor, valid: Tensor) -> Tensor:
    """Cross-entropy of the student's distribution against the teacher's, mean over all pixels of the batch.

    Y. Liu et al., Structured Knowledge Distillation for Semantic Segmentation (CVPR 2019).
    """
    each = -(teacher.float().softmax(1) * student.float().log_softmax(1)).sum(1)
    return (each * valid).sum() / valid.sum().clamp(min=1)


def pair_wise(student: Tensor, teacher: Tensor, valid: Tensor) -> Tensor:
    """Mean squared difference of the two networks' cosine similarities between regions of their deepest features (N, C, h, w).

    Regions are max-pooled windows of half the maps' size (Liu et al. 2019); the widths C may differ, the similarity matrices don't.
    A region without a pixel that counts is like none.
    """
    return (_similarity(student, valid) - _similarity(teacher, valid)).square().mean()


def channel_wise(student: Tensor, teacher: Tensor, valid: Tensor, temperature: float = 4.0) -> Tensor:
    """Kullback-Leibler divergence of where each class looks: the softmax over the pixels of each logit plane, times temperature².

    Mean over planes and pictures. C. Shu et al., Channel-wise Knowledge Distillation for Dense Prediction (ICCV 2021).
    """
    wanted, found = (_attention(one, valid, temperature) for one in (teacher, student))
    divergence = (wanted.exp() * (wanted - found)).sum(-1)
    return divergence.mean() * temperature**2


def dist(student: Tensor, teacher: Tensor, valid: Tensor) -> Tensor:
    """1 - Pearson's correlation between the classes at each pixel, plus that between the pixels of each class, of probabilities.

    T. Huang et al., Knowledge Distillation from A Stronger Teacher (NeurIPS 2022).
    """
    here = valid.flatten()
    if not bool(here.any()):
        return student.sum() * 0
    wanted, found = (one.float().softmax(1).movedim(1, -1).flatten(0, -2)[here] for one in (teacher, student))
    return (1 - _pearson(found, wanted).mean()) + (1 - _pearson(found.T, wanted.T).mean())


def _attention(logits: Tensor, valid: Tensor, temperature: float) -> Tensor:
    """(N, K, h·w) logarithm of the softmax over the pixels that count."""
    return (logits.float() / temperature).masked_fill(~valid.unsqueeze(1), _NEVER).flatten(2).log_softmax(-1)


def _similarity(features: Tensor, valid: Tensor) -> Tensor:
    """(N, R, R) cosines between the R regions of features."""
    height, width = features.shape[-2:]
    window = -(-height // 2), -(-width // 2)
    counted = valid.unsqueeze(1)
    pooled = F.max_pool2d(features.float().masked_fill(~counted, _NEVER), window, stride=window, ceil_mode=True)
    seen = F.max_pool2d(counted.float(), window, stride=window, ceil_mode=True)
    regions = F.normalize(torch.where(seen > 0, pooled, 0.0).flatten(2), dim=1)
    return regions.transpose(1, 2) @ regions


def _pearson(one: Tensor, other: Tensor) -> Tensor:
    """(R,) correlation of the rows of two (R, C) tables."""
    one, other = one - one.mean(1, keepdim=True), other - other.mean(1, keepdim=True)
    return (one * other).sum(1) / (one.norm(dim=1) * other.norm(dim=1)).clamp(min=_TINY)
