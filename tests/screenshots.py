"""Pictures of the window: every page × size × theme. `python tests/screenshots.py OUT [--open PATH] [--page data] [--size 1440x900] [--theme dark]`.

Runs without a display (Qt's offscreen platform) or in any, such as `xvfb-run -a`. Without `--open` it shows the sample street.
Each picture is taken when nothing runs any more and the page has been still for a moment.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
SIZES = ("1440x900", "1024x700")
THEMES = ("dark", "light")


def main() -> int:
    wanted = _parsed()
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from gui import app as window_app
    from gui import sample_street
    from gui.settings import Settings

    app = QApplication([])
    wanted.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        window = window_app.make(app, Settings(Path(home) / "window.ini"))
        window.show()
        window.start(None, "data")
        window.opening.open(wanted.open) if wanted.open else window.opening.open_sample()
        _until(app, lambda: window.session.source is not None, 120)
        window.session.show_frame(wanted.frame)
        for theme in wanted.theme or THEMES:
            window.theme.choose(theme)
            for size in wanted.size or SIZES:
                width, height = (int(one) for one in size.split("x"))
                window.resize(width, height)
                for page in wanted.page or window.names:
                    window.show_page(page)
                    _settle(app, window, wanted.seconds)
                    path = wanted.out / f"{page}-{theme}-{size}.png"
                    window.grab().save(str(path))
                    print(path)
        window.jobs.cancel_all()
        _until(app, lambda: not window.jobs.running, 30)
        window.close()
        window_app.dispose(window)
    assert wanted.open or sample_street.ready()
    return 0


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--open", type=Path)
    parser.add_argument("--frame", type=int, default=12)
    parser.add_argument("--page", action="append")
    parser.add_argument("--size", action="append")
    parser.add_argument("--theme", action="append")
    parser.add_argument("--seconds", type=float, default=6.0, help="the longest wait for a page")
    return parser.parse_args()


def _until(app, done, seconds: float) -> None:  # type: ignore[no-untyped-def]
    end = time.monotonic() + seconds
    while not done() and time.monotonic() < end:
        app.processEvents()
        time.sleep(0.01)


def _settle(app, window, seconds: float) -> None:  # type: ignore[no-untyped-def]
    """Until no job runs and a page that was just made has had its first pictures."""
    end = time.monotonic() + seconds
    still = time.monotonic() + min(1.5, seconds)
    while time.monotonic() < end and (window.jobs.running or time.monotonic() < still):
        app.processEvents()
        time.sleep(0.01)


if __name__ == "__main__":
    sys.exit(main())
