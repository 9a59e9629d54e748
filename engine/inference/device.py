"""Which processor a network runs on, and in which precision."""

from __future__ import annotations

import torch

from engine.errors import ConfigError


def choose(name: str = "auto") -> torch.device:
    """`auto` is the accelerator where there is one. Raises ConfigError for a device this machine lacks."""
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise ConfigError(f"the device {name!r} isn't known; choose auto, cpu or cuda") from error
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise ConfigError(f"the device {name!r} is not on this machine; choose auto or cpu")
    if device.type not in ("cpu", "cuda"):
        raise ConfigError(f"the device {name!r} isn't supported; choose auto, cpu or cuda")
    return device


def has_bf16(device: torch.device) -> bool:
    """Whether bfloat16 is computed by the hardware: emulated, it is slower than float32."""
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= (8, 0)
    return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())
