"""Says what works on this machine, and what to do about what doesn't.

Each line is a finding: ok, or what is missing with the cure. The exit code is 1 when something that every user needs is missing.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import multiprocessing
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine import places
from engine.errors import OutputError

if TYPE_CHECKING:
    from engine.verbs._terminal import Terminal

HELP = "what works on this machine: versions, accelerator, GL, display, codecs, disk"

_PACKAGES = ("PySide6_Essentials", "torch", "torchvision", "albumentations", "opencv-python-headless", "numpy", "pyqtgraph", "open3d", "av", "safetensors")
_NEEDED_GB = 2.0
_MARKS = {"ok": "✓", "note": "·", "missing": "✗"}


@dataclass(frozen=True, slots=True)
class Finding:
    """`state` is ok, note (works, but could be better) or missing (a user will miss it); `cure` says what to do."""

    about: str
    state: str
    found: str
    cure: str = ""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", dest="as_json", action="store_true", help="the findings as one JSON list, for programs")


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    findings = []
    for finding in examine():
        findings.append(finding)
        if not arguments.as_json:
            terminal.say(f" {_MARKS[finding.state]} {finding.about:<22} {finding.found}")
            if finding.cure:
                terminal.say(f"   {'':<22} → {finding.cure}")
    if arguments.as_json:
        terminal.say(json.dumps([asdict(finding) for finding in findings], indent=2, ensure_ascii=False))
    return int(any(finding.state == "missing" for finding in findings))


def examine() -> Iterator[Finding]:
    """Looks at one thing after the other; whatever may take the process down is looked at in a child."""
    yield Finding("Python", "ok", f"{platform.python_version()} on {platform.platform(terse=True)}, {os.cpu_count()} cores")
    for package in _PACKAGES:
        yield _package(package)
    yield _one_qt()
    yield _accelerator()
    yield _open3d()
    yield _display()
    yield _encoder()
    for about, folder in (("runs folder", places.home()), ("cache folder", places.cache())):
        yield _disk(about, folder)
    yield _shared_memory()
    yield _student()


def _package(name: str) -> Finding:
    try:
        return Finding(name.replace("_", "-"), "ok", importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return Finding(name.replace("_", "-"), "missing", "not installed", "run make demo or make gui, which install everything, and start from .venv/bin/python")


def _one_qt() -> Finding:
    import cv2

    if (Path(cv2.__file__).parent / "qt").exists():
        cure = f"{sys.executable} -m pip uninstall -y opencv-python opencv-python-headless, then install opencv-python-headless alone"
        return Finding("OpenCV and Qt", "missing", "opencv-python brings a second Qt that breaks the window's", cure)
    return Finding("OpenCV and Qt", "ok", "one Qt in this environment")


def _accelerator() -> Finding:
    script = (
        "import torch, json\n"
        "from engine.inference import device\n"
        "names = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())] if torch.cuda.is_available() else []\n"
        "print(json.dumps([names, torch.get_num_threads(), device.has_bf16(torch.device('cpu'))]))"
    )
    said, error = _child(script)
    if said is None:
        return Finding("torch", "missing", f"can't be imported: {error}", "delete the virtual environment and run make again")
    names, threads, bf16 = json.loads(said)
    if names:
        return Finding("accelerator", "ok", ", ".join(names))
    fast = "bf16 in hardware" if bf16 else "no bf16 in hardware: training uses fp32"
    return Finding("accelerator", "note", f"none: torch runs on the CPU with {threads} threads, {fast}", "an NVIDIA GPU with its driver makes training tens of times faster")


def _open3d() -> Finding:
    script = (
        "import os\n"
        "os.environ.pop('DISPLAY', None); os.environ.pop('WAYLAND_DISPLAY', None)\n"
        "import open3d, numpy\n"
        "v = open3d.visualization.Visualizer()\n"
        "assert v.create_window(width=64, height=64, visible=False)\n"
        "p = open3d.geometry.PointCloud(open3d.utility.Vector3dVector(numpy.random.rand(100, 3)))\n"
        "v.add_geometry(p); a = numpy.asarray(v.capture_screen_float_buffer(True)); print(a.shape[0])"
    )
    said, error = _child(script)
    if said is None:
        return Finding("GL for lidar", "missing", f"Open3D can't draw: {error}", "install a GL driver; on Debian: sudo apt-get install libegl1 libgl1 libgl1-mesa-dri")
    return Finding("GL for lidar", "ok", "Open3D draws offscreen through EGL")


def _display() -> Finding:
    named = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY")
    if not has_display():
        return Finding("display", "note", "none: the window can't open here; every job runs from the command line", "start it on a desktop, or under xvfb-run")
    said, error = _child("from PySide6.QtWidgets import QApplication; a = QApplication([]); s = a.primaryScreen(); print(a.platformName(), s.size().width(), 'x', s.size().height())")
    if said is None:
        return Finding("display", "missing", f"{named}: Qt can't open a window: {error}", "on Debian: sudo apt-get install libxcb-cursor0 libxkbcommon-x11-0 libegl1")
    return Finding("display", "ok", said)


def has_display() -> bool:
    """Whether a window could be opened: macOS and Windows always, elsewhere a display server must be named."""
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY"))


def _encoder() -> Finding:
    from engine.drives import movie

    cure = "install a build of PyAV with libx264 (the wheels of PyPI have it)"
    try:
        name = movie.encoder()
    except OutputError as error:
        return Finding("H.264 encoder", "missing", str(error), cure)
    if name == "mpeg4":
        return Finding("H.264 encoder", "note", "none: movies are written as MPEG-4 Part 2", cure)
    return Finding("H.264 encoder", "ok", name)


def _disk(about: str, folder: Path) -> Finding:
    there = folder
    while not there.exists():
        there = there.parent
    try:
        with tempfile.TemporaryFile(dir=there):
            free = shutil.disk_usage(there).free / 1e9
    except OSError as error:
        variable = "ROADSCOPE_HOME" if folder == places.home() else "ROADSCOPE_CACHE"
        return Finding(about, "missing", f"{folder} can't be written ({error.strerror})", f"set {variable} to a folder of yours")
    if free < _NEEDED_GB:
        return Finding(about, "missing", f"{folder}, only {free:.1f} GB free", "free some space; a run and its samples take some 100 MB")
    return Finding(about, "ok", f"{folder}, {free:.0f} GB free")


def _shared_memory() -> Finding:
    from multiprocessing import shared_memory

    try:
        block = shared_memory.SharedMemory(create=True, size=8 << 20)
    except OSError as error:
        return Finding("shared memory", "missing", f"8 MB can't be had ({error.strerror})", "give /dev/shm more room (in a container: --shm-size=256m)")
    block.close()
    block.unlink()
    return Finding("shared memory", "ok", f"8 MB and more, start method {multiprocessing.get_context('spawn').get_start_method()}")


def _student() -> Finding:
    if not places.STUDENT.is_file():
        return Finding("bundled student", "missing", f"{places.STUDENT} is not there", "check out the project again, with resources/models")
    from engine import checkpoints

    facts = checkpoints.card(places.STUDENT).facts
    return Finding("bundled student", "ok", f"{places.STUDENT.stat().st_size / 1e6:.1f} MB, mIoU {facts.get('mean_iou', float('nan')):.3f} on held-out street scenes")


def _child(script: str) -> tuple[str | None, str]:
    """What a Python child prints last, or None and why it ended badly."""
    try:
        done = subprocess.run([sys.executable, "-c", script], cwd=places.PROJECT, capture_output=True, text=True, timeout=120, check=False)
    except subprocess.TimeoutExpired:
        return None, "no answer within two minutes"
    if done.returncode:
        return None, (done.stderr.strip().splitlines() or [f"ended by signal {-done.returncode}"])[-1][:200]
    return (done.stdout.strip().splitlines() or [""])[-1], ""
