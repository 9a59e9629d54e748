"""What can be done on the Train page: the rows of its menu, keys and buttons, and of the menu of a run in the list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from engine import places
from engine.run_summary import Summary
from engine.runs import Run
from gui import run_deeds
from gui.actions import Action
from gui.rate_finding import RateFinding
from gui.street_training_set import StreetTrainingSet
from gui.tensorboard import TensorBoard
from gui.training_desk import TrainingDesk
from gui.widgets.augment_preview import AugmentPreview
from gui.widgets.run_view import RunView

RunRow = tuple[str, str, Callable[[Summary], object], Callable[[Summary], bool]]


class Doer(Protocol):
    """The page, as far as its rows need it."""

    desk: TrainingDesk
    street: StreetTrainingSet
    rates: RateFinding
    tensorboard: TensorBoard
    view: RunView
    preview: AugmentPreview

    def start(self) -> None: ...

    def resume(self, run: Run | None = None) -> None: ...

    def look_at(self, run: Run) -> None: ...

    def ask_to_open(self) -> None: ...


def rows(page: Doer) -> list[Action]:
    """The page's actions."""
    desk = page.desk

    def row(id: str, text: str, key: str, icon: str, call: Callable[[], object], enabled: Callable[[], bool] | None = None, help: str = "") -> Action:
        return Action(f"train.{id}", text, key, "train", icon, call, enabled, help=help)

    def switch(id: str, text: str, key: str, icon: str, call: Callable[[], object], checked: Callable[[], bool], help: str) -> Action:
        return Action(f"train.{id}", text, key, "train", icon, call, checked=checked, help=help)

    return [
        row("start", "Start training", "Ctrl+Return", "play", page.start, lambda: not desk.trainer.running, "Trains what the form says, in the background"),
        row("stop", "Stop", "Ctrl+.", "stop", desk.stop, lambda: desk.can_stop, "Ends after this step and keeps a checkpoint that resumes"),
        row("resume", "Resume", "Ctrl+R", "resume", page.resume, lambda: desk.can_resume, "Goes on where the run's last checkpoint stands"),
        row("rate", "Find learning rate…", "Ctrl+L", "search", page.rates.ask, lambda: not desk.trainer.running, "Tries rising rates for a hundred steps; nothing is kept"),
        row("use", "Use checkpoint", "Ctrl+U", "checkpoint", desk.use, lambda: desk.can_use, "Drive and Lidar predict with this run's best checkpoint"),
        row("preview", "Preview augmentation…", "P", "eye", lambda: page.preview.toggle(), help="Any frame as the training will see it, by what the form says"),
        switch("classes", "Classes", "C", "classes", lambda: page.view.show_classes(not page.view.classes_shown), lambda: page.view.classes_shown, "A line for each class that is checked"),
        switch("log", "Log scale", "L", "scale", lambda: page.view.fold(not page.view.folded), lambda: page.view.folded, "Losses by powers of ten, so that small terms are seen beside large ones"),
        row("all", "Show all steps", "Ctrl+F", "fit", lambda: page.view.curves.reset()),
        row("save", "Save curves…", "Ctrl+S", "save", lambda: page.view.curves.ask_and_save("png"), lambda: desk.looked_at is not None, "As a picture, a drawing or numbers"),
        row(
            "board", "Open TensorBoard", "Ctrl+B", "board", lambda: page.tensorboard.open(places.runs()), lambda: not page.tensorboard.starting,
            "All runs in the browser, from a server that only this machine can reach",
        ),  # fmt: skip
        row("folder", "Open run folder", "", "external", desk.open_folder, lambda: desk.looked_at is not None),
        row("delete", "Delete run…", "", "trash", desk.delete, lambda: desk.can_delete),
        row("open", "Open folder…", "", "open", page.ask_to_open),
        row("street", "Write the sample street", "", "street", page.street.ask, lambda: not page.street.writing, "120 labelled scenes to train on, written on this machine"),
    ]


def run_rows(page: Doer) -> list[RunRow]:
    """What can be done with a run in the list."""
    desk = page.desk

    def idle(row: Summary) -> bool:
        return row.state != "running"

    return [
        ("Use this checkpoint", "checkpoint", lambda row: desk.use(row.run), lambda row: run_deeds.has_checkpoint(row.run)),
        ("Train again with changes", "edit", lambda row: page.look_at(row.run), lambda row: True),
        ("Resume", "resume", lambda row: page.resume(row.run), lambda row: idle(row) and row.run.resumable and row.state != "finished" and not desk.trainer.running),
        ("Open folder", "external", lambda row: desk.open_folder(row.run), lambda row: True),
        ("Delete…", "trash", lambda row: desk.delete(row.run), idle),
    ]
