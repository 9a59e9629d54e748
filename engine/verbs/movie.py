"""`movie`: a drive under its masks as an H.264 movie."""

from __future__ import annotations

import argparse
from pathlib import Path

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
    from engine.inference.movie_job import movie

    finished = terminal.show(
        movie(
            arguments.checkpoint,
            arguments.input,
            arguments.out,
            opacity=arguments.opacity,
            compare=arguments.compare,
            hidden=[name.strip() for name in arguments.hide.split(",") if name.strip()],
            legend=not arguments.no_legend,
            device=arguments.device,
            should_stop=terminal.should_stop,
        )
    )
    terminal.say(f"{finished.summary['frames']} frames at {finished.summary['frames_per_second']:g} frames/s ({finished.summary['codec']})")
    return 0

