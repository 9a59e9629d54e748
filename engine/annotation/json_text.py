"""JSON texts read strictly, with where the items of a list stand: so that what isn't edited can be written again letter by letter."""

from __future__ import annotations

import json
import re
import reprlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from engine.annotation import json_quick
from engine.errors import DataError

_SPACE = re.compile(r"[ \t\n\r]*")
_NEXT = re.compile(r"[ \t\n\r]*,[ \t\n\r]*")
_MARK = "\ufeff"


@dataclass(frozen=True)
class Listing:
    """An object with a list: `values` are its other members, `items` those of the list, item n is `text[starts[n]:ends[n]]`.

    `opening` is where the text after the list's bracket begins, `closing` where its other bracket stands.
    """

    values: dict[str, Any]
    items: list[Any]
    starts: list[int]
    ends: list[int]
    opening: int
    closing: int


class JsonText:
    """One JSON text and `source`, the name of its file. Whatever is wrong with it is a DataError that names the file and the line."""

    def __init__(self, text: str, *, source: str) -> None:
        self.text = text
        self.source = source
        self._decoder = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant)

    def whole(self) -> dict[str, Any]:
        """The object that the text is."""
        values, end = self._value(self._start())
        if not isinstance(values, dict):
            self.fail("holds no object", 0)
        self._finish(end)
        return values

    def listing(self, key: str, taken: Callable[[list[Any]], object] = lambda items: None) -> Listing:
        """The object that the text is, with the list at `key` taken apart; `taken` gets a few of its items at a time, and may change them in place.

        They are taken as soon as they are read: where the lists in them give way to tuples, garbage collection has half as much to go through.
        It may be given the same items again, once.
        """
        if quick := json_quick.listing(self.text, key, taken):
            return Listing(*quick)
        values: dict[str, Any] = {}
        found: Listing | None = None
        place = self._passed("{", self._start())
        while self.text[place : place + 1] != "}":
            if values or found:
                place = self._passed(",", place)
            start = place
            name, place = self._value(place) if self.text[place : place + 1] == '"' else self.fail("has no key where one is needed", place)
            place = self._passed(":", self._space(place))
            if name in values or (found and name == key):
                self.fail(f"has the key {shown(name)} twice", start)
            if name == key and self.text[place : place + 1] == "[":
                found = self._items(values, place + 1, taken)
                place = found.closing + 1
            else:
                values[name], place = self._value(place)
            place = self._space(place)
        self._finish(place + 1)
        if found is None:
            self.fail(f"has no list of {key}", 0, cure="check that it is a file of labels")
        return found

    def fail(self, flaw: str, place: int, *, cure: str = "correct it there or restore the file") -> NoReturn:
        """Raises the DataError for a flaw at this place of the text, such as "has no key"."""
        raise DataError(f"{self.source} {flaw} (line {self.line(place)}); {cure}")

    def line(self, place: int) -> int:
        """The number of the line that holds this place of the text, from 1 on."""
        return self.text.count("\n", 0, place) + 1

    def _items(self, values: dict[str, Any], opening: int, taken: Callable[[list[Any]], object]) -> Listing:
        items: list[Any] = []
        starts: list[int] = []
        ends: list[int] = []
        place = self._space(opening)
        while self.text[place : place + 1] != "]" or items:
            starts.append(place)
            value, place = self._value(place)
            one = [value]
            taken(one)
            items += one
            ends.append(place)
            if not (comma := _NEXT.match(self.text, place)):
                break
            place = comma.end()
        place = self._space(place)
        if self.text[place : place + 1] != "]":
            self.fail("is not JSON: ',' or ']' is missing", place)
        return Listing(values, items, starts, ends, opening, place)

    def _value(self, start: int) -> tuple[Any, int]:
        """The value that begins here, and where it ends."""
        try:
            return self._decoder.raw_decode(self.text, start)
        except json.JSONDecodeError as error:
            self.fail(f"is not JSON: {error.msg}", error.pos)
        except _Refused as refused:
            self.fail(str(refused), start)
        except ValueError:
            self.fail("has a number of too many digits", start)
        except RecursionError:
            self.fail("nests its values too deep", start)

    def _start(self) -> int:
        return self._space(len(_MARK) if self.text.startswith(_MARK) else 0)

    def _space(self, place: int) -> int:
        """Where the white space that begins here ends."""
        return _SPACE.match(self.text, place).end()  # type: ignore[union-attr]

    def _passed(self, sign: str, place: int) -> int:
        """Behind the sign that must stand here, and behind the white space after it."""
        if self.text[place : place + 1] != sign:
            self.fail(f"is not JSON: {shown(sign)} is missing", place)
        return self._space(place + 1)

    def _finish(self, end: int) -> None:
        if self._space(end) != len(self.text):
            self.fail("goes on after its end", self._space(end))


def read_text(path: Path) -> str:
    """A file's text with its line ends and its byte order mark as they are. Raises DataError where it can't be read or isn't UTF-8."""
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not UTF-8 (byte {error.start}); save it again as UTF-8") from error
    except OSError as error:
        raise DataError(f"{path} can't be read ({error.strerror}); check that it is there and may be read") from error


def shown(value: Any) -> str:
    """A value as a message shows it: on one line and not too long."""
    return reprlib.repr(value)


class _Refused(ValueError):
    """Why a value is refused; only the caller knows where it stands."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise _Refused(f"has the key {shown(twice)} twice in one object")
    return values


def _constant(name: str) -> NoReturn:
    raise _Refused(f"holds {name}, which is no number")
