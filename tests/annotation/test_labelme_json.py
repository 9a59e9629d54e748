"""Labels drawn with labelme are taken over."""

from __future__ import annotations

import base64
import json
import random
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine import labels
from engine.annotation import labelme_json
from engine.annotation.document import Painted, Polygon
from engine.errors import DataError

SPACE = labels.space("cityscapes")


def written(path: Path, *shapes: dict) -> Path:
    path.write_text(json.dumps({"version": "5.5.0", "flags": {}, "shapes": list(shapes), "imagePath": "a.png", "imageData": None, "imageHeight": 40, "imageWidth": 60}), encoding="utf-8")
    return path


def shape(label: str, kind: str, *points: tuple[float, float], **more: object) -> dict:
    return {"label": label, "points": [list(point) for point in points], "group_id": None, "shape_type": kind, "flags": {}, **more}


def test_shapes_come_over_with_their_pixels_and_the_spaces_names(tmp_path: Path) -> None:
    mask = np.zeros((5, 7), np.uint8)
    mask[1:4, 2:6] = 1
    picture = base64.b64encode(cv2.imencode(".png", mask)[1].tobytes()).decode()
    found = labelme_json.read_file(
        written(
            tmp_path / "a.json",
            shape("Road", "polygon", (0.2, 20.9), (59.4, 20.1), (59, 39)),
            shape("traffic_light", "rectangle", (3, 4), (10.7, 12)),
            shape("person", "mask", (20, 10), (26, 14), mask=picture),
            shape("terrain", "circle", (30, 20), (35, 20)),
            shape("lane", "linestrip", (1, 1), (2, 2)),
            shape("spaceship", "polygon", (1, 1), (5, 1), (5, 5)),
        ),
        SPACE,
        size=(60, 40),
    )
    regions = found.document.regions
    assert [region.label for region in regions] == ["road", "traffic light", "person", "terrain", "spaceship"]
    assert regions[0].shape == Polygon(((0, 20), (59, 20), (59, 39)))
    assert regions[1].shape == Polygon(((3, 4), (10, 4), (10, 12), (3, 12)))
    assert isinstance(regions[2].shape, Painted) and regions[2].shape.box == (22, 11, 26, 14) and regions[2].shape.mask.all()
    assert regions[3].box == (25, 15, 36, 26)
    assert found.left_out == ("1 of linestrip",) and found.unknown == ("spaceship",)


@pytest.mark.parametrize(
    "text",
    ["{", "[]", '{"a": 1}', '{"shapes": [1]}', '{"shapes": [{"label": "car", "points": [[1]], "shape_type": "polygon"}]}', '{"shapes": [{"label": "car", "points": [[1, 2]], "shape_type": "mask", "mask": "%%"}]}']
    + [json.dumps({"shapes": [{"label": "car", "points": points, "shape_type": kind, "mask": ""}]}) for kind, points in (("mask", []), ("circle", [[1, 2], [float(1 << 40), 2]]), ("rectangle", [[1, 2]]))]
    + ['{"shapes": [{"label": "car", "points": [[1e999, 2], [3, 4], [5, 6]]}]}'],
)
def test_a_file_that_cannot_be_used_is_one_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=r"a\.json") as told:
        labelme_json.read_file(path, SPACE, size=(60, 40))
    assert "\n" not in str(told.value)


def test_only_files_with_shapes_are_taken_for_labelmes(tmp_path: Path) -> None:
    other = tmp_path / "b.json"
    other.write_text('{"camera": 1}', encoding="utf-8")
    assert labelme_json.recognises(written(tmp_path / "a.json")) and not labelme_json.recognises(other) and not labelme_json.recognises(tmp_path / "c.json")


def test_no_mutated_file_is_more_than_a_refusal(tmp_path: Path, count: int = 300) -> None:
    picture = base64.b64encode(cv2.imencode(".png", np.ones((3, 4), np.uint8))[1].tobytes()).decode()
    path = written(
        tmp_path / "a.json", shape("car", "mask", (1, 2), (4, 4), mask=picture), shape("sky", "circle", (9, 9), (12.5, 9)), shape("road", "rectangle", (1, 2), (3, 4))
    )
    raw, chance, refused = path.read_bytes(), random.Random(3), 0
    for _ in range(count):
        at = chance.randrange(len(raw))
        path.write_bytes(raw[:at] + chance.choice((b"", b"9", b"e9", b"-", b"null", b"[]", raw[at : at + 9], b"\xff")) + raw[at + chance.randrange(4) :])
        try:
            labelme_json.read_file(path, SPACE, size=(60, 40))
        except DataError as error:
            assert len(str(error).splitlines()) == 1
            refused += 1
    assert 0 < refused < count
