"""labelme from PyPI, the peer of the Annotate page: installed in an environment of its own, and timed on the same frames in the same run."""

from __future__ import annotations

import ctypes.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

WANTED = "labelme>=6,<7"
_HERE = Path(__file__).resolve().parent


class Unavailable(Exception):
    """Why the peer can't be run, as a sentence."""


def environment() -> Path:
    """The Python that has labelme; made the first time, which downloads some hundred megabytes. Raises Unavailable."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "roadscope-ci"
    folder = cache / "labelme-peer"
    python = folder / "bin" / "python"
    if (folder / "ready").exists():
        return python
    shutil.rmtree(folder, ignore_errors=True)
    for step in ([sys.executable, "-m", "venv", str(folder)], [str(python), "-m", "pip", "install", "--quiet", "--no-cache-dir", "--disable-pip-version-check", WANTED]):
        done = subprocess.run(step, capture_output=True, text=True, check=False, timeout=1200)
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise Unavailable(f"{WANTED} could not be installed from PyPI ({last})")
    _add_xinerama(folder)
    (folder / "ready").touch()
    return python


def _add_xinerama(folder: Path) -> None:
    """Qt 5's window on X needs a library that few systems still have: put beside it, where that can be had without being root; else labelme runs offscreen."""
    if ctypes.util.find_library("xcb-xinerama") or not (shutil.which("apt-get") and shutil.which("dpkg")):
        return
    got = subprocess.run(["apt-get", "download", "-qq", "libxcb-xinerama0"], cwd=folder, capture_output=True, check=False, timeout=120)
    for package in folder.glob("libxcb-xinerama0_*.deb") if got.returncode == 0 else ():
        subprocess.run(["dpkg", "-x", str(package), str(folder / "system")], capture_output=True, check=False, timeout=60)


def surroundings(python: Path, home: Path) -> dict[str, str]:
    """The environment variables that labelme runs with: on the display that there is, else offscreen."""
    values = {name: value for name, value in os.environ.items() if not name.startswith(("QT_", "PYTHON"))} | {"HOME": str(home)}
    beside = next(python.parents[1].glob("system/usr/lib/**/libxcb-xinerama.so.0"), None)
    if beside is not None:
        values["LD_LIBRARY_PATH"] = str(beside.parent)
    if not values.get("DISPLAY") or os.environ.get("QT_QPA_PLATFORM") == "offscreen" or not (beside or ctypes.util.find_library("xcb-xinerama")):
        values["QT_QPA_PLATFORM"] = "offscreen"
    return values


def converted(root: Path, folder: Path) -> Path:
    """The frames of a Cityscapes folder as labelme keeps them: each image with a JSON file beside it."""
    folder.mkdir()
    for image in sorted((root / "leftImg8bit").rglob("*_leftImg8bit.png")):
        name = image.name.removesuffix("_leftImg8bit.png")
        document = json.loads(next((root / "gtFine").rglob(f"{name}_gtFine_polygons.json")).read_text(encoding="utf-8"))
        shapes = [
            {"label": one["label"], "points": [[x + 0.5, y + 0.5] for x, y in one["polygon"]], "group_id": None, "description": "", "shape_type": "polygon", "flags": {}, "mask": None}
            for one in document["objects"]
        ]
        shutil.copy(image, folder / f"{name}.png")
        values = {
            "version": "6.0.0", "flags": {}, "shapes": shapes, "imagePath": f"{name}.png", "imageData": None,
            "imageHeight": document["imgHeight"], "imageWidth": document["imgWidth"],
        }  # fmt: skip
        (folder / f"{name}.json").write_text(json.dumps(values, indent=2), encoding="utf-8")
    return folder


def times(root: Path, folder: Path, moves: int) -> tuple[str, dict[str, list[float]]]:
    """labelme's version, and its milliseconds by what was done, on the frames of `root`; `folder` is a new one to work in. Raises Unavailable."""
    python = environment()
    home = folder.with_name("labelme-home")
    home.mkdir(exist_ok=True)
    command = [str(python), str(_HERE / "labelme_child.py"), str(converted(root, folder)), str(moves)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900, env=surroundings(python, home))
    if done.returncode or not done.stdout.strip():
        raise Unavailable(f"labelme ended with {done.returncode}: {(done.stderr.strip().splitlines() or ['no reason given'])[-1]}")
    found = json.loads(done.stdout.strip().splitlines()[-1])
    if found["moved"] != 1:
        raise Unavailable(f"labelme {found['version']} moved {found['moved']} shapes where one vertex was dragged")
    return found["version"], found["times"]
