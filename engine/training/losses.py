"""What is minimised: each public function is a loss that `loss.name` can name.

`f(logits, target, ignore, weights=None) -> scalar`: logits (N, K, H, W) of any float type, or (N, 1, H, W) for "a class and the
rest" (1 against 0); target (N, H, W) uint8 train ids on the same device; pixels of the id `ignore` count nowhere; `weights` (K,) by
class. A batch without any pixel that counts gives 0.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.config import LossConfig
from engine.errors import ConfigError
from engine.training import loss_names

Loss = Callable[..., Tensor]
_FOCUS = 2.0
_HARD, _HARD_SHARE = 0.7, 1 / 16
_BORDER, _BORDER_WEIGHT = 3, 4.0


def cross_entropy(logits: Tensor, target: Tensor, ignore: int, weights: Tensor | None = None) -> Tensor:
    """Mean over the pixels of -log of the true class's probability, weighted by class."""
    if logits.shape[1] == 1:
        logits = torch.cat([torch.zeros_like(logits), logits], dim=1)
    classes = target.long()
    summed = F.cross_entropy(logits.float(), classes, weights, ignore_index=ignore, reduction="sum")
    return summed / _mass(classes, ignore, weights).clamp(min=1e-6)


def bce(logits: Tensor, target: Tensor, ignore: int, weights: Tensor | None = None) -> Tensor:
    """Binary cross-entropy of each class against the others, mean over classes and pixels."""
    truth, valid = _one_hot(target, ignore, logits.shape[1])
    each = F.binary_cross_entropy_with_logits(logits.float(), truth, reduction="none") * valid
    of_classes = each.sum(dim=(0, 2, 3)) / valid.sum().clamp(min=1)
    return _mean(of_classes, torch.ones_like(of_classes, dtype=torch.bool), weights)


def dice(logits: Tensor, target: Tensor, ignore: int, weights: Tensor | None = None) -> Tensor:
    """1 - soft Dice of the classes' sigmoids over the whole batch, mean over the classes in it. F. Milletari et al., V-Net (2016)."""
    truth, valid = _one_hot(target, ignore, logits.shape[1])
    area = (0, 2, 3)
    probabilities = logits.float().sigmoid() * valid
    truth = truth * valid
    shared = (probabilities * truth).sum(area)
    both = probabilities.sum(area) + truth.sum(area)
    return _mean(1 - (2 * shared + 1) / (both + 1), truth.sum(area) > 0, weights)


def softmax_dice(logits: Tensor, target: Tensor, ignore: int, weights: Tensor | None = None) -> Tensor:
    """As `dice`, of probabilities that compete for each pixel."""
    if logits.shape[1] == 1:
        return dice(logits, target, ignore, weights)
    probabilities = logits.float().softmax(dim=1)
    areas = _areas_by_plane if logits.is_cuda else _areas_by_pixel
    shared, predicted, truth = areas(probabilities, target, ignore)
    return _mean(1 - (2 * shared + 1) / (predicted + truth + 1), truth > 0, weights)


def bce_dice(logits: Tensor, target: Tensor, ignore: int, weights: Tensor | None = None) -> Tensor:
    """Binary cross-entropy and soft Dice: pixels and regions."""
    return _sum(parts("bce_dice"), logits, target, ignore, weights)


def cross_entropy_dice(logits: Tensor, target: Tensor, ignore: int, weights: Tensor | None = None) -> Tensor:
    """Cross-entropy and soft Dice of the same probabilities: helps classes that are thin or rare."""
    return _sum(parts("cross_entropy_dice"), logits, target, ignore, weights)


def focal(logits: Tensor, target: Tensor, ignore: int, weights: Tensor | None = None) -> Tensor:
    """Cross-entropy in which pixels that are right already count less: times (1 - p)². T.-Y. Lin et al., Focal Loss (ICCV 2017)."""
    each, mass = _of_pixels(logits, target, ignore, weights)
    right = (-each.detach() if weights is None else -_of_pixels(logits, target, ignore, None)[0].detach()).exp()
    return (each * (1 - right) ** _FOCUS).sum() / mass


