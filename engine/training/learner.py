"""The network with its optimiser: one step at a time, and all that has to be kept to go on to the bit."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine import models
from engine.checkpoints import IMAGENET_MEAN, IMAGENET_STD
from engine.config import TrainConfig
from engine.errors import DivergedError, TrainingError
from engine.labels import VOID, ClassSet
from engine.models import _weights
from engine.models._network import Seen
from engine.training import hardware, losses
from engine.training.augment import OUTSIDE
from engine.training.average import Average
from engine.training.batches import Batch
from engine.training.distillation import Teaching
from engine.training.distributed import Group
from engine.training.optimiser import Arrays, Optimiser
from engine.training.synced_norm import sync

__all__ = ["Arrays", "Learner", "Taken"]
ALONE = Group()
_WEIGHTS, _AVERAGE = "weights.", "average."


@dataclass(frozen=True, slots=True)
class Taken:
    """What a step gave: the loss and its parts by name; `terms` may also hold the loss of a critic, which is no part."""

    loss: float
    terms: dict[str, float]


class Learner:
    """Weights, optimiser and the loss on one device."""

    def __init__(self, config: TrainConfig, classes: ClassSet, *, class_weights: NDArray[np.float32] | None = None, group: Group = ALONE) -> None:
        """Raises ConfigError and CheckpointError."""
        self.device = group.device(config.device)
        self._group = group
        self.number_format = hardware.number_format(config.precision, self.device)
        self._config = config
        self._loss = losses.weighted(config.loss)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(config.seed)
            self.network = models.build(config.model, classes)
        sync(self.network, group)
        self._memory = hardware.memory_format(self.device, number_format=self.number_format)
        self.network.to(self.device, memory_format=self._memory)  # type: ignore[call-overload]
        self._seen = torch.compile(self.network.seen) if config.compile else self.network.seen
        self._teaching = Teaching(config, classes, device=self.device, number_format=self.number_format, group=group) if config.distill.teacher else None
        scaled = self.number_format == torch.float16
        self._optimiser = Optimiser(self.network, config.optimiser, device=self.device, scaled=scaled)
        self._average: Average | None = None
        self._class_weights = None if class_weights is None else torch.from_numpy(class_weights).to(self.device)
        self._mean = torch.tensor(IMAGENET_MEAN, device=self.device).view(1, 3, 1, 1) * 255
        self._std = torch.tensor(IMAGENET_STD, device=self.device).view(1, 3, 1, 1) * 255

    @property
    def parameters(self) -> int:
        """How many numbers are learnt."""
        return sum(parameter.numel() for parameter in self.network.parameters())

    def step(self, batch: Batch, *, number: int, learning_rate: float, fill_void: bool = False) -> Taken:
        """One step, the run's `number` (from 0), on images and masks, in `optimiser.accumulate` parts of equal weight.

        With `fill_void` the teacher labels what is void, but for what is `OUTSIDE` the frames. Raises DivergedError where the loss is no longer a number.
        """
        options = self._config.optimiser
        self.network.train()
        self._freeze(number < options.freeze_encoder)
        if options.ema and self._average is None:
            self._average = Average(self.network, decay=options.ema)
        if self._config.model.dropout:
            torch.manual_seed(self._config.seed * 1_000_003 + number + 7_919 * self._group.rank)  # a resumed run drops what an uninterrupted one drops
        self._optimiser.clear()
        terms: dict[str, float] = {}
        for pictures, masks in zip(*(np.array_split(side, options.accumulate) for side in batch)):
            for name, value in self._learn(pictures, masks, share=len(pictures) / len(batch[0]), number=number, fill_void=fill_void).items():
                terms[name] = terms.get(name, 0.0) + value
        terms = self._of_all(terms, number)
        self._group.sum_gradients(self.network)
        self._optimiser.step(learning_rate)
        if self._average is not None:
            self._average.follow(number)
        loss = sum(terms.values())
        if self._teaching is not None and self._teaching.critic_loss is not None:
            terms["critic"] = self._teaching.critic_loss
        return Taken(loss, terms)

    def _learn(self, pictures: NDArray[np.uint8], masks: NDArray[np.uint8], *, share: float, number: int, fill_void: bool) -> dict[str, float]:
        """Adds the gradients of a `share` of the step's frames; returns the loss's terms, times the share."""
        images, target = self.images(pictures), self._host_to_device(masks)
        seen = self._student(images)
        if self._teaching is None:
            terms = self._terms(seen.logits.float(), target)
        else:
            lesson = self._teaching.lesson(pictures, images)
            if fill_void:
                target = self._teaching.filled(lesson, target)
                target = torch.where(target == OUTSIDE, VOID, target)
            terms = self._terms(seen.logits.float(), target) | self._teaching.terms(images, seen, lesson, target, number=number)
        loss = torch.stack(list(terms.values())).sum()
        share *= self._weight(target)
        self._optimiser.backward(loss * share if share < 1 else loss)
        return {name: float(term.detach()) * share for name, term in terms.items()}

    def _weight(self, target: Tensor) -> float:
        """This process' share of the labelled pixels that all of them look at: what makes a mean over pixels one over all of theirs."""
        if self._group.alone:
            return 1.0
        own = float((target != VOID).sum())
        total = float(self._group.sum(torch.tensor([own], dtype=torch.float64))[0])
        return own / total if total else 1 / self._group.world

    def _of_all(self, terms: dict[str, float], number: int) -> dict[str, float]:
        """The terms summed over all processes. Raises DivergedError where they are no number any more: in all of them at once."""
        if not self._group.alone:
            summed = self._group.sum(torch.tensor(list(terms.values()), dtype=torch.float64))
            terms = dict(zip(terms, summed.tolist()))
        value = sum(terms.values())
        if not math.isfinite(value):
            raise DivergedError(
                f"the loss is {value} at step {number}; lower optimiser.learning_rate (now {self._config.optimiser.learning_rate:g})"
                + (" or set precision to fp32" if self.number_format != torch.float32 else "")
                + ", and start again"
            )
        return terms

    def _freeze(self, frozen: bool) -> None:
        """A frozen encoder keeps its weights and the statistics of its norms."""
        encoder = self.network.encoder
        if frozen:
            encoder.eval()
        if frozen == next(encoder.parameters()).requires_grad:
            encoder.requires_grad_(not frozen)

    @torch.inference_mode()
    def scored(self, batch: Batch) -> tuple[Tensor, float]:
        """Logits (N, C, H, W) float32 of held-out frames, and their loss; by the average of the weights where there is one."""
        network = self.network if self._average is None else self._average.network
        network.eval()
        with torch.autocast(self.device.type, self.number_format, enabled=self.number_format != torch.float32):
            logits = network(self.images(batch[0])).float()
        return logits, sum(float(term) for term in self._terms(logits, self._host_to_device(batch[1])).values())

    def images(self, pictures: NDArray[np.uint8]) -> Tensor:
        """(N, H, W, 3) uint8 RGB to the normalised (N, 3, H, W) float32 that the network takes."""
        planes = self._host_to_device(pictures).permute(0, 3, 1, 2).contiguous(memory_format=self._memory)
        return (planes.float() - self._mean) / self._std

    def state(self) -> Arrays:
        """Everything that changes while training, by name: weights, their average, and what the optimiser keeps of each."""
        arrays = {f"{_WEIGHTS}{name}": values for name, values in _weights.taken(self.network).items()}
        if self._average is not None:
            arrays |= {f"{_AVERAGE}{name}": values for name, values in _weights.taken(self._average.network).items()}
        if self._teaching is not None:
            arrays |= self._teaching.state()
        return arrays | self._optimiser.state()

    def weights(self) -> Arrays:
        """What a checkpoint holds, as float32: the average where there is one."""
        return _weights.taken(self.network if self._average is None else self._average.network)

    def restore(self, arrays: Arrays, *, source: str) -> None:
        """Goes back to what `state` gave. Raises CheckpointError that names `source`."""
        _weights.restore(self.network, _below(arrays, _WEIGHTS), source)
        if self._config.optimiser.ema and (average := _below(arrays, _AVERAGE)):
            self._average = Average(self.network, decay=self._config.optimiser.ema)
            _weights.restore(self._average.network, average, source)
        if self._teaching is not None:
            self._teaching.restore(arrays)
        self._optimiser.restore(arrays)

    def _student(self, images: Tensor) -> Seen:
        with torch.autocast(self.device.type, self.number_format, enabled=self.number_format != torch.float32):
            try:
                seen: Seen = self._seen(images)
            except torch._dynamo.exc.BackendCompilerFailed as error:
                raise TrainingError(f"the network can't be compiled on this machine ({_first_line(error)}); set compile to false") from error
        return seen

    def _terms(self, logits: Tensor, target: Tensor) -> dict[str, Tensor]:
        return {name: loss(logits, target, VOID, self._class_weights) for name, loss in self._loss.items()}

    def _host_to_device(self, values: NDArray[np.uint8]) -> Tensor:
        tensor = torch.from_numpy(values)
        return tensor.pin_memory().to(self.device, non_blocking=True) if self.device.type == "cuda" else tensor


def _below(arrays: Arrays, prefix: str) -> Arrays:
    return {name.removeprefix(prefix): values for name, values in arrays.items() if name.startswith(prefix)}


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0]
