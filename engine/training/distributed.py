"""Several processes that train one network together, as `torchrun` starts them: on the GPUs of a machine, of several, or on a CPU.

Each has its share of every step's frames and of the validation; gradients and counts are summed, so that all take the same step and
the same decisions. One of them, the first, speaks and writes.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import torch
from torch import Tensor, distributed, nn

from engine.errors import ConfigError
from engine.inference import device as devices

Kept = TypeVar("Kept")
_PATIENCE = timedelta(minutes=30)
"""How long one waits for the others: as long as the slowest may score its share of the frames, or write a checkpoint."""


@dataclass(frozen=True, slots=True)
class Group:
    """This process among `world` of them; `local` is its number on its machine, of `local_world` there."""

    rank: int = 0
    world: int = 1
    local: int = 0
    local_world: int = 1

    @property
    def alone(self) -> bool:
        return self.world == 1

    @property
    def leads(self) -> bool:
        """Whether this is the process that speaks and writes."""
        return self.rank == 0

    def device(self, wanted: str) -> torch.device:
        """The device to train on: on a machine with GPUs each process has its own. Raises ConfigError."""
        chosen = devices.choose(wanted)
        if chosen.type != "cuda" or self.alone:
            return chosen
        if self.local >= torch.cuda.device_count():
            raise ConfigError(f"there are {self.local_world} processes on this machine, but {torch.cuda.device_count()} GPUs; start as many processes as GPUs")
        torch.cuda.set_device(self.local)
        return torch.device("cuda", self.local)

    def part(self, positions: Sequence[int], chunks: int) -> list[int]:
        """This process' share of a step's `positions`, which are worked on in so many chunks: of each chunk a part."""
        size = len(positions) // chunks
        whole = [positions[at : at + size] for at in range(0, size * chunks, size)]
        return [position for chunk in whole for position in chunk[self.rank * size // self.world : (self.rank + 1) * size // self.world]]

    def any(self, wish: bool) -> bool:
        """Whether any of them wishes so."""
        return wish if self.alone else bool(self.sum(torch.tensor([float(wish)]))[0] > 0)

    def first(self, value: float) -> float:
        """The first one's value."""
        return value if self.alone else float(self.sum(torch.tensor([value if self.leads else 0.0], dtype=torch.float64))[0])

    def sum(self, values: Tensor) -> Tensor:
        """`values` of all of them summed, on the device they came from; int64 stays exact."""
        if self.alone:
            return values
        shared = values.to(_device()) if values.device.type != _device().type else values.clone()
        distributed.all_reduce(shared)
        return shared.to(values.device)

    def shared(self, make: Callable[[], Kept]) -> Kept:
        """What `make` gives the first of them, for all."""
        if self.alone:
            return make()
        held: list[Kept | None] = [make() if self.leads else None]
        distributed.broadcast_object_list(held, src=0)
        assert held[0] is not None
        return held[0]

    def sum_gradients(self, network: nn.Module, *, share: float = 1.0) -> None:
        """Makes every parameter's gradient the sum over all of them, each times `share`."""
        if self.alone:
            return
        gradients = [one.grad for one in network.parameters() if one.requires_grad and one.grad is not None]
        if not gradients:
            return
        flat = torch.cat([one.reshape(-1).float() for one in gradients]) * share
        distributed.all_reduce(flat)
        at = 0
        for one in gradients:
            one.copy_(flat[at : at + one.numel()].view_as(one))
            at += one.numel()

    def align(self, network: nn.Module) -> None:
        """Gives all of them the first one's weights and statistics."""
        if not self.alone:
            for tensor in network.state_dict().values():
                shared = tensor.detach().to(_device()).contiguous()
                distributed.broadcast(shared, src=0)
                tensor.copy_(shared)


def joined() -> Group:
    """The group that torchrun has put this process into; alone without it. Raises ConfigError where the others can't be reached."""
    world = int(os.environ.get("WORLD_SIZE", "1"))
    if world == 1:
        return Group()
    local, local_world = (int(os.environ.get(name, fallback)) for name, fallback in (("LOCAL_RANK", "0"), ("LOCAL_WORLD_SIZE", "1")))
    if not distributed.is_initialized():
        if local_world == world and os.path.isdir("/sys/class/net/lo"):
            os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")  # one machine: no need of its name or its network
        backend = "nccl" if torch.cuda.is_available() and torch.cuda.device_count() >= local_world else "gloo"
        try:
            distributed.init_process_group(backend, timeout=_PATIENCE)
        except (RuntimeError, ValueError) as error:
            raise ConfigError(f"the {world} processes can't reach each other ({str(error).splitlines()[0]}); start them with torchrun") from error
    return Group(distributed.get_rank(), world, local, local_world)


def leave() -> None:
    """The work is over for all of them."""
    if distributed.is_available() and distributed.is_initialized():
        distributed.destroy_process_group()


def _device() -> torch.device:
    """Where what is shared has to lie."""
    return torch.device("cuda", torch.cuda.current_device()) if distributed.get_backend() == "nccl" else torch.device("cpu")
