"""What to train with: the number format and the threads. The device is chosen as for prediction."""

from __future__ import annotations

import os

import torch

from engine.config import TrainConfig
from engine.inference import device as devices


def bf16(wanted: str, on: torch.device) -> bool:
    """Whether to compute in bf16; `auto` takes it where the machine has instructions for it, not where it is emulated."""
    return devices.has_bf16(on) if wanted == "auto" else wanted == "bf16"


def threads(wanted: int) -> int:
    """CPU threads to compute with; 0 leaves one core to the window when there are more than two."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(wanted, cores) or (cores if cores <= 2 else cores - 1)


def words(on: torch.device, *, half: bool, config: TrainConfig) -> str:
    """The choice for people, such as `cpu, bf16, 2 threads`."""
    name = torch.cuda.get_device_name(on) if on.type == "cuda" else "cpu"
    count = threads(config.threads)
    return f"{name}, {'bf16' if half else 'fp32'}, {count} thread{'s' if count > 1 else ''}"
