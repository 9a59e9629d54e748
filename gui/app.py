"""Starts the window. Only QtCore, QtGui and QtWidgets are imported before the first paint."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QApplication

from gui.faults import Faults
from gui.jobs import Jobs
from gui.keyboard import KeyGuard
from gui.main_window import MainWindow
from gui.session import Session
from gui.settings import Settings


def main(arguments: list[str] | None = None) -> int:
    """Runs the window until it is closed. `--open PATH` opens a dataset, drive or video, `--page NAME` shows that page first, `--checkpoint C`
    predicts with that checkpoint.

    With ROADSCOPE_FIRST_PAINT set, says on standard error how long the first paint took since the process began ("exit": and ends).
    """
    wanted = _parsed(sys.argv[1:] if arguments is None else arguments)
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setApplicationName("roadscope")
    app.setApplicationDisplayName("Roadscope")
    settings = Settings()
    window = make(app, settings)
    faults = Faults(window.problem)
    faults.install()
    window.painted.connect(lambda: _on_painted(app))
    window.painted.connect(lambda: window.start(wanted.open, wanted.page, wanted.checkpoint))
    _leave_on_interrupt(window.close)
    window.show()
    code = app.exec()
    window.jobs.wait()
    dispose(window)
    faults.remove()
    return code


def make(app: QApplication, settings: Settings) -> MainWindow:
    """The window with its session and jobs."""
    jobs = Jobs(app)
    window = MainWindow(Session(jobs, app), jobs, settings)
    app.installEventFilter(KeyGuard(window, window.table.refresh))
    return window


def dispose(window: MainWindow) -> None:
    """Deletes the closed window now: widgets must not outlive the application."""
    window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def _parsed(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="roadscope", description="The window. With a verb, the command line: see `python main.py --help`.")
    parser.add_argument("--open", type=Path, metavar="PATH", help="open this dataset, drive or video")
    parser.add_argument("--page", default="", metavar="NAME", help="show this page first: data, train, drive or lidar")
    parser.add_argument("--checkpoint", type=Path, metavar="C", help="predict with this .safetensors file or run folder")
    return parser.parse_args(arguments)


def _on_painted(app: QApplication) -> None:
    said = os.environ.get("ROADSCOPE_FIRST_PAINT")
    if said:
        print(f"first paint {milliseconds_since_start():.0f} ms", file=sys.stderr, flush=True)
    if said == "exit":
        QTimer.singleShot(0, app.closeAllWindows)


def milliseconds_since_start() -> float:
    """Since the operating system began this process; to 10 ms, on Linux alone (else 0)."""
    try:
        ticks = int(Path("/proc/self/stat").read_text(encoding="ascii").rpartition(")")[2].split()[19])
    except (OSError, ValueError, IndexError):
        return 0.0
    return 1000 * (time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK"))


def _leave_on_interrupt(close: Callable[[], object]) -> None:
    """Ctrl+C in the terminal closes the window as its button does."""
    signal.signal(signal.SIGINT, lambda *_: close())
    timer = QTimer(QApplication.instance())
    timer.timeout.connect(lambda: None)  # lets the interpreter look at signals
    timer.start(250)
