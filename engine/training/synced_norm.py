"""Batch normalisation over the frames of all processes: as if one had them all. PyTorch's own knows GPUs alone."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from engine.training.distributed import Group

_AREA = (0, 2, 3)


class SyncedNorm(nn.BatchNorm2d):
    """A BatchNorm2d, sharing its parameters and its names in checkpoints, with statistics of all processes while it learns."""

    group: Group

    @classmethod
    def instead_of(cls, given: nn.BatchNorm2d, group: Group) -> SyncedNorm:
        """The same norm, among `group`."""
        made = cls(given.num_features, eps=given.eps, momentum=given.momentum)
        made.weight, made.bias = given.weight, given.bias
        made.running_mean, made.running_var, made.num_batches_tracked = given.running_mean, given.running_var, given.num_batches_tracked
        made.group = group
        return made.train(given.training)

    def forward(self, maps: Tensor) -> Tensor:
        if not self.training:
            return super().forward(maps)
        normed, mean, variance, count = _Normed.apply(maps, self.weight, self.bias, self.eps, self.group)
        with torch.no_grad():
            assert self.running_mean is not None and self.running_var is not None and self.momentum is not None
            self.running_mean.lerp_(mean, self.momentum)
            self.running_var.lerp_(variance * count / (count - 1).clamp(min=1), self.momentum)
        return normed  # type: ignore[no-any-return]


def sync(network: nn.Module, group: Group) -> None:
    """Puts synced norms in the place of all batch norms of `network`; nothing for a process alone."""
    if group.alone:
        return
    for name, child in network.named_children():
        if type(child) is nn.BatchNorm2d:
            setattr(network, name, SyncedNorm.instead_of(child, group))
        else:
            sync(child, group)


class _Normed(torch.autograd.Function):
    """Statistics and their gradients are summed over the group: sums, squares and counts forwards, two sums backwards."""

    @staticmethod
    def forward(ctx: Any, maps: Tensor, weight: Tensor, bias: Tensor, eps: float, group: Group) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        values = maps.float()
        own = values.new_tensor([values.numel() / values.shape[1]])
        # Sums of squares about a mean of zero lose digits: first the mean of all, then the squares about it.
        totals = group.sum(torch.cat([values.sum(_AREA), own]))
        mean, count = totals[:-1] / totals[-1], totals[-1]
        centred = values - mean.view(1, -1, 1, 1)
        variance = group.sum(centred.square().sum(_AREA)) / count
        scale = (variance + eps).rsqrt()
        ctx.save_for_backward(centred, weight, scale, count)
        ctx.group, ctx.kind = group, maps.dtype
        normed = centred * (scale * weight).view(1, -1, 1, 1) + bias.view(1, -1, 1, 1)
        ctx.mark_non_differentiable(mean, variance, count)
        return normed.to(maps.dtype), mean, variance, count

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        centred, weight, scale, count = ctx.saved_tensors
        slope = gradients[0].float()
        of_bias = slope.sum(_AREA)
        of_weight = (slope * centred).sum(_AREA) * scale
        both = ctx.group.sum(torch.cat([of_bias, of_weight]))
        mean_slope, mean_product = (one.view(1, -1, 1, 1) / count for one in both.chunk(2))
        normed = centred * scale.view(1, -1, 1, 1)
        of_maps = (slope - mean_slope - normed * mean_product) * (scale * weight).view(1, -1, 1, 1)
        return of_maps.to(ctx.kind), of_weight, of_bias, None, None
