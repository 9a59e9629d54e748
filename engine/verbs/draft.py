"""Labels frames with a checkpoint's predictions, as polygons to go on with on the Annotate page.

  python main.py draft leftImg8bit/demoVideo --checkpoint resources/models/street_student.safetensors --least 0.6

Frames that have labels are left alone; with --all they get drafts below what they have. Documents, and the masks that training reads, go where the Annotate
page keeps them: beside the images of a Cityscapes folder, else into Roadscope's home. Each draft is one edit: Ctrl+Z on the Annotate page takes it back.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from engine.verbs._arguments import share, stretch
from engine.verbs._terminal import Terminal

HELP = "label frames with a network's first drafts, as polygons"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("input", type=Path, metavar="INPUT", help="a video, an image, a folder of images, a dataset or a KITTI drive")
    parser.add_argument("--checkpoint", type=Path, required=True, metavar="CHECKPOINT", help="a .safetensors file, or a run folder (its best)")
    parser.add_argument("--least", type=share, default=0.0, metavar="0…1", help="leaves out pixels that the network is less sure of (default 0)")
    parser.add_argument("--only", metavar="CLASS", help="drafts this class alone")
    parser.add_argument("--smallest", type=int, default=24, metavar="PIXELS", help="leaves out smaller patches (default 24)")
    parser.add_argument("--tolerance", type=float, default=1.0, metavar="PIXELS", help="how far outlines may be off the network's own (default 1)")
    parser.add_argument("--frames", type=stretch, metavar="A:B", help="from the A-th frame to the B-th, the first being 1; either may be left out")
    parser.add_argument("--all", action="store_true", help="frames that have labels too: drafts go below them")
    parser.add_argument("--device", default="auto", help="auto (default), cpu or cuda")


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    from engine import checkpoints
    from engine.annotation.drafts import Options
    from engine.inference.draft_job import draft
    from engine.inspection.opening import open_path

    checkpoints.card(arguments.checkpoint)
    drive = open_path(arguments.input).drive
    assert drive is not None
    first, last = arguments.frames or (1, None)
    try:
        finished = terminal.show(
            draft(
                arguments.checkpoint,
                drive,
                frames=range(first - 1, len(drive.frames) if last is None else last),
                existing=arguments.all,
                options=Options(sure=arguments.least, only=arguments.only, smallest=arguments.smallest, tolerance=arguments.tolerance),
                device=arguments.device,
                should_stop=terminal.should_stop,
            )
        )
    finally:
        drive.close()
    said = finished.summary
    terminal.say(f"{said['drafted']} frames drafted with {said['regions']} regions, {said['labelled']} had labels, {said['frames_per_second']} frames/s")
    return 0
