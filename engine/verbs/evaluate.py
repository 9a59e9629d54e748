"""Scores a checkpoint on held-out frames: IoU, Dice, precision, recall and pixels of each class, and their means.

The dataset has to use the labels that the checkpoint was trained on. Frames are scored at the size of the checkpoint's recipe, as
training's own validation does; --full scores masks at their own size.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from engine.verbs._terminal import Terminal

HELP = "score a checkpoint on the masks of a dataset"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("checkpoint", type=Path, metavar="CHECKPOINT", help="a .safetensors file, or a run folder (its best)")
    parser.add_argument("--data", type=Path, required=True, metavar="PATH", help="a dataset with masks")
    parser.add_argument("--split", default="val", help="the split to score on (default val)")
    parser.add_argument("--layout", default="auto", help="the dataset's layout (default: recognised)")
    parser.add_argument("--tta", choices=("none", "flip"), default="none", help="flip: average with the mirrored image")
    parser.add_argument("--scales", type=float, nargs="+", default=[1.0], metavar="S", help="average over the image at these scales, such as 0.75 1 1.25")
    parser.add_argument("--clusters", type=int, default=0, metavar="PIXELS", help="give clusters of fewer pixels to their surroundings")
    parser.add_argument("--full", action="store_true", help="score masks at their own size instead of the recipe's")
    parser.add_argument("--slide", action="store_true", help="look at the image at its own size, in windows of the recipe's; implies --full")
    parser.add_argument("--keep", action="store_true", help="keep the result, frame by frame, for the window's Evaluate page")
    parser.add_argument("--device", default="auto", help="auto (default), cpu or cuda")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the report as JSON")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write a row a class as CSV")


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    from engine.evaluation import report
    from engine.evaluation.job import evaluate

    finished = terminal.show(
        evaluate(
            arguments.checkpoint,
            arguments.data,
            split=arguments.split,
            layout=arguments.layout,
            tta=arguments.tta,
            scales=arguments.scales,
            smallest=arguments.clusters,
            at="slide" if arguments.slide else "image" if arguments.full else "recipe",
            keep=arguments.keep,
            device=arguments.device,
            should_stop=terminal.should_stop,
        )
    )
    found = finished.summary
    size = "at their own size" if found["size"] == "own" else "at {}×{}".format(*found["size"])
    terminal.say(f"{found['frames']} frames of {found['data']} ({found['split']}), scored {size}, {found['milliseconds']:.1f} ms a frame")
    terminal.say(f"{found['network']}: {found['parameters'] / 1e6:.2f} M parameters, {found['multiply_adds'] / 1e9:.2f} G multiply-adds")
    terminal.say(report.table(found))
    if arguments.json:
        report.write_json(found, arguments.json)
    if arguments.csv:
        report.write_csv(found, arguments.csv)
    return 0
