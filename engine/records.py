"""Frozen dataclasses as settings: their bounds, help and units, and the way from plain values to records and back."""

from __future__ import annotations

import dataclasses
import difflib
import math
import types
from dataclasses import MISSING, field, fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from engine.errors import ConfigError


def setting(default: Any, help: str, *, low: float | None = None, high: float | None = None, unit: str = "", advanced: bool = False) -> Any:
    """A field with what a form and a check need: one sentence of help, inclusive bounds, a unit, whether newcomers need it."""
    metadata = {"help": help, "low": low, "high": high, "unit": unit, "advanced": advanced}
    if isinstance(default, (dict, list)):
        return field(default_factory=lambda: type(default)(default), metadata=metadata)
    return field(default=default, metadata=metadata)


class Checked:
    """Checks the bounds that `setting` gave, naming the key."""

    __slots__ = ()

    def __post_init__(self) -> None:
        for one in fields(self):  # type: ignore[arg-type]
            for value in _numbers(getattr(self, one.name)):
                if not math.isfinite(value):
                    raise ConfigError(f"{one.name} is {value}; it must be a finite number")
                low, high = one.metadata.get("low"), one.metadata.get("high")
                if low is not None and value < low:
                    raise ConfigError(f"{one.name} is {value}; it must be at least {low}")
                if high is not None and value > high:
                    raise ConfigError(f"{one.name} is {value}; it must be at most {high}")


def to_dict(config: Any) -> dict[str, Any]:
    """Plain values, as YAML and JSON hold them; `build` makes the record again."""
    return {one.name: _plain(getattr(config, one.name)) for one in fields(config)}


def build(kind: type, values: Any, where: str = "") -> Any:
    """A record of `kind` from plain values. Raises ConfigError that names the exact key at fault."""
    values = {} if values is None else values  # `data:` with nothing below it
    if not isinstance(values, dict):
        raise ConfigError(f"{where.rstrip('.') or 'the config'} is {values!r}; it holds settings by name")
    hints = _hints(kind)
    for key in values:
        if key not in hints:
            near = difflib.get_close_matches(str(key), hints, 1)
            raise ConfigError(f"unknown key {where}{key}; {'did you mean ' + near[0] if near else 'known are: ' + ', '.join(hints)}")
    for one in fields(kind):
        if one.name not in values and one.default is MISSING and one.default_factory is MISSING:
            raise ConfigError(f"missing key {where}{one.name}")
    made = {key: convert(hints[key], value, f"{where}{key}") for key, value in values.items()}
    try:
        return kind(**made)
    except ConfigError as error:
        raise ConfigError(f"{where}{error}") from error


def convert(hint: Any, value: Any, where: str) -> Any:
    """`value` as the type `hint` says. Raises ConfigError that names the key `where`."""
    origin, inner = get_origin(hint), get_args(hint)
    if is_dataclass(hint) and isinstance(hint, type):
        return build(hint, value, f"{where}.")
    if origin in (Union, types.UnionType):
        return None if value is None else convert(next(one for one in inner if one is not type(None)), value, where)
    if hint is Path and isinstance(value, (str, Path)):
        return Path(value).expanduser()
    if origin is Literal:
        if value not in inner:
            raise ConfigError(f"{where} is {value!r}; choose one of: {', '.join(map(str, inner))}")
        return value
    if origin is tuple and isinstance(value, (list, tuple)):
        kinds = [inner[0]] * len(value) if inner[-1] is Ellipsis else list(inner)
        if len(kinds) != len(value):
            raise ConfigError(f"{where} has {len(value)} values; it needs {len(kinds)}")
        return tuple(convert(one, item, f"{where}[{i}]") for i, (one, item) in enumerate(zip(kinds, value)))
    if origin is dict and isinstance(value, dict):
        return {str(key): convert(inner[1], item, f"{where}.{key}") for key, item in value.items()}
    if hint is float and isinstance(value, (int, str)) and not isinstance(value, bool):
        value = _float(value, where)
    if not isinstance(hint, type) or not isinstance(value, hint) or (hint is int and isinstance(value, bool)):
        raise ConfigError(f"{where} is {value!r}; it must be {_spoken(hint)}")
    return value


def replace(config: Any, key: str, value: Any) -> Any:
    """A copy of `config` in which the dotted `key` has `value`."""
    head, _, rest = key.partition(".")
    return dataclasses.replace(config, **{head: replace(getattr(config, head), rest, value) if rest else value})


@cache
def _hints(kind: type) -> dict[str, Any]:
    """Resolving them takes longer than all else that `build` does."""
    return get_type_hints(kind)


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return to_dict(value)
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


def _numbers(value: Any) -> list[float]:
    values = value if isinstance(value, tuple) else (value,)
    return [item for item in values if isinstance(item, (int, float)) and not isinstance(item, bool)]


def _float(value: int | str, where: str) -> float:
    try:
        return float(value)  # YAML 1.1 reads 1e-3 as text
    except ValueError as error:
        raise ConfigError(f"{where} is {value!r}; it must be a number") from error


def _spoken(hint: Any) -> str:
    words = {int: "a whole number", float: "a number", str: "text", bool: "true or false", Path: "a path"}
    origin = get_origin(hint)
    return words.get(hint) or ("a list" if origin is tuple else "settings by name" if origin is dict else str(hint))
