"""Names in configs stand for files: `engine/datasets/camvid.py` is the dataset `camvid`."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType

from engine.errors import ConfigError


def names(package: ModuleType) -> tuple[str, ...]:
    """Everything `package` offers, sorted; modules with a leading underscore are its own business."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(package.__path__) if not module.name.startswith("_")))


def load(package: ModuleType, name: str) -> ModuleType:
    """The module `name` of `package`. Raises ConfigError that lists the known names."""
    if name not in names(package):
        kind = package.__name__.rpartition(".")[2]
        raise ConfigError(f"there is nothing named {name!r} in {kind}; choose one of: {', '.join(names(package))}")
    return importlib.import_module(f"{package.__name__}.{name}")
