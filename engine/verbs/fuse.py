"""Gives the points of a drive's scans the class that the camera sees at them.

INPUT is a drive with scans and calibration: a KITTI raw drive, an odometry sequence, object frames, or the procedural street.
The classes come from a checkpoint, or from a folder of id masks named as the frames. Points outside the image, and points that a
nearer surface hides from the camera, get none (0 in .label, class 255 elsewhere).
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.verbs._terminal import Terminal

HELP = "lidar scans coloured by class: SemanticKITTI .label, PLY, PCD, NPZ"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("input", type=Path, metavar="INPUT", help="a drive with scans and calibration")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the clouds go, named as the scans")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--checkpoint", type=Path, metavar="C", help="predict the masks with this checkpoint file or run folder")
    source.add_argument("--masks", type=Path, metavar="DIR", help="take these id masks, named as the frames")
    parser.add_argument("--labels", default="cityscapes", metavar="SPACE", help="the label space of --masks (default cityscapes)")
    parser.add_argument("--formats", default="label,ply,npz", metavar="LIST", help="of label, ply, pcd, npz (default label,ply,npz)")
    parser.add_argument("--no-occlusion", action="store_true", help="keep points that a nearer surface hides from the camera")
    parser.add_argument("--pictures", action="store_true", help="also PNGs of the points over the image and of the cloud from above")
    parser.add_argument("--device", default="auto", choices=("auto", "cpu", "cuda"), help="where the checkpoint runs")
    parser.add_argument("--json", action="store_true", help="one JSON line an event, for programs")


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    from engine.inference.fusing import fuse

    done = terminal.show(
        fuse(
            arguments.input,
            arguments.out,
            checkpoint=arguments.checkpoint,
            masks=arguments.masks,
            space=arguments.labels,
            formats=arguments.formats.split(","),
            occlusion=not arguments.no_occlusion,
            pictures=arguments.pictures,
            device=arguments.device,
            should_stop=terminal.should_stop,
        )
    ).summary
    if arguments.json:
        return 0
    share = 100 / max(1, done["points"])
    terminal.say(f"{done['frames']} scans fused in {done['milliseconds_a_scan']} ms each (without the network), in {done['out']}")
    terminal.say(f"{done['points']:,} points, {done['points_in_image']:,} inside the image ({share * done['points_in_image']:.1f} %), "
                 f"{done['points_seen']:,} seen by the camera, {done['points_labelled']:,} with a class")  # fmt: skip
    rows = sorted(((name, count) for name, count in done["classes"].items() if count), key=lambda row: -row[1])
    terminal.table(("class", "points"), rows)
    return 0
