"""Training as a generator of events: it trains exactly as long as somebody listens."""

from __future__ import annotations

import contextlib
import dataclasses
import math
import time
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path

import torch

from engine import atomic, checkpoints, events, places, runs
from engine import config as configs
from engine.config import TrainConfig
from engine.errors import DataError, RoadscopeError
from engine.evaluation.confusion import Confusion
from engine.events import Events, ShouldStop, never
from engine.labels import Mask
from engine.models._logits import class_logits
from engine.runs import Run
from engine.training import batches, beginning, distributed, hardware, material, samples, schedules, stages, state
from engine.training.beginning import Said
from engine.training.clock import Clock
from engine.training.history import History
from engine.training.stages import Leg

_PATIENCE_S = 1.0
_CALMER = 10.0


def train(config: TrainConfig, *, run: Run | None = None, resume: bool = False, should_stop: ShouldStop = never) -> Said:
    """Trains, and says so: Started, StepDone at each step, Validated with SampleShown and Saved, at last Finished or Failed.

    `run` is a new or empty folder, by default one in the user's runs; with `resume` one that stopped, was killed or failed: it
    goes on from its last state. On the CPU a resumed run equals an uninterrupted one bit for bit, unless `max_minutes` makes the
    clock a part of its schedule. Under torchrun all processes train together, and the first one's events are the run's. `should_stop`
    is asked before every step, as is the file `STOP` in the run's folder; a stopped run keeps a checkpoint that resumes. What went
    wrong is a Failed in one sentence, never an exception.
    """
    try:
        group = distributed.joined()
        run = Run(group.shared(lambda: _prepared(config, run, resume=resume).path))
        with contextlib.ExitStack() as held:
            history = None
            if group.leads:
                held.enter_context(run.held())
                history = held.enter_context(History(run))
            trainer = Trainer(config, run, history=history, should_stop=should_stop, group=group)
            with closing(beginning.told(trainer.run(resume=resume))) as said:
                for event in said:
                    if history is not None:
                        history.add(event)
                    yield event
    except RoadscopeError as error:
        yield events.Failed(str(error))


def _prepared(config: TrainConfig, run: Run | None, *, resume: bool) -> Run:
    """The run's folder with its config in it. Raises DataError where it holds another run, OutputError where it can't be written."""
    if run is None:
        with atomic.told(places.runs()):
            run = runs.new(places.runs(), config.model.words("-"))
    if resume and not run.resumable:
        raise DataError(f"{run.path} holds nothing to resume from; train without --resume, or choose the folder of a run")
    if not resume and run.events.exists():
        raise DataError(f"{run.path} already holds a run; resume it, or choose another folder")
    with atomic.told(run.path):
        run.path.mkdir(parents=True, exist_ok=True)
        (run.path / runs.STOP).unlink(missing_ok=True)
    configs.save(config, run.path / "config.yaml")
    return run


