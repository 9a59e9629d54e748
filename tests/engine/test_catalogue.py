"""The folder is the registry."""

from __future__ import annotations

import pytest

from engine import catalogue, datasets
from engine.errors import ConfigError


def test_files_are_names_and_underscores_are_private() -> None:
    names = catalogue.names(datasets)
    assert "camvid" in names and names == tuple(sorted(names)) and not any(name.startswith("_") for name in names)


def test_a_name_is_its_module() -> None:
    assert catalogue.load(datasets, "camvid").recognises


@pytest.mark.parametrize("name", ["camvit", "_base", "", "../camvid"])
def test_an_unknown_name_is_answered_with_the_known_ones(name: str) -> None:
    with pytest.raises(ConfigError, match="in datasets; choose one of: camvid, cityscapes"):
        catalogue.load(datasets, name)


@pytest.mark.parametrize("name", catalogue.names(datasets))
def test_every_layout_keeps_the_contract(name: str) -> None:
    module = catalogue.load(datasets, name)
    assert callable(module.recognises) and callable(module.open)
