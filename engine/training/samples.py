"""The frames that are drawn at every validation, always the same ones: image, truth and prediction as small pictures."""

from __future__ import annotations

from pathlib import Path

from engine import images
from engine.events import SampleShown
from engine.labels import ClassSet, Mask
from engine.sample import Image
from engine.training.frames import resized, spread

COUNT = 3
FOLDER = "samples"
_LONGEST = 512


def indices(frames: int) -> tuple[int, ...]:
    """Which of so many frames are drawn."""
    return spread(frames, COUNT)


def draw(run: Path, classes: ClassSet, *, step: int, index: int, name: str, image: Image, truth: Mask, prediction: Mask) -> SampleShown:
    """Writes the pictures below the run's folder; image and truth once. Masks (H, W) are train ids, void stays black everywhere."""
    factor = min(1.0, _LONGEST / max(truth.shape))
    size = max(1, round(truth.shape[0] * factor)), max(1, round(truth.shape[1] * factor))
    paths = [f"{FOLDER}/{index}_image.png", f"{FOLDER}/{index}_truth.png", f"{FOLDER}/{index}_prediction_{step:07d}.png"]
    pictures = [image, classes.palette[resized(truth, size)], classes.palette[resized(prediction, size)]]
    for path, picture in zip(paths, pictures):
        if picture is pictures[-1] or not (run / path).exists():
            images.write_png(run / path, resized(picture, size))
    return SampleShown(step, index, name, *paths)
