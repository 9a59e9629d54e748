"""The critic of holistic distillation: it learns to tell the teacher's maps from the student's, who learns to deceive it.

A Wasserstein critic with gradient penalty (I. Gulrajani et al., 2017), spectral norm and self-attention, as Y. Liu et al. (CVPR 2019)
put it over segmentations. It sees the picture and the class probabilities; the teacher's are real, the student's are not.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import spectral_norm

from engine.config import OptimiserConfig
from engine.training.distributed import Group
from engine.training.optimiser import Arrays, Optimiser

_PENALTY = 10.0
_WIDTHS = (32, 64, 128)
_SEED = 7001


class Critic:
    """A network over (picture, probabilities) with its own optimiser; everything in float32."""

    def __init__(self, class_count: int, *, device: torch.device, learning_rate: float, seed: int, group: Group | None = None) -> None:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed + _SEED)
            self.network = _Judge(3 + class_count).to(device)
        self._optimiser = Optimiser(self.network, OptimiserConfig(learning_rate=learning_rate, weight_decay=0.0), device=device)
        self._rate, self._seed, self._group = learning_rate, seed, group or Group()

    def learn(self, real: Tensor, fake: Tensor, *, number: int) -> float:
        """One step on maps (N, 3 + K, h, w); returns its loss: the fake's score minus the real's, plus the penalty."""
        self.network.requires_grad_(True).train()
        self._optimiser.clear()
        drawn = torch.Generator().manual_seed(self._seed * 1_000_003 + number)
        share = torch.rand(len(real), 1, 1, 1, generator=drawn).to(real.device)
        between = (share * real + (1 - share) * fake).requires_grad_(True)
        (slope,) = torch.autograd.grad(self.network(between).sum(), between, create_graph=True)
        penalty = (slope.flatten(1).norm(dim=1) - 1).square().mean()
        loss = self.network(fake).mean() - self.network(real).mean() + _PENALTY * penalty
        self._optimiser.backward(loss)
        self._group.sum_gradients(self.network, share=1 / self._group.world)
        self._optimiser.step(self._rate)
        return float(loss.detach())

    def deceived(self, fake: Tensor) -> Tensor:
        """Minus the score of the student's maps: what the student lowers. The critic itself learns nothing from it."""
        self.network.requires_grad_(False).eval()
        return -self.network(fake).mean()

    def state(self) -> Arrays:
        """Everything that changes while training, by name."""
        weights = {f"critic.{name}": tensor.detach().to("cpu").numpy().copy() for name, tensor in self.network.state_dict().items()}
        return weights | {f"critic_optimiser.{name}": values for name, values in self._optimiser.state().items()}

    def restore(self, arrays: Arrays) -> None:
        """Goes back to what `state` gave."""
        self.network.load_state_dict({name: torch.from_numpy(arrays[f"critic.{name}"].copy()) for name in self.network.state_dict()})
        before = "critic_optimiser."
        self._optimiser.restore({name.removeprefix(before): values for name, values in arrays.items() if name.startswith(before)})


class _Judge(nn.Module):
    """(N, C, h, w) to one score each, (N,)."""

    def __init__(self, width_in: int) -> None:
        super().__init__()
        widths = (width_in, *_WIDTHS)
        self.down = nn.ModuleList(spectral_norm(nn.Conv2d(a, b, 4, stride=2, padding=1)) for a, b in zip(widths, widths[1:]))
        self.attention = _Attention(widths[-1])
        self.last = spectral_norm(nn.Conv2d(widths[-1], 1, 3, padding=1))

    def forward(self, maps: Tensor) -> Tensor:
        for convolution in self.down:
            maps = F.leaky_relu(convolution(maps), 0.1)
        score: Tensor = self.last(self.attention(maps)).mean(dim=(1, 2, 3))
        return score


class _Attention(nn.Module):
    """Each place looks at every other. H. Zhang et al., Self-Attention Generative Adversarial Networks (ICML 2019)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.query, self.key = spectral_norm(nn.Conv2d(width, width // 8, 1)), spectral_norm(nn.Conv2d(width, width // 8, 1))
        self.value = spectral_norm(nn.Conv2d(width, width, 1))
        self.strength = nn.Parameter(torch.zeros(1))

    def forward(self, maps: Tensor) -> Tensor:
        looked = (self.query(maps).flatten(2).transpose(1, 2) @ self.key(maps).flatten(2)).softmax(-1)
        return maps + self.strength * (self.value(maps).flatten(2) @ looked.transpose(1, 2)).view_as(maps)
