"""A network's numbers as numpy arrays by name, as checkpoints hold them."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from engine.errors import CheckpointError

_UNUSED = "num_batches_tracked"
"""Counted by batch normalisation, used by none of our networks."""


def taken(network: nn.Module) -> dict[str, NDArray[Any]]:
    """Copies of every parameter and buffer that prediction needs, as float32 on the host, in plain memory order."""
    return {
        name: np.array(tensor.detach().to("cpu", torch.float32).contiguous().numpy())
        for name, tensor in network.state_dict().items()
        if not name.endswith(_UNUSED)
    }


def restore(network: nn.Module, weights: dict[str, NDArray[Any]], source: str) -> None:
    """Puts `weights` into the network. Raises CheckpointError that names `source` where they don't fit it."""
    expected = {name: tensor for name, tensor in network.state_dict().items() if not name.endswith(_UNUSED)}
    for name, tensor in expected.items():
        if name not in weights:
            raise CheckpointError(f"{source} lacks the weights {name}, which its architecture needs; choose another checkpoint")
        if tuple(weights[name].shape) != tuple(tensor.shape):
            shapes = f"{name} is {tuple(weights[name].shape)}, its architecture needs {tuple(tensor.shape)}"
            raise CheckpointError(f"{source}: {shapes}; choose another checkpoint")
    if more := sorted(set(weights) - set(expected)):
        raise CheckpointError(f"{source} has weights {more[0]} that its architecture doesn't know; choose another checkpoint")
    with torch.no_grad():
        for name, tensor in expected.items():
            tensor.copy_(torch.from_numpy(np.array(weights[name])))
