"""Scores predicted masks against the truth by a benchmark's own protocol, to the digit of its official script.

  python main.py predict CHECKPOINT leftImg8bit/val --format ids --out predicted
  python main.py score --pred predicted --truth gtFine/val --protocol cityscapes

cityscapes:      id masks named as their frames, against *_labelIds.png and, for the iIoU, *_instanceIds.png
kitti_road:      masks of 0 and 1 or confidences 0 … 255, against training/gt_image_2, in bird's-eye view by training/calib
semantic_kitti:  sequences/NN/predictions/*.label, or folders of any name, against sequences/NN/labels/*.label
plain:           id masks named as their frames, against any dataset that Roadscope opens
"""

from __future__ import annotations

import argparse
from pathlib import Path

from engine import catalogue
from engine.evaluation import protocols
from engine.verbs._terminal import Terminal

HELP = "score predicted masks by a benchmark's own protocol"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--pred", type=Path, required=True, metavar="DIR", help="the predictions, named as their frames")
    parser.add_argument("--truth", type=Path, required=True, metavar="DIR", help="the truth, in the benchmark's layout")
    parser.add_argument("--protocol", choices=catalogue.names(protocols), default="cityscapes", help="whose rules count (default cityscapes)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the report as JSON")


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    from engine.evaluation import report

    protocol = catalogue.load(protocols, arguments.protocol)
    found = terminal.show(protocol.score(arguments.pred, arguments.truth, should_stop=terminal.should_stop)).summary
    terminal.say(f"{found['frames']} frames of {found['truth']}, {protocol.TITLE}")
    for header, rows in protocol.tables(found):
        terminal.table(header, rows)
        terminal.say()
    if arguments.json:
        report.write_json(found, arguments.json)
    return 0
