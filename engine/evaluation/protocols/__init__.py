"""Official protocols, to the digit: one file a benchmark.

Each module has `TITLE`, `score(predictions, truth, *, should_stop) -> Events`, which ends in Finished with the report as its summary,
and `tables(report)`, what of it is shown to people: a heading and rows each.
"""

from __future__ import annotations

from typing import Any

Table = tuple[list[str], list[list[Any]]]
