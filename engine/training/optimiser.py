"""AdamW and SGD behind one face: a step on gradients that are there, and all that has to be kept of it to go on to the bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.config import OptimiserConfig

Arrays = dict[str, NDArray[Any]]
_KEPT = ("exp_avg", "exp_avg_sq", "momentum_buffer")
_COUNTED = "counted"
_SCALE = "loss_scale"


class Optimiser:
    """Steps over the weights of `network`. With `scaled` the loss is scaled for float16's narrow range: CUDA only."""

    def __init__(self, network: nn.Module, config: OptimiserConfig, *, device: torch.device, scaled: bool = False) -> None:
        self._network, self._config, self._device = network, config, device
        self._scaler = torch.amp.GradScaler(device.type) if scaled else None  # type: ignore[attr-defined]
        groups = _groups(network, config.weight_decay)
        self._inner: torch.optim.Optimizer
        if config.name == "sgd":
            self._inner = torch.optim.SGD(groups, lr=config.learning_rate, momentum=config.momentum, nesterov=config.momentum > 0)
        else:
            self._inner = torch.optim.AdamW(groups, lr=config.learning_rate, fused=True)

    def clear(self) -> None:
        """Before the first gradient of a step."""
        self._inner.zero_grad(set_to_none=True)

    def backward(self, loss: Tensor) -> None:
        """Adds the gradients of `loss`."""
        (loss if self._scaler is None else self._scaler.scale(loss)).backward()  # type: ignore[no-untyped-call]

    def step(self, learning_rate: float) -> None:
        """Moves the weights along their gradients, no further than `clip` lets through."""
        for group in self._inner.param_groups:
            group["lr"] = learning_rate
        if self._scaler is not None and self._config.clip:
            self._scaler.unscale_(self._inner)
        if self._config.clip:
            nn.utils.clip_grad_norm_(self._network.parameters(), self._config.clip)
        if self._scaler is None:
            self._inner.step()
        else:
            self._scaler.step(self._inner)
            self._scaler.update()

    def state(self) -> Arrays:
        """What changes with the steps, by name."""
        arrays: Arrays = {}
        for name, parameter in self._network.named_parameters():
            state = self._inner.state[parameter]
            for kind in _KEPT:
                if isinstance(kept := state.get(kind), Tensor):
                    arrays[f"{kind}.{name}"] = np.array(kept.to("cpu").contiguous().numpy())
            if "step" in state:
                arrays[f"{_COUNTED}.{name}"] = np.array([float(state["step"])])
        if self._scaler is not None:
            arrays[_SCALE] = np.array([self._scaler.get_scale(), self._scaler._growth_tracker.item() if self._scaler._growth_tracker is not None else 0])
        return arrays

    def restore(self, arrays: Arrays) -> None:
        """Goes back to what `state` gave."""
        for name, parameter in self._network.named_parameters():
            # What is kept has to lie in memory as its parameter does: the fused step runs over them side by side.
            kept = {kind: arrays[f"{kind}.{name}"] for kind in _KEPT if f"{kind}.{name}" in arrays}
            state = {kind: torch.empty_like(parameter, requires_grad=False).copy_(torch.from_numpy(values)) for kind, values in kept.items()}
            if (counted := arrays.get(f"{_COUNTED}.{name}")) is not None:
                on = self._device if self._device.type == "cuda" else torch.device("cpu")
                state["step"] = torch.tensor(float(counted[0]), dtype=torch.float32, device=on)
            if state:
                self._inner.state[parameter] = state
        if self._scaler is not None and _SCALE in arrays:
            scale, growth = arrays[_SCALE]
            self._scaler.load_state_dict({**self._scaler.state_dict(), "scale": float(scale), "_growth_tracker": int(growth)})


def _groups(network: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Decay pulls on the weights of convolutions, not on biases and norms."""
    trained = [parameter for parameter in network.parameters() if parameter.requires_grad]
    return [
        {"params": [parameter for parameter in trained if parameter.ndim > 1], "weight_decay": weight_decay},
        {"params": [parameter for parameter in trained if parameter.ndim <= 1], "weight_decay": 0.0},
    ]
