"""A checkpoint at work: pictures in, masks out."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from engine import models
from engine.checkpoints import Card, Recipe
from engine.errors import CheckpointError, ConfigError
from engine.inference import device as devices
from engine.inference._decide import decide
from engine.inference.clusters import dropped
from engine.models import _folding, _reparameterised
from engine.models._logits import class_logits
from engine.models._network import Network
from engine.sample import Image, Prediction

__all__ = ["Prediction", "Predictor", "input_size"]

_STEP = 4
"""Networks put out logits at stride 4 or finer: sizes that are multiples of it crop to the pixel."""


def input_size(picture: tuple[int, int], recipe: Recipe) -> tuple[int, int]:
    """The (height, width) at which a network of this recipe looks at a picture of the size `picture`.

    Exactly the recipe's size for pictures of its aspect (to 2 %). Others keep their own aspect and get as many pixels as
    the recipe has: a wide KITTI picture of 375×1242 becomes 152×504 for a recipe of 240×320. By area, things come out about as large
    as the network knows them (cameras for streets share their pixels per degree more than their heights), and every picture costs the same.
    """
    height, width = picture
    if abs(math.log(width * recipe.size[0] / (height * recipe.size[1]))) < 0.02:
        return recipe.size
    factor = math.sqrt(recipe.size[0] * recipe.size[1] / (height * width))
    return max(32, round(height * factor / _STEP) * _STEP), max(32, round(width * factor / _STEP) * _STEP)


class Predictor:
    """Channels-last, in bfloat16 where the hardware has it. One thread at a time; others wait."""

    def __init__(self, checkpoint: Path, *, device: str = "auto") -> None:
        """Raises CheckpointError for a file that is foreign, damaged or does not fit its architecture, ConfigError for a device that isn't there."""
        self.checkpoint = Path(checkpoint)
        self.device = devices.choose(device)
        self.card, network = _opened(self.checkpoint)
        self._network = network.to(self.device).to(memory_format=torch.channels_last).eval()
        self._bf16 = devices.has_bf16(self.device)
        recipe = self.card.recipe
        self._scale = torch.tensor([1 / (255 * std) for std in recipe.std], device=self.device)
        self._shift = torch.tensor([-mean / std for mean, std in zip(recipe.mean, recipe.std)], device=self.device)
        self._lock = threading.Lock()
        self._last: tuple[Image, Tensor] | None = None

    def predict(
        self,
        image: Image,
        *,
        size: tuple[int, int] | None = None,
        flip: bool = False,
        scales: Sequence[float] = (1.0,),
        smallest: int = 0,
        slide: bool = False,
    ) -> Prediction:
        """The mask of an image (H, W, 3) uint8 RGB, at `size` (height, width) or the image's own.

        With `flip` the mean of the probabilities of it and of its mirror image, with several `scales` of it enlarged by each, both in
        the network's own output size. With `slide` the picture keeps its size and is looked at in windows of the recipe's that overlap
        by a third, whose probabilities are averaged. Clusters of fewer than `smallest` pixels are given to their surroundings. Raises CheckpointError when memory runs out.
        """
        started = time.perf_counter()
        height, width = (_whole(image.shape[0]), _whole(image.shape[1])) if slide else input_size(image.shape[:2], self.card.recipe)
        try:
            with self._lock:
                if not flip and not slide and tuple(scales) == (1.0,):
                    logits = self._logits(_resized(image, (height, width)))[0]
                    self._last = image, logits
                else:
                    logits = self._averaged(image, (height, width), flip=flip, scales=scales, slide=slide)
                mask, confidence = decide(logits, size or image.shape[:2])
        except torch.OutOfMemoryError as error:
            raise self._too_large() from error
        mask = dropped(mask, smallest) if smallest else mask
        return Prediction(mask, confidence, (time.perf_counter() - started) * 1000)

    @torch.inference_mode()
    def probabilities(self, image: Image) -> NDArray[np.float32]:
        """(K, h, w) of an image (H, W, 3) uint8 RGB, at the network's own output size: each pixel's add up to 1. Raises CheckpointError when memory runs out.

        Of the image that was predicted last they are known.
        """
        try:
            with self._lock:
                if self._last is None or self._last[0] is not image:
                    self._last = image, self._logits(_resized(image, input_size(image.shape[:2], self.card.recipe)))[0]
                return self._last[1].softmax(dim=0).cpu().numpy()
        except torch.OutOfMemoryError as error:
            raise self._too_large() from error

    def _too_large(self) -> CheckpointError:
        return CheckpointError(f"{self.checkpoint} needs more memory than {self.device} has left; close other programs or use the device cpu")

    @torch.inference_mode()
    def _averaged(self, image: Image, size: tuple[int, int], *, flip: bool, scales: Sequence[float], slide: bool = False) -> Tensor:
        """(K, h, w) logarithms of the mean probabilities of all views of the picture, at the output size of the unscaled one."""
        total: Tensor | None = None
        for scale in sorted(scales, key=lambda one: abs(one - 1)):  # the least scaled one first: the others take its size
            small = _resized(image, (_whole(size[0] * scale), _whole(size[1] * scale)))
            mean = self._slid(small, flip=flip) if slide else self._probabilities(small, flip=flip)
            if total is None:
                whole, total = mean.shape[-2:], mean
            else:
                total = total + F.interpolate(mean, whole, mode="bilinear", align_corners=False)
        assert total is not None
        return (total[0] / len(scales)).clamp(min=1e-12).log()

    def _probabilities(self, small: Image, *, flip: bool) -> Tensor:
        """(1, K, h, w) of exactly this picture, averaged with those of its mirror image where `flip` asks for it."""
        if not flip:
            return self._logits(small).softmax(dim=1)
        mirrored: Image = cv2.flip(small, 1)  # type: ignore[assignment]
        if self.device.type == "cuda":
            one, other = self._logits(small, mirrored).softmax(dim=1).split(1)
        else:  # two pictures at once gain a processor nothing, and their maps drive each other out of its cache
            one, other = (self._logits(picture).softmax(dim=1) for picture in (small, mirrored))
        return (one + other.flip(-1)) / 2

    def _slid(self, picture: Image, *, flip: bool) -> Tensor:
        """(1, K, h, w) mean probabilities of windows of the recipe's size over the whole picture, whose sides are multiples of `_STEP`."""
        window = [min(side, _whole(wanted)) for side, wanted in zip(picture.shape[:2], self.card.recipe.size)]
        total: Tensor | None = None
        for top in _starts(picture.shape[0], window[0]):
            for left in _starts(picture.shape[1], window[1]):
                seen = self._probabilities(np.ascontiguousarray(picture[top : top + window[0], left : left + window[1]]), flip=flip)
                stride = window[0] // seen.shape[-2]
                if total is None:
                    total = seen.new_zeros(1, seen.shape[1] + 1, picture.shape[0] // stride, picture.shape[1] // stride)
                part = total[..., top // stride : (top + window[0]) // stride, left // stride : (left + window[1]) // stride]
                part[:, :-1] += seen
                part[:, -1] += 1
        assert total is not None
        return total[:, :-1] / total[:, -1:]

    @torch.inference_mode()
    def _logits(self, *small: Image) -> Tensor:
        """(N, K, h, w) float32 at the decoder's own stride, of exactly the pictures, which are of one size."""
        pixels = self._normalised(small[0][None] if len(small) == 1 else np.stack(small))
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self._bf16):
            coarse = self._network.coarse(pixels)
        height, width = small[0].shape[:2]
        padded_height = -(-height // 32) * 32
        stride = padded_height // coarse.shape[-2]
        cropped = coarse[..., : -(-height // stride), : -(-width // stride)].float()
        return class_logits(cropped, self.card.classes).clone()

    def _normalised(self, pictures: NDArray[np.uint8]) -> Tensor:
        """(N, 3, h, w) channels-last of pictures (N, h, w, 3), in the numbers that the network knows."""
        pixels = torch.from_numpy(np.ascontiguousarray(pictures)).to(self.device)
        rows, width = pixels.flatten(2).float(), pixels.shape[2]  # a whole row at a time: broadcasting three channels is eight times slower
        rows.mul_(self._scale.repeat(width)).add_(self._shift.repeat(width))
        return rows.view(pixels.shape).permute(0, 3, 1, 2)


def _resized(image: Image, size: tuple[int, int]) -> Image:
    height, width = size
    shrinks = height * width < image.shape[0] * image.shape[1]
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)  # type: ignore[return-value]


def _whole(side: float) -> int:
    return max(32, round(side / _STEP) * _STEP)


def _starts(side: int, window: int) -> list[int]:
    """Where windows begin along one side, multiples of `_STEP`, that cover it and overlap by at least a third."""
    count = max(1, math.ceil((side - window) / (window * 2 / 3)) + 1)
    return [round(at * (side - window) / max(1, count - 1) / _STEP) * _STEP for at in range(count)]


def _opened(checkpoint: Path) -> tuple[Card, Network]:
    try:
        card, network = models.from_checkpoint(checkpoint)
    except ConfigError as error:
        raise CheckpointError(f"{checkpoint} names a network this version doesn't have ({error}); choose another checkpoint") from error
    if not all(bool(torch.isfinite(weights).all()) for weights in network.state_dict().values()):
        raise CheckpointError(f"{checkpoint} holds weights that are no numbers: its training went wrong; choose another checkpoint, or train with a lower learning rate")
    network.eval()
    _reparameterised.fuse(network)
    _folding.fold(network)
    return card, network
