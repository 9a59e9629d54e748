"""The teacher of a student: chosen among the past runs, typed, or browsed for."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from gui.widgets.stages_editor import Stages
from gui.widgets.teacher_editor import NOBODY, Teacher

RUNS = [("fpn resnet18, camvid 0.528", Path("/runs/a")), ("unet resnet18, camvid 0.411", Path("/runs/b"))]


@pytest.fixture
def editor(qtbot: QtBot) -> Teacher:
    made = Teacher()
    qtbot.addWidget(made.widget)
    made.show_runs(RUNS)
    return made


def test_nobody_teaches_at_first(editor: Teacher) -> None:
    assert editor.get() == "" and editor.box.currentText() == NOBODY


def test_a_run_is_chosen_by_its_title_and_meant_by_its_path(editor: Teacher, qtbot: QtBot) -> None:
    with qtbot.waitSignal(editor.edited):
        editor.box.setCurrentIndex(2)
    assert editor.get() == "/runs/b"
    editor.set("/runs/a")
    assert editor.box.currentText() == "fpn resnet18, camvid 0.528"


def test_what_is_chosen_stays_when_runs_come_and_go(editor: Teacher) -> None:
    editor.set("/runs/b")
    editor.show_runs(RUNS[:1])
    assert editor.get() == "/runs/b"
    editor.show_runs(RUNS)
    assert editor.get() == "/runs/b" and editor.box.currentText().startswith("unet")


def test_any_path_can_be_typed_or_browsed_for(editor: Teacher, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    editor.box.setEditText("elsewhere/best.safetensors")
    assert editor.get() == "elsewhere/best.safetensors"
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("", ""))
    editor._on_browse()
    assert editor.get() == "elsewhere/best.safetensors"
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("/chosen.safetensors", ""))
    with qtbot.waitSignal(editor.edited):
        editor._on_browse()
    assert editor.get() == "/chosen.safetensors"


def test_a_stage_may_have_its_void_filled(qtbot: QtBot) -> None:
    stages = Stages()
    qtbot.addWidget(stages.widget)
    stages.line.setText("96×128 2 epochs batch 4 split train_extra fill void; 240×320 1 epoch batch 8")
    values = stages.get()
    assert [one["fill_void"] for one in values] == [True, False] and values[0]["split"] == "train_extra"
    stages.set(values)
    assert stages.get() == values
