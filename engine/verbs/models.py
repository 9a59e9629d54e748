"""How big every network is, counted by what one pass over a picture really runs."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from typing import Any

from engine.verbs._terminal import Terminal

HELP = "parameters, multiply-adds and activation memory of every network"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--classes", type=int, default=8, metavar="K", help="how many classes to tell apart (default 8)")
    parser.add_argument(
        "--size", type=int, nargs=2, default=(256, 512), metavar=("H", "W"), help="height and width of the picture (default 256 512)"
    )
    parser.add_argument("--json", action="store_true", help="one JSON list, for programs")


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    from engine import models
    from engine.config import ModelConfig
    from engine.errors import ConfigError
    from engine.models import _summary

    height, width = arguments.size
    if arguments.classes < 1 or min(height, width) < 1:
        raise ConfigError("--classes and --size have to be at least 1")
    found: list[dict[str, Any]] = []
    for architecture in models.architectures():
        for encoder in models.ENCODERS if ModelConfig(architecture=architecture).has_backbone else models.ENCODERS[:1]:
            config = ModelConfig(architecture=architecture, encoder=encoder)
            found.append(
                {"architecture": architecture, "encoder": encoder if config.has_backbone else ""} | asdict(_summary.of_config(config, arguments.classes, (height, width)))
            )
    if arguments.json:
        print(json.dumps(found, indent=1))
        return 0
    rows = [
        (
            f"{one['architecture']} {one['encoder']}".rstrip(),
            _spaced(one["parameters"]),
            f"{one['multiply_adds'] / 1e9:.2f} G",
            f"{one['activation_bytes'] / 2**20:.0f} MiB",
        )
        for one in found
    ]
    terminal.table(("network", "parameters", "multiply-adds", "activations"), rows)
    terminal.say(
        f"\n{arguments.classes} classes, one picture of {height}×{width}; activations: what training keeps of it for the way back, in float32"
    )
    return 0


def _spaced(number: int) -> str:
    return f"{number:,}".replace(",", " ")
