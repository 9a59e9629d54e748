"""Checkpoints: weights with all that is needed to predict, in one safetensors file, read without running anything from it.

The file's metadata holds the class set, the architecture and the input recipe as JSON, so a window can list checkpoints
without importing torch and without reading their weights.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from engine import atomic, config, runs
from engine.config import ModelConfig
from engine.errors import CheckpointError, ConfigError, DataError
from engine.labels import ClassSet

FORMAT = "roadscope-1"
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a picture becomes the network's input: RGB in 0…1, resized to about `size` (height, width), minus `mean`, by `std`."""

    size: tuple[int, int]
    mean: tuple[float, float, float] = IMAGENET_MEAN
    std: tuple[float, float, float] = IMAGENET_STD

    def __post_init__(self) -> None:
        """Raises ValueError for what no picture can be made to fit."""
        whole = len(self.size) == 2 and all(isinstance(side, int) and side > 0 for side in self.size)
        numbers = all(isinstance(value, (int, float)) for value in (*self.mean, *self.std))
        if not whole or not numbers or len(self.mean) != 3 or len(self.std) != 3 or min(self.std) <= 0:
            raise ValueError(f"size {self.size}, mean {self.mean} and std {self.std} make no recipe")


@dataclass(frozen=True, slots=True)
class Card:
    """What a checkpoint says of itself."""

    model: ModelConfig
    classes: ClassSet
    recipe: Recipe
    facts: dict[str, Any] = field(default_factory=dict)
    """Plain values for people: run, step, mean_iou, iou by class, dataset."""


def write(path: Path, card: Card, weights: dict[str, NDArray[Any]]) -> None:
    """Writes the checkpoint in one step. Raises OutputError."""
    metadata = {
        "format": FORMAT,
        "model": json.dumps(config.to_dict(card.model)),
        "classes": json.dumps(card.classes.to_dict()),
        "recipe": json.dumps({"size": card.recipe.size, "mean": card.recipe.mean, "std": card.recipe.std}),
        "facts": json.dumps(card.facts),
    }
    write_arrays(path, weights, metadata)


def write_arrays(path: Path, arrays: dict[str, NDArray[Any]], metadata: dict[str, str]) -> None:
    """Writes a safetensors file in one step. Raises OutputError."""
    with atomic.replacing(path) as temporary:
        try:
            save_file({name: np.ascontiguousarray(values) for name, values in arrays.items()}, temporary, metadata)
        except SafetensorError as error:
            if refused := re.search(r"os error (\d+)", str(error)):  # safetensors tells a full disk in words only
                raise OSError(int(refused[1]), str(error)) from error
            raise


def card(path: Path) -> Card:
    """What the checkpoint file or run folder `path` says of itself, without its weights. Raises CheckpointError."""
    return _opened(path)[0]


def read(path: Path) -> tuple[Card, dict[str, NDArray[Any]]]:
    """Card and weights by parameter name of a checkpoint file or run folder. Raises CheckpointError."""
    said, file = _opened(path)
    try:
        with safe_open(file, framework="numpy") as stream:
            return said, {name: stream.get_tensor(name) for name in stream.keys()}
    except (SafetensorError, OSError, TypeError) as error:
        raise CheckpointError(f"{file} is cut off or damaged; copy it again or choose another checkpoint") from error


def fingerprint(path: Path) -> str:
    """Changes when the checkpoint's file does: for naming what was computed with it."""
    file = runs.checkpoint(path)
    status = file.stat()
    return f"{file.parent.name}-{file.stem}-{status.st_mtime_ns:x}-{status.st_size:x}"


def _opened(path: Path) -> tuple[Card, Path]:
    try:
        file = runs.checkpoint(Path(path))
    except DataError as error:
        raise CheckpointError(str(error)) from error
    try:
        with safe_open(file, framework="numpy") as stream:
            metadata = stream.metadata() or {}
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"{file} is no safetensors file, or is cut off; choose a checkpoint that Roadscope trained") from error
    if metadata.get("format") != FORMAT:
        raise CheckpointError(f"{file} was not written by Roadscope: it lacks its class set and input recipe; choose a checkpoint of a Roadscope run")
    try:
        recipe = json.loads(metadata["recipe"])
        return Card(
            config.build(ModelConfig, json.loads(metadata["model"])),
            ClassSet.from_dict(json.loads(metadata["classes"])),
            Recipe(tuple(recipe["size"]), tuple(recipe["mean"]), tuple(recipe["std"])),
            json.loads(metadata["facts"]),
        ), file
    except (KeyError, TypeError, ValueError, ConfigError) as error:
        raise CheckpointError(f"{file} has damaged metadata; copy it again or choose another checkpoint") from error
