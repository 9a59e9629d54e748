"""Labels drawn with labelme, taken over: a `NAME.json` beside the image NAME. Only read, never written.

Format: labelme 5 and 6, `labelme/_label_file.py`. Its shapes are filled by Pillow with truncated coordinates, as ours are.
"""

from __future__ import annotations

import base64
import math
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from engine.annotation.document import Document, Painted, Polygon, Shape
from engine.annotation.json_text import JsonText, read_text
from engine.annotation.painted_json import FARTHEST
from engine.errors import DataError
from engine.labels import LabelSpace

_CORNERS = 48
"""Of the polygon that a circle becomes."""


@dataclass(frozen=True)
class Imported:
    """What was taken over. `left_out` says what wasn't, as words such as `2 of line`; `unknown` are labels that the label space has no name for."""

    document: Document
    left_out: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def recognises(path: Path) -> bool:
    """Whether a file looks like one of labelme's: other programs too keep a JSON beside an image."""
    try:
        return path.is_file() and b'"shapes"' in path.read_bytes()
    except OSError:
        return False


def read_file(path: Path, space: LabelSpace, *, size: tuple[int, int]) -> Imported:
    """The shapes of a labelme file over an image of `size` (width, height), later ones on top; labels are matched to the space's names
    whatever their case, spaces and hyphens. Raises DataError that names the file."""
    values = JsonText(read_text(path), source=str(path)).whole()
    shapes = values.get("shapes")
    if not isinstance(shapes, list):
        raise DataError(f"{path} is no labelme file: it has no list of shapes; move it away, or save it with labelme again")
    known = {_plain(name): label.name for name, label in space.by_name.items()}
    document, left_out, unknown = Document(*size), Counter[str](), Counter[str]()
    for number, one in enumerate(shapes):
        if not isinstance(one, dict) or not isinstance(one.get("label"), str):
            raise DataError(f"{path} is damaged: shape {number} has no label; give it one with labelme")
        kind = str(one.get("shape_type") or "polygon")
        try:
            shape = _shape(kind, one)
        except (ValueError, TypeError, LookupError, OverflowError, cv2.error) as error:
            raise DataError(f"{path} is damaged: shape {number}, {one['label']!r}, can't be read; delete it with labelme and draw it again") from error
        if shape is None:
            left_out[kind] += 1
            continue
        name = known.get(_plain(one["label"]))
        if name is None:
            unknown[one["label"]] += 1
        document = document.added(name or one["label"], shape)
    return Imported(document, tuple(f"{count} of {kind}" for kind, count in left_out.items()), tuple(unknown))


def _shape(kind: str, one: dict[str, Any]) -> Shape | None:
    """None for what has no area: points and lines."""
    points = [(int(x), int(y)) for x, y in one["points"]]
    if any(max(abs(x), abs(y)) >= FARTHEST for x, y in points):
        raise ValueError("a point is too far away")
    match kind:
        case "polygon":
            return Polygon(tuple(points)) if len(points) > 2 else None
        case "rectangle":
            (left, top), (right, bottom) = points
            return Polygon(((left, top), (right, top), (right, bottom), (left, bottom)))
        case "circle":
            (x, y), (edge_x, edge_y) = one["points"]
            radius = math.hypot(edge_x - x, edge_y - y)
            angles = [2 * math.pi * corner / _CORNERS for corner in range(_CORNERS)]
            return Polygon(tuple((int(x + radius * math.cos(angle)), int(y + radius * math.sin(angle))) for angle in angles))
        case "mask":
            packed = np.frombuffer(base64.b64decode(one["mask"], validate=True), np.uint8)
            mask = cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE) if len(packed) else None
            if mask is None:
                raise ValueError("its mask is no picture")
            return Painted.of(mask > 0, *points[0])
    return None


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())