def ohem(logits: Tensor, target: Tensor, ignore: int, weights: Tensor | None = None) -> Tensor:
    """Cross-entropy over the hard pixels alone: those whose true class has a probability below 0.7, at least 1/16 of those that count.

    Online hard example mining, A. Shrivastava et al. (CVPR 2016), as segmentation uses it since BiSeNet.
    """
    plain = _of_pixels(logits, target, ignore, None)[0].detach().flatten()
    valid = (target != ignore).flatten()
    fewest = int(valid.sum() * _HARD_SHARE)
    hard = valid & (plain > -math.log(_HARD))
    if int(hard.sum()) < fewest:
        hard = torch.zeros_like(valid).index_fill(0, torch.where(valid, plain, -1.0).topk(fewest).indices, True)
    each, _ = _of_pixels(logits, target, ignore, weights)
    mass = hard.sum() if weights is None else (weights[torch.where(valid, target.flatten(), 0).long()] * hard).sum()
    return (each.flatten() * hard).sum() / mass.clamp(min=1e-6)


def boundary(logits: Tensor, target: Tensor, ignore: int, weights: Tensor | None = None) -> Tensor:
    """Cross-entropy in which pixels within 3 of another class count five times, as U-Net's border weights do, without a distance map."""
    classes = target.float().unsqueeze(1)
    void = (target == ignore).unsqueeze(1)
    side = 2 * _BORDER + 1
    highest = F.max_pool2d(torch.where(void, -1.0, classes), side, stride=1, padding=_BORDER)
    lowest = -F.max_pool2d(torch.where(void, -256.0, -classes), side, stride=1, padding=_BORDER)
    near = 1 + _BORDER_WEIGHT * ((highest > lowest) & ~void).squeeze(1)
    each, _ = _of_pixels(logits, target, ignore, weights)
    valid = target != ignore
    mass = near * valid if weights is None else near * valid * weights[torch.where(valid, target, 0).long()]
    return (each * near).sum() / mass.sum().clamp(min=1e-6)


def lovasz(logits: Tensor, target: Tensor, ignore: int, weights: Tensor | None = None) -> Tensor:
    """The Lovász extension of 1 - IoU of the classes in the batch, of probabilities. M. Berman et al., The Lovász-Softmax Loss (CVPR 2018)."""
    probabilities = torch.cat([-logits, logits], dim=1).float().softmax(1) if logits.shape[1] == 1 else logits.float().softmax(1)
    valid = (target != ignore).flatten()
    classes = target.flatten()[valid]
    rows = probabilities.movedim(1, 0).flatten(1)[:, valid]
    losses, counted = [], []
    for number in range(len(rows)):
        truth = (classes == number).float()
        errors, order = (truth - rows[number]).abs().sort(descending=True)
        losses.append(errors @ _lovasz_gradient(truth[order]) if len(truth) else logits.sum() * 0)
        counted.append(truth.sum() > 0)
    return _mean(torch.stack(losses), torch.stack(counted), weights)


_SUMS = {"bce_dice": (bce, dice), "cross_entropy_dice": (cross_entropy, softmax_dice)}


def parts(name: str, *, key: str = "loss.name") -> dict[str, Loss]:
    """The losses whose sum the loss `name` is, by name; itself where it is no sum. Raises ConfigError that lists the known ones."""
    if name not in loss_names():
        raise ConfigError(f"{key} is {name!r}; choose one of: {', '.join(loss_names())}")
    return {part.__name__: part for part in _SUMS.get(name, (getattr(sys.modules[__name__], name),))}


def weighted(config: LossConfig) -> dict[str, Loss]:
    """The losses that `config` adds up, by name, each already times its weight. Raises ConfigError for a name or a weight that can't be."""
    if not config.terms:
        return parts(config.name)
    if wrong := next((name for name, weight in config.terms.items() if not weight > 0), None):
        raise ConfigError(f"loss.terms.{wrong} is {config.terms[wrong]:g}; give a weight above 0, or leave the loss out")
    return {
        part: _times(loss, weight) if weight != 1 else loss
        for name, weight in config.terms.items()
        for part, loss in parts(name, key="loss.terms").items()
    }


