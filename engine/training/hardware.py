"""What to train with: the number format and the threads. The device is chosen as for prediction."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

import torch

from engine.config import TrainConfig
from engine.errors import ConfigError
from engine.inference import device as devices

_FORMATS = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


def number_format(wanted: str, on: torch.device) -> torch.dtype:
    """What to compute in; `auto` takes bf16 where the machine has instructions for it, not where it is emulated. Raises ConfigError."""
    if wanted == "fp16" and on.type != "cuda":
        raise ConfigError("precision is fp16, which needs an NVIDIA GPU; choose auto, bf16 or fp32")
    if wanted == "auto":
        return torch.bfloat16 if devices.has_bf16(on) else torch.float32
    return _FORMATS[wanted]


def memory_format(on: torch.device, *, number_format: torch.dtype) -> torch.memory_format:
    """How pictures lie in memory: channels last, but for float32 on a CPU without AVX-512, where oneDNN trains faster on planes
    (measured on two AVX2 cores: an FPN on ResNet-18 by a quarter, one on MobileNet by a twentieth)."""
    planes = on.type == "cpu" and number_format == torch.float32 and torch.backends.cpu.get_cpu_capability() != "AVX512"
    return torch.contiguous_format if planes else torch.channels_last


@contextlib.contextmanager
def determinism(wanted: bool) -> Iterator[None]:
    """Within the block torch takes algorithms that give the same to the bit where there are any, and says where there is none."""
    if not wanted:
        yield
        return
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    before = torch.are_deterministic_algorithms_enabled()
    torch.use_deterministic_algorithms(True, warn_only=True)
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before)


def threads(wanted: int, *, processes: int = 1) -> int:
    """CPU threads to compute with; 0 leaves one core to the window when there are more than two, and shares them with `processes`."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(wanted, cores) or max(1, (cores if cores <= 2 else cores - 1) // processes)


def words(on: torch.device, *, number_format: torch.dtype, config: TrainConfig) -> str:
    """The choice for people, such as `cpu, bf16, 2 threads`."""
    name = torch.cuda.get_device_name(on) if on.type == "cuda" else "cpu"
    count = threads(config.threads)
    return f"{name}, {next(name for name, one in _FORMATS.items() if one == number_format)}, {count} thread{'s' if count > 1 else ''}"
