"""A window without a display, with settings of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from gui.jobs import Jobs  # noqa: E402
from gui.session import Session  # noqa: E402
from gui.settings import Settings  # noqa: E402


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
