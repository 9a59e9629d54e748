"""Paints the polygons of a label file as Cityscapes' own scripts do, pixel by pixel, into one PNG.

  python main.py rasterise gtFine/val/frankfurt/frankfurt_000000_000294_gtFine_polygons.json --out frankfurt.png --format colour

ids:        8 bits, the ids of the label space (…_labelIds.png)
train_ids:  8 bits, its train ids, 255 void (…_labelTrainIds.png)
colour:     RGB
instances:  16 bits, id · 1000 + n for the n-th thing of its label, the id for groups and all else (…_instanceIds.png)
"""

from __future__ import annotations

import argparse
from pathlib import Path

from engine import labels
from engine.verbs._terminal import Terminal

HELP = "paint the polygons of a label file into a mask"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("polygons", type=Path, metavar="POLYGONS.json", help="a label file in Cityscapes' form, …_polygons.json")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.png", help="the mask; replaced where it is there")
    parser.add_argument("--format", choices=("ids", "train_ids", "colour", "instances"), default="ids", help="what the pixels hold (default ids)")
    parser.add_argument("--labels", choices=labels.spaces(), default="cityscapes", help="the label space of the names in the file (default cityscapes)")


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    from engine import images
    from engine.annotation import cityscapes_json, masks
    from engine.errors import DataError, OutputError

    if arguments.out.suffix.lower() != ".png":
        raise OutputError(f"{arguments.out} is no PNG by its name, and other pictures don't keep ids; end it in .png")
    kinds: dict[str, masks.Draw] = {"ids": masks.label_ids, "train_ids": masks.train_ids, "colour": masks.colours, "instances": masks.instance_ids}
    draw = kinds[arguments.format]
    document, space = cityscapes_json.read_file(arguments.polygons), labels.space(arguments.labels)
    try:
        mask = draw(document, space)
    except DataError as error:
        raise DataError(f"{arguments.polygons}: {error}") from error
    images.write_png(arguments.out, mask)
    drawn = sum(not region.deleted for region in document.regions)
    terminal.say(f"{drawn} regions in {arguments.out}, {document.width} × {document.height}")
    return 0
