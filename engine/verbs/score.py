"""Scores predicted masks against the truth by a benchmark's own protocol, to the digit of its official script.

  python main.py predict CHECKPOINT leftImg8bit/val --format ids --out predicted
  python main.py score --pred predicted --truth gtFine/val --protocol cityscapes

cityscapes: id masks named as their frames, against *_labelIds.png and, for the iIoU, *_instanceIds.png.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from engine import catalogue
from engine.evaluation import protocols
from engine.verbs._terminal import Terminal

HELP = "score predicted masks by a benchmark's own protocol"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--pred", type=Path, required=True, metavar="DIR", help="the predicted id masks, named as their frames")
    parser.add_argument("--truth", type=Path, required=True, metavar="DIR", help="the truth, in the benchmark's layout")
    parser.add_argument("--protocol", choices=catalogue.names(protocols), default="cityscapes", help="whose rules count (default cityscapes)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the report as JSON")


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    from engine.evaluation import report

    protocol = catalogue.load(protocols, arguments.protocol)
    found = terminal.show(protocol.score(arguments.pred, arguments.truth, should_stop=terminal.should_stop)).summary
    terminal.say(f"{found['frames']} frames of {found['truth']}, {protocol.TITLE}")
    columns = [name for name in ("iou", "iiou") if name in next(iter(found["classes"].values()))]
    header = ["class", *({"iou": "IoU", "iiou": "iIoU"}[name] for name in columns)]
    for kind, mean in (("classes", "mean_{}"), ("categories", "mean_category_{}")):
        rows = [[name, *(one[column] for column in columns)] for name, one in found[kind].items()]
        terminal.table([kind, *header[1:]], [*rows, ["mean", *(found[mean.format(column)] for column in columns)]])
        terminal.say()
    if arguments.json:
        report.write_json(found, arguments.json)
    return 0
