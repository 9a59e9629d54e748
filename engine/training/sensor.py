"""What a camera does to a picture: motion blur, defocus, sensor noise, JPEG artefacts; one of them at a time. By albumentations.

The one file that uses that library; it is imported only where a config asks for it, since it takes seconds.
"""

from __future__ import annotations

import os
import threading

import numpy as np

from engine.sample import Image

os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")  # else its import asks the network for a newer version

import albumentations  # noqa: E402

_of_thread = threading.local()
"""A pipeline draws from a generator of its own, so that each thread needs one."""


def worn(image: Image, *, strength: float, rng: np.random.Generator) -> Image:
    """`image` (H, W, 3) uint8 through one of the effects, up to `strength` 0 … 1; the same `rng` gives the same picture."""
    pipeline = _pipeline(strength)
    pipeline.set_random_seed(int(rng.integers(2**31)))
    return pipeline(image=image)["image"]  # type: ignore[no-any-return]


def _pipeline(strength: float) -> albumentations.Compose:
    made: dict[float, albumentations.Compose] = _of_thread.__dict__.setdefault("made", {})
    if strength not in made:
        widest = 3 + 2 * round(2 * strength)
        effects = [
            albumentations.MotionBlur(blur_limit=(3, widest), p=1.0),
            albumentations.GaussianBlur(blur_limit=0, sigma_limit=(0.3, 0.3 + 1.2 * strength), p=1.0),
            albumentations.GaussNoise(std_range=(0.01, 0.01 + 0.08 * strength), p=1.0),
            albumentations.ImageCompression(quality_range=(round(90 - 60 * strength), 95), p=1.0),
        ]
        made[strength] = albumentations.Compose([albumentations.OneOf(effects, p=0.7)])
    return made[strength]
