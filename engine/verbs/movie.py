"""Writes a drive under its masks as an H.264 movie. A movie that was stopped or failed leaves no file.

  python main.py movie resources/models/street_student.safetensors drive.mp4 --out segmented.mp4
"""

from __future__ import annotations

import argparse
from pathlib import Path

from engine.errors import ConfigError
from engine.verbs._arguments import share
from engine.verbs._terminal import Terminal

HELP = "write a segmented movie of a drive, with caption and legend"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("checkpoint", type=Path, metavar="CHECKPOINT", help="a .safetensors file, or a run folder (its best)")
    parser.add_argument("input", type=Path, metavar="INPUT", help="a video, a folder of images, a dataset or a KITTI drive")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.mp4", help="the movie")
    parser.add_argument("--opacity", type=share, default=0.5, metavar="0…1", help="of the masks (default 0.5)")
    parser.add_argument("--compare", type=Path, metavar="CHECKPOINT2", help="a second checkpoint, shown beside the first")
    parser.add_argument("--hide", default="", metavar="NAME[,NAME…]", help="classes that let the image through")
    parser.add_argument("--no-legend", action="store_true", help="leave the legend out")
    parser.add_argument("--device", default="auto", help="auto (default), cpu or cuda")


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    hidden = [name.strip() for name in arguments.hide.split(",") if name.strip()]
    _check(hidden, [path for path in (arguments.checkpoint, arguments.compare) if path])

    from engine.inference.movie_job import movie

    finished = terminal.show(
        movie(
            arguments.checkpoint,
            arguments.input,
            arguments.out,
            opacity=arguments.opacity,
            compare=arguments.compare,
            hidden=hidden,
            legend=not arguments.no_legend,
            device=arguments.device,
            should_stop=terminal.should_stop,
        )
    )
    terminal.say(f"{finished.summary['frames']} frames at {finished.summary['frames_per_second']:g} frames/s ({finished.summary['codec']})")
    return 0


def _check(hidden: list[str], paths: list[Path]) -> None:
    """Raises ConfigError for a class that none of the checkpoints knows."""
    if not hidden:
        return
    from engine import checkpoints

    known = list(dict.fromkeys(name for path in paths for name in checkpoints.card(path).classes.names))
    if unknown := [name for name in hidden if name not in known]:
        raise ConfigError(f"--hide {unknown[0]}: {paths[0]} knows no such class; choose of: {', '.join(known)}")
