"""How objects are laid out in a label file: the white space around their keys, values, points and numbers."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.annotation.document import Envelope, Point

_DEPTH = 2
"""How many levels deep the objects of a Cityscapes file stand."""
_COLON = re.compile(r"\s*:\s*")
_COMMA = re.compile(r"\s*,\s*")
_POINTS = re.compile(r"\[(\s*)\[(\s*)[^\s,]+(\s*,\s*)[^\s,\]]+(\s*)\](\s*,\s*)\[")


@dataclass(frozen=True)
class Brackets:
    """What stands within a pair of brackets: before the first thing, between two, after the last."""

    opening: str
    comma: str
    closing: str

    def around(self, texts: Iterable[str]) -> str:
        """The texts with what stands around them; nothing around none."""
        inner = self.comma.join(texts)
        return f"{self.opening}{inner}{self.closing}" if inner else ""


@dataclass(frozen=True)
class Layout:
    """The white space and signs of an object, of the list of its points, and of a point."""

    object: Brackets
    colon: str
    points: Brackets
    point: Brackets
    indent: int | str | None

    def text(self, values: Mapping[str, str]) -> str:
        """An object of values that are written in JSON already."""
        return "{" + self.object.around(f"{json.dumps(key)}{self.colon}{value}" for key, value in values.items()) + "}"

    def outline(self, points: Iterable[Point]) -> str:
        """A list of points; whole numbers stay whole. Raises ValueError for what is no finite number."""
        first, comma, last = f"[{self.point.opening}", self.point.comma, f"{self.point.closing}]"
        return f"[{self.points.around(f'{first}{_number(x)}{comma}{_number(y)}{last}' for x, y in points)}]"

    def plain(self, value: Any) -> str:
        """A value as it is written in JSON, with the white space of this layout."""
        lead = self.object.comma.partition(",")[2]
        if "\n" in lead:
            return json.dumps(value, indent=self.indent).replace("\n", lead)
        return json.dumps(value, separators=(self.object.comma, self.colon))


def layout(envelope: Envelope) -> Layout:
    """That of the envelope's sample, or else what its `indent` asks for."""
    return (envelope.sample and _seen(envelope.sample, envelope.indent)) or _made(envelope)


def indent_of(text: str) -> int | str | None:
    """What `Envelope.indent` says of white space that leads to the first key of a file."""
    if "\n" not in text:
        return None
    level = text.rpartition("\n")[2]
    return level if level.strip(" ") else len(level)


def line(envelope: Envelope, depth: int) -> str:
    """The white space before a thing on a line of its own that stands so many levels deep; nothing where all is on one line."""
    level = " " * envelope.indent if isinstance(envelope.indent, int) else envelope.indent
    return "" if level is None else envelope.newline + level * depth


def _made(envelope: Envelope) -> Layout:
    """As `json.dumps` does it."""

    def brackets(depth: int) -> Brackets:
        comma = ", " if envelope.indent is None else "," + line(envelope, depth)
        return Brackets(line(envelope, depth), comma, line(envelope, depth - 1))

    return Layout(brackets(_DEPTH + 1), ": ", brackets(_DEPTH + 2), brackets(_DEPTH + 3), envelope.indent)


def _seen(sample: str, indent: int | str | None) -> Layout | None:
    """How the text of an object is laid out; None where it hasn't two points to tell it by."""
    decoder = json.JSONDecoder()
    opening = len(sample) - len(sample[1:].lstrip())
    place, colon, comma, outline = opening, None, None, None
    while sample[place] == '"':
        key, place = decoder.raw_decode(sample, place)
        colon = _COLON.match(sample, place)
        if not colon:
            return None
        _, end = decoder.raw_decode(sample, colon.end())
        if key == "polygon":
            outline = sample[colon.end() : end]
        if not (following := _COMMA.match(sample, end)):
            break
        comma, place = following, following.end()
    if not (colon and comma and outline and (points := _POINTS.match(outline))):
        return None
    first, before, between, after, next_ = points.groups()
    return Layout(
        Brackets(sample[1:opening], comma[0], _last_space(sample)), colon[0], Brackets(first, next_, _last_space(outline)), Brackets(before, between, after), indent
    )


def _last_space(text: str) -> str:
    """The white space before the bracket that a text ends with."""
    return text[len(text[:-1].rstrip()) : -1]


def _number(value: Any) -> str:
    if type(value) is int:
        return repr(value)
    plain = value.item() if hasattr(value, "item") else value
    if not math.isfinite(plain):
        raise ValueError(f"a point at {plain} can't be written")
    return json.dumps(plain)
