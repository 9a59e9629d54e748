"""What every test may use: a home of its own, and the small real data where it is at hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

# The same examples at every run: what fails here fails for whoever looks into it. `--hypothesis-profile=default` searches anew.
settings.register_profile("same", derandomize=True, database=None)
settings.load_profile("same")

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test reads or writes the user's runs, cache or settings."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("ROADSCOPE_HOME", str(home / "home"))
    monkeypatch.setenv("ROADSCOPE_CACHE", str(home / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    return home


@pytest.fixture
def shared_data() -> Path:
    """The folder of small real files (CamVid, KITTI, a video) beside the checkout; skips where it is missing."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"the real data is not at hand: {SHARED_DATA} is missing")
    return SHARED_DATA
