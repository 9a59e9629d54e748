"""Label files: read strictly, written again letter by letter, and never a traceback."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import labels
from engine.annotation import cityscapes_json
from engine.annotation.document import Document, Painted, Polygon
from engine.annotation.masks import label_ids
from engine.errors import DataError

MUTATIONS = 300
PLAIN = json.dumps(
    {
        "imgHeight": 40,
        "imgWidth": 60,
        "objects": [
            {"deleted": 0, "draw": True, "id": 0, "label": "road", "polygon": [[0, 20], [59, 20], [59, 39], [0, 39]], "user": "anna", "verified": 0},
            {"deleted": 1, "label": "car", "polygon": [[5, 5], [9, 5], [9, 9]]},
            {"label": "persongroup", "polygon": [[20, 22], [30, 22.5], [30, 30]], "mine": {"a": [1, 2.50, None]}},
        ],
    },
    indent=4,
    sort_keys=True,
)
ODD = [
    PLAIN,
    PLAIN.replace("\n", "\r\n") + "\r\n",
    PLAIN.replace("    ", "\t"),
    "\ufeff" + PLAIN,
    PLAIN.replace("22.5", "2.250e1").replace("59", "59.0"),
    json.dumps(json.loads(PLAIN)),
    json.dumps(json.loads(PLAIN), separators=(",", ":")) + "\n\n",
    '{"version": [1, {"x": "]"}], "objects" : [ ] ,"imgWidth":6,"imgHeight":4, "more": "\\u00e4"}',
    '{\n"imgHeight": 4, "imgWidth": 6, "objects": [\n{"label": "sky",\n "polygon": []}\n,   {"polygon":[[1,2]] , "label":"sky"}\n]}',
]


def read(text: str) -> Document:
    return cityscapes_json.read(text, source="frame_polygons.json")


@pytest.mark.parametrize("text", ODD)
def test_what_is_not_edited_is_written_letter_by_letter(text: str) -> None:
    assert cityscapes_json.write(read(text)) == text


@pytest.mark.parametrize("text", [text for text in ODD if "persongroup" in text])
def test_an_edit_changes_the_text_of_its_region_alone(text: str) -> None:
    document = read(text)
    road = document.regions[0]
    written = cityscapes_json.write(document.replaced(road.changed(label="sidewalk")))
    assert document.regions[1].source in written and document.regions[2].source in written
    again = read(written)
    assert [region.label for region in again.regions] == ["sidewalk", "car", "persongroup"]
    assert again.regions[0].extra == road.extra and again.regions[0].shape == road.shape and again.regions[1].deleted
    assert list(json.loads(written.lstrip("\ufeff"))["objects"][0]) == list(json.loads(text.lstrip("\ufeff"))["objects"][0])


def test_the_files_of_a_street_come_back_byte_by_byte(shared_street: list[Path]) -> None:
    for path in shared_street:
        assert cityscapes_json.write(cityscapes_json.read_file(path)).encode() == path.read_bytes()


@pytest.fixture(scope="module")
def shared_street(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Twenty documents as the procedural street writes them, of instance masks drawn at random."""
    from engine.world import polygons

    found = []
    chance = np.random.default_rng(11)
    for number in range(20):
        instances = np.kron(chance.choice([7, 8, 11, 26001, 26002, 24001], (6, 10)), np.ones((12, 12))).astype(np.int32)
        path = tmp_path_factory.mktemp("street") / f"{number}_gtFine_polygons.json"
        path.write_text(json.dumps(polygons.document(polygons.fine(instances), instances.shape), separators=(",", ":")), encoding="utf-8")
        found.append(path)
    return found


names = st.sampled_from(("road", "car", "persongroup", "sky"))
numbers = st.integers(-50, 150) | st.floats(-50, 150, allow_nan=False).map(lambda value: round(value, 3))
outlines = st.lists(st.tuples(numbers, numbers), min_size=1, max_size=8).map(lambda points: Polygon(tuple(points)))


