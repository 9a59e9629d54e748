"""The whole job, done once for all who look at what it leaves."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch

from engine import verbs

SCENES = 10


@dataclass(frozen=True, slots=True)
class Demonstrated:
    """Where `demo` put everything, its exit code and what it printed."""

    out: Path
    code: int
    shown: str


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstrated]:
    """`demo` in small, on a street of a seed that no bundled checkpoint was trained on."""
    out = tmp_path_factory.mktemp("demo") / "demo"
    overrides = ["max_minutes=0", "epochs=1", "batch=4", "threads=1", "data.size=[64,128]", "augment.crop=[0,0]", "model.encoder=mobilenet_v3_small"]
    shown, threads = io.StringIO(), torch.get_num_threads()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(shown):
        patch.setenv("ROADSCOPE_HOME", str(out.parent / "home"))
        patch.setenv("ROADSCOPE_CACHE", str(out.parent / "cache"))
        options = ["--scenes", str(SCENES), "--frames", "2", "--seed", "90210", *(word for one in overrides for word in ("--set", one))]
        code = verbs.run(["demo", "--out", str(out), "--no-gui", *options])
    yield Demonstrated(out, code, shown.getvalue())
    torch.set_num_threads(threads)
