"""An experiment as frozen dataclasses; YAML is only its spelling on disk, and a form in the window only its face.

A file holds what differs from the defaults. Every record checks itself where it is made; messages name the key.
"""

from __future__ import annotations

import dataclasses
import difflib
import math
import types
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import yaml

from engine import atomic
from engine.errors import ConfigError


def setting(default: Any, help: str, *, low: float | None = None, high: float | None = None, unit: str = "", advanced: bool = False) -> Any:
    """A field with what a form and a check need: one sentence of help, inclusive bounds, a unit, whether newcomers need it."""
    metadata = {"help": help, "low": low, "high": high, "unit": unit, "advanced": advanced}
    if isinstance(default, (dict, list)):
        return field(default_factory=lambda: type(default)(default), metadata=metadata)
    return field(default=default, metadata=metadata)


class _Checked:
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


@dataclass(frozen=True, slots=True)
class DataConfig(_Checked):
    """Where the frames come from."""

    root: Path = setting(Path(), "the folder of the dataset")
    layout: str = setting("auto", "the dataset's layout; auto recognises it", advanced=True)
    train_split: str = setting("train", "the split to train on")
    validation_split: str = setting("val", "the split to score on; held-out frames only")
    size: tuple[int, int] = setting((240, 320), "height and width at which frames are loaded and scored", low=32, high=4096, unit="px")
    limit: int = setting(0, "use only so many training frames; 0 for all", low=0, advanced=True)


@dataclass(frozen=True, slots=True)
class ClassesConfig(_Checked):
    """What to tell apart: a preset, or a selection, or groups of the label space's classes."""

    preset: Literal["train", "categories"] = setting("train", "the dataset's own training classes, or its categories")
    select: tuple[str, ...] = setting((), "only these classes, by name")
    group: dict[str, tuple[str, ...]] = setting({}, "new classes, each of several old ones", advanced=True)
    rest: bool = setting(False, "everything not named is one more class instead of void")


@dataclass(frozen=True, slots=True)
class ModelConfig(_Checked):
    """The network."""

    architecture: str = setting("fpn", "the decoder: unet, unet_res or fpn")
    encoder: str = setting("mobilenet_v2", "the backbone of torchvision")
    pretrained: bool = setting(False, "start from ImageNet weights where they are on this machine or can be fetched")
    dropout: float = setting(0.0, "dropout before the last layer", low=0, high=0.9, advanced=True)
    pyramid_channels: int = setting(256, "width of the fpn's pyramid; half is enough for a small student", low=8, high=1024, advanced=True)
    segmentation_channels: int = setting(128, "width of the fpn's heads", low=8, high=1024, advanced=True)


@dataclass(frozen=True, slots=True)
class AugmentConfig(_Checked):
    """What happens to a training frame on its way to the network."""

    crop: tuple[int, int] = setting((0, 0), "height and width of random crops; 0 0 takes the whole frame", low=0, high=4096, unit="px")
    scale: tuple[float, float] = setting((0.75, 1.5), "random zoom between these factors", low=0.25, high=4)
    flip: float = setting(0.5, "probability of mirroring left and right", low=0, high=1)
    photometric: float = setting(0.5, "strength of random brightness, contrast, hue and saturation", low=0, high=1)
    sensor: float = setting(0.0, "strength of random blur, sensor noise and JPEG artefacts", low=0, high=1, advanced=True)
    rare: float = setting(0.0, "share of the crops that are placed on a rare class", low=0, high=1, advanced=True)


@dataclass(frozen=True, slots=True)
class LossConfig(_Checked):
    """What is minimised."""

    name: str = setting("cross_entropy", "the loss: cross_entropy or bce_dice")
    class_weights: Literal["none", "inverse_frequency", "effective_number"] = setting("none", "weigh rare classes more")
    by_hand: dict[str, float] = setting({}, "weights by class name; they take precedence", advanced=True)


