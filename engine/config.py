"""An experiment as frozen dataclasses; YAML is only its spelling on disk, and a form in the window only its face.

A file holds what differs from the defaults. Every record checks itself where it is made; messages name the key.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import yaml

from engine import atomic
from engine.errors import ConfigError
from engine.records import Checked, build, convert, replace, setting, to_dict

_WITHOUT_BACKBONE = ("two_branch",)
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The one in C, where PyYAML was built with it, reads the presets several times as fast."""
__all__ = ["build", "convert", "load", "replace", "save", "setting", "to_dict"]


@dataclass(frozen=True, slots=True)
class DataConfig(Checked):
    """Where the frames come from."""

    root: Path = setting(Path(), "the folder of the dataset")
    layout: str = setting("auto", "the dataset's layout; auto recognises it", advanced=True)
    labels: str = setting("", "the label space of the masks, by name; empty for the layout's own, or yours made of it on the Annotate page", advanced=True)
    train_split: str = setting("train", "the split to train on")
    validation_split: str = setting("val", "the split to score on; held-out frames only")
    size: tuple[int, int] = setting((240, 320), "height and width at which frames are loaded and scored", low=32, high=4096, unit="px")
    cache: float = setting(4.0, "frames are decoded and brought down to size once and kept on disk, up to so much; 0 for never", low=0, high=100000, unit="GB", advanced=True)
    limit: int = setting(0, "use only so many training frames; 0 for all", low=0, advanced=True)


@dataclass(frozen=True, slots=True)
class ClassesConfig(Checked):
    """What to tell apart: a preset, or a selection, or groups of the label space's classes."""

    preset: Literal["train", "categories"] = setting("train", "the dataset's own training classes, or its categories")
    select: tuple[str, ...] = setting((), "only these classes, by name")
    group: dict[str, tuple[str, ...]] = setting({}, "new classes, each of several old ones", advanced=True)
    rest: bool = setting(False, "everything not named is one more class instead of void")


@dataclass(frozen=True, slots=True)
class ModelConfig(Checked):
    """The network."""

    architecture: str = setting("fpn", "the network: unet, unet_res or fpn on the encoder, or two_branch, which has its own")
    encoder: str = setting("mobilenet_v2", "the backbone of torchvision; two_branch takes none")
    pretrained: bool = setting(False, "start from ImageNet weights where they are on this machine or can be fetched")
    dropout: float = setting(0.0, "dropout before the last layer", low=0, high=0.9, advanced=True)
    width: float = setting(1.0, "times the channels of two_branch and of a unet's decoder", low=0.125, high=4, advanced=True)
    depth: float = setting(1.0, "times the blocks of two_branch and the convolutions of a unet's rungs", low=0.25, high=4, advanced=True)
    pyramid_channels: int = setting(256, "width of the fpn's pyramid; half is enough for a small student", low=8, high=1024, advanced=True)
    segmentation_channels: int = setting(128, "width of the fpn's heads", low=8, high=1024, advanced=True)

    @property
    def has_backbone(self) -> bool:
        """Whether `encoder` and `pretrained` mean anything to the architecture."""
        return self.architecture not in _WITHOUT_BACKBONE

    def words(self, between: str = " ") -> str:
        """The network in a word or two: its architecture, and its encoder where it has one."""
        return f"{self.architecture}{between}{self.encoder}" if self.has_backbone else self.architecture


@dataclass(frozen=True, slots=True)
class AugmentConfig(Checked):
    """What happens to a training frame on its way to the network."""

    crop: tuple[int, int] = setting((0, 0), "height and width of random crops; 0 0 takes the whole frame", low=0, high=4096, unit="px")
    scale: tuple[float, float] = setting((0.75, 1.5), "random zoom between these factors", low=0.25, high=4)
    flip: float = setting(0.5, "probability of mirroring left and right", low=0, high=1)
    photometric: float = setting(0.5, "strength of random brightness, contrast, hue and saturation", low=0, high=1)
    sensor: float = setting(0.0, "strength of random blur, sensor noise and JPEG artefacts", low=0, high=1, advanced=True)
    rare: float = setting(0.0, "share of the crops that are placed on a rare class", low=0, high=1, advanced=True)


