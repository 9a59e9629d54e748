"""Label documents as the `_polygons.json` files of Cityscapes. What nobody edited is written again letter by letter.

A painted region becomes an object for each of its connected parts. Their `polygon` is an outline that Cityscapes' scripts
paint the same pixels from, their key `painted` holds the pixels themselves (see painted_json.py).
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from engine.annotation import json_layout, painted_json
from engine.annotation.document import Document, Envelope, Painted, Polygon, Region, Shape
from engine.annotation.json_layout import Layout
from engine.annotation.json_text import JsonText, Listing, read_text, shown
from engine.annotation.painted_json import FARTHEST, MOST_PIXELS, Part

_OWN = ("label", "polygon", "deleted", "painted")
_NOT_PAINTED = "take the key painted away to keep the outline"
_EXACT = 1 << 24
"""Smaller whole numbers are float32 numbers."""
_DEEPEST = 50
"""Levels of lists and objects in a value that is kept for others: far more are an accident, and more than what goes through them can do."""


def read_file(path: Path) -> Document:
    """The label document of a file. Raises DataError, which names the file, the line and the cure."""
    return read(read_text(path), source=str(path))


def read(text: str, *, source: str) -> Document:
    """The label document of a file's text; `source` is the file's name. Regions get the keys 0, 1, 2, … in the file's order.

    Raises DataError for what isn't JSON, has no size or no objects, or has an object without a label or an outline.
    """
    file, outlines = JsonText(text, source=source), _Outlines()
    listing = file.listing("objects", outlines.take)
    width, height = _size(file, listing)
    _check(file, listing, outlines)
    groups = list(_groups(file, listing))
    spans = [(listing.starts[places[0]], listing.ends[places[-1]]) for places, _ in groups]
    regions = tuple(_region(listing.items[group[0][0]], key, group[1], text[start:end]) for key, (group, (start, end)) in enumerate(zip(groups, spans)))
    return Document(width, height, regions, len(regions), _envelope(text, listing, groups, spans))


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


class _Outlines:
    """Makes polygons of the points of the objects, or tuples where they aren't small whole numbers; what is no list of points is left for `_check`."""

    def __init__(self) -> None:
        self.sound = True
        """Whether all points that were taken are pairs of numbers that Pillow can count with."""

    def take(self, items: list[Any]) -> None:
        """Changes them in place."""
        outlined = [item for item in items if type(item) is dict and type(points := item.get("polygon")) is list and set(map(type, points)) <= {list}]
        lists = [item["polygon"] for item in outlined]
        numbers = _numbers(chain.from_iterable(lists))
        self.sound &= numbers is not None
        if isinstance(numbers, np.ndarray):
            end = 0
            for item, points in zip(outlined, lists):
                start, end = end, end + 2 * len(points)
                item["polygon"] = Polygon.of_numbers(numbers[start:end])
        else:
            for item, points in zip(outlined, lists):
                item["polygon"] = Polygon(tuple(map(tuple, points)))


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


def _check(file: JsonText, listing: Listing, outlines: _Outlines) -> None:
    """Raises DataError for the first object that can't be used."""
    for place, item in enumerate(listing.items):
        if type(item) is not dict:
            _fail(file, listing, place, f"is {shown(item)}", "write an object with a label and a polygon")
        if type(item.get("label")) is not str:
            _fail(file, listing, place, "has no label", "give it the name of its class")
        if type(item.get("polygon")) is not Polygon:
            _fail(file, listing, place, "has no polygon", "give it a list of points, each of two numbers")
        if not isinstance(item.get("deleted", 0), int):
            _fail(file, listing, place, f"says {shown(item['deleted'])} to deleted", "write 0 or 1")
        if len(item) > 2 and not all(_sound(value, _DEEPEST) for key, value in item.items() if key not in _OWN):
            _fail(file, listing, place, "has a number that is too large or values that lie too deep in each other", "correct it")
    if not outlines.sound:
        wrong = ((place, point) for place, item in enumerate(listing.items) for point in item["polygon"].points if _numbers([point]) is None)
        for place, point in wrong:
            _fail(file, listing, place, f"has the point {shown(point)}", "write two numbers, x and y in pixels")


def _fail(file: JsonText, listing: Listing, place: int, flaw: str, cure: str) -> NoReturn:
    label = listing.items[place].get("label") if isinstance(listing.items[place], dict) else None
    called = f", {shown(label)}," if isinstance(label, str) else ""
    file.fail(f"is damaged: object {place}{called} {flaw}", listing.starts[place], cure=cure)


def _numbers(points: Iterable[Any]) -> list[float] | NDArray[np.float32] | None:
    """x, y, x, y, … of points that are pairs of numbers that Pillow can count with, as float32 where these are small and whole; None for others."""
    points = list(points)
    if not set(map(len, points)) <= {2}:
        return None
    numbers = list(chain.from_iterable(points))
    kinds = set(map(type, numbers))
    if kinds <= {int}:
        with contextlib.suppress(OverflowError), np.errstate(over="ignore"):  # a number that even float64 is too small for
            exact = np.array(numbers, np.float32)
            if float(np.abs(exact).max(initial=0)) < _EXACT:
                return exact
    return numbers if kinds <= {int, float} and -FARTHEST < min(numbers, default=0) and max(numbers, default=0) < FARTHEST else None


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
            yield [place], item["polygon"]
    if parts:
        yield places, _joined(file, listing, parts, places)


def _part(file: JsonText, listing: Listing, place: int) -> Part:
    try:
        return painted_json.part(listing.items[place]["painted"], listing.items[place]["polygon"].points)
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


def _region(item: dict[str, Any], key: int, shape: Shape, source: str) -> Region:
    extra = {name: value for name, value in item.items() if name not in _OWN} if len(item) > 2 else {}
    return Region(key, item["label"], shape, bool(item.get("deleted", 0)), extra, source)


def _envelope(text: str, listing: Listing, groups: list[_Group], spans: list[tuple[int, int]]) -> Envelope:
    """`spans` are where the objects of each group begin and end in the text."""
    starts, ends = [start for start, _ in spans], [end for _, end in spans]
    once: dict[Any, Any] = {}
    gaps = tuple([once.setdefault(gap, gap) for gap in [text[end:start] for end, start in zip([listing.opening, *ends], [*starts, listing.closing])]])
    keys = tuple([once.setdefault(names, names) for names in [tuple(listing.items[places[0]]) for places, _ in groups]])
    sample = next((text[start:end] for item, start, end in zip(listing.items, listing.starts, listing.ends) if len(item["polygon"].points) > 1), None)
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
