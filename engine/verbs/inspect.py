"""Says what a path is, how many frames it has, what its masks hold, and every problem by file name.

PATH may be a dataset, a drive, a video, an image or a scan, any folder within one, or a folder that holds several.
The exit code is 0 where the path could be read, whatever problems are listed, and 1 where it is nothing known.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.verbs._terminal import Terminal

HELP = "what a folder or file is, how many frames and classes it has, and what is wrong with it"
_SHOWN = 50
_BAR = 24


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", type=Path, metavar="PATH", help="a dataset, drive, video, image or scan, or a folder in or above them")
    parser.add_argument("--json", action="store_true", dest="as_json", help="the whole report as one JSON document on standard output")
    parser.add_argument("--most-masks", type=int, default=0, metavar="N", help="count the pixels of at most N masks, evenly chosen (default: all)")


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    from engine.inspection import inspect

    report = terminal.show(inspect(arguments.path, most_masks=arguments.most_masks, should_stop=terminal.should_stop)).summary
    if arguments.as_json:
        terminal.say(json.dumps(report, indent=2, ensure_ascii=False))
        return 0
    _tell(report, terminal)
    for below in report["below"]:
        terminal.say()
        _tell(below, terminal)
    return 0


def _tell(report: dict[str, Any], terminal: Terminal) -> None:
    terminal.say(report["path"])
    terminal.say(report["title"])
    for name, text in report["facts"].items():
        terminal.say(f"{name}: {text}")
    if report["parts"] and (report["frames"] > 1 or len(report["parts"]) > 1):
        terminal.say()
        _tell_parts(report, terminal)
    for space in dict.fromkeys(one["space"] for one in report["classes"]):
        terminal.say()
        _tell_classes(report, space, terminal)
    if not report["below"]:
        terminal.say()
        _tell_problems(report["problems"], terminal)


def _tell_parts(report: dict[str, Any], terminal: Terminal) -> None:
    parts = report["parts"]
    columns = ["frames", *(name for name in ("labelled", "scans") if any(part[name] for part in parts))]
    pictured = any(part["size"] for part in parts)
    rows = [[part["name"], *(part[column] for column in columns), *([_size(part)] if pictured else [])] for part in parts]
    first = "split" if report["label_space"] and "scans" not in columns else ""
    terminal.table([first, *columns, *(["width × height"] if pictured else [])], rows)


def _tell_classes(report: dict[str, Any], space: str, terminal: Terminal) -> None:
    classes = [one for one in report["classes"] if one["space"] == space]
    unit = classes[0]["unit"]
    counted = sum(one["pixels"] for one in classes if not one["void"])
    some = "" if report["masks_counted"] >= report["masks"] else f", in {report['masks_counted']:,} of {report['masks']:,} masks"
    terminal.say(f"Classes of {space}, as share of {counted:,} {unit} that are not void{some}")
    seen = [one for one in classes if one["pixels"] and not one["void"]]
    rows = [[one["name"], _percent(one["share"]), _bar(one["share"]), one["pixels"], one["masks"]] for one in seen]
    terminal.table(["class", "share", " " * _BAR, unit, "frames"], rows)
    if absent := [one["name"] for one in classes if not one["pixels"] and not one["void"]]:
        terminal.say(f"not seen: {', '.join(absent)}")
    if void := sum(one["pixels"] for one in classes if one["void"]):
        terminal.say(f"void: {_percent(void / (counted + void))} of all {unit}")


def _tell_problems(problems: list[dict[str, str]], terminal: Terminal) -> None:
    if not problems:
        terminal.say("No problems found.")
        return
    kinds = Counter(problem["kind"] for problem in problems)
    terminal.say(f"{len(problems):,} problem{'s' if len(problems) > 1 else ''}: " + ", ".join(f"{count:,} × {kind}" for kind, count in kinds.most_common()))
    for problem in problems[:_SHOWN]:
        terminal.say(f"  {problem['text']}")
    if len(problems) > _SHOWN:
        terminal.say(f"  … and {len(problems) - _SHOWN:,} more; --json lists them all")


def _percent(share: float) -> str:
    return f"{100 * share:.2f} %" if share >= 0.0001 else "< 0.01 %"


def _size(part: dict[str, Any]) -> str:
    if not part["size"]:
        return "–"
    height, width = part["size"]
    return f"{width} × {height}" + (f" and {part['sizes'] - 1} other{'s' if part['sizes'] > 2 else ''}" if part["sizes"] > 1 else "")


def _bar(share: float) -> str:
    """A bar of eighths of a character."""
    eighths = round(share * _BAR * 8)
    return ("█" * (eighths // 8) + (" ▏▎▍▌▋▊▉"[eighths % 8] if eighths % 8 else "")).ljust(_BAR)
