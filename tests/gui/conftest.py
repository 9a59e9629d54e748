"""A window without a display, with settings of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from engine import images  # noqa: E402
from gui.jobs import Jobs  # noqa: E402
from gui.session import Session  # noqa: E402
from gui.settings import Settings  # noqa: E402


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    """Widgets of a page alone, such as its inspector, have no window that takes them along: each would slow every later change of theme down."""
    yield
    if QApplication.instance() is not None:
        QApplication.processEvents()  # what threads have said still finds its widgets
        for widget in QApplication.topLevelWidgets():
            widget.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "window.ini")


@pytest.fixture
def jobs(qapp: QApplication) -> Iterator[Jobs]:
    jobs = Jobs()
    yield jobs
    jobs.cancel_all()
    jobs.wait()


@pytest.fixture
def session(jobs: Jobs) -> Iterator[Session]:
    session = Session(jobs)
    yield session
    session.close()


@pytest.fixture
def window(qtbot, settings: Settings, qapp: QApplication):  # type: ignore[no-untyped-def]
    """The whole window, on the Data page; closed afterwards with all its threads."""
    from gui import app

    window = app.make(qapp, settings)
    window.resize(1280, 800)
    window.show()
    window.host.show_page("data")
    yield window
    window.jobs.cancel_all()
    qtbot.waitUntil(lambda: not window.jobs.running, timeout=20_000)
    window.close()
    window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A CamVid of twelve small frames: road below, sky above."""
    root = tmp_path / "camvid"
    random = np.random.default_rng(0)
    for split, count in (("train", 8), ("val", 4)):
        for at in range(count):
            picture = random.integers(0, 60, (48, 64, 3), np.uint8)
            picture[:20, :, 2] += 150
            mask = np.full((48, 64), 3, np.uint8)
            mask[:20] = 0
            images.write_png(root / split / f"0001TP_{at:06d}.png", picture)
            images.write_png(root / f"{split}annot" / f"0001TP_{at:06d}.png", mask)
    return root