class Trainer:
    """One session of a run: from the data to the last checkpoint."""

    def __init__(self, config: TrainConfig, run: Run, *, history: History | None, should_stop: ShouldStop, group: distributed.Group) -> None:
        self._config, self._run, self._history, self._group = config, run, history, group
        self._asked = should_stop
        self._standing = state.Standing()
        self._scores: dict[str, float] = {}
        self._saved_at = self._validated_at = -1
        self._ended = False

    def run(self, *, resume: bool) -> Events:
        """Everything from opening the data to Finished."""
        torch.set_num_threads(hardware.threads(self._config.threads, processes=self._group.local_world))
        beginning.check(self._config, self._group)
        self._material = material.opened(self._config, begun=checkpoints.card(self._run.last).classes if resume else None)
        if not self._material.held_out:
            yield events.Message("some frames to score on are also trained on: the scores will flatter", "warning")
        with hardware.determinism(self._config.deterministic):
            yield from self._set_up(resume=resume)
            with closing(self._stages()) as steps:
                yield from steps

    def _set_up(self, *, resume: bool) -> Events:
        config, classes = self._config, self._material.classes
        self._learner, self._rarity = yield from beginning.learner(config, self._material, self._group)
        if resume:
            self._standing, arrays = self._group.shared(lambda: state.read(self._run.state))
            self._validated_at = self._standing.validated
            self._learner.restore(arrays, source=str(self._run.state))
        else:
            yield from beginning.pretrain(self._learner.network, config)
        self._group.align(self._learner.network)
        if self._history is not None and (why_not := self._history.open_board(config, step=self._standing.step)):
            yield events.Message(why_not, "warning")
        self._legs = stages.legs(config, dict(zip(stages.stages(config), self._material.stages)).__getitem__)
        self._total = self._legs[-1].last
        self._clock = Clock(steps=self._total, minutes=config.max_minutes, before=self._standing.elapsed)
        device = hardware.words(self._learner.device, number_format=self._learner.number_format, config=config)
        yield events.Started(str(self._run.path), self._standing.step, self._total, classes.names, self._learner.parameters, device)

    def _stages(self) -> Said:
        """The stages that are left, the validation at the end, and what became of it all."""
        step = self._standing.step
        for leg in self._legs:
            if step >= leg.last and leg is not self._legs[-1]:
                continue
            self._leg = leg
            if step == leg.first:
                # An earlier stage saw smaller frames: its score is no bar for this one's.
                self._standing = dataclasses.replace(self._standing, best=math.nan, waiting=0, calm=1.0)
                if len(self._legs) > 1:
                    yield events.StageBegan(step, leg.number, len(self._legs), leg.config.data.size, leg.config.batch)
            step = yield from self._steps(step)
            if self._ended:
                return
        yield events.Finished(summary=self._summary(step))

    def _steps(self, step: int) -> Generator[events.Event, None, int]:
        """The steps of one stage, with a validation at its end; returns where it stands."""
        config, clock, leg = self._config, self._clock, self._leg
        made = batches.made(leg.frames, leg.config, rarity=self._rarity, first=step - leg.first, last=leg.last - leg.first, outside=leg.outside, group=self._group)
        self._loader = made
        with closing(made):
            if step > leg.first and step != self._validated_at and self._due(step, config.validate_every):
                yield from self._validate(step)
            clock.resume()
            while not self._over(step):
                if self._stop_wanted():
                    yield from self._stopped(step)
                    return step
                rate = config.optimiser.learning_rate * self._factor(step)
                taken = self._learner.step(next(made), number=step, learning_rate=rate, fill_void=leg.fill_void)
                step += 1
                clock.stepped(leg.config.batch)
                yield self._step_done(step, taken.loss, taken.terms, rate)
                if self._over(step):
                    break
                if self._due(step, config.validate_every):
                    yield from self._validate(step)
                elif config.save_every and step % config.save_every == 0:
                    yield self._save(step)
                clock.resume()
        if step != self._validated_at:
            yield from self._validate(step)
        if step != self._validated_at:
            yield from self._stopped(step)
        return step

    def _over(self, step: int) -> bool:
        """Whether the stage ends here: its steps or its time are used up, or waiting longer for a better score is hopeless."""
        patience = self._config.early_stop
        hopeless = bool(patience) and self._leg is self._legs[-1] and self._standing.waiting >= patience
        return step >= self._leg.last or self._progress(step) >= 1 or hopeless

    def _factor(self, step: int) -> float:
        optimiser = self._config.optimiser
        alone = len(self._legs) == 1 or self._config.stage_schedule == "continue"
        progress = self._progress(step) if alone else self._leg.progress(step)
        return self._standing.calm * schedules.factor(optimiser.schedule, progress, warm_up=optimiser.warm_up)

    def _progress(self, step: int) -> float:
        """0 … 1, the same in all processes: where the clock counts it is the first one's."""
        progress = self._clock.progress(step)
        return self._group.first(progress) if self._config.max_minutes else progress

    def _stop_wanted(self) -> bool:
        """Whether anybody asked; all processes hear of it at the same step."""
        return self._group.any(self._asked() or (self._run.path / runs.STOP).exists())

    def _stopped(self, step: int) -> Events:
        self._ended = True
        if step != self._saved_at:
            yield self._save(step)
        yield events.Finished(stopped=True, summary=self._summary(step))

    def _step_done(self, step: int, loss: float, terms: dict[str, float], rate: float) -> events.StepDone:
        clock = self._clock
        total = clock.steps_total(step)
        every = self._config.validate_every or max(1, round(len(self._leg.frames) / self._leg.config.batch))
        left = clock.seconds_left(step, max(1, (total - step) // every))
        return events.StepDone(step, total, self._leg.epoch(step - 1), loss, rate, clock.images_per_second, left, terms, self._loader.images_per_second * self._group.world)

    def _due(self, step: int, every: int) -> bool:
        """Whether to validate after `step`: each so many steps, or where a pass over the frames ends."""
        return step % every == 0 if every else self._leg.epoch_ends(step)

    def _validate(self, step: int) -> Events:
        """Scores the held-out frames, draws some of them and saves; nothing of it where it is asked to stop in between."""
        start = time.perf_counter()
        confusion = Confusion(len(self._material.classes))
        shown: list[events.SampleShown] = []
        losses: list[float] = []
        said = start
        for done, total in self._scored(step, confusion, losses, shown):
            if self._group.alone and done < total and self._stop_wanted():
                return  # of several processes each scores a share of its own: they ask after it
            if time.perf_counter() - said > _PATIENCE_S:
                said = time.perf_counter()
                yield events.Progress(done, total, "validation")
        yield from shown
        confusion, loss = _of_all(self._group, confusion, losses)
        score = confusion.mean_iou([one.scored for one in self._material.classes.classes])
        best = math.isnan(self._standing.best) or score > self._standing.best
        self._scores = dict(zip(self._material.classes.names, confusion.iou.tolist()))
        seconds = time.perf_counter() - start
        self._clock.validated(seconds)
        self._validated_at = step
        self._wait(best)
        yield events.Validated(step, self._leg.epoch(step - 1), score, self._scores, loss, best, seconds)
        if best:
            self._standing = dataclasses.replace(self._standing, best=score)
            yield self._write_checkpoint(self._run.best, step, score, "best checkpoint")
        yield self._save(step, score)

    def _wait(self, better: bool) -> None:
        """Counts the validations since the best score; a plateau lowers the learning rate each time its patience is over."""
        waiting, optimiser = 0 if better else self._standing.waiting + 1, self._config.optimiser
        calm = self._standing.calm
        if optimiser.schedule == "plateau" and waiting and waiting % optimiser.patience == 0:
            calm /= _CALMER
        self._standing = dataclasses.replace(self._standing, waiting=waiting, calm=calm)

    def _scored(self, step: int, confusion: Confusion, losses: list[float], shown: list[events.SampleShown]) -> Iterator[tuple[int, int]]:
        """Counts the predictions of all validation frames, batch by batch."""
        frames, size, batch = self._material.validation, self._config.data.size, self._config.batch
        wanted = dict.fromkeys(samples.indices(len(frames)) if self._group.leads else ())
        done = 0
        with closing(batches.in_order(frames, size=size, batch=batch, group=self._group)) as held_out:
            for first, (pictures, masks) in held_out:
                predictions, loss = self._predicted(pictures, masks)
                losses.append(loss)
                confusion.add(masks, predictions)
                here = {first + one: (pictures[one], masks[one], predictions[one]) for one in range(len(masks))}
                wanted |= {index: here[index] for index in wanted if index in here}
                done += len(masks)
                yield min(len(frames), done * self._group.world), len(frames)
        for number, (index, drawn) in enumerate(wanted.items()):
            if drawn is None:  # scored by another process, while this one writes
                pictures, masks = batches.unchanged(frames, [index], size)
                drawn = pictures[0], masks[0], self._predicted(pictures, masks)[0][0]
            shown.append(self._draw(step, number, frames.name(index), *drawn))

    def _predicted(self, pictures: Mask, masks: Mask) -> tuple[Mask, float]:
        logits, loss = self._learner.scored((pictures, masks))
        chosen = class_logits(logits, self._material.classes).argmax(dim=1)
        return chosen.to("cpu", torch.uint8).numpy(), loss

    def _draw(self, step: int, index: int, name: str, image: Mask, truth: Mask, prediction: Mask) -> events.SampleShown:
        return samples.draw(
            self._run.path, self._material.classes, step=step, index=index, name=name, image=image, truth=truth, prediction=prediction
        )

    def _save(self, step: int, score: float = math.nan) -> events.Saved:
        """The last checkpoint and, from the same moment, the state to resume from."""
        saved = self._write_checkpoint(self._run.last, step, score, "checkpoint")
        self._standing = dataclasses.replace(self._standing, step=step, elapsed=self._clock.elapsed, validated=self._validated_at)
        if self._group.leads:
            state.write(self._run.state, self._standing, self._learner.state())
        self._saved_at = step
        return saved

    def _write_checkpoint(self, path: Path, step: int, score: float, what: str) -> events.Saved:
        facts = {
            "run": self._run.name,
            "step": step,
            "mean_iou": None if math.isnan(score) else score,
            "iou": {} if math.isnan(score) else {name: None if math.isnan(iou) else iou for name, iou in self._scores.items()},
            "dataset": self._config.data.root.name,
        }
        card = checkpoints.Card(self._config.model, self._material.classes, checkpoints.Recipe(self._config.data.size), facts)
        if self._group.leads:
            checkpoints.write(path, card, self._learner.weights())
        return events.Saved(str(path), what)

    def _summary(self, step: int) -> dict[str, object]:
        return {
            "run": str(self._run.path),
            "checkpoint": str(self._run.best if self._run.best.exists() else self._run.last),
            "step": step,
            "mean_iou": self._standing.best,
            "images_per_second": self._clock.images_per_second,
            "loader_images_per_second": self._loader.images_per_second * self._group.world,
            "seconds": self._clock.elapsed,
        }


def _of_all(group: distributed.Group, confusion: Confusion, losses: list[float]) -> tuple[Confusion, float]:
    """What all processes counted, and the mean of all their batches' losses."""
    if group.alone:
        return confusion, sum(losses) / len(losses)
    counts = group.sum(torch.from_numpy(confusion.counts)).numpy()
    total, count = group.sum(torch.tensor([sum(losses), len(losses)], dtype=torch.float64)).tolist()
    return Confusion.of(counts), total / count
