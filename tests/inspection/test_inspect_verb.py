"""`inspect` on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.verbs import run
from tests import layouts


def test_the_table_shows_splits_shares_and_problems(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    layouts.camvid(tmp_path)
    layouts.mask(tmp_path / "trainannot" / "train_00001.png", (3, 57))
    assert run(["inspect", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "CamVid, 5 frames" in said and "1 problem: 1 × unknown id" in said
    assert "trainannot/train_00001.png holds the unknown id 57" in said
    assert any(line.startswith("road") and "%" in line and "█" in line for line in said.splitlines())
    assert "not seen: sky, building" in said


def test_json_is_one_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["inspect", str(layouts.camvid(tmp_path)), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["frames"] == 5


def test_a_path_that_is_nothing_ends_in_one_sentence_and_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["inspect", str(tmp_path / "nowhere")]) == 1
    said = capsys.readouterr()
    assert not said.out and said.err.count("\n") == 1 and "nowhere doesn't exist" in said.err
