from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from engine.config import OptimiserConfig, Stage, TrainConfig
from engine.errors import ConfigError
from gui.forms import Form


def fields_of(value: Any, prefix: str = "") -> set[str]:
    found = set()
    for field in dataclasses.fields(value):
        inner = getattr(value, field.name)
        found |= fields_of(inner, f"{prefix}{field.name}.") if dataclasses.is_dataclass(inner) else {f"{prefix}{field.name}"}
    return found


@pytest.fixture
def form(qtbot) -> Form:
    form = Form(TrainConfig())
    qtbot.addWidget(form)
    return form


def test_every_field_of_the_config_is_a_row(form: Form) -> None:
    assert set(form.keys) == fields_of(TrainConfig())


def test_what_is_put_in_comes_out(form: Form) -> None:
    wanted = TrainConfig(epochs=3, optimiser=OptimiserConfig(learning_rate=1e-4))
    wanted = dataclasses.replace(
        wanted,
        data=dataclasses.replace(wanted.data, root=Path("/somewhere"), size=(96, 128)),
        classes=dataclasses.replace(wanted.classes, select=("road", "car"), group={"all": ("road", "car")}),
        loss=dataclasses.replace(wanted.loss, by_hand={"car": 2.5}, terms={"cross_entropy": 1.0, "lovasz": 0.5}),
        stages=(Stage((48, 64), 1, 16), Stage((96, 128), 6, 8, layout="camvid", split="val")),
    )
    form.set_value(wanted)
    assert form.value() == wanted


@pytest.mark.parametrize(
    ("key", "typed", "sentence"),
    [
        ("optimiser.learning_rate", "fast", "Optimiser.learning_rate is 'fast'; it must be a number"),
        ("optimiser.learning_rate", "100", "Optimiser.learning_rate is 100.0; it must be at most 10"),
        ("data.size", "240", "Data.size has 1 values; it needs 2"),
        ("stages", "96×128 6", "Stages has '96×128 6'; write each stage as 240×320 6 epochs batch 8, with a semicolon between two"),
        ("stages", "96x128 0 epochs batch 8", "Stages[0].epochs is 0; it must be at least 1"),
        ("data.size", "a b", "Data.size is 'a b'; it must be 2 whole numbers, such as 256 256"),
    ],
)
def test_bad_input_is_one_sentence_at_its_row(form: Form, key: str, typed: str, sentence: str) -> None:
    form.row(key).editor.line.setText(typed)
    assert form.check().lower() == sentence.lower()
    assert form.row(key).error.text() == sentence
    with pytest.raises(ConfigError, match=key):
        form.value()
    form.set_value(TrainConfig())
    assert form.check() == "" and not form.row(key).error.text()


def test_an_edit_is_told_and_filling_in_is_not(form: Form, qtbot) -> None:
    with qtbot.assertNotEmitted(form.changed):
        form.set_value(TrainConfig(epochs=4))
    with qtbot.waitSignal(form.changed):
        form.row("epochs").editor.widget.setValue(9)
    assert form.value().epochs == 9


def test_choices_from_outside_fill_a_text_field(qtbot) -> None:
    form = Form(TrainConfig(), choices={"model.encoder": lambda: ["resnet18", "resnet50"]})
    qtbot.addWidget(form)
    box = form.row("model.encoder").editor.widget
    assert [box.itemText(at) for at in range(2)] == ["resnet18", "resnet50"]
    assert form.value().model.encoder == "mobilenet_v2"
