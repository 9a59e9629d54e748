"""Configs are strict: a wrong key, type or value is one sentence that names the key."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import config, places
from engine.config import ModelConfig, TrainConfig
from engine.errors import ConfigError, RoadscopeError


def written(folder: Path, text: str) -> Path:
    path = folder / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_holds_only_what_differs_from_the_defaults(tmp_path: Path) -> None:
    loaded = config.load(written(tmp_path, "epochs: 3\ndata: {root: /data, size: [64, 96]}\n"))
    assert (loaded.epochs, loaded.data.root, loaded.data.size, loaded.batch) == (3, Path("/data"), (64, 96), TrainConfig().batch)


def test_an_empty_file_is_the_default(tmp_path: Path) -> None:
    assert config.load(written(tmp_path, "")) == TrainConfig()


def test_a_saved_config_is_read_again_as_it_was(tmp_path: Path) -> None:
    loaded = config.load(written(tmp_path, "classes: {select: [road, car], rest: true, group: {x: [a, b]}}\nloss: {by_hand: {road: 2}}\n"))
    config.save(loaded, tmp_path / "saved.yaml")
    assert config.load(tmp_path / "saved.yaml") == loaded


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("epoch: 3\n", "unknown key epoch; did you mean epochs"),
        ("data: {roof: x}\n", "unknown key data.roof; did you mean root"),
        ("zzz: 3\n", "unknown key zzz; known are: data, classes"),
        ("epochs: many\n", "epochs is 'many'; it must be a whole number"),
        ("epochs: 1.5\n", "epochs is 1.5; it must be a whole number"),
        ("epochs: true\n", "epochs is True; it must be a whole number"),
        ("epochs: 0\n", "epochs is 0; it must be at least 1"),
        ("optimiser: {learning_rate: fast}\n", "optimiser.learning_rate is 'fast'; it must be a number"),
        ("optimiser: {learning_rate: -1}\n", r"optimiser.learning_rate is -1.0; it must be at least 1e-08"),
        ("augment: {flip: 2}\n", "augment.flip is 2.0; it must be at most 1"),
        ("data: {size: [64]}\n", r"data.size has 1 values; it needs 2"),
        ("data: {size: [64, wide]}\n", r"data.size\[1\] is 'wide'; it must be a whole number"),
        ("data: 5\n", "data is 5; it holds settings by name"),
        ("device: tpu\n", "device is 'tpu'; choose one of: auto, cpu, cuda"),
        ("classes: {rest: 1}\n", "classes.rest is 1; it must be true or false"),
        ("classes: {select: road}\n", "classes.select is 'road'; it must be a list"),
        ("- a\n- b\n", "holds no settings"),
        ("a: [1\n", "is not valid YAML"),
    ],
)
def test_what_is_wrong_is_named_with_file_and_key(tmp_path: Path, text: str, said: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ConfigError, match=said) as raised:
        config.load(path)
    assert str(path) in str(raised.value) and "\n" not in str(raised.value)


@pytest.mark.parametrize("path", ["nowhere.yaml", "."])
def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path: Path, path: str) -> None:
    with pytest.raises(ConfigError, match="can't be read as a config"):
        config.load(tmp_path / path)


def test_overrides_lie_on_top_of_the_file(tmp_path: Path) -> None:
    loaded = config.load(written(tmp_path, "epochs: 3\n"), ["epochs=4", "data.size=[64,128]", "optimiser.learning_rate=1e-3", "classes.select=[road, car]"])
    assert (loaded.epochs, loaded.data.size, loaded.optimiser.learning_rate, loaded.classes.select) == (4, (64, 128), 1e-3, ("road", "car"))


@pytest.mark.parametrize(
    ("override", "said"),
    [("epochs", "is not of the form key=value"), ("=3", "is not of the form"), ("epochs.a=3", "epochs holds no settings"), ("epochs=[", "not valid YAML"), ("epoch=3", "unknown key")],
)
def test_a_wrong_override_is_one_sentence(tmp_path: Path, override: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        config.load(written(tmp_path, "epochs: 3\n"), [override])


def test_a_record_checks_itself_where_it_is_made() -> None:
    with pytest.raises(ConfigError, match="dropout is 3; it must be at most 0.9"):
        ModelConfig(dropout=3)


def test_one_value_deep_inside_can_be_replaced() -> None:
    changed = config.replace(TrainConfig(), "model.encoder", "resnet18")
    assert changed.model.encoder == "resnet18" and config.replace(changed, "model.encoder", TrainConfig().model.encoder) == TrainConfig()


def test_every_setting_has_a_sentence_of_help() -> None:
    import dataclasses

    def records(kind: type) -> list[dataclasses.Field[object]]:
        own = []
        for one in dataclasses.fields(kind):
            value = getattr(kind(), one.name)
            own += records(type(value)) if dataclasses.is_dataclass(value) else [one]
        return own

    assert all(one.metadata.get("help") for one in records(TrainConfig))


@pytest.mark.parametrize("path", sorted(places.CONFIGS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_preset_is_a_valid_experiment(path: Path) -> None:
    assert config.load(path).epochs >= 1


def test_a_config_error_is_one_of_ours() -> None:
    assert issubclass(ConfigError, RoadscopeError)
