"""A teacher beside the student: its answers, what the student's step adds to its loss because of them, and labels for coarse void.

Everything is compared at a quarter of the picture's size, or coarser where one of the two networks is, at pixels whose whole
neighbourhood is labelled.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from engine import checkpoints, models
from engine.config import TrainConfig
from engine.errors import ConfigError
from engine.labels import VOID, ClassSet
from engine.models._logits import class_logits
from engine.models._network import Seen
from engine.training import distillation_losses as losses
from engine.training.answers import Answers
from engine.training.augment import OUTSIDE
from engine.training.critic import Critic
from engine.training.distributed import Group
from engine.training.optimiser import Arrays

_STRIDE = 4
_TERMS = {"mix": ("channel_wise", "dist"), "channel_wise": ("channel_wise",), "dist": ("dist",), "structured": ("pixel_wise", "pair_wise", "holistic")}


@dataclasses.dataclass(frozen=True, slots=True)
class Lesson:
    """What the teacher says of some pictures: class logits (N, K, h, w) at its own stride, and its deepest features where wanted."""

    logits: Tensor
    deepest: Tensor | None


class Teaching:
    """A trained network that teaches, and the critic where one is wanted."""

    def __init__(self, config: TrainConfig, classes: ClassSet, *, device: torch.device, number_format: torch.dtype, group: Group | None = None) -> None:
        """Raises ConfigError where the teacher tells other classes apart, CheckpointError where it can't be read."""
        options = config.distill
        path = Path(options.teacher).expanduser()
        card, network = models.from_checkpoint(path)
        _check(path, card.classes, classes)
        self._classes, self._options, self._format = classes, options, number_format
        self._network = network.to(device, memory_format=torch.channels_last).requires_grad_(False)  # type: ignore[call-overload]
        self._wanted = {name: weight for name in _TERMS[options.mode] if (weight := getattr(options, name))}
        self._answers = _kept(config, path) if "pair_wise" not in self._wanted else None
        holistic = "holistic" in self._wanted
        self._critic = Critic(len(classes), device=device, learning_rate=options.critic_rate, seed=config.seed, group=group or Group()) if holistic else None
        self.critic_loss: float | None = None
        """The critic's own loss in the last step: no part of the student's."""

    @torch.no_grad()
    def lesson(self, pictures: NDArray[np.uint8], images: Tensor) -> Lesson:
        """The teacher's answer to `images` (N, 3, H, W), which are `pictures` (N, H, W, 3) normalised."""
        if self._answers is None:
            logits, deepest = self._asked(images)
            return Lesson(logits, deepest if "pair_wise" in self._wanted else None)
        found = [self._answers.found(picture) for picture in pictures]
        if missing := [index for index, one in enumerate(found) if one is None]:
            fresh = self._asked(images[missing])[0].to("cpu", torch.float16).numpy()
            for index, answer in zip(missing, fresh):
                found[index] = answer
                self._answers.keep(pictures[index], answer)
        stacked = torch.from_numpy(np.stack([one for one in found if one is not None]))
        return Lesson(stacked.to(images.device).float(), None)

    def terms(self, images: Tensor, seen: Seen, lesson: Lesson, target: Tensor, *, number: int) -> dict[str, Tensor]:
        """What the student's step number `number` minimises besides its loss, by name, each times its weight; `target` (N, H, W) ids."""
        size = _common(seen.coarse, lesson.logits, images)
        student, teacher = (_at(logits, size) for logits in (class_logits(seen.coarse.float(), self._classes), lesson.logits))
        valid = _labelled(target, (seen.deepest.shape[-2] * 32, seen.deepest.shape[-1] * 32), size)
        terms: dict[str, Tensor] = {}
        for name, weight in self._wanted.items():
            terms[name] = weight * self._term(name, student, teacher, valid, images=images, seen=seen, lesson=lesson, number=number)
        return terms

    def filled(self, lesson: Lesson, target: Tensor) -> Tensor:
        """`target` (N, H, W) with the teacher's class wherever it is void inside the frame and the teacher is sure."""
        whole = lesson.logits if lesson.logits.shape[-2:] == target.shape[-2:] else _enlarged(lesson.logits, target)
        sure, chosen = whole.softmax(1).max(1)
        return torch.where((target == VOID) & (sure >= self._options.sure), chosen.to(target.dtype), target)

    def state(self) -> Arrays:
        """Everything that changes while training, by name."""
        return {} if self._critic is None else self._critic.state()

    def restore(self, arrays: Arrays) -> None:
        """Goes back to what `state` gave."""
        if self._critic is not None:
            self._critic.restore(arrays)

    def _asked(self, images: Tensor) -> tuple[Tensor, Tensor]:
        with torch.autocast(images.device.type, self._format, enabled=self._format != torch.float32):
            seen = self._network.seen(images)
        return class_logits(seen.coarse.float(), self._classes), seen.deepest.float()

    def _term(
        self, name: str, student: Tensor, teacher: Tensor, valid: Tensor, *, images: Tensor, seen: Seen, lesson: Lesson, number: int
    ) -> Tensor:
        if name == "holistic":
            return self._deceived(images, student, teacher, valid, number)
        if name == "pair_wise":
            assert lesson.deepest is not None
            coarse = F.max_pool2d(valid.float(), _window(valid, lesson.deepest), ceil_mode=True)
            return losses.pair_wise(seen.deepest, lesson.deepest, _at(coarse.unsqueeze(1), _size(lesson.deepest))[:, 0] > 0)
        if name == "channel_wise":
            return losses.channel_wise(student, teacher, valid, self._options.temperature)
        term: Callable[[Tensor, Tensor, Tensor], Tensor] = getattr(losses, name)
        return term(student, teacher, valid)

    def _deceived(self, images: Tensor, student: Tensor, teacher: Tensor, valid: Tensor, number: int) -> Tensor:
        assert self._critic is not None
        picture = _at(images, _size(student))
        real, fake = (torch.cat([picture, logits.softmax(1)], dim=1) * valid.unsqueeze(1) for logits in (teacher, student))
        self.critic_loss = self._critic.learn(real.detach(), fake.detach(), number=number)
        return self._critic.deceived(fake)


