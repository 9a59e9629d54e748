"""Every stand-in the tests use."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from engine import checkpoints, config, events, labels
from engine.checkpoints import Card, Recipe
from engine.config import ModelConfig, TrainConfig
from engine.labels import ClassSet
from engine.runs import Run


def tiny_checkpoint(folder: Path, class_set: ClassSet | None = None, *, name: str = "tiny.safetensors", size: tuple[int, int] = (64, 96), seed: int = 0) -> Path:
    """A checkpoint of the smallest network there is, with random weights: it predicts at once, though nothing that is true."""
    import torch

    from engine import models
    from engine.models import _weights

    torch.manual_seed(seed)
    class_set = class_set or labels.class_set(labels.space("camvid"))
    config = ModelConfig(architecture="fpn", encoder="mobilenet_v3_small")
    checkpoints.write(folder / name, Card(config, class_set, Recipe(size), {"run": "tiny"}), _weights.taken(models.build(config, class_set)))
    return folder / name


@dataclass
class ScriptedTraining:
    """Says and writes what a training would, at once and without torch. At step `hold_at` it waits until it is let `go` or stopped.

    Its call is that of `gui.trainer.train_here`; loss falls as 1 / step, the mean IoU rises by 0.1 a validation.
    """

    steps: int = 12
    validate_every: int = 4
    hold_at: int = 0
    fail_at: int = 0
    classes: tuple[str, ...] = ("road", "car")
    go: threading.Event = field(default_factory=threading.Event)
    resumed: list[int] = field(default_factory=list)

    def __call__(self, run: Run, wanted: TrainConfig, resume: bool, should_stop: events.ShouldStop) -> Iterator[events.Event]:
        config.save(wanted, run.path / "config.yaml")
        done = [event.step for event in run.history() if isinstance(event, events.StepDone)] if resume else []
        self.resumed += done[-1:]
        with run.held(), run.events.open("ab") as stream:
            for event in self._script(run, done[-1] if done else 0, should_stop):
                stream.write(events.to_line(event).encode() + b"\n")
                stream.flush()
                yield event

    def _script(self, run: Run, first: int, should_stop: events.ShouldStop) -> Iterator[events.Event]:
        yield events.Started(str(run.path), first, self.steps, self.classes, 1000, "cpu")
        for step in range(first + 1, self.steps + 1):
            if step == self.fail_at:
                yield events.Failed("the memory is not enough for this run; lower batch, augment.crop or data.size", "script")
                return
            while step == self.hold_at and not should_stop() and not self.go.wait(0.01):
                pass
            if should_stop() or (run.path / "STOP").exists():
                self._save(run)
                yield events.Finished(stopped=True)
                return
            yield events.StepDone(step, self.steps, (step - 1) // self.validate_every, 1 / step, 1e-3, 20.0, float(self.steps - step))
            if step % self.validate_every == 0:
                yield from self._validation(run, step)
        yield events.Finished(summary={"mean_iou": 0.1 * (self.steps // self.validate_every)})

    def _validation(self, run: Run, step: int) -> Iterator[events.Event]:
        import numpy as np

        from engine import images

        score = 0.1 * step / self.validate_every
        for index in range(3):
            paths = [f"samples/{index}_{part}.png" for part in ("image", "truth", f"prediction_{step}")]
            for path in paths:
                images.write_png(run.path / path, np.full((12, 16, 3), 20 * step % 255, np.uint8))
            yield events.SampleShown(step, index, f"frame_{index}", *paths)
        yield events.Validated(step, step // self.validate_every - 1, score, dict.fromkeys(self.classes, score), 0.5, True, 0.01)
        self._save(run)
        yield events.Saved(str(run.best), "best checkpoint")

    def _save(self, run: Run) -> None:
        for path in (run.best, run.last, run.state):
            path.write_bytes(b"not a checkpoint, but there")


class Clock:
    """A clock of seconds that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now
