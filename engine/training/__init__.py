"""Training: the loop as a generator of events, and what it is made of."""

from __future__ import annotations

import ast
from pathlib import Path

_NOT_LOSSES = ("parts", "weighted")


def loss_names() -> tuple[str, ...]:
    """Every loss that `losses.py` defines, read without importing torch, so that a form can offer them at once."""
    tree = ast.parse(Path(__file__).with_name("losses.py").read_text(encoding="utf-8"))
    functions = (node.name for node in tree.body if isinstance(node, ast.FunctionDef))
    return tuple(sorted(name for name in functions if not name.startswith("_") and name not in _NOT_LOSSES))
