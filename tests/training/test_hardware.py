"""How pictures lie in memory, and how many threads compute."""

from __future__ import annotations

import os

import pytest
import torch

from engine.training import hardware

CPU = torch.device("cpu")


@pytest.mark.parametrize(("capability", "number_format", "planes"), [("AVX2", torch.float32, True), ("AVX512", torch.float32, False), ("AVX2", torch.bfloat16, False)])
def test_only_float32_without_avx512_trains_on_planes(capability: str, number_format: torch.dtype, planes: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: capability)
    wanted = torch.contiguous_format if planes else torch.channels_last
    assert hardware.memory_format(CPU, number_format=number_format) == wanted
    assert hardware.memory_format(torch.device("cuda"), number_format=number_format) == torch.channels_last


@pytest.mark.parametrize(("cores", "processes", "threads"), [(1, 1, 1), (2, 1, 2), (2, 2, 1), (8, 1, 7), (8, 2, 3), (8, 16, 1)])
def test_processes_share_the_cores_that_the_window_leaves(cores: int, processes: int, threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(cores)), raising=False)
    assert hardware.threads(0, processes=processes) == threads and hardware.threads(1, processes=processes) == 1
