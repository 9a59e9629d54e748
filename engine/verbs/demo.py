"""The whole job on the procedural street: write it, train on it, evaluate on held-out scenes, make the movie and the fused clouds.

Everything is made from nothing on this machine, in about five minutes on two cores. At the end it says where everything
is, prints the table of classes, and opens the window on it when there is a display.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine import config, places, runs

if TYPE_CHECKING:
    from engine.verbs._terminal import Terminal

HELP = "the whole job on a made-up street: write, train, evaluate, movie, fused clouds"

SIZE = (256, 512)
PRESET = places.CONFIGS / "street_demo.yaml"


@dataclass(frozen=True, slots=True)
class Results:
    """Where the demo puts what it makes."""

    folder: Path

    @property
    def street(self) -> Path:
        return self.folder / "street"

    @property
    def movie(self) -> Path:
        return self.folder / "segmented.mp4"

    @property
    def clouds(self) -> Path:
        return self.folder / "clouds"

    @property
    def picture(self) -> Path:
        return self.folder / "cloud.png"

    @property
    def scores(self) -> Path:
        return self.folder / "scores.json"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, default=None, metavar="DIR", help="where to put everything (default: the folder demo in Roadscope's home)")
    parser.add_argument("--no-gui", action="store_true", help="do not open the window at the end")
    parser.add_argument("--seed", type=int, default=7, help="which street (default: 7)")
    parser.add_argument("--set", dest="overrides", action="append", default=[], metavar="KEY=VALUE", help="change a setting of configs/street_demo.yaml")
    parser.add_argument("--scenes", type=int, default=200, metavar="N", help="training scenes to write (default: 200)")
    parser.add_argument("--frames", type=int, default=60, metavar="N", help="frames of the drive (default: 60)")


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    results = Results((arguments.out or places.home() / "demo").resolve())
    settings = config.load(PRESET, [f"data.root={results.street / 'cityscapes'}", *arguments.overrides])
    clock = _Clock(terminal)
    _write_street(results, arguments, terminal)
    clock.lap("street written")
    finished, trained = _train(settings, terminal)
    clock.lap(f"trained, validation mIoU {finished['mean_iou']:.3f}")
    _evaluate(results, trained, terminal)
    clock.lap("evaluated on held-out scenes")
    _movie(results, trained, terminal)
    clock.lap("movie written")
    _fuse(results, trained, terminal)
    clock.lap("clouds fused")
    _tell(results, trained, terminal)
    clock.total()
    if not arguments.no_gui:
        _open_window(results, trained, terminal)
    return 0


class _Clock:
    """Says how long each part took."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal, self._start, self._lap = terminal, time.perf_counter(), time.perf_counter()

    def lap(self, what: str) -> None:
        now = time.perf_counter()
        self._terminal.say(f"{what} ({now - self._lap:.0f} s)")
        self._lap = now

    def total(self) -> None:
        self._terminal.say(f"all of it took {time.perf_counter() - self._start:.0f} s")


def _write_street(results: Results, arguments: argparse.Namespace, terminal: Terminal) -> None:
    from engine import world

    terminal.say(f"Writing a street into {results.street}: {arguments.scenes} training scenes and a drive of {arguments.frames} frames …")
    terminal.show(
        world.write(results.street, frames=arguments.frames, seed=arguments.seed, size=SIZE, scenes=arguments.scenes, training_size=SIZE, should_stop=terminal.should_stop)
    )


def _train(settings: config.TrainConfig, terminal: Terminal) -> tuple[dict[str, Any], runs.Run]:
    from engine.training.loop import train

    terminal.say(f"Training {settings.model.words(' on ')}, from random weights, {_length(settings)} …")
    new = runs.new(places.runs(), "demo")
    return terminal.show(train(settings, run=new, should_stop=terminal.should_stop)).summary, new


def _length(settings: config.TrainConfig) -> str:
    return f"for at most {settings.max_minutes:g} minutes" if settings.max_minutes else f"for {settings.epochs} epochs"


def _evaluate(results: Results, trained: runs.Run, terminal: Terminal) -> None:
    from engine.evaluation import report
    from engine.evaluation.job import evaluate

    said = terminal.show(evaluate(trained.path, results.street / "cityscapes", split="test", should_stop=terminal.should_stop)).summary
    report.write_json(said, results.scores)
    terminal.say()
    terminal.say(report.table(said))
    terminal.say()


def _movie(results: Results, trained: runs.Run, terminal: Terminal) -> None:
    from engine.inference.movie_job import movie

    terminal.show(movie(trained.path, results.street / "drive", results.movie, should_stop=terminal.should_stop))


def _fuse(results: Results, trained: runs.Run, terminal: Terminal) -> None:
    from engine.inference.fusing import fuse

    terminal.show(fuse(results.street / "drive", results.clouds, checkpoint=trained.path, should_stop=terminal.should_stop))
    _draw_cloud(results)


def _draw_cloud(results: Results) -> None:
    """A picture of the middle frame's cloud, its unseen points dark."""
    import numpy as np

    from engine import images
    from engine.lidar import colouring, orbit, picture

    clouds = sorted(results.clouds.glob("*.npz"))
    with np.load(clouds[len(clouds) // 2]) as cloud:
        palette = np.full((256, 3), colouring.GREY, np.uint8)
        palette[: len(cloud["class_colours"])] = cloud["class_colours"]
        images.write_png(results.picture, picture.cloud(cloud["points"], palette[cloud["train_id"]], extras=[orbit.rings()]))


def _tell(results: Results, trained: runs.Run, terminal: Terminal) -> None:
    terminal.say("Where everything is:")
    for what, path in (
        ("the street", results.street),
        ("the training run", trained.path),
        ("the scores", results.scores),
        ("the segmented movie", results.movie),
        ("the fused clouds", results.clouds),
        ("a picture of one", results.picture),
    ):
        terminal.say(f"  {what:<20} {path}")


def _open_window(results: Results, trained: runs.Run, terminal: Terminal) -> None:
    from engine.verbs.doctor import has_display

    if not has_display() or os.environ.get("QT_QPA_PLATFORM") == "offscreen":
        terminal.say(f"There is no display here; on a desktop, look at it with: python main.py --open {results.street / 'drive'} --checkpoint {trained.path}")
        return
    terminal.say("Opening the window on it …")
    main = places.PROJECT / "main.py"
    subprocess.run([sys.executable, str(main), "--open", str(results.street / "drive"), "--checkpoint", str(trained.path), "--page", "drive"], check=False)
