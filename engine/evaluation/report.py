"""What an evaluation found, for people and for programs.

A report is a dict of plain values: `mean_iou`, `accuracy`, `classes: {name: {iou, dice, precision, recall, pixels}}`, `confusion`
(rows truth, columns prediction, in the order of `classes`), and what was scored. NaN stands for what means nothing, such as the IoU
of a class that neither occurs nor is predicted; in JSON it is null, in CSV and in the table empty.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine import atomic
from engine.evaluation.confusion import Confusion

Report = dict[str, Any]
_RATES = ("iou", "dice", "precision", "recall")


def report(
    confusion: Confusion, names: Sequence[str], *, scored: Sequence[bool] | None = None, facts: dict[str, Any] | None = None
) -> Report:
    """The report of a confusion matrix over the classes `names`; the mean is over those that `scored` marks and that occur."""
    columns = {rate: getattr(confusion, rate).tolist() for rate in _RATES}
    pixels = confusion.pixels.tolist()
    classes = {name: {rate: columns[rate][i] for rate in _RATES} | {"pixels": pixels[i]} for i, name in enumerate(names)}
    return {
        "mean_iou": confusion.mean_iou(scored),
        "accuracy": confusion.accuracy,
        "classes": classes,
        "confusion": confusion.matrix.tolist(),
        "scored": [name for i, name in enumerate(names) if scored is None or scored[i]],
        **(facts or {}),
    }


def table(of: Report) -> str:
    """A row a class with its rates and its share of the pixels, then the mean."""
    names = of["classes"]
    total = max(1, sum(one["pixels"] for one in names.values()))
    width = max(len("mean"), *(len(name) for name in names))
    lines = [f"{'class':<{width}}  {'IoU':>6} {'Dice':>6} {'prec.':>6} {'recall':>6} {'pixels':>8}"]
    lines.append("─" * len(lines[0]))
    for name, one in names.items():
        aside = "" if name in of["scored"] else "  (not in the mean)"
        lines.append(f"{name:<{width}}  " + " ".join(_three(one[rate]) for rate in _RATES) + f" {100 * one['pixels'] / total:7.2f}%{aside}")
    lines.append(lines[1])
    means = [_mean(of, rate) for rate in _RATES[1:]]
    lines.append(f"{'mean':<{width}}  " + " ".join(_three(value) for value in (of["mean_iou"], *means)) + f" {of['accuracy']:8.3f} right")
    return "\n".join(lines)


def write_json(of: Report, path: Path) -> None:
    """Raises OutputError."""
    atomic.write_text(path, json.dumps(_without_nan(of), indent=1, ensure_ascii=False) + "\n")


def write_csv(of: Report, path: Path) -> None:
    """A row a class. Raises OutputError."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["class", *_RATES, "pixels"])
    for name, one in of["classes"].items():
        writer.writerow([name, *("" if math.isnan(one[rate]) else f"{one[rate]:.6f}" for rate in _RATES), one["pixels"]])
    atomic.write_text(path, text.getvalue())


def _mean(of: Report, rate: str) -> float:
    values = [of["classes"][name][rate] for name in of["scored"] if not math.isnan(of["classes"][name][rate])]
    return sum(values) / len(values) if values else math.nan


def _three(value: float) -> str:
    return f"{'–':>6}" if math.isnan(value) else f"{value:6.3f}"


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nan(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_without_nan(one) for one in value]
    return None if isinstance(value, float) and math.isnan(value) else value