def _times(loss: Loss, weight: float) -> Loss:
    def scaled(logits: Tensor, target: Tensor, ignore: int, weights: Tensor | None = None) -> Tensor:
        return weight * loss(logits, target, ignore, weights)

    return scaled


def _of_pixels(logits: Tensor, target: Tensor, ignore: int, weights: Tensor | None) -> tuple[Tensor, Tensor]:
    """Cross-entropy (N, H, W) of each pixel, 0 at void, and the weight of all pixels that count."""
    if logits.shape[1] == 1:
        logits = torch.cat([torch.zeros_like(logits), logits], dim=1)
    classes = target.long()
    each = F.cross_entropy(logits.float(), classes, weights, ignore_index=ignore, reduction="none")
    return each, _mass(classes, ignore, weights).clamp(min=1e-6)


def _lovasz_gradient(truth: Tensor) -> Tensor:
    """(P,) how much each error costs, errors sorted with the greatest first: algorithm 1 of the paper."""
    total = truth.sum()
    missed, union = total - truth.cumsum(0), total + (1 - truth).cumsum(0)
    jaccard = 1 - missed / union
    return torch.cat([jaccard[:1], jaccard[1:] - jaccard[:-1]])


def _sum(losses: dict[str, Loss], logits: Tensor, target: Tensor, ignore: int, weights: Tensor | None) -> Tensor:
    return torch.stack([loss(logits, target, ignore, weights) for loss in losses.values()]).sum()


def _mass(classes: Tensor, ignore: int, weights: Tensor | None) -> Tensor:
    valid = classes != ignore
    return valid.sum() if weights is None else weights[classes[valid]].sum()


def _one_hot(target: Tensor, ignore: int, planes: int) -> tuple[Tensor, Tensor]:
    """Truth (N, planes, H, W) and validity (N, 1, H, W) as float32."""
    valid = (target != ignore).unsqueeze(1)
    classes = torch.arange(planes, device=target.device, dtype=torch.uint8) + (1 if planes == 1 else 0)
    return (target.unsqueeze(1) == classes.view(1, -1, 1, 1)).float(), valid.float()


def _areas_by_pixel(probabilities: Tensor, target: Tensor, ignore: int) -> tuple[Tensor, Tensor, Tensor]:
    """Of each class the areas that are shared, predicted and true. Only the true class's probability is looked up at each pixel:
    on a CPU in half the time that planes take."""
    count = probabilities.shape[1]
    valid = target != ignore
    classes = torch.where(valid, target, 0).long()
    predicted = torch.bmm(probabilities.flatten(2), valid.float().flatten(1).unsqueeze(2)).sum(dim=(0, 2))
    right = probabilities.gather(1, classes.unsqueeze(1)).squeeze(1) * valid
    shared = predicted.new_zeros(count).index_add(0, classes.flatten(), right.flatten())
    return shared, predicted, torch.bincount(classes[valid], minlength=count)


def _areas_by_plane(probabilities: Tensor, target: Tensor, ignore: int) -> tuple[Tensor, Tensor, Tensor]:
    """As `_areas_by_pixel`, for a GPU: there millions of pixels that add to the same few numbers wait for each other."""
    truth, valid = _one_hot(target, ignore, probabilities.shape[1])
    counted, area = probabilities * valid, (0, 2, 3)
    return (counted * truth).sum(area), counted.sum(area), (truth * valid).sum(area)


def _mean(of_classes: Tensor, counted: Tensor, weights: Tensor | None) -> Tensor:
    """Mean over the classes `counted`, by their weights (one plane alone has none)."""
    mass = counted.float() if weights is None or len(weights) != len(of_classes) else counted * weights
    return (of_classes * mass).sum() / mass.sum().clamp(min=1e-6)
