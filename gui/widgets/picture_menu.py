"""What can be done with the picture under the pointer: copy, save, hide and solo the class there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from engine import events
from gui import theme
from gui.jobs import Jobs, ThreadJob
from gui.session import Session
from gui.settings import Settings

Say = Callable[[str], object]


def add_picture(menu: QMenu, parent: QWidget, picture: Callable[[], QImage], save: Callable[[], object], say: Say) -> None:
    """Entries to copy the picture as it is shown, and to save it."""

    def copy() -> None:
        QGuiApplication.clipboard().setImage(picture())
        say("Picture copied")

    menu.addAction(theme.icon("copy"), "Copy picture", copy)
    menu.addAction(theme.icon("save"), "Save picture…", save)


def add_class(menu: QMenu, session: Session, name: str | None) -> None:
    """Entries for the class under the pointer."""
    if name is not None:
        menu.addSeparator()
        menu.addAction(theme.icon("eye-off"), f"Hide {name}", lambda: session.set_hidden(name, True))
        menu.addAction(theme.icon("solo"), f"Show only {name}", lambda: session.solo(name))
    if session.hidden:
        menu.addAction(theme.icon("eye"), "Show all classes", lambda: session.hide_only(frozenset()))


def save(parent: QWidget, picture: QImage, name: str, settings: Settings, jobs: Jobs, say: Say, fail: Callable[[str], object]) -> None:
    """Asks where to, and writes a PNG in the background."""
    folder = Path(settings.text("pictures/folder", str(Path.home())))
    chosen, _ = QFileDialog.getSaveFileName(parent, "Save picture", str(folder / f"{name}.png"), "PNG (*.png)")
    if not chosen:
        return
    path = Path(chosen).with_suffix(".png")
    settings.set("pictures/folder", str(path.parent))
    pixels = _pixels(picture)

    def work(should_stop: events.ShouldStop) -> events.Events:
        from engine import images

        images.write_png(path, pixels)
        yield events.Saved(str(path), "picture")

    job = ThreadJob("Saving the picture", work, quiet=True)
    job.ended.connect(lambda: fail(job.failure.reason) if job.failure else say(f"Saved {path.name}"))
    jobs.run(job)


def _pixels(picture: QImage) -> np.ndarray:
    plain = picture.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.bytesPerLine())
    return rows[:, : plain.width() * 3].reshape(plain.height(), plain.width(), 3).copy()
