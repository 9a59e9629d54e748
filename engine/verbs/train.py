"""Trains a network as CONFIG says, and keeps everything in a run folder: checkpoints, history, samples, TensorBoard.

  python main.py train configs/camvid_fpn_mobilenet_v2.yaml --set data.root=FOLDER
  python main.py train RUN/config.yaml --run RUN --resume
  python main.py train CONFIG --find-rate       how high may the learning rate be? A hundred steps, and no run
  torchrun --standalone --nproc-per-node 4 -- main.py train CONFIG     four processes, each with a GPU of its own where there are any

Ctrl+C stops it at the next step with a checkpoint that --resume goes on from; so does a run that was killed. What settings there
are is in the config.yaml of any run.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Iterator
from pathlib import Path

from engine import events
from engine.config import TrainConfig
from engine.runs import Run
from engine.verbs._terminal import Interrupted, Terminal

HELP = "train a network, or go on with a run that stopped"
_ROWS = 12


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
    either = parser.add_mutually_exclusive_group()
    either.add_argument("--resume", action="store_true", help="go on where the run in --run stopped or was killed")
    either.add_argument("--find-rate", action="store_true", help="try rising learning rates for a hundred steps and suggest one; makes no run")
    parser.add_argument("--json", action="store_true", help="one JSON line an event, for programs")


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    from engine import config
    from engine.errors import ConfigError

    if arguments.resume and arguments.run is None:
        raise ConfigError("--resume needs --run DIR, the folder of the run to go on with")
    if arguments.find_rate and arguments.run is not None:
        raise ConfigError("--find-rate makes no run; leave --run out")
    settings = config.load(arguments.config, arguments.overrides)
    if settings.data.root == Path():
        raise ConfigError(f"{arguments.config} doesn't say which dataset to train on; add --set data.root=FOLDER, with the full path of its folder")
    return _find_rate(settings, terminal) if arguments.find_rate else _train(settings, arguments, terminal)


def _train(settings: TrainConfig, arguments: argparse.Namespace, terminal: Terminal) -> int:
    from engine import atomic, places, runs
    from engine.errors import RoadscopeError
    from engine.training import distributed
    from engine.training.loop import train

    group = distributed.joined()

    with atomic.told(arguments.run or places.runs()):
        mine = arguments.run is None or not arguments.run.exists() or not any(arguments.run.iterdir())
        run = Run(group.shared(lambda: arguments.run or runs.new(places.runs(), settings.model.words("-")).path))
    training = train(settings, run=run, resume=arguments.resume, should_stop=terminal.should_stop)
    try:
        finished = terminal.show(training, silent=not group.leads)
    except Interrupted as kept:
        if group.alone:
            raise
        terminal.say(f"Stopped. {kept}" if group.leads else "")  # torchrun would take another exit code for a crash
        return 0
    except RoadscopeError:
        if mine and group.leads:
            _forget_unbegun(run)
        raise
    distributed.leave()
    if not group.leads:
        return 0
    found = finished.summary
    terminal.say(
        f"mIoU {found['mean_iou']:.3f} after {found['step']} steps, {found['seconds']:.0f} s, {found['images_per_second']:.1f} images/s"
        + (f" (the loader could make {loader:.0f})" if (loader := found["loader_images_per_second"]) else "")
    )
    terminal.say(f"checkpoint: {found['checkpoint']}")
    return 0


def _find_rate(settings: TrainConfig, terminal: Terminal) -> int:
    from engine.training import distributed
    from engine.training.rate_range import find_rate

    group = distributed.joined()
    tried: list[events.RateTried] = []
    found = terminal.show(_noted(find_rate(settings, should_stop=terminal.should_stop), tried), silent=not group.leads).summary
    distributed.leave()
    if not group.leads:
        return 0
    every = max(1, round(len(tried) / _ROWS))
    terminal.table(("learning rate", "loss", "smoothed"), [(f"{one.learning_rate:.1e}", one.loss, one.smoothed) for one in tried[every // 2 :: every]])
    if found["learning_rate"] is None:
        terminal.say("No rate is suggested: the loss falls at none of them. Look at the data and the loss first.")
    else:
        steep = "" if found["steepest"] is None else f"falls most steeply at {found['steepest']:.2g} and "
        terminal.say(f"The loss {steep}is smallest at {found['lowest']:.2g}.")
        terminal.say(f"suggested: --set optimiser.learning_rate={found['learning_rate']:.2g}")
    return 0


def _noted(job: events.Events, tried: list[events.RateTried]) -> Iterator[events.Event]:
    for event in job:
        if isinstance(event, events.RateTried):
            tried.append(event)
        yield event


def _forget_unbegun(run: Run) -> None:
    """Removes a new run that failed before its first step: nothing is lost, and the next try may have its folder."""
    said = run.history() if run.path.is_dir() else []
    if not any(isinstance(one, events.StepDone) or isinstance(one, events.Failed) and one.details for one in said):
        shutil.rmtree(run.path, ignore_errors=True)
