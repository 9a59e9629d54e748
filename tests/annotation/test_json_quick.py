"""Label files that are read in pieces are the same documents, and the same refusals, as read object by object."""

from __future__ import annotations

import json
import pickle
import random

import numpy as np
import pytest

from engine.annotation import cityscapes_json, json_quick
from engine.annotation.document import Document, Painted, Polygon
from engine.annotation.json_text import JsonText
from engine.errors import DataError
from tests.annotation.test_cityscapes_json import ODD, PLAIN, mutated

TRIANGLE = '"polygon": [[1, 2], [3, 4], [5, 6]]'
PAINTED = cityscapes_json.write(Document(60, 40).added("car", Painted.of(np.eye(9, dtype=bool), 3, 4)).added("road", Polygon(((1, 2), (9, 2), (9, 9)))))


def file(objects: str, around: str = "") -> str:
    return f'{{"imgHeight": 40, {around} "imgWidth": 60, "objects": [{objects}]}}'


TRICKY = [
    file(f'{{"label": "{{}}", {TRIANGLE}}}, {{"label": "b", {TRIANGLE}}}'),
    file(f'{{"label": "}}", {TRIANGLE}}}, {{"label": "{{", {TRIANGLE}}}'),
    file(f'{{"label": "}}", {TRIANGLE}}}, {{"label": "b", "x": "{{", {TRIANGLE}}}'),
    file(f'{{"label": "a", "label": "b", {TRIANGLE}}}'),
    file(f'{{"label": "a", {TRIANGLE}, "x": {{"y": 1, "y": 2}}}}'),
    file(f'{{"label": "a", {TRIANGLE}, "x": {{"y": {{"z": 1}}}}}}, {{"label": "b", {TRIANGLE}, "x": {{}}}}'),
    file(f'{{"label": "a", {TRIANGLE}, "x": [{{"y": 1}}]}}, {{"label": "b", {TRIANGLE}}}'),
    file(f'{{"label": "a", {TRIANGLE}, "x": NaN}}'),
    file(f'{{"label": "\\u00e4\\"{{", {TRIANGLE}}}'),
    file(f'{{"label": "objects", {TRIANGLE}}}'),
    file(f'{{"label": "a", {TRIANGLE}, "objects": []}}'),
    file(f'{{"label": "a", {TRIANGLE}}} {{"label": "b", {TRIANGLE}}}'),
    file(f'{{"label": "a", {TRIANGLE}}}, 5, {{"label": "b", {TRIANGLE}}}'),
    file(f'{{"label": "a", {TRIANGLE}}},'),
    file(f'{{"label": "a", {TRIANGLE}}}', '"more": {"a": 1},'),
    file(f'{{"label": "a", {TRIANGLE}}}', '"more": "objects",'),
    file(f'{{"label": "a", {TRIANGLE}}}', '"objects": 5,'),
    file(f'{{"label": "a", {TRIANGLE}}}')[:-1] + ', "imgWidth": 5}',
    '{"imgHeight": 40, "imgWidth": 60, "objects": [], "note": "x{}y"}',
    '{"imgHeight": 40, "imgWidth": 60, "\\u006fbjects": [{}], "note": "objects"}',
    file('{"label": "a", "polygon": [[1, true]]}'),
    file('{"label": "a", "polygon": [[1, 2, 3]]}'),
    file('{"label": "a", "polygon": [[1, 16777217], [16777216, 2], [3, 1073741823]]}'),
    file('{"label": "a", "polygon": [[1, 99999999999]]}'),
    file('{"label": "a", "polygon": [["1", "2"]]}'),
    file(f'{{"label": "a", "polygon": [[1, {10**400}]]}}'),
    file(f'{{"label": "a", "polygon": [[1, {10**60}]]}}'),
    file("{}"),
    "{}",
    "",
]


def outcome(text: str) -> tuple | str:
    """All there is to know of the document of a text, or its refusal."""
    try:
        document = cityscapes_json.read(text, source="a.json")
    except DataError as error:
        return str(error)
    drawn = [[float(value) for value in np.ravel(region.shape.drawn)] for region in document.regions if isinstance(region.shape, Polygon)]
    return document, [region.source for region in document.regions], drawn, cityscapes_json.write(document)


def check(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = outcome(text)
    with monkeypatch.context() as patch:
        patch.setattr(json_quick, "listing", lambda *_: None)
        assert found == outcome(text), text


@pytest.mark.parametrize("piece", [1, 300, 1 << 17])
def test_odd_and_tricky_files_are_read_the_same_either_way(monkeypatch: pytest.MonkeyPatch, piece: int) -> None:
    monkeypatch.setattr(json_quick, "_PIECE", piece)
    for text in (*ODD, *TRICKY, PAINTED):
        check(text, monkeypatch)


def test_mutated_files_are_read_the_same_either_way(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(11)
    for _ in range(600):
        monkeypatch.setattr(json_quick, "_PIECE", chance.choice((1, 200, 1 << 17)))
        check(mutated(chance.choice((PLAIN, ODD[5], PAINTED, TRICKY[5])), chance), monkeypatch)


def test_points_that_are_made_late_are_those_of_the_file() -> None:
    document = cityscapes_json.read(file(f'{{"label": "a", {TRIANGLE}}}, {{"label": "a", "polygon": [[1, 2], [-3, 4], [16777215, 6]]}}, {{"label": "b", "polygon": []}}'), source="a.json")
    _, late, empty = (region.shape for region in document.regions)
    assert isinstance(late, Polygon) and "points" not in vars(late) and late.box == (-(1 << 20), -(1 << 20), 1 << 20, 1 << 20)
    assert late == Polygon(((1, 2), (-3, 4), (16777215, 6))) and hash(late) == hash(Polygon(late.points)) and all(type(x) is int for x, _ in late.points)
    assert empty == Polygon(()) and empty.box == (0, 0, 0, 0)
    assert pickle.loads(pickle.dumps(cityscapes_json.read(PLAIN, source="a.json"))) == cityscapes_json.read(PLAIN, source="a.json")


@pytest.mark.parametrize("text", [PLAIN, PLAIN.replace("\n", "\r\n"), ODD[5], ODD[6], ODD[-1], PAINTED, TRICKY[5], file("")])
def test_what_programs_write_is_read_in_pieces(text: str) -> None:
    assert json_quick.listing(text, "objects", lambda items: None) is not None


def test_the_pieces_hold_each_object_once_and_say_where_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    text = json.dumps({"imgHeight": 40, "imgWidth": 60, "objects": [{"label": str(n), "polygon": [[n, 2]]} for n in range(50)]}, indent=2)
    monkeypatch.setattr(json_quick, "_PIECE", 500)
    seen: list[str] = []
    listing = JsonText(text, source="a.json").listing("objects", lambda items: seen.extend(item["label"] for item in items))
    assert seen == [str(n) for n in range(50)]
    assert [json.loads(text[start:end]) for start, end in zip(listing.starts, listing.ends)] == listing.items
    assert text[: listing.opening].endswith("[") and text[listing.closing] == "]"
