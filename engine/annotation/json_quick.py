"""JSON texts with a list of objects read in large pieces, which takes a third of the time that reading them object by object does.

It gives up on whatever it can't be sure of; `JsonText` then reads the text object by object, and says what is wrong with it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

_SPACE = re.compile(r"[ \t\n\r]*")
_COMMA = re.compile(r"[ \t\n\r]*,[ \t\n\r]*")
_PIECE = 1 << 17
"""Characters that are read in one go: no other thread gets to run meanwhile, so it is about a millisecond."""
_Spans = list[tuple[int, int]]


def listing(text: str, key: str, taken: Callable[[list[Any]], object]) -> tuple[dict[str, Any], list[Any], list[int], list[int], int, int] | None:
    """The fields of `json_text.Listing` in their order, where the list holds only objects; None where the text is to be read object by object.

    Where the objects stand is guessed from the braces. What proves it: the pieces are JSON, and so is what is left without them; the text has two
    quotation marks for each string that was read, so that no string holds one, no key stood twice, and the list's key is where it seems to be; and
    it has a brace for each object that was read, so that no string holds one either.
    """
    spans = _objects(text)
    opening = _opening(text, key, spans[0][0] if spans else len(text)) if spans is not None else None
    if spans is None or opening is None:
        return None
    start, end = (spans[0][0], spans[-1][1]) if spans else (opening, opening)
    closing = _after_space(text, end)
    if _after_space(text, opening) != (start if spans else closing) or text[closing : closing + 1] != "]":
        return None
    try:
        values = _DECODER.decode(text[:start] + text[end:])
        items: list[Any] = []
        for piece in _pieces(text, spans):
            read = _DECODER.decode(piece)
            taken(read)
            items += read
    except (ValueError, RecursionError):
        return None
    if type(values) is not dict or values.pop(key, None) != [] or len(items) != len(spans) or not set(map(type, items)) <= {dict}:
        return None
    strings, objects = map(sum, zip(_held(values), *map(_held, items)))
    if text.count('"') != 2 * (strings + 1) or text.count("{") != objects:
        return None
    return values, items, [first for first, _ in spans], [last for _, last in spans], opening, closing


def _objects(text: str) -> _Spans | None:
    """Where the objects within the outermost one begin and end, as far as the braces tell; None where these are no pairs."""
    opened, closed = _places(text, "{"), _places(text, "}")
    if not opened or len(opened) != len(closed):
        return None
    if opened[2:] == [] or all(end < start for end, start in zip(closed, opened[2:])):  # nothing lies deeper: the common case
        return list(zip(opened[1:], [place + 1 for place in closed[:-1]]))
    spans: _Spans = []
    depth = begun = 0
    for place, step in sorted([(place, 1) for place in opened] + [(place, -1) for place in closed]):
        if step > 0 and depth == 1:
            begun = place
        elif step < 0 and depth == 2:
            spans.append((begun, place + 1))
        depth += step
    return spans


def _places(text: str, sign: str) -> list[int]:
    places: list[int] = []
    find, place = text.find, -1
    while (place := find(sign, place + 1)) >= 0:
        places.append(place)
    return places


def _pieces(text: str, spans: _Spans) -> Iterator[str]:
    """Lists of a few of the objects each. Raises ValueError where there is more between two of them than a comma."""
    first = 0
    while first < len(spans):
        start, last = spans[first][0], first
        while last + 1 < len(spans) and spans[last + 1][1] - start < _PIECE:
            last += 1
        yield f"[{text[start:spans[last][1]]}]"
        first = last + 1
        if first < len(spans) and not _COMMA.fullmatch(text, spans[last][1], spans[first][0]):
            raise ValueError("no list")


def _opening(text: str, key: str, end: int) -> int | None:
    """Where the text after the list's bracket begins; its key stands before `end`."""
    found = [match.end() for match in re.finditer(rf'"{re.escape(key)}"[ \t\n\r]*:[ \t\n\r]*\[', text[:end])]
    return found[0] if len(found) == 1 else None


def _after_space(text: str, place: int) -> int:
    return _SPACE.match(text, place).end()  # type: ignore[union-attr]


def _held(values: dict[str, Any]) -> tuple[int, int]:
    """How many strings an object holds, keys among them, and how many objects, itself too. Those in lists are passed over: with them nothing is proven."""
    strings, objects = len(values), 1
    for value in values.values():
        kind = type(value)
        if kind is str:
            strings += 1
        elif kind is dict:
            further, deeper = _held(value)
            strings, objects = strings + further, objects + deeper
    return strings, objects


def _constant(name: str) -> NoReturn:
    raise ValueError(name)


_DECODER = json.JSONDecoder(parse_constant=_constant)
