"""How big a network is: by what a forward pass really runs, not by what happens to be registered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from engine.config import ModelConfig


@dataclass(frozen=True, slots=True)
class Summary:
    """Of one picture of `size` (height, width)."""

    size: tuple[int, int]
    parameters: int
    """Distinct parameters that a forward pass uses."""
    multiply_adds: int
    """Multiplications with their additions in convolutions and matrix products."""
    activation_bytes: int
    """What a training step keeps of this picture for its backward pass, in float32."""


def summary(network: nn.Module, size: tuple[int, int]) -> Summary:
    """Runs the network once on an empty picture on its own device; on the `meta` device that costs next to nothing."""
    device = next(network.parameters()).device
    picture = torch.zeros(1, 3, *size, device=device)
    used, hooks = _watched(network)
    kept: dict[int, int] = {}
    owned = {_storage(tensor) for tensor in (*network.parameters(), *network.buffers())}
    training = network.training
    network.train()
    counter = FlopCounterMode(display=False)
    try:
        with counter, torch.autograd.graph.saved_tensors_hooks(_noting(kept, owned), lambda tensor: tensor):
            network(picture)
    finally:
        network.train(training)
        for hook in hooks:
            hook.remove()
    return Summary(size, sum(used.values()), counter.get_total_flops() // 2, sum(kept.values()))


@lru_cache(maxsize=64)
def of_config(config: ModelConfig, class_count: int, size: tuple[int, int]) -> Summary:
    """Summary of a network that is never given memory; counted once, for it takes a second of Python."""
    from engine import models

    with torch.device("meta"):
        network = models.build(config, class_count)
    return summary(network, size)


def _watched(network: nn.Module) -> tuple[dict[int, int], list[torch.utils.hooks.RemovableHandle]]:
    """A table parameter → its count that fills while the network runs."""
    used: dict[int, int] = {}

    def note(module: nn.Module, _: object) -> None:
        used.update({id(parameter): parameter.numel() for parameter in module.parameters(recurse=False)})

    return used, [module.register_forward_pre_hook(note) for module in network.modules()]


def _noting(kept: dict[int, int], owned: set[int]) -> Callable[[Tensor], Tensor]:
    alive = []  # storages are told apart by address: none may be freed and its address used again while counting

    def note(tensor: Tensor) -> Tensor:
        address = _storage(tensor)
        if address not in owned:
            kept[address] = tensor.untyped_storage().nbytes()
            alive.append(tensor)
        return tensor

    return note


def _storage(tensor: Tensor) -> int:
    return int(tensor.untyped_storage()._cdata)
