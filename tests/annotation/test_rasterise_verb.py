"""`rasterise` on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from engine import images
from engine.verbs import run


@pytest.fixture
def polygons(tmp_path: Path) -> Path:
    path = tmp_path / "a_0_0_gtFine_polygons.json"
    objects = [
        {"label": "road", "polygon": [[0, 4], [9, 4], [9, 7], [0, 7]]},
        {"label": "car", "polygon": [[2, 3], [5, 3], [5, 5], [2, 5]]},
        {"label": "sky", "polygon": [[0, 0], [9, 7], [0, 7]], "deleted": 1},
    ]
    path.write_text(json.dumps({"imgHeight": 8, "imgWidth": 10, "objects": objects}), encoding="utf-8")
    return path


@pytest.mark.parametrize(("format", "values"), [("ids", (0, 7, 26)), ("train_ids", (255, 0, 13)), ("instances", (0, 7, 26000))])
def test_the_mask_holds_what_is_asked_for(polygons: Path, format: str, values: tuple[int, int, int], capsys: pytest.CaptureFixture[str]) -> None:
    out = polygons.with_name("mask.png")
    assert run(["rasterise", str(polygons), "--out", str(out), "--format", format]) == 0
    mask = images.read_ids(out)
    assert (mask[0, 0], mask[7, 0], mask[4, 3]) == values and mask.dtype == (np.uint16 if format == "instances" else np.uint8)
    assert capsys.readouterr().out == f"2 regions in {out}, 10 × 8\n"


def test_colours_are_those_of_the_label_space(polygons: Path) -> None:
    out = polygons.with_name("mask.png")
    assert run(["rasterise", str(polygons), "--out", str(out), "--format", "colour", "--labels", "semantic_kitti"]) == 0
    assert images.read_rgb(out)[4, 3].tolist() == [100, 150, 245]


@pytest.mark.parametrize(("change", "sentence"), [('"car"|"cat"', "a_0_0_gtFine_polygons.json: the label space cityscapes has no label 'cat'"), ("10|", "a_0_0_gtFine_polygons.json")])
def test_a_file_that_cannot_be_painted_is_one_sentence_and_no_mask(polygons: Path, change: str, sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = change.split("|")
    polygons.write_text(polygons.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    assert run(["rasterise", str(polygons), "--out", str(polygons.with_name("mask.png"))]) == 1
    said = capsys.readouterr().err
    assert sentence in said and said.count("\n") == 1 and list(polygons.parent.iterdir()) == [polygons]


def test_a_mask_that_is_no_png_is_refused(polygons: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rasterise", str(polygons), "--out", str(polygons.with_name("mask.jpg"))]) == 1
    assert "end it in .png" in capsys.readouterr().err
