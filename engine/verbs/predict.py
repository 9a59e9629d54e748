"""Writes one 8-bit PNG a frame, named as the frame (000000.png in a video). Frames that can't be read are left out, with a word.

  python main.py predict resources/models/street_student.safetensors drive.mp4 --out masks --format overlay
"""

from __future__ import annotations

import argparse
from pathlib import Path

from engine.verbs._arguments import share
from engine.verbs._terminal import Terminal

HELP = "write a mask for every frame of a drive, a video or a folder of images"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("checkpoint", type=Path, metavar="CHECKPOINT", help="a .safetensors file, or a run folder (its best)")
    parser.add_argument("input", type=Path, metavar="INPUT", help="a video, an image, a folder of images, a dataset or a KITTI drive")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder for the masks; made when missing")
    parser.add_argument(
        "--format",
        choices=("ids", "train_ids", "colour", "overlay"),
        default="ids",
        help="ids of the label space (default), the network's own, colours, or the image under the colours",
    )
    parser.add_argument("--opacity", type=share, default=0.5, metavar="0…1", help="of the colours in an overlay (default 0.5)")
    parser.add_argument("--device", default="auto", help="auto (default), cpu or cuda")


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    from engine.inference.predict_job import predict

    finished = terminal.show(
        predict(
            arguments.checkpoint,
            arguments.input,
            arguments.out,
            format=arguments.format,
            opacity=arguments.opacity,
            device=arguments.device,
            should_stop=terminal.should_stop,
        )
    )
    said = finished.summary
    terminal.say(f"{said['frames']} masks in {said['out']}, {said['frames_per_second']} frames/s, {said['milliseconds_a_frame']} ms a frame for the network")
    return 0

