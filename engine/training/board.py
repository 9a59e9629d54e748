"""A run's files for TensorBoard: its figures and pictures by step, its config as text, and what its HPARAMS tab compares runs by."""

from __future__ import annotations

import math
import time
from typing import Any

import numpy as np
import yaml

from engine import config as configs
from engine import events, images
from engine.config import TrainConfig
from engine.runs import Run

Value = bool | float | str
METRICS = ("validation/mean_iou", "validation/loss", "train/loss")
FIRST = ("batch", "loss.name", "model.architecture", "model.encoder", "optimiser.learning_rate")
"""The settings whose columns are shown before anybody chooses: TensorBoard takes five, of those marked as differing, by name."""


class Board:
    """The run's `board/`, open for adding."""

    def __init__(self, run: Run, config: TrainConfig, *, step: int) -> None:
        """Goes on at `step`: what an earlier session wrote of later steps no longer counts, and the config is told at the beginning alone.

        Raises ImportError where TensorBoard isn't installed.
        """
        from torch.utils.tensorboard import SummaryWriter

        self._run = run
        self._writer: Any = SummaryWriter(str(run.path / "board"), purge_step=step + 1 if step else None)
        if not step:
            self._describe(config)

    def draw(self, event: events.Event) -> None:
        """What can be seen of `event`."""
        match event:
            case events.StepDone(step=step):
                parts = {f"loss_{name}": value for name, value in event.terms.items() if len(event.terms) > 1}
                figures = {"learning_rate": event.learning_rate, "images_per_second": event.images_per_second, "loader_images_per_second": event.loader_images_per_second}
                self._scalars(step, "train", {"loss": event.loss} | figures | parts)
            case events.StageBegan(step=step):
                self._scalars(step, "train", {"stage": event.stage})
            case events.Validated(step=step):
                self._scalars(step, "validation", {"mean_iou": event.mean_iou, "loss": event.loss})
                self._scalars(step, "iou", event.iou)
            case events.SampleShown(step=step, index=index):
                pictures = [images.read_rgb(self._run.path / path) for path in (event.image, event.truth, event.prediction)]
                self._writer.add_image(f"sample_{index}", np.hstack(pictures), step, dataformats="HWC")
            case events.Finished(stopped=False):
                self._end()

    def close(self) -> None:
        """Writes what is still in memory."""
        self._writer.close()

    def _scalars(self, step: int, group: str, values: dict[str, float]) -> None:
        for name, value in values.items():
            if math.isfinite(value):
                self._writer.add_scalar(f"{group}/{name}", value, step)

    def _describe(self, config: TrainConfig) -> None:
        text = yaml.safe_dump(configs.to_dict(config), sort_keys=False, allow_unicode=True)
        self._writer.add_text("config", f"```yaml\n{text}```", 0)
        from tensorboard.plugins.hparams import api_pb2, metadata, plugin_data_pb2

        # TensorBoard takes the columns from any one run: they are those of every run, whatever it sets
        columns = [api_pb2.HParamInfo(name=key, type=_kind(value), differs=key in FIRST) for key, value in flat(TrainConfig()).items()]
        metrics = [api_pb2.MetricInfo(name=api_pb2.MetricName(tag=tag)) for tag in METRICS]
        experiment = api_pb2.Experiment(hparam_infos=columns, metric_infos=metrics)
        self._tell(metadata.EXPERIMENT_TAG, plugin_data_pb2.HParamsPluginData(experiment=experiment))
        # a group of its own: runs of equal settings are not averaged into one row
        start = plugin_data_pb2.SessionStartInfo(group_name=self._run.name, start_time_secs=time.time())
        for key, value in meant(config).items():
            match value:
                case bool():
                    start.hparams[key].bool_value = value
                case str():
                    start.hparams[key].string_value = value
                case _:
                    start.hparams[key].number_value = value
        self._tell(metadata.SESSION_START_INFO_TAG, plugin_data_pb2.HParamsPluginData(session_start_info=start))

    def _end(self) -> None:
        """Said once, when nothing follows any more: TensorBoard believes the first it hears, and a run that stopped or failed may go on."""
        from tensorboard.plugins.hparams import api_pb2, metadata, plugin_data_pb2

        end = plugin_data_pb2.SessionEndInfo(status=api_pb2.STATUS_SUCCESS, end_time_secs=time.time())
        self._tell(metadata.SESSION_END_INFO_TAG, plugin_data_pb2.HParamsPluginData(session_end_info=end))

    def _tell(self, tag: str, content: Any) -> None:
        """Through the run's own writer: `SummaryWriter.add_hparams` would make a folder, and so a run, of its own."""
        from tensorboard.compat.proto.summary_pb2 import Summary
        from tensorboard.plugins.hparams import metadata

        said = Summary.Value(tag=tag, metadata=metadata.create_summary_metadata(content), tensor=metadata.NULL_TENSOR)
        self._writer._get_file_writer().add_summary(Summary(value=[said]), 0)


def flat(config: TrainConfig) -> dict[str, Value]:
    """Every setting by its dotted key: numbers and switches as they are, all else in words, such as `[240, 320]`."""
    return _flat(configs.to_dict(config), "")


def meant(config: TrainConfig) -> dict[str, Value]:
    """The settings that mean anything in `config`: without a teacher nothing of distillation, without a backbone no encoder, beside terms no name."""
    without = {
        "distill.": not config.distill.teacher,
        "model.encoder": not config.model.has_backbone,
        "model.pretrained": not config.model.has_backbone,
        "loss.name": bool(config.loss.terms),
        "epochs": bool(config.stages),
        "batch": bool(config.stages),
    }
    return {key: value for key, value in flat(config).items() if not any(key.startswith(start) for start, absent in without.items() if absent)}


def _flat(values: dict[str, Any], before: str) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for key, value in values.items():
        if isinstance(value, dict) and not before:
            found |= _flat(value, f"{key}.")
        elif isinstance(value, (dict, list)):
            found[f"{before}{key}"] = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=10_000).strip() if value else ""
        else:
            found[f"{before}{key}"] = value
    return found


def _kind(value: Value) -> int:
    from tensorboard.plugins.hparams import api_pb2

    if isinstance(value, bool):
        return int(api_pb2.DATA_TYPE_BOOL)
    return int(api_pb2.DATA_TYPE_STRING if isinstance(value, str) else api_pb2.DATA_TYPE_FLOAT64)