@dataclass(frozen=True, slots=True)
class OptimiserConfig(_Checked):
    """How it is minimised: AdamW."""

    learning_rate: float = setting(2e-3, "the highest learning rate", low=1e-8, high=10)
    weight_decay: float = setting(1e-2, "AdamW's decoupled weight decay", low=0, high=1, advanced=True)
    schedule: Literal["one_cycle", "poly"] = setting("one_cycle", "how the learning rate moves over the run")
    warm_up: float = setting(0.25, "share of the steps in which the learning rate rises", low=0, high=0.9, advanced=True)


@dataclass(frozen=True, slots=True)
class TrainConfig(_Checked):
    """One training run."""

    data: DataConfig = field(default_factory=DataConfig)
    classes: ClassesConfig = field(default_factory=ClassesConfig)
    model: ModelConfig = field(default_factory=ModelConfig)
    augment: AugmentConfig = field(default_factory=AugmentConfig)
    loss: LossConfig = field(default_factory=LossConfig)
    optimiser: OptimiserConfig = field(default_factory=OptimiserConfig)
    epochs: int = setting(15, "passes over the training frames", low=1, high=100000)
    batch: int = setting(8, "frames in one step", low=1, high=4096)
    max_minutes: float = setting(0.0, "end, with its schedule, after so many minutes; 0 for no limit", low=0, unit="min")
    validate_every: int = setting(0, "steps between two validations; 0 for once an epoch", low=0, advanced=True)
    save_every: int = setting(0, "steps between two resumable checkpoints; 0 for at every validation", low=0, advanced=True)
    seed: int = setting(0, "the same seed gives the same run on one machine's CPU", low=0)
    device: Literal["auto", "cpu", "cuda"] = setting("auto", "where to train; auto takes a GPU when there is one")
    precision: Literal["auto", "fp32", "bf16"] = setting("auto", "auto takes bf16 where the machine has it")
    threads: int = setting(0, "CPU threads; 0 leaves one core to the window when there are more than two", low=0, advanced=True)


def load(path: Path, overrides: list[str] | tuple[str, ...] = ()) -> TrainConfig:
    """The experiment of a YAML file, with `a.b=value` overrides on top; `data.root` is relative to the working folder.

    Raises ConfigError that names the file and the key.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} can't be read as a config; give a YAML file such as those in configs/") from error
    try:
        values = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        raise ConfigError(f"{path} is not valid YAML{_where(error)}; write `key: value` lines, such as those in configs/") from error
    if not isinstance(values, dict):
        raise ConfigError(f"{path} holds no settings; write `key: value` lines, such as `epochs: 10`")
    for override in overrides:
        _override(values, override)
    try:
        return build(TrainConfig, values)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from error


def save(config: TrainConfig, path: Path) -> None:
    """Writes the whole config, defaults included, so that it means the same in a later version."""
    atomic.write_text(path, yaml.safe_dump(to_dict(config), sort_keys=False, allow_unicode=True))


def to_dict(config: Any) -> dict[str, Any]:
    """Plain values, as YAML and JSON hold them; `build` makes the record again."""
    return {one.name: _plain(getattr(config, one.name)) for one in fields(config)}


def build(kind: type, values: Any, where: str = "") -> Any:
    """A record of `kind` from plain values. Raises ConfigError that names the exact key at fault."""
    values = {} if values is None else values  # `data:` with nothing below it
    if not isinstance(values, dict):
        raise ConfigError(f"{where.rstrip('.') or 'the config'} is {values!r}; it holds settings by name")
    hints = get_type_hints(kind)
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


def _override(values: dict[str, Any], override: str) -> None:
    key, equals, text = override.partition("=")
    if not equals or not key:
        raise ConfigError(f"--set {override!r} is not of the form key=value, such as epochs=5 or data.size=[256,512]")
    *parents, last = key.strip().split(".")
    for parent in parents:
        values = values.setdefault(parent, {})
        if not isinstance(values, dict):
            raise ConfigError(f"--set {override!r}: {parent} holds no settings")
    try:
        values[last] = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigError(f"--set {override!r}: the value is not valid YAML") from error


def _where(error: yaml.YAMLError) -> str:
    """The place of a mistake in a file, and what it is, as a part of a sentence."""
    mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None) or getattr(error, "reason", None)
    return (f" in line {mark.line + 1}" if mark else "") + (f" ({problem})" if problem else "")


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return to_dict(value)
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, tuple):
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
