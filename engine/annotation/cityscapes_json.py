"""Label documents as the `_polygons.json` files of Cityscapes. What nobody edited is written again letter by letter.

A painted region becomes an object for each of its connected parts. Their `polygon` is an outline that Cityscapes' scripts
paint the same pixels from, their key `painted` holds the pixels themselves (see painted_json.py).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any, NoReturn

from engine.annotation import json_layout, painted_json
from engine.annotation.document import Document, Envelope, Painted, Polygon, Region, Shape
from engine.annotation.json_layout import Layout
from engine.annotation.json_text import JsonText, Listing, read_text, shown
from engine.annotation.painted_json import FARTHEST, MOST_PIXELS, Part

_OWN = ("label", "polygon", "deleted", "painted")
_NOT_PAINTED = "take the key painted away to keep the outline"
_DEEPEST = 50
"""Levels of lists and objects in a value that is kept for others: far more are an accident, and more than what goes through them can do."""


def read_file(path: Path) -> Document:
    """The label document of a file. Raises DataError, which names the file, the line and the cure."""
    return read(read_text(path), source=str(path))


def read(text: str, *, source: str) -> Document:
    """The label document of a file's text; `source` is the file's name. Regions get the keys 0, 1, 2, … in the file's order.

    Raises DataError for what isn't JSON, has no size or no objects, or has an object without a label or an outline.
    """
    file = JsonText(text, source=source)
    listing = file.listing("objects", _taken)
    width, height = _size(file, listing)
    _check(file, listing)
    groups = list(_groups(file, listing))
    regions = tuple(_region(listing, key, group, text[_start(listing, group) : _end(listing, group)]) for key, group in enumerate(groups))
    return Document(width, height, regions, len(regions), _envelope(text, listing, groups))


def write(document: Document) -> str:
    """The text of a document's file. Regions that have their `source` keep it, others get all their values in their old order.

    What is painted nowhere is left out. Raises ValueError for a point that is no finite number.
    """
    envelope, layout = document.envelope, json_layout.layout(document.envelope)
    count = len(envelope.gaps) - 1
    first = envelope.gaps[0] if count > 0 else json_layout.line(envelope, 2)
    between = envelope.gaps[1] if count > 1 else layout.object.comma if envelope.indent is None else "," + json_layout.line(envelope, 2)
    texts: list[str] = []
    for region in document.regions:
        text = region.source or between.join(_objects(region, envelope, layout))
        if text and not texts:
            texts += first, text
        elif text:
            texts += envelope.gaps[region.key] if 0 < region.key < count else between, text
    return f"{_before(document)}{''.join(texts)}{_last(envelope, bool(texts))}{_after(envelope)}"


_Group = tuple[list[int], Shape]
"""The places of the objects that are one region, and its shape."""


def _start(listing: Listing, group: _Group) -> int:
    return listing.starts[group[0][0]]


def _end(listing: Listing, group: _Group) -> int:
    return listing.ends[group[0][-1]]


def _size(file: JsonText, listing: Listing) -> tuple[int, int]:
    """Width and height of the frame."""
    sides = []
    for name in ("imgWidth", "imgHeight"):
        value: Any = listing.values.get(name)
        if name not in listing.values:
            file.fail(f"has no {name}", 0, cure="add the size of its image in pixels")
        if type(value) not in (int, float) or not math.isfinite(value) or value != int(value) or value < 1:
            file.fail(f"has the {name} {shown(value)}", 0, cure="write the size of its image in pixels")
        sides.append(int(value))
    if sides[0] * sides[1] > MOST_PIXELS:
        file.fail(f"is of a frame of {shown(sides[0])} x {shown(sides[1])} pixels, which is too large", 0, cure="write the size of its image in pixels")
    return sides[0], sides[1]


def _taken(item: Any) -> Any:
    """An object as it was read, but with the points as tuples; whatever else stands there is left for `_check`."""
    polygon = item.get("polygon") if type(item) is dict else None
    if type(polygon) is list and set(map(type, polygon)) <= {list}:
        item["polygon"] = tuple(map(tuple, polygon))
    return item


def _check(file: JsonText, listing: Listing) -> None:
    """Raises DataError for the first object that can't be used."""
    for place, item in enumerate(listing.items):
        if type(item) is not dict:
            _fail(file, listing, place, f"is {shown(item)}", "write an object with a label and a polygon")
        if type(item.get("label")) is not str:
            _fail(file, listing, place, "has no label", "give it the name of its class")
        if type(item.get("polygon")) is not tuple:
            _fail(file, listing, place, "has no polygon", "give it a list of points, each of two numbers")
        if not isinstance(item.get("deleted", 0), int):
            _fail(file, listing, place, f"says {shown(item['deleted'])} to deleted", "write 0 or 1")
        if len(item) > 2 and not all(_sound(value, _DEEPEST) for key, value in item.items() if key not in _OWN):
            _fail(file, listing, place, "has a number that is too large or values that lie too deep in each other", "correct it")
    if not _are_points(chain.from_iterable(item["polygon"] for item in listing.items)):
        place = next(place for place, item in enumerate(listing.items) if not _are_points(item["polygon"]))
        point = next(point for point in listing.items[place]["polygon"] if not _are_points([point]))
        _fail(file, listing, place, f"has the point {shown(point)}", "write two numbers, x and y in pixels")