def _kept(config: TrainConfig, teacher: Path) -> Answers | None:
    """Where answers are kept on disk, if views repeat: nothing but mirroring is random, or the same few pictures never come back."""
    augment, weather = config.augment, config.weather
    still = augment.scale == (1.0, 1.0) and not any(augment.crop) and not augment.photometric and not augment.sensor
    fair = not any(getattr(weather, name)[0] for name in ("snow", "rain", "fog", "flare", "shadow", "dark"))
    if not (still and fair and config.distill.cache):
        return None
    return Answers(checkpoints.fingerprint(teacher), room=int(config.distill.cache * 1e9))


def _check(path: Path, its: ClassSet, ours: ClassSet) -> None:
    if its.names != ours.names and (its.lut != ours.lut or (its.base or its.space) != (ours.base or ours.space)):  # classes may have got other names since
        only = next((name for name in (*its.names, *ours.names) if (name in its.names) != (name in ours.names)), "")
        told = f"{only!r} is told apart by one of them only" if only else "their order differs"
        raise ConfigError(
            f"distill.teacher {path} has {len(its)} classes, this run {len(ours)}, and {told}; choose a teacher of the same classes, or change classes"
        )


def _common(student: Tensor, teacher: Tensor, images: Tensor) -> tuple[int, int]:
    height, width = (-(-side // 32) * 32 // _STRIDE for side in images.shape[-2:])
    return min(height, student.shape[-2], teacher.shape[-2]), min(width, student.shape[-1], teacher.shape[-1])


def _at(maps: Tensor, size: tuple[int, int]) -> Tensor:
    """(N, C, …) averaged down to `size`."""
    return maps if _size(maps) == size else F.interpolate(maps.float().contiguous(), size=size, mode="area")


def _size(maps: Tensor) -> tuple[int, int]:
    return maps.shape[-2], maps.shape[-1]


def _labelled(target: Tensor, whole: tuple[int, int], size: tuple[int, int]) -> Tensor:
    """(N, h, w) bool: cells of the `whole`, padded picture in which no pixel is void."""
    below, right = whole[0] - target.shape[-2], whole[1] - target.shape[-1]
    void = F.pad((target >= OUTSIDE).float().unsqueeze(1), (0, right, 0, below), value=1.0)
    return F.max_pool2d(void, (whole[0] // size[0], whole[1] // size[1]))[:, 0] == 0


def _window(fine: Tensor, coarse: Tensor) -> tuple[int, int]:
    return fine.shape[-2] // coarse.shape[-2], fine.shape[-1] // coarse.shape[-1]


def _enlarged(logits: Tensor, target: Tensor) -> Tensor:
    height, width = target.shape[-2:]
    whole = -(-height // 32) * 32, -(-width // 32) * 32
    return F.interpolate(logits, size=whole, mode="bilinear", align_corners=False)[..., :height, :width]