@st.composite
def blobs(draw: st.DrawFn) -> Painted:
    height, width = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    bits = draw(st.lists(st.booleans(), min_size=height * width, max_size=height * width))
    mask = np.array(bits, bool).reshape(height, width)
    mask[draw(st.integers(0, height - 1)), draw(st.integers(0, width - 1))] = True
    shape = Painted.of(mask, draw(st.integers(0, 40)), draw(st.integers(0, 20)))
    assert shape is not None
    return shape


@given(st.lists(st.tuples(names, outlines | blobs(), st.booleans()), max_size=6))
@settings(max_examples=60, deadline=None)
def test_any_document_comes_back_with_its_shapes_and_its_pixels(drawn: list[tuple[str, Polygon | Painted, bool]]) -> None:
    document = Document(60, 40)
    for name, shape, deleted in drawn:
        document = document.added(name, shape)
        document = document.replaced(document.regions[-1].changed(deleted=deleted))
    again = read(cityscapes_json.write(document))
    assert [(one.label, one.shape, one.deleted) for one in again.regions] == [(one.label, one.shape, one.deleted) for one in document.regions]
    space = labels.space("cityscapes")
    np.testing.assert_array_equal(label_ids(again, space), label_ids(document, space))
    assert cityscapes_json.write(again) == cityscapes_json.write(read(cityscapes_json.write(again)))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "frame_polygons.json"),
        ("[]", "frame_polygons.json"),
        (PLAIN[:-30], "frame_polygons.json"),
        (PLAIN.replace('"imgHeight": 40,', ""), "no imgHeight"),
        (PLAIN.replace("60", "0"), "imgWidth"),
        (PLAIN.replace('"road"', "7"), "no label"),
        (PLAIN.replace('"polygon"', '"outline"', 1), "no polygon"),
        (PLAIN.replace("22.5", "NaN"), "frame_polygons.json"),
        (PLAIN.replace("22.5", "1e999"), "frame_polygons.json"),
        (PLAIN.replace("22.5", "[1]"), "two numbers"),
        ('{"imgHeight": 4, "imgWidth": 4, "objects": ' + "[" * 5000, "frame_polygons.json"),
        (PLAIN.replace('"imgWidth": 60', '"imgWidth": 99999999'), "too large"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_sentence_that_names_it(text: str, said: str) -> None:
    with pytest.raises(DataError, match=said) as told:
        read(text)
    assert "\n" not in str(told.value) and "frame_polygons.json" in str(told.value)


def mutated(text: str, chance: random.Random) -> str:
    """The text with some of it gone, doubled, exchanged or replaced."""
    raw = bytearray(text.encode())
    for _ in range(chance.randrange(1, 5)):
        at, length = chance.randrange(len(raw)), chance.randrange(1, 20)
        match chance.randrange(5):
            case 0:
                del raw[at : at + length]
            case 1:
                raw[at:at] = raw[at : at + length]
            case 2:
                raw[at] = chance.choice(b'{}[]",:0123456789.eE-ntf \\\x00\xff')
            case 3:
                raw[at : at + length] = bytes(chance.randrange(256) for _ in range(length))
            case _:
                del raw[at:]
        if not raw:
            break
    return raw.decode("utf-8", "surrogateescape" if chance.random() < 0.2 else "replace")


def test_no_mutated_file_is_more_than_a_refusal(count: int = MUTATIONS) -> None:
    painted = cityscapes_json.write(Document(60, 40).added("car", Painted.of(np.eye(9, dtype=bool), 3, 4)).added("road", Polygon(((1, 2), (9, 2), (9, 9)))))
    chance = random.Random(5)
    refused = 0
    for _ in range(count):
        try:
            document = read(mutated(chance.choice((PLAIN, ODD[5], painted)), chance))
        except DataError as error:
            assert "\n" not in str(error)
            refused += 1
        else:
            cityscapes_json.write(document)
    assert 0 < refused < count
