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


@pytest.mark.parametrize("text", ODD)
def test_regions_that_come_go_or_change_places_leave_the_others_texts_alone(text: str) -> None:
    document = read(text)
    keys = [region.key for region in document.regions]
    ring = np.ones((5, 5), bool)
    ring[2, 2] = ring[:, 4] = False
    ring[0, 4] = True
    edited = [document.without(*keys[:1]), document.without(*keys[-1:]), document.without(*keys), document.with_regions(reversed(document.regions))]
    for at in {0, len(keys) // 2, len(keys)}:
        edited += [document.added("sky", Polygon(((1, 2), (3.5, 2), (3, 3))), at=at), document.added("car", Painted.of(ring, 3, 4), at=at)]
    for one in edited:
        written = cityscapes_json.write(one)
        assert [(region.label, region.shape, region.deleted) for region in read(written).regions] == [(region.label, region.shape, region.deleted) for region in one.regions]
        assert all(region.source is None or region.source in written for region in one.regions)
        assert cityscapes_json.write(read(written)) == written


@pytest.mark.parametrize("style", [{"indent": 4}, {"indent": "\t"}, {"separators": (",", ":")}, {}], ids=str)
def test_changed_and_new_objects_are_laid_out_as_the_file_is(style: dict) -> None:
    values = json.loads(PLAIN)
    document = read(json.dumps(values, **style))
    edited = document.replaced(*(region.changed(label="sky") for region in document.regions)).added("car", Polygon(((1, 2), (3.5, 2), (3, 3))))
    for one in values["objects"]:
        one["label"] = "sky"
    values["objects"].append({"deleted": 0, "label": "car", "polygon": [[1, 2], [3.5, 2], [3, 3]]})
    assert cityscapes_json.write(edited) == json.dumps(values, **style)


def test_a_new_file_is_what_the_label_tool_of_cityscapes_writes() -> None:
    values = {"imgHeight": 40, "imgWidth": 60, "objects": [{"label": "car", "polygon": [[1, 2], [3.5, 2], [3, 3]]}, {"deleted": 1, "label": "sky", "polygon": []}]}
    document = Document(60, 40).added("car", Polygon(((1, 2), (3.5, 2), (3, 3)))).added("sky", Polygon(()))
    document = document.replaced(document.regions[1].changed(deleted=True))
    assert cityscapes_json.write(document) == json.dumps(values, indent=4, sort_keys=True)
    assert cityscapes_json.write(Document(60, 40)) == json.dumps(values | {"objects": []}, indent=4, sort_keys=True)


def test_the_scripts_of_cityscapes_paint_the_same_from_a_painted_region() -> None:
    annotation = pytest.importorskip("cityscapesscripts.helpers.annotation")
    to_image = pytest.importorskip("cityscapesscripts.preparation.json2labelImg")
    chance = np.random.default_rng(8)
    document = Document(60, 40).added("road", Polygon(((0, 20), (59, 20), (59, 39), (0, 39))))
    for name in ("car", "sky", "persongroup"):
        document = document.added(name, Painted.of(np.kron(chance.random((10, 14)) > 0.5, np.ones((3, 4))).astype(bool), 2, 5))
    theirs = annotation.Annotation()
    theirs.fromJsonText(cityscapes_json.write(document))
    np.testing.assert_array_equal(np.array(to_image.createLabelImage(theirs, "ids")), label_ids(document, labels.space("cityscapes")))


PAINTED = '{"part":1,"of":1,"box":[3,4,6,6],"runs":[0,6]}'


@pytest.mark.parametrize(
    "value",
    ["true", "{}", PAINTED.replace("[0,6]", "[0,5]"), PAINTED.replace("[0,6]", "[6]"), PAINTED.replace("[0,6]", "[0,7,-1]"), PAINTED.replace("[0,6]", "[0,6.0]")]
    + [PAINTED.replace("[3,4,6,6]", box) for box in ("[3,4,6]", "[6,4,3,6]", "[3,4,9,6]", "[3,4,1e999,6]")]
    + [PAINTED.replace('"part":1', f'"part":{part}') for part in ("0", "2", '"1"', "true")],
)
def test_damaged_pixels_are_refused_with_a_way_to_keep_the_outline(value: str) -> None:
    text = '{"imgHeight": 40, "imgWidth": 60, "objects": [{"label": "car", "polygon": [[3,4],[5,4],[5,5],[3,5]], "painted": %s}]}'
    assert read(text % PAINTED).regions[0].shape == Painted.of(np.ones((2, 3), bool), 3, 4)
    with pytest.raises(DataError, match="'car', has a damaged value painted: .* keep the outline"):
        read(text % value)


def test_painted_neighbours_stay_two_and_a_lost_part_costs_only_its_pixels() -> None:
    split = Painted.of(np.array([[1, 0, 1, 0, 1]], bool))
    document = Document(9, 9).added("car", split).added("car", split)
    written = cityscapes_json.write(document)
    assert [region.shape for region in read(written).regions] == [split, split]
    values = json.loads(written)
    del values["objects"][1]
    assert [region.shape.mask.sum() for region in read(json.dumps(values)).regions] == [1, 1, 3]


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
        (PLAIN.replace("true", "[" * 400 + "]" * 400), "too deep"),
        (PLAIN.replace("2.5", "9" * 5000), "too many digits"),
        (PLAIN.replace('"user"', '"label"'), "'label' twice"),
        (PLAIN.replace("22.5", "true"), "two numbers"),
        (PLAIN.replace('"imgWidth": 60', '"imgWidth": 60, "imgWidth": 60'), "'imgWidth' twice"),
        (PLAIN + "x", rf"goes on after its end \(line {len(PLAIN.splitlines())}\)"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_sentence_that_names_it(text: str, said: str) -> None:
    with pytest.raises(DataError, match=said) as told:
        read(text)
    assert "\n" not in str(told.value) and "frame_polygons.json" in str(told.value)


def test_a_file_that_is_no_utf_8_or_not_there_is_one_sentence_too(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="can't be read"):
        cityscapes_json.read_file(tmp_path / "a.json")
    (tmp_path / "a.json").write_bytes(PLAIN.replace("anna", "änna").encode("latin-1"))
    with pytest.raises(DataError, match="UTF-8"):
        cityscapes_json.read_file(tmp_path / "a.json")


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