@dataclass(frozen=True, slots=True)
class WeatherConfig(Checked):
    """Hard weather on training frames: probability and strength, each 0 … 1, of each effect."""

    snow: tuple[float, float] = setting((0.0, 0.5), "probability and strength of falling snow", low=0, high=1, advanced=True)
    rain: tuple[float, float] = setting((0.0, 0.5), "probability and strength of rain", low=0, high=1, advanced=True)
    fog: tuple[float, float] = setting((0.0, 0.5), "probability and strength of fog", low=0, high=1, advanced=True)
    flare: tuple[float, float] = setting((0.0, 0.5), "probability and strength of a low sun's flare", low=0, high=1, advanced=True)
    shadow: tuple[float, float] = setting((0.0, 0.5), "probability and strength of hard shadows", low=0, high=1, advanced=True)
    dark: tuple[float, float] = setting((0.0, 0.5), "probability and strength of darkening towards night", low=0, high=1, advanced=True)
    together: bool = setting(False, "let several fall on one frame; else at most one of them at a time", advanced=True)


@dataclass(frozen=True, slots=True)
class LossConfig(Checked):
    """What is minimised."""

    name: str = setting("cross_entropy", "the loss: cross_entropy, bce_dice, focal, …")
    terms: dict[str, float] = setting({}, "several losses with their weights, such as cross_entropy 1 and lovasz 0.5; they take the place of name", advanced=True)
    class_weights: Literal["none", "inverse_frequency", "effective_number"] = setting("none", "weigh rare classes more")
    by_hand: dict[str, float] = setting({}, "weights by class name; they take precedence", advanced=True)


@dataclass(frozen=True, slots=True)
class OptimiserConfig(Checked):
    """How it is minimised."""

    name: Literal["adamw", "sgd"] = setting("adamw", "AdamW, or SGD with Nesterov momentum", advanced=True)
    learning_rate: float = setting(2e-3, "the highest learning rate", low=1e-8, high=10)
    weight_decay: float = setting(1e-2, "weight decay; AdamW's is decoupled", low=0, high=1, advanced=True)
    momentum: float = setting(0.9, "SGD's momentum", low=0, high=0.999, advanced=True)
    schedule: Literal["one_cycle", "poly", "plateau"] = setting("one_cycle", "how the learning rate moves over the run")
    warm_up: float = setting(0.25, "share of the steps in which the learning rate rises", low=0, high=0.9, advanced=True)
    patience: int = setting(3, "plateau: so many validations without a better score, then the rate is divided by ten", low=1, high=1000, advanced=True)
    accumulate: int = setting(1, "batches whose gradients are summed into one step", low=1, high=1024, advanced=True)
    clip: float = setting(0.0, "longest gradient (its norm) that is let through; 0 for any", low=0, high=1e6, advanced=True)
    freeze_encoder: int = setting(0, "the encoder's weights stay as they are for so many steps", low=0, advanced=True)
    ema: float = setting(0.0, "decay of the moving average of the weights that is scored and saved, such as 0.999; 0 for none", low=0, high=0.99999, advanced=True)


