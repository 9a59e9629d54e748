"""Changes as compact text for the journal: everything of their regions, so that a row of it needs no other."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from engine.annotation.changes import Change, Splice
from engine.annotation.document import Painted, Polygon, Region, Shape


def dump(change: Change) -> str:
    """ASCII JSON; `load` makes the same change of it, but for `what`."""
    rows = [[splice.place, _dump_regions(splice.removed), _dump_regions(splice.inserted)] for splice in change.splices]
    return _ENCODER.encode(rows)


def load(text: str, what: str) -> Change:
    """What `dump` was given. Raises ValueError, KeyError, TypeError or zlib.error for anything else."""
    return Change(what, tuple(Splice(place, _load_regions(removed), _load_regions(inserted)) for place, removed, inserted in json.loads(text)))


def _load_regions(rows: list[dict[str, Any]]) -> tuple[Region, ...]:
    return tuple(Region(row["k"], row["l"], _shape(row), row.get("d", 0) == 1, row.get("e", {}), row.get("s")) for row in rows)


def _dump_regions(regions: tuple[Region, ...]) -> list[dict[str, Any]]:
    return [_row(region) for region in regions]


def _row(region: Region) -> dict[str, Any]:
    row: dict[str, Any] = {"k": region.key, "l": region.label}
    if isinstance(region.shape, Polygon):
        row["p"] = region.shape.points
    else:
        row["b"], row["m"] = region.shape.box, _packed(region.shape.bits)
    if region.deleted:
        row["d"] = 1
    if region.extra:
        row["e"] = region.extra
    if region.source is not None:
        row["s"] = region.source
    return row


def _shape(row: dict[str, Any]) -> Shape:
    if "p" in row:
        return Polygon(tuple((x, y) for x, y in row["p"]))
    left, top, right, bottom = row["b"]
    return Painted((left, top, right, bottom), zlib.decompress(base64.b64decode(row["m"])))


@lru_cache(maxsize=16)
def _packed(bits: bytes) -> str:
    """Remembered, as what a stroke ends with is what the next one begins with."""
    return base64.b64encode(zlib.compress(bits, 1)).decode("ascii")


def _plain(value: Any) -> Any:
    """Numbers of numpy and read-only mappings, as tools may leave them in shapes and values."""
    if isinstance(value, Mapping):
        return dict(value)
    return value.item()


_ENCODER = json.JSONEncoder(separators=(",", ":"), default=_plain)