def _fail(file: JsonText, listing: Listing, place: int, flaw: str, cure: str) -> NoReturn:
    label = listing.items[place].get("label") if isinstance(listing.items[place], dict) else None
    called = f", {shown(label)}," if isinstance(label, str) else ""
    file.fail(f"is damaged: object {place}{called} {flaw}", listing.starts[place], cure=cure)


def _are_points(points: Iterable[tuple[Any, ...]]) -> bool:
    """Whether each is a pair of numbers that Pillow can count with."""
    points = list(points)
    if not set(map(len, points)) <= {2}:
        return False
    numbers = list(chain.from_iterable(points))
    return set(map(type, numbers)) <= {int, float} and -FARTHEST < min(numbers, default=0) and max(numbers, default=0) < FARTHEST


def _sound(value: Any, levels: int) -> bool:
    """Whether a value has no more levels and holds no number that JSON can't hold: 1e999 is read as infinite."""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, (dict, list)):
        return levels > 0 and all(_sound(one, levels - 1) for one in (value.values() if isinstance(value, dict) else value))
    return True


def _groups(file: JsonText, listing: Listing) -> Iterator[_Group]:
    """The objects that make up each region: one, or all parts of what was painted."""
    parts: list[Part] = []
    places: list[int] = []
    for place, item in enumerate(listing.items):
        part = _part(file, listing, place) if "painted" in item else None
        if parts and not (part and part.follows(parts[-1]) and _values(item) == _values(listing.items[place - 1])):
            yield places, _joined(file, listing, parts, places)
            parts, places = [], []
        if part:
            parts.append(part)
            places.append(place)
        else:
            yield [place], Polygon(item["polygon"])
    if parts:
        yield places, _joined(file, listing, parts, places)


def _part(file: JsonText, listing: Listing, place: int) -> Part:
    try:
        return painted_json.part(listing.items[place]["painted"], listing.items[place]["polygon"])
    except ValueError as flaw:
        _fail(file, listing, place, f"has a damaged value painted: {flaw}", _NOT_PAINTED)


def _joined(file: JsonText, listing: Listing, parts: list[Part], places: list[int]) -> Painted:
    try:
        return painted_json.joined(parts)
    except ValueError as flaw:
        _fail(file, listing, places[-1], f"has a damaged value painted: {flaw}", _NOT_PAINTED)


def _values(item: dict[str, Any]) -> dict[str, Any]:
    """What the parts of one region share."""
    return {key: value for key, value in item.items() if key not in ("polygon", "painted")}


def _region(listing: Listing, key: int, group: _Group, source: str) -> Region:
    item = listing.items[group[0][0]]
    extra = {name: value for name, value in item.items() if name not in _OWN}
    return Region(key, item["label"], group[1], bool(item.get("deleted", 0)), extra, source)


def _envelope(text: str, listing: Listing, groups: list[_Group]) -> Envelope:
    starts = [_start(listing, group) for group in groups]
    ends = [_end(listing, group) for group in groups]
    once: dict[Any, Any] = {}
    gaps = tuple(once.setdefault(gap, gap) for gap in (text[end:start] for end, start in zip([listing.opening, *ends], [*starts, listing.closing])))
    keys = tuple(once.setdefault(names, names) for names in (tuple(listing.items[places[0]]) for places, _ in groups))
    sample = next((text[start:end] for item, start, end in zip(listing.items, listing.starts, listing.ends) if len(item["polygon"]) > 1), None)
    lead = text[text.index("{") + 1 : text.index('"')]
    newline = "\r\n" if "\r\n" in lead else "\n"
    return Envelope(text[: listing.opening], text[listing.closing :], json_layout.indent_of(lead), newline, gaps, keys, sample)


def _objects(region: Region, envelope: Envelope, layout: Layout) -> Iterator[str]:
    """The objects that a region is written as."""
    names = envelope.keys[region.key] if region.key < len(envelope.keys) else next(iter(envelope.keys), ())
    values = {"label": region.label, "deleted": int(region.deleted), **{key: value for key, value in region.extra.items() if key not in _OWN}}
    if not region.deleted and "deleted" not in names:
        del values["deleted"]
    texts = {key: layout.plain(value) for key, value in values.items()}
    order = {name: place for place, name in enumerate(names)}
    if isinstance(region.shape, Polygon):
        shapes = iter([{"polygon": layout.outline(region.shape.points)}])
    else:
        shapes = ({"polygon": layout.outline(outline), "painted": value} for outline, value in painted_json.written(region.shape))
    for shape in shapes:
        whole = texts | shape
        yield layout.text({name: whole[name] for name in sorted(whole, key=lambda name: (order.get(name, len(order)), name))})


def _before(document: Document) -> str:
    envelope = document.envelope
    if envelope.before is not None:
        return envelope.before
    comma = ", " if envelope.indent is None else "," + json_layout.line(envelope, 1)
    return f'{{{json_layout.line(envelope, 1)}"imgHeight": {document.height}{comma}"imgWidth": {document.width}{comma}"objects": ['


def _last(envelope: Envelope, filled: bool) -> str:
    """What stands between the last object and the bracket."""
    if len(envelope.gaps) > 1:
        return envelope.gaps[-1] if filled else ""
    return json_layout.line(envelope, 1) if filled else "".join(envelope.gaps)


def _after(envelope: Envelope) -> str:
    return f"]{json_layout.line(envelope, 0)}}}" if envelope.after is None else envelope.after