@dataclass(frozen=True, slots=True)
class DistillConfig(Checked):
    """A teacher: a trained network whose answers a smaller one learns from, besides the labels."""

    teacher: str = setting("", "a past run or checkpoint that teaches, with the same classes; empty for none")
    mode: Literal["mix", "channel_wise", "dist", "structured"] = setting(
        "mix", "what is learnt from it: mix is channel-wise and DIST; structured is pixel-wise, pair-wise and a critic"
    )
    channel_wise: float = setting(3.0, "weight of the channel-wise term: where in the picture each class is", low=0, high=1000, advanced=True)
    temperature: float = setting(4.0, "temperature of the channel-wise term; higher spreads the attention", low=0.1, high=100, advanced=True)
    dist: float = setting(1.0, "weight of DIST: how the classes and the pixels relate", low=0, high=1000, advanced=True)
    pixel_wise: float = setting(10.0, "structured: weight of the teacher's distribution at each pixel", low=0, high=1000, advanced=True)
    pair_wise: float = setting(0.5, "structured: weight of how alike the regions are", low=0, high=1000, advanced=True)
    holistic: float = setting(0.1, "structured: weight of a critic that tells the student's maps from the teacher's", low=0, high=1000, advanced=True)
    critic_rate: float = setting(4e-4, "structured: the critic's learning rate", low=1e-8, high=1, advanced=True)
    sure: float = setting(0.5, "the teacher labels void (stages with fill_void) where its probability is at least this", low=0, high=1, advanced=True)
    cache: float = setting(2.0, "its answers are kept on disk where views repeat, up to so much; 0 for never", low=0, high=100000, unit="GB", advanced=True)


@dataclass(frozen=True, slots=True)
class Stage(Checked):
    """One part of a run: a size, how long, and, where it differs from the run's, on what."""

    size: tuple[int, int] = setting((240, 320), "height and width in this stage", low=32, high=4096, unit="px")
    epochs: int = setting(1, "passes over the training frames in this stage", low=1, high=100000)
    batch: int = setting(8, "frames in one step of this stage", low=1, high=4096)
    layout: str = setting("", "another layout of data.root in this stage, such as cityscapes_coarse")
    split: str = setting("", "another training split in this stage, such as train_extra")
    fill_void: bool = setting(False, "void inside the frames, as coarse labels leave it, is labelled by distill.teacher")


@dataclass(frozen=True, slots=True)
class TrainConfig(Checked):
    """One training run."""

    data: DataConfig = field(default_factory=DataConfig)
    classes: ClassesConfig = field(default_factory=ClassesConfig)
    model: ModelConfig = field(default_factory=ModelConfig)
    augment: AugmentConfig = field(default_factory=AugmentConfig)
    weather: WeatherConfig = field(default_factory=WeatherConfig)
    loss: LossConfig = field(default_factory=LossConfig)
    optimiser: OptimiserConfig = field(default_factory=OptimiserConfig)
    distill: DistillConfig = field(default_factory=DistillConfig)
    stages: tuple[Stage, ...] = setting((), "size progression: stages one after the other instead of epochs and batch; scored at data.size throughout", advanced=True)
    stage_schedule: Literal["restart", "continue"] = setting("restart", "whether the learning rate's schedule begins anew with each stage", advanced=True)
    epochs: int = setting(15, "passes over the training frames", low=1, high=100000)
    batch: int = setting(8, "frames in one step", low=1, high=4096)
    max_minutes: float = setting(0.0, "end, with its schedule, after so many minutes; 0 for no limit", low=0, unit="min")
    validate_every: int = setting(0, "steps between two validations; 0 for once an epoch", low=0, advanced=True)
    save_every: int = setting(0, "steps between two resumable checkpoints; 0 for at every validation", low=0, advanced=True)
    early_stop: int = setting(0, "end after so many validations without a better score; 0 for never", low=0, advanced=True)
    seed: int = setting(0, "the same seed gives the same run on one machine's CPU", low=0)
    device: Literal["auto", "cpu", "cuda"] = setting("auto", "where to train; auto takes a GPU when there is one")
    precision: Literal["auto", "fp32", "bf16", "fp16"] = setting("auto", "auto takes bf16 where the machine has it; fp16 needs a GPU")
    deterministic: bool = setting(False, "only algorithms that give the same to the bit, also on a GPU", advanced=True)
    compile: bool = setting(False, "compile the network first: minutes at the start, faster steps on a GPU", advanced=True)
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
        values = yaml.load(text, _LOADER) or {}
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
