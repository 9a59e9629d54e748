"""The moving average of a network's weights: steadier than the weights themselves. B. Polyak, A. Juditsky (1992)."""

from __future__ import annotations

import copy

import torch
from torch import nn


class Average:
    """A copy of `network` that follows it slowly: decay · itself + (1 - decay) · the network's, faster in the first steps."""

    def __init__(self, network: nn.Module, *, decay: float) -> None:
        self.network = copy.deepcopy(network).eval().requires_grad_(False)
        self._followed, self._decay = network, decay

    @torch.no_grad()
    def follow(self, number: int) -> None:
        """After step `number`, the first being 0."""
        share = 1 - min(self._decay, (1 + number) / (10 + number))
        for mine, its in zip(self.network.state_dict().values(), self._followed.state_dict().values()):
            if mine.is_floating_point():
                mine.lerp_(its, share)
            else:
                mine.copy_(its)
