"""ImageNet weights of torchvision, from the cache on this machine or fetched once."""

from __future__ import annotations

import hashlib
import urllib.request
from http.client import HTTPException
from pathlib import Path

import torch
import torchvision

from engine import atomic
from engine.errors import OutputError
from engine.models import _encoders

_PATIENCE = 6.0
"""Seconds without a word from the network until training begins without its weights."""


def load(encoder: _encoders.Encoder, name: str) -> str:
    """Copies torchvision's default ImageNet weights of `name` into `encoder`; "", or why it could not, in a sentence."""
    weights = torchvision.models.get_model_weights(name).DEFAULT
    file = Path(torch.hub.get_dir()) / "checkpoints" / weights.url.rsplit("/", 1)[1]
    try:
        if not file.is_file():
            _fetch(weights.url, file)
    except (OSError, HTTPException, OutputError) as error:
        said = getattr(error, "reason", None) or error
        cure = f"training starts from random weights. Put {file.name} into {file.parent} to use them"
        return f"ImageNet weights of {name} can't be had ({said}); {cure}"
    model = torchvision.models.get_model(name, weights=None)
    try:
        model.load_state_dict(torch.load(file, map_location="cpu", weights_only=True))
    except Exception:  # what a damaged pickle makes torch raise is anything from EOFError to KeyError
        return f"{file} is damaged; training starts from random weights. Delete the file to have it fetched again"
    encoder.load_state_dict(_encoders.of(model, name).state_dict())
    return ""


def _fetch(url: str, file: Path) -> None:
    """Raises OSError or HTTPException when the network refuses, OutputError when the disk does."""
    with urllib.request.urlopen(url, timeout=_PATIENCE) as answer:
        content = answer.read()
    expected = file.stem.rpartition("-")[2]
    if not hashlib.sha256(content).hexdigest().startswith(expected):
        raise OSError("what arrived is not what was asked for")
    atomic.write_bytes(file, content)
