"""Writes the procedural street: a drive with lidar (KITTI raw layout, DIR/drive) and a training set (Cityscapes layout, DIR/cityscapes).

Image, classes, instances, depth, scan, calibration and poses agree exactly; the same seed gives the same bytes on one machine.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from engine.errors import ConfigError
from engine.verbs._terminal import Terminal

HELP = "write the procedural street in the KITTI and Cityscapes layouts"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR", help="where to write; DIR/drive and DIR/cityscapes are made or made anew")
    parser.add_argument("--frames", type=int, default=60, metavar="N", help="frames of the drive, ten a second (default: 60)")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="another number is another street (default: 0)")
    parser.add_argument("--size", type=_size, default=(512, 1024), metavar="HxW", help="size of the drive's pictures (default: 512x1024)")
    parser.add_argument(
        "--scenes",
        type=int,
        default=120,
        metavar="N",
        help="training scenes; an eighth as many for validation, a fifth for the test (default: 120)",
    )
    parser.add_argument(
        "--training-size", type=_size, default=(256, 512), metavar="HxW", help="size of the training pictures (default: 256x512)"
    )
    parser.add_argument(
        "--weather",
        default="",
        help="the drive's weather: clear, clouds, overcast, haze, rain, evening or morning (default: the seed decides)",
    )
    parser.add_argument("--only", choices=("drive", "training"), default=None, help="write only one of the two")


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    from engine import world
    from engine.world.weather import KINDS

    if arguments.weather and arguments.weather not in KINDS:
        raise ConfigError(f"there is no weather {arguments.weather!r}; choose one of: {', '.join(KINDS)}")
    job = world.write(
        arguments.folder,
        frames=arguments.frames,
        seed=arguments.seed,
        size=arguments.size,
        drive=arguments.only != "training",
        training=arguments.only != "drive",
        scenes=arguments.scenes,
        training_size=arguments.training_size,
        weather=arguments.weather,
        should_stop=terminal.should_stop,
    )
    for name, path in terminal.show(job).summary.items():
        terminal.say(f"{name}: {path}")
    return 0


def _size(text: str) -> tuple[int, int]:
    height, _, width = text.lower().partition("x")
    try:
        return int(height), int(width)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no size; write it as 512x1024 (height x width)") from None
