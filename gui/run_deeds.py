"""What can be done with a run that is not training: opening its folder, taking its checkpoint, deleting it, stopping it elsewhere."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QMessageBox, QWidget

from engine import atomic, events, runs
from engine.runs import Run
from gui.jobs import Jobs, ThreadJob


def has_checkpoint(run: Run) -> bool:
    """Whether it can predict yet."""
    return run.best.exists() or run.last.exists()


def open_folder(run: Run) -> None:
    """Shows its files with the system's own file manager."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(run.path)))


def ask_to_stop(run: Run) -> None:
    """Leaves the word in its folder: whoever trains it stops and keeps a checkpoint. Raises OutputError."""
    with atomic.told(run.path / runs.STOP):
        (run.path / runs.STOP).touch()


def may_delete(run: Run, parent: QWidget) -> bool:
    """Asks whether `run` with its checkpoints shall go for good."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle("Delete run?")
    box.setText(f"Delete {run.name}?")
    box.setInformativeText(f"Its curves, pictures and checkpoints in {run.path} are removed for good.")
    delete = box.addButton("Delete", QMessageBox.ButtonRole.DestructiveRole)
    keep = box.addButton("Keep", QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(keep)
    box.setEscapeButton(keep)
    box.exec()
    return box.clickedButton() is delete


def delete(run: Run, jobs: Jobs, done: Callable[[str], object]) -> None:
    """Removes its folder in the background; `done` gets what went wrong, "" for nothing."""

    def work(should_stop: events.ShouldStop) -> events.Events:
        with atomic.told(run.path):
            _remove(run.path)
        yield events.Finished()

    job = ThreadJob("Deleting a run", work, quiet=True)
    job.ended.connect(lambda: done(job.failure.reason if job.failure else ""))
    jobs.run(job)


def _remove(folder: Path) -> None:
    away = folder.with_name(f".{folder.name}.deleted")  # out of the list at once, and never half a run
    folder.rename(away)
    shutil.rmtree(away)
