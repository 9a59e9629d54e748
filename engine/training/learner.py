"""The network with its optimiser: one step at a time, and all that has to be kept to go on to the bit."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from engine import models
from engine.checkpoints import IMAGENET_MEAN, IMAGENET_STD
from engine.config import TrainConfig
from engine.errors import TrainingError
from engine.inference import device as devices
from engine.labels import VOID, ClassSet
from engine.models import _weights
from engine.training import hardware, losses
from engine.training.batches import Batch

_MOMENTS = ("exp_avg", "exp_avg_sq")
Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Taken:
    """What a step gave: the loss and its parts by name."""

    loss: float
    terms: dict[str, float]


class Learner:
    """Weights, AdamW and the loss on one device."""

    def __init__(self, config: TrainConfig, classes: ClassSet, *, class_weights: NDArray[np.float32] | None = None) -> None:
        self.device = devices.choose(config.device)
        self.half = hardware.bf16(config.precision, self.device)
        self._config = config
        self._loss = losses.weighted(config.loss)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(config.seed)
            self.network = models.build(config.model, classes)
        self.network.to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        groups = _groups(self.network, config.optimiser.weight_decay)
        self._optimiser = torch.optim.AdamW(groups, lr=config.optimiser.learning_rate, fused=True)
        self._class_weights = None if class_weights is None else torch.from_numpy(class_weights).to(self.device)
        self._mean = torch.tensor(IMAGENET_MEAN, device=self.device).view(1, 3, 1, 1) * 255
        self._std = torch.tensor(IMAGENET_STD, device=self.device).view(1, 3, 1, 1) * 255

    @property
    def parameters(self) -> int:
        """How many numbers are learnt."""
        return sum(parameter.numel() for parameter in self.network.parameters())

    def step(self, batch: Batch, *, number: int, learning_rate: float) -> Taken:
        """One step on images and masks. Raises TrainingError where the loss is no longer a number."""
        self.network.train()
        for group in self._optimiser.param_groups:
            group["lr"] = learning_rate
        if self._config.model.dropout:
            torch.manual_seed(self._config.seed * 1_000_003 + number)  # a resumed run drops what an uninterrupted one drops
        terms = self._terms(self._logits(self.images(batch[0])), self._host_to_device(batch[1]))
        loss = torch.stack(list(terms.values())).sum()
        value = float(loss.detach())
        if not math.isfinite(value):
            raise TrainingError(
                f"the loss is {value} at step {number}; lower optimiser.learning_rate (now {self._config.optimiser.learning_rate:g})"
                + (" or set precision to fp32" if self.half else "")
                + ", and start again"
            )
        self._optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self._optimiser.step()
        return Taken(value, {name: float(term.detach()) for name, term in terms.items()})

    @torch.inference_mode()
    def scored(self, batch: Batch) -> tuple[Tensor, float]:
        """Logits (N, C, H, W) float32 of held-out frames, and their loss."""
        self.network.eval()
        logits = self._logits(self.images(batch[0]))
        return logits, sum(float(term) for term in self._terms(logits, self._host_to_device(batch[1])).values())

    def images(self, pictures: NDArray[np.uint8]) -> Tensor:
        """(N, H, W, 3) uint8 RGB to the normalised (N, 3, H, W) float32 with channels last that the network takes."""
        return (self._host_to_device(pictures).permute(0, 3, 1, 2).float() - self._mean) / self._std

    def state(self) -> Arrays:
        """Everything that changes while training, by name: weights and AdamW's two moments of each."""
        arrays = {f"weights.{name}": values for name, values in self.weights().items()}
        for name, parameter in self.network.named_parameters():
            for moment in _MOMENTS:
                if (kept := self._optimiser.state[parameter].get(moment)) is not None:
                    arrays[f"{moment}.{name}"] = np.array(kept.to("cpu").contiguous().numpy())
        return arrays

    def weights(self) -> Arrays:
        """What a checkpoint holds, as float32."""
        return _weights.taken(self.network)

    def restore(self, arrays: Arrays, *, step: int, source: str) -> None:
        """Goes back to what `state` gave after `step` steps. Raises CheckpointError that names `source`."""
        weights = {name.removeprefix("weights."): values for name, values in arrays.items() if name.startswith("weights.")}
        _weights.restore(self.network, weights, source)
        for name, parameter in self.network.named_parameters():
            kept = {moment: torch.from_numpy(arrays[f"{moment}.{name}"]) for moment in _MOMENTS if f"{moment}.{name}" in arrays}
            if len(kept) == len(_MOMENTS):
                # The moments have to lie in memory as their parameter does: the fused step runs over them side by side.
                state = {moment: torch.empty_like(parameter, requires_grad=False).copy_(values) for moment, values in kept.items()}
                state["step"] = torch.tensor(float(step), device=self.device if self.device.type == "cuda" else "cpu")
                self._optimiser.state[parameter] = state

    def _logits(self, images: Tensor) -> Tensor:
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.half):
            logits: Tensor = self.network(images)
        return logits.float()

    def _terms(self, logits: Tensor, target: Tensor) -> dict[str, Tensor]:
        return {name: loss(logits, target, VOID, self._class_weights) for name, loss in self._loss.items()}

    def _host_to_device(self, values: NDArray[np.uint8]) -> Tensor:
        tensor = torch.from_numpy(values)
        return tensor.pin_memory().to(self.device, non_blocking=True) if self.device.type == "cuda" else tensor


def _groups(network: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Decay pulls on the weights of convolutions, not on biases and norms."""
    trained = [parameter for parameter in network.parameters() if parameter.requires_grad]
    return [
        {"params": [parameter for parameter in trained if parameter.ndim > 1], "weight_decay": weight_decay},
        {"params": [parameter for parameter in trained if parameter.ndim <= 1], "weight_decay": 0.0},
    ]
