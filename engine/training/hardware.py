"""What to train on: the device, the number format, the threads."""

from __future__ import annotations

import os
from pathlib import Path

import torch

from engine.config import TrainConfig
from engine.errors import ConfigError


def device(wanted: str) -> torch.device:
    """The device that `auto`, `cpu` or `cuda` means here. Raises ConfigError where there is none."""
    if wanted == "cuda" and not torch.cuda.is_available():
        raise ConfigError("device is cuda, but this machine offers no CUDA device to torch; set device to auto or cpu")
    return torch.device("cuda" if wanted != "cpu" and torch.cuda.is_available() else "cpu")


def bf16(wanted: str, on: torch.device) -> bool:
    """Whether to compute in bf16; `auto` takes it where the machine has instructions for it, not where it is emulated."""
    if wanted != "auto":
        return wanted == "bf16"
    if on.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    return bool({"amx_bf16", "avx512_bf16"} & _cpu_flags())


def threads(wanted: int) -> int:
    """CPU threads to compute with; 0 leaves one core to the window when there are more than two."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(wanted, cores) or (cores if cores <= 2 else cores - 1)


def words(on: torch.device, *, half: bool, config: TrainConfig) -> str:
    """The choice for people, such as `cpu, bf16, 2 threads`."""
    name = torch.cuda.get_device_name(on) if on.type == "cuda" else "cpu"
    count = threads(config.threads)
    return f"{name}, {'bf16' if half else 'fp32'}, {count} thread{'s' if count > 1 else ''}"


def _cpu_flags() -> set[str]:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return set()  # not Linux: bf16 has to be asked for there
    return next((set(line.partition(":")[2].split()) for line in text.splitlines() if line.startswith("flags")), set())
