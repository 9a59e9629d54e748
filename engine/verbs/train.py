"""`train`: one training run of a config, from its start or from where it was stopped."""

from __future__ import annotations

import argparse
from pathlib import Path

from engine.verbs._terminal import Terminal

HELP = "train a network"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("config", type=Path, metavar="CONFIG", help="a YAML file such as those in configs/, or the config.yaml of a run")
    parser.add_argument(
        "--set",
        dest="overrides",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="change a setting, such as data.root=FOLDER or epochs=5",
    )
    parser.add_argument("--run", type=Path, metavar="DIR", help="the run's folder (default: a new one in Roadscope's home)")
    parser.add_argument("--resume", action="store_true", help="go on where the run in --run stopped or was killed")
    parser.add_argument("--json", action="store_true", help="one JSON line an event, for programs")


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    from engine import config
    from engine.errors import ConfigError
    from engine.runs import Run

    if arguments.resume and arguments.run is None:
        raise ConfigError("--resume needs --run DIR, the folder of the run to go on with")
    settings = config.load(arguments.config, arguments.overrides)

    from engine.training.loop import train

    folder = None if arguments.run is None else Run(arguments.run)
    finished = terminal.show(train(settings, run=folder, resume=arguments.resume, should_stop=terminal.should_stop))
    found = finished.summary
    terminal.say(
        f"mIoU {found['mean_iou']:.3f} after {found['step']} steps, {found['seconds']:.0f} s, {found['images_per_second']:.1f} images/s"
    )
    terminal.say(f"checkpoint: {found['checkpoint']}")
    return 0
