"""The keys of a document's regions, which its file doesn't hold: kept beside each version, so that edits find their regions again."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from engine.annotation.document import Document, Envelope, Polygon, Shape


def of(document: Document) -> bytes:
    """What `given` needs to know of the document beside its file. Regions that are written nowhere (painted ones without pixels) are not among them."""
    return json.dumps({"next": document.next_key, "keys": [region.key for region in document.regions if _is_written(region.shape)]}).encode("ascii")


def given(document: Document, kept: bytes) -> Document:
    """The document, just read from a file, with the keys that it had when it was written; as it is where nothing is known."""
    known: dict[str, Any] = json.loads(kept) if kept else {"keys": [], "next": 0}
    if len(known["keys"]) != len(document.regions):
        return document
    if known["keys"] == [region.key for region in document.regions]:
        return dataclasses.replace(document, next_key=known["next"])
    regions = tuple(dataclasses.replace(region, key=key) for region, key in zip(document.regions, known["keys"]))
    return dataclasses.replace(document, regions=regions, next_key=known["next"], envelope=_envelope(document.envelope, known["keys"]))


def _is_written(shape: Shape) -> bool:
    return isinstance(shape, Polygon) or any(shape.bits)


def _envelope(envelope: Envelope, keys: list[int]) -> Envelope:
    """What stands around the objects, counted by the new keys."""
    if len(keys) < 2 or len(envelope.gaps) != len(keys) + 1:
        return envelope  # a single object doesn't show what stands between two
    between = envelope.gaps[1]
    gaps = [between] * (max(keys) + 1)
    names: list[tuple[str, ...]] = [()] * (max(keys) + 1)
    for place, key in enumerate(keys):
        gaps[key] = envelope.gaps[place] if place else between
        names[key] = envelope.keys[place]
    gaps[0] = envelope.gaps[0]
    return dataclasses.replace(envelope, gaps=(*gaps, envelope.gaps[-1]), keys=tuple(names))
